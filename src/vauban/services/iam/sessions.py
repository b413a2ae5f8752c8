"""Which sessions may ask IAM anything.

Source: IAM User Guide, "Compare AWS STS credentials": credentials of GetSessionToken need a second factor, and those of
GetFederationToken cannot call IAM at all.
"""

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.resources import Resource


def guard(call: Call, resources: tuple[Resource, ...]) -> None:
    """Raises AWS's ``InvalidClientTokenId`` for a session that IAM does not know."""
    principal = call.principal
    if principal.session is None or call.via:
        return
    federated = principal.kind == "federated-user"
    if federated or (principal.kind in ("user", "root") and principal.session.mfa is None):
        raise AwsError("The security token included in the request is invalid", code="InvalidClientTokenId", status=403)
