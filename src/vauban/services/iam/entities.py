"""Users, groups, roles and policies that a call names by ARN."""

from dataclasses import dataclass

from vauban.identity.groups import Group
from vauban.identity.managed_policies import AWS, ManagedPolicy, managed_policy
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.iam.errors import InvalidInputException, NoSuchEntityException
from vauban.services.iam.resolvers import GROUP, POLICY, ROLE, USER, resource_of

Entity = User | Group | Role | ManagedPolicy
NOUNS = {User: USER, Group: GROUP, Role: ROLE, ManagedPolicy: POLICY}


@dataclass(frozen=True)
class Source:
    """A user, group or role by ARN; where policies may be named too, a managed policy."""

    member: str
    policies: bool = False
    action: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member,)

    def __call__(self, call: Call, world: World) -> Resource:
        arn = call.params[self.member]
        kind = self._kind(arn)
        found = _find(call, world, kind, arn)
        if found is None:
            absent = NoSuchEntityException(f"ARN {arn} cannot be found.")
            return Resource(arn, NOUNS[kind].resource_type, call.account, absent=absent)
        return resource_of(NOUNS[kind], found)

    def _kind(self, arn: str) -> type:
        """Raises InvalidInputException."""
        parts = arn.split(":", 5)
        if len(parts) == 6 and parts[2] == "iam":
            for kind, noun in NOUNS.items():
                named = parts[5].startswith(f"{noun.resource_type}/")
                if named and (self.policies or kind is not ManagedPolicy):
                    return kind
        raise InvalidInputException(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")


def _find(call: Call, world: World, kind: type, arn: str) -> Entity | None:
    owner = arn.split(":")[4]
    if owner not in (call.account, AWS):
        return None
    records = world.at(call.account, "")
    if kind is ManagedPolicy:
        return managed_policy(records, arn)
    found = records.get(kind, arn.rpartition("/")[2])
    return found if found is not None and found.arn == arn else None
