"""Who the caller is, and whose an access key is."""

from typing import Any

from vauban.identity.access_keys import AccessKey, account_of_key
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.errors import AccessDeniedException, ValidationException
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.resources import ANY, Resource


def without_permission(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """Of an operation that no policy allows or denies."""
    return Decision(True, f"sts:{call.operation.name}", ANY.arn, ())


@operation("GetCallerIdentity", decide=without_permission)
def get_caller_identity(call: Call) -> dict[str, Any]:
    principal = call.principal
    return {"UserId": principal.unique_id, "Account": principal.account, "Arn": principal.arn}


@operation("GetAccessKeyInfo")
def get_access_key_info(call: Call, access_key_id: str) -> dict[str, Any]:
    found = call.world.at("", "").get(AccessKey, access_key_id)
    if found is not None:
        return {"Account": found.account}
    if access_key_id[:4] not in ("AKIA", "ASIA"):
        raise ValidationException(f"Invalid type of access key: {access_key_id[:4]}")
    try:
        return {"Account": account_of_key(access_key_id)}
    except ValueError:
        raise AccessDeniedException(f"Access key {access_key_id} does not exist") from None
