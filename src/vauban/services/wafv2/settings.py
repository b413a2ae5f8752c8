"""What a web ACL sets beside its rules, checked.

Source: https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html
"""

from typing import Any

from vauban.services.wafv2.errors import BAD_FORMAT, NOT_EXACTLY_ONE, WAFLimitsExceededException, invalid
from vauban.services.wafv2.resources import CLOUDFRONT

MOST_TOKEN_DOMAINS = 10
SHORTEST_CHALLENGE_IMMUNITY = 300
_KEYED = {"SINGLE_HEADER", "SINGLE_COOKIE", "SINGLE_QUERY_ARGUMENT"}
"""Fields to protect that are told by keys."""


def require_valid(scope: str, settings: dict[str, Any]) -> None:
    """Raises WAFInvalidParameterException or WAFLimitsExceededException."""
    if len(settings["DefaultAction"]) != 1:
        raise invalid("DEFAULT_ACTION", "DefaultAction", NOT_EXACTLY_ONE)
    require_challenge(settings.get("ChallengeConfig", {}))
    if len(settings.get("TokenDomains", ())) > MOST_TOKEN_DOMAINS:
        raise WAFLimitsExceededException("TOKEN_DOMAIN")
    _require_association(scope, settings.get("AssociationConfig", {}))
    for protection in settings.get("DataProtectionConfig", {}).get("DataProtections", ()):
        _require_protectable(protection["Field"])


def require_challenge(config: dict[str, Any]) -> None:
    """A challenge's immunity is five minutes at least, a CAPTCHA's one."""
    seconds = config.get("ImmunityTimeProperty", {}).get("ImmunityTime", SHORTEST_CHALLENGE_IMMUNITY)
    if seconds < SHORTEST_CHALLENGE_IMMUNITY:
        raise invalid("CHALLENGE_CONFIG", str(seconds), "The immunity time of a challenge is 300 seconds at least.")


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
