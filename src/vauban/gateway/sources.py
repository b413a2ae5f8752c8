"""What a principal's policies are made of: the user or role behind it, and what narrows a session."""

from typing import NamedTuple

from vauban.identity.attachments import Attachments, attachments
from vauban.identity.managed_policies import ManagedPolicy, managed_policy
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.errors import AwsError
from vauban.kernel.principals import Principal, SessionContext
from vauban.kernel.stores import Records, World
from vauban.policy import Policies, Policy


class UnrecognizedClientException(AwsError):
    """Whoever the credentials are of is there no more."""


class Sources(NamedTuple):
    """Records, newest as read. Where each is still the very same, what was made of them still holds."""

    attached: Attachments | None
    """None for root users, services and the anonymous."""
    narrowing: tuple[ManagedPolicy, ...] = ()
    """The managed ones among the session policies."""

    def is_still(self, other: "Sources") -> bool:
        attached, before = self.attached, other.attached
        return (
            (attached is before or (attached is not None and before is not None and before.is_still(attached)))
            and len(self.narrowing) == len(other.narrowing)
            and all(a is b for a, b in zip(self.narrowing, other.narrowing, strict=True))
        )

    def policies(self, session: SessionContext | None) -> Policies:
        """All but an organization's; ``session`` is the principal's."""
        policies = Policies() if self.attached is None else self.attached.policies
        if session is None or session.policies is None:
            return policies
        inline = (Policy.parse(each, name="session policy", kind="session") for each in session.policies)
        narrowing = (*inline, *(each.compiled_policy for each in self.narrowing))
        return Policies(identity=policies.identity, boundary=policies.boundary, session=narrowing)


def sources(principal: Principal, world: World) -> Sources:
    """Raises UnrecognizedClientException where the user or role behind the principal is there no more."""
    if principal.kind not in ("user", "assumed-role", "federated-user"):
        attached = None
    else:
        records = world.at(principal.account, "")
        behind = _behind(principal, records)
        attached = None if behind is None else attachments(records, behind)
    session = principal.session
    if session is None or not session.policy_arns:
        return Sources(attached)
    records = world.at(principal.account, "")
    found = (managed_policy(records, arn) for arn in session.policy_arns)
    return Sources(attached, tuple(each for each in found if each is not None))


def _behind(principal: Principal, records: Records) -> User | Role | None:
    """The user or role; None where a root user stands behind a federated one."""
    arn, unique_id = principal.issuer_arn or principal.arn, principal.issuer_id or principal.unique_id.partition(":")[0]
    if arn.endswith(":root"):
        return None
    name = arn.rpartition("/")[2]
    if principal.kind == "assumed-role":
        role = records.get(Role, name)
        if role is not None and role.role_id == unique_id:
            return role
    else:
        user = records.get(User, name)
        if user is not None and user.user_id == unique_id:
            return user
    raise gone()


def gone() -> UnrecognizedClientException:
    return UnrecognizedClientException("The security token included in the request is invalid.")
