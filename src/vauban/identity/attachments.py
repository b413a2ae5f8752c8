"""All that speaks for a user or a role, found, and compiled into the policies of a decision."""

from typing import NamedTuple

from vauban.identity.groups import Group
from vauban.identity.managed_policies import ManagedPolicy, managed_policy
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.stores import Records
from vauban.policy import Policies, Policy


class Attachments(NamedTuple):
    """The records that a principal's policies are made of, newest as read."""

    identity: User | Role
    groups: tuple[Group, ...]
    managed: tuple[ManagedPolicy, ...]
    """The identity's own, then its groups'."""
    boundary: ManagedPolicy | None

    def is_still(self, other: "Attachments") -> bool:
        """Whether these are the very same records: then what was made of them still holds."""
        return (
            self.identity is other.identity
            and self.boundary is other.boundary
            and len(self.groups) == len(other.groups)
            and len(self.managed) == len(other.managed)
            and all(a is b for a, b in zip(self.groups, other.groups, strict=True))
            and all(a is b for a, b in zip(self.managed, other.managed, strict=True))
        )

    @property
    def policies(self) -> Policies:
        """Without the organization's, and without a session's."""
        identity: list[Policy] = [*self.identity.compiled_policies]
        for group in self.groups:
            identity.extend(group.compiled_policies)
        identity.extend({each.arn: each.compiled_policy for each in self.managed}.values())
        boundary = self.boundary.compiled_policy if self.boundary is not None else None
        return Policies(identity=tuple(identity), boundary=boundary)


def attachments(records: Records, identity: User | Role) -> Attachments:
    """``records`` are those of the identity's account."""
    groups: tuple[Group, ...] = ()
    names = getattr(identity, "groups", ())
    arns = identity.attached
    if names:
        found = [records.get(Group, name) for name in names]
        groups = tuple(group for group in found if group is not None)
        for group in groups:
            arns += group.attached
    managed: tuple[ManagedPolicy, ...] = ()
    if arns:
        managed = tuple(policy for arn in arns if (policy := managed_policy(records, arn)) is not None)
    boundary = managed_policy(records, identity.boundary) if identity.boundary else None
    return Attachments(identity, groups, managed, boundary)
