"""Federated users: sessions with a name of their own, of what the calling user may and their policies allow."""

from typing import Any

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.principals import Principal, SessionContext
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.sts.credentials import Narrowing, beginning, issue, session_policies
from vauban.services.sts.errors import session_credentials
from vauban.services.sts.session_tags import read_tags
from vauban.services.sts.users import DEFAULT_SECONDS, lasting


class FederatedUserResolver:
    members = ("Name",)
    action = ""

    def __call__(self, call: Call, world: World) -> Resource:
        if call.principal.session is not None or call.principal.kind not in ("user", "root"):
            raise session_credentials(call.operation.name)
        account = call.principal.account
        name = call.params["Name"]
        return Resource(arn("sts", "", account, f"federated-user/{name}"), "federated-user", account, record=name)


@operation("GetFederationToken", on=FederatedUserResolver(), also=(("TagSession", "Tags"),), audit_result=True)
def get_federation_token(
    call: Call,
    name: str,
    policy: str | None = None,
    policy_arns: list[dict[str, str]] | None = None,
    duration_seconds: int = DEFAULT_SECONDS,
    tags: list[dict[str, str]] | None = None,
    minimum_session_token_size: int = 0,
) -> dict[str, Any]:
    caller = call.principal
    given = session_policies(call.store, policy, policy_arns)
    narrowing = given if given.policies is not None else Narrowing(())
    principal = Principal(
        kind="federated-user",
        account=caller.account,
        arn=call.resources[0].arn,
        unique_id=f"{caller.account}:{name}",
        issuer_arn=caller.arn,
        issuer_id=caller.unique_id,
        tags=read_tags(tags or ()),
        session=SessionContext(beginning(call), **narrowing._asdict()),
    )
    issued = issue(
        call,
        principal,
        lasting(call, duration_seconds),
        packed=bool(tags or policy or policy_arns),
        smallest_token=minimum_session_token_size,
    )
    return {**issued, "FederatedUser": {"FederatedUserId": principal.unique_id, "Arn": principal.arn}}
