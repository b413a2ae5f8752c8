"""What sessions themselves may ask of STS.

Source: IAM User Guide, "Compare AWS STS credentials".
"""

from vauban.kernel.calls import Call
from vauban.kernel.resources import Resource
from vauban.services.sts.errors import session_credentials

_FOR_ANY = frozenset({"GetCallerIdentity"})
_FOR_USERS = _FOR_ANY | {"AssumeRole"}


def guard(call: Call, resources: tuple[Resource, ...]) -> None:
    """Raises AccessDeniedException for what no policy lets a user's session, or a federated user, ask."""
    principal = call.principal
    if principal.session is None or principal.kind not in ("user", "root", "federated-user"):
        return
    if call.operation.name not in (_FOR_ANY if principal.kind == "federated-user" else _FOR_USERS):
        raise session_credentials(call.operation.name)
