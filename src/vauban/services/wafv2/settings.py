"""What a web ACL sets beside its rules and actions, checked.

Source: https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html
"""

from typing import Any

from vauban.services.wafv2.errors import BAD_FORMAT, WAFLimitsExceededException, invalid
from vauban.services.wafv2.resources import CLOUDFRONT

MOST_TOKEN_DOMAINS = 10
_KEYED = {"SINGLE_HEADER", "SINGLE_COOKIE", "SINGLE_QUERY_ARGUMENT"}
"""Fields to protect that are told by keys."""


def require_valid(scope: str, settings: dict[str, Any]) -> None:
    """Raises WAFInvalidParameterException or WAFLimitsExceededException."""
    if len(settings.get("TokenDomains", ())) > MOST_TOKEN_DOMAINS:
        raise WAFLimitsExceededException("TOKEN_DOMAIN")
    _require_association(scope, settings.get("AssociationConfig", {}))
    for protection in settings.get("DataProtectionConfig", {}).get("DataProtections", ()):
        _require_protectable(protection["Field"])


def _require_association(scope: str, config: dict[str, Any]) -> None:
    for kind in config.get("RequestBody", {}):
        if (kind == CLOUDFRONT) != (scope == CLOUDFRONT):
            raise invalid("ASSOCIATED_RESOURCE_TYPE", kind, "The resource type is not one of the web ACL's scope.")
    if "ChallengeJavascriptSdkInjection" in config:
        told = "The JavaScript SDK is not inserted into responses here."
        raise invalid("CHALLENGE_JAVASCRIPT_SDK_INJECTION_CONFIG", "ChallengeJavascriptSdkInjection", told)


def _require_protectable(field: dict[str, Any]) -> None:
    if (field["FieldType"] in _KEYED) != bool(field.get("FieldKeys")):
        raise invalid("DATA_PROTECTION_CONFIG", field["FieldType"], BAD_FORMAT)
