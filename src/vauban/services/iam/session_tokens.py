"""Which version session tokens of the global endpoint are of: here all are of version 2, good in every Region."""

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation

VERSION = 2


@operation("SetSecurityTokenServicePreferences")
def set_security_token_service_preferences(call: Call, global_endpoint_token_version: str) -> None:
    if global_endpoint_token_version != f"v{VERSION}Token":
        raise ValidationException("Tokens that are not good in every Region are not supported here.")
