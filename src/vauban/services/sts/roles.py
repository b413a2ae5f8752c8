"""Roles, assumed: by users and other roles, and by services."""

from typing import Any

from vauban.identity.roles import Role
from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.principals import Principal, SessionContext
from vauban.kernel.resources import Resource
from vauban.services.sts.credentials import beginning, issue, session_policies
from vauban.services.sts.resolvers import RoleWithSecondFactor
from vauban.services.sts.session_tags import SessionTags, inherited_tags, session_tags

DEFAULT_SECONDS = 3_600
MOST_CHAINED_SECONDS = 3_600


def may_assume(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """Assuming the role, and with it the tags and the source identity that the session is to have."""
    return first_denial(call, resources[0], evaluate, tagged=bool(call.params.get("Tags") or inherited_tags(call)))


def first_denial(call: Call, role: Resource, evaluate: Evaluate, *, tagged: bool) -> Decision:
    """The decision on the operation, or on what else it needs: the first denial, else the last."""
    actions = [f"sts:{call.operation.name}"]
    if tagged:
        actions.append("sts:TagSession")
    if source_identity_of(call):
        actions.append("sts:SetSourceIdentity")
    for action in actions:
        decision = evaluate(action, role)
        if not decision.allowed:
            break
    return decision


def source_identity_of(call: Call) -> str:
    """The one given, or that of the calling session, which stays. Raises ValidationException where they differ."""
    given = call.params.get("SourceIdentity", "")
    session = call.principal.session
    kept = session.source_identity if session else ""
    given = given or (session.facts.get("sts:sourceidentity", "") if session else "")
    if given.lower().startswith("aws:"):
        raise ValidationException("SourceIdentity cannot begin with aws:, which is reserved for AWS.")
    if kept and given not in ("", kept):
        raise ValidationException("The source identity of a session cannot be changed once it is set.")
    return kept or given


@operation(
    "AssumeRole", on=RoleWithSecondFactor(), decide=may_assume, unsupported=("ProvidedContexts",), audit_result=True
)
def assume_role(
    call: Call,
    role: Role,
    role_session_name: str,
    policy_arns: list[dict[str, str]] | None = None,
    policy: str | None = None,
    duration_seconds: int | None = None,
    tags: list[dict[str, str]] | None = None,
    transitive_tag_keys: list[str] | None = None,
    external_id: str | None = None,
    source_identity: str | None = None,
    minimum_session_token_size: int = 0,
) -> dict[str, Any]:
    chained = call.principal.kind == "assumed-role"
    seconds = lasting(role, duration_seconds, chained=chained)
    narrowing = session_policies(call.store, policy, policy_arns)
    carried = session_tags(call, tags or (), transitive_tag_keys or ())
    context = SessionContext(
        beginning(call),
        mfa=call.mfa,
        source_identity=source_identity_of(call),
        transitive_tags=carried.transitive,
        chained=chained,
        **narrowing._asdict(),
    )
    principal = session_of(role, role_session_name, carried, context)
    packed = bool(carried.tags) or narrowing.policies is not None
    issued = issue(call, principal, seconds, packed=packed, smallest_token=minimum_session_token_size)
    return {**issued, **assumed(principal)}


def lasting(role: Role, seconds: int | None, *, chained: bool = False) -> int:
    """For how long the session is to last. Raises ValidationException for longer than the role allows."""
    if seconds is None:
        return DEFAULT_SECONDS
    if chained and seconds > MOST_CHAINED_SECONDS:
        raise ValidationException(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )
    if seconds > role.max_session_duration:
        raise ValidationException("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    return seconds


def session_of(role: Role, name: str, carried: SessionTags, context: SessionContext) -> Principal:
    """The principal that the role's session is."""
    return Principal(
        kind="assumed-role",
        account=role.account,
        arn=arn("sts", "", role.account, f"assumed-role/{role.name}/{name}"),
        unique_id=f"{role.role_id}:{name}",
        issuer_arn=role.arn,
        issuer_id=role.role_id,
        tags=carried.tags,
        session=context,
    )


def assumed(principal: Principal) -> dict[str, Any]:
    """The members that tell who the session is."""
    told: dict[str, Any] = {"AssumedRoleUser": {"AssumedRoleId": principal.unique_id, "Arn": principal.arn}}
    if principal.session.source_identity:
        told["SourceIdentity"] = principal.session.source_identity
    return told
