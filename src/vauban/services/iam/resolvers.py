"""How a call names what IAM keeps: by name or by ARN, in the caller's own account."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from vauban.identity.accounts import root_principal
from vauban.identity.arns import identity_arn
from vauban.identity.groups import Group
from vauban.identity.instance_profiles import InstanceProfile
from vauban.identity.managed_policies import AWS, ManagedPolicy, managed_policy
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.resources import Resource
from vauban.kernel.stores import Records, World
from vauban.services.iam.errors import EntityAlreadyExistsException, InvalidInputException, NoSuchEntityException


class Noun(NamedTuple):
    """A kind of entity that has a name of its own in an account, and a path."""

    kind: type
    resource_type: str
    """What stands before the path in its ARN."""
    cloudtrail_type: str
    absent: str
    taken: str


USER = Noun(
    User,
    "user",
    "AWS::IAM::User",
    "The user with name {} cannot be found.",
    "User with name {} already exists.",
)
GROUP = Noun(
    Group,
    "group",
    "AWS::IAM::Group",
    "The group with name {} cannot be found.",
    "Group with name {} already exists.",
)
ROLE = Noun(
    Role,
    "role",
    "AWS::IAM::Role",
    "The role with name {} cannot be found.",
    "Role with name {} already exists.",
)
INSTANCE_PROFILE = Noun(
    InstanceProfile,
    "instance-profile",
    "AWS::IAM::InstanceProfile",
    "Instance Profile {} cannot be found.",
    "Instance Profile {} already exists.",
)
POLICY = Noun(
    ManagedPolicy,
    "policy",
    "AWS::IAM::Policy",
    "Policy {} was not found.",
    "A policy called {} already exists. Duplicate names are not allowed.",
)


def find(records: Records, noun: Noun, name: str) -> Any:
    """The entity of a name. Raises NoSuchEntityException."""
    found = records.get(noun.kind, name)
    if found is None:
        raise NoSuchEntityException(noun.absent.format(name))
    return found


def require_free(records: Records, noun: Noun, name: str) -> None:
    """Names differ by more than case. Raises EntityAlreadyExistsException."""
    if records.count(noun.kind, index="folded", value=name.lower()):
        raise EntityAlreadyExistsException(noun.taken.format(name))


def resource_of(noun: Noun, record: Any) -> Resource:
    return Resource(
        record.arn,
        noun.resource_type,
        record.account,
        record,
        tags=getattr(record, "tags", {}),
        cloudtrail_type=noun.cloudtrail_type,
    )


@dataclass(frozen=True)
class Named:
    """An entity by the name that a member gives."""

    noun: Noun
    member: str
    action: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member,)

    def __call__(self, call: Call, world: World) -> Resource:
        return self.resource(call, world, call.params[self.member])

    def resource(self, call: Call, world: World, name: str) -> Resource:
        record = world.at(call.account, "").get(self.noun.kind, name)
        if record is not None:
            return resource_of(self.noun, record)
        absent = NoSuchEntityException(self.noun.absent.format(name))
        return Resource(
            identity_arn(call.account, self.noun.resource_type, "/", name),
            self.noun.resource_type,
            call.account,
            absent=absent,
        )


@dataclass(frozen=True)
class Own(Named):
    """A user by name, or where none is named the caller."""

    root: bool = False
    """Whether the caller may be the account's root; the record is None then."""

    def __call__(self, call: Call, world: World) -> Resource:
        name = call.params.get(self.member)
        if name is not None:
            return self.resource(call, world, name)
        principal = call.principal
        if principal.kind == "root" and self.root:
            return Resource(root_principal(call.account).arn, "user", call.account)
        if principal.kind != "user":
            raise ValidationException("Must specify userName when calling with non-User credentials")
        return self.resource(call, world, principal.name)


@dataclass(frozen=True)
class New:
    """An entity that is about to be made, or to take another name or path; the handler is given nothing."""

    noun: Noun
    member: str
    path_member: str = "Path"
    current: str = ""
    """The member that names the entity as it is, where it only changes."""
    action: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member, self.path_member)

    def __call__(self, call: Call, world: World) -> Resource:
        name, path = call.params.get(self.member), call.params.get(self.path_member)
        record = world.at(call.account, "").get(self.noun.kind, call.params[self.current]) if self.current else None
        if record is not None:
            name, path = name or record.name, path or record.path
        elif self.current:
            name = name or call.params[self.current]
        arn = identity_arn(call.account, self.noun.resource_type, path or "/", name)
        return Resource(arn, self.noun.resource_type, call.account, cloudtrail_type=self.noun.cloudtrail_type)


@dataclass(frozen=True)
class Listing:
    """All entities of a kind below a path: what a list is decided on."""

    resource_type: str
    members: tuple[str, ...] = ("PathPrefix",)
    action: str = ""

    def __call__(self, call: Call, _: World) -> Resource:
        path = call.params.get("PathPrefix", "/") if self.members else "/"
        return Resource(identity_arn(call.account, self.resource_type, path, ""), self.resource_type, call.account)


@dataclass(frozen=True)
class Policy:
    """A managed policy by ARN; AWS's own may be looked at, and not changed."""

    changed: bool = False
    members: tuple[str, ...] = ("PolicyArn",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        arn = call.params["PolicyArn"]
        require_policy_arn(arn)
        owner = arn.split(":")[4]
        if owner not in (call.account, AWS) or (owner == AWS and self.changed):
            # No policy of the account speaks of it, and it has none of its own: nobody may.
            return Resource(arn, "policy", owner, policy_rules=True, absent=NoSuchEntityException(_not_found(arn)))
        record = managed_policy(world.at(call.account, ""), arn)
        if record is None:
            return Resource(arn, "policy", call.account, absent=NoSuchEntityException(_not_found(arn)))
        return Resource(arn, "policy", call.account, record, tags=record.tags, cloudtrail_type=POLICY.cloudtrail_type)


def attachable(records: Records, arn: str, noun: str = "Policy") -> ManagedPolicy:
    """The policy that is to be attached. Raises InvalidInputException, NoSuchEntityException."""
    require_policy_arn(arn)
    found = managed_policy(records, arn) if arn.split(":")[4] in (records.account, AWS) else None
    if found is None:
        raise NoSuchEntityException(f"{noun} {arn} does not exist or is not attachable.")
    return found


def require_policy_arn(arn: str) -> None:
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or parts[2] != "iam" or not parts[5].startswith("policy/"):
        raise InvalidInputException(f"ARN {arn} is not valid.")


def _not_found(arn: str) -> str:
    return f"Policy {arn} was not found."


user = Named(USER, "UserName")
own_user = Own(USER, "UserName")
own_user_or_root = Own(USER, "UserName", root=True)
group = Named(GROUP, "GroupName")
role = Named(ROLE, "RoleName")
instance_profile = Named(INSTANCE_PROFILE, "InstanceProfileName")
policy = Policy()
own_policy = Policy(changed=True)
