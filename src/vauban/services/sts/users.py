"""Temporary credentials for users as they are: with a second factor shown, or for a while only."""

from dataclasses import replace
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.principals import SessionContext
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.sts import mfa
from vauban.services.sts.credentials import beginning, issue
from vauban.services.sts.errors import session_credentials
from vauban.services.sts.identities import without_permission

DEFAULT_SECONDS = 43_200
MOST_ROOT_SECONDS = 3_600


class SecondFactor:
    """Resolves what the call shows of a second factor."""

    members = ("SerialNumber", "TokenCode")
    action = ""

    def __call__(self, call: Call, world: World) -> Resource:
        if call.principal.session is not None or call.principal.kind not in ("user", "root"):
            raise session_credentials(call.operation.name)
        call.mfa = mfa.shown(call, world)
        return Resource("*", account=call.principal.account)


@operation("GetSessionToken", on=SecondFactor(), decide=without_permission, audit_result=True)
def get_session_token(
    call: Call, _: None, duration_seconds: int = DEFAULT_SECONDS, minimum_session_token_size: int = 0
) -> dict[str, Any]:
    principal = replace(call.principal, tags={}, session=SessionContext(beginning(call), mfa=call.mfa))
    seconds = lasting(call, duration_seconds)
    return issue(call, principal, seconds, smallest_token=minimum_session_token_size)


def lasting(call: Call, seconds: int) -> int:
    """For how long: a root user's sessions end after an hour."""
    return min(seconds, MOST_ROOT_SECONDS) if call.principal.kind == "root" else seconds
