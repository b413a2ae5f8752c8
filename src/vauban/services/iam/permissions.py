"""What the account's password policy allows users without a policy of theirs: to know it, and to change a password."""

from dataclasses import dataclass

from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Context, Grants, Resource
from vauban.kernel.stores import World
from vauban.services.iam.resolvers import USER, resource_of
from vauban.services.iam.resources import PasswordPolicy

GRANT = "account password policy"


def grants_of(call: Call, world: World) -> Grants | None:
    """Allows every user of the account what the policy opens to users (``AllowUsersToChangePassword``)."""
    policy = world.at(call.account, "").get(PasswordPolicy, call.account)
    if policy is None or not policy.allow_users_to_change_password:
        return None
    return _to_users


def _to_users(principal: Principal, _: str, __: Context) -> str | None:
    return GRANT if principal.kind == "user" else None


@dataclass(frozen=True)
class OpenToUsers:
    """Acts on no resource, and is open to users where the password policy says so."""

    members: tuple[str, ...] = ()
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        return Resource("*", account=call.account, grants=grants_of(call, world))


@dataclass(frozen=True)
class Oneself:
    """The user who calls; for a caller that is no user, the record is None."""

    members: tuple[str, ...] = ()
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        user = None
        if call.principal.kind == "user":
            user = world.at(call.account, "").get(User, call.principal.name)
        if user is None:
            return Resource(call.principal.arn, "user", call.account)
        resource = resource_of(USER, user)
        resource.grants = grants_of(call, world)
        return resource


open_to_users = OpenToUsers()
oneself = Oneself()
