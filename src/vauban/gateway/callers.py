"""Who asks, with all policies that speak for them."""

from dataclasses import dataclass

from vauban.identity.access_keys import AccessKey
from vauban.identity.accounts import root_principal
from vauban.identity.users import User
from vauban.kernel.errors import AwsError
from vauban.kernel.principals import Principal
from vauban.kernel.stores import World
from vauban.policy import Policies, Policy


class UnrecognizedClientException(AwsError):
    """The access key is nobody's any more."""


@dataclass(frozen=True, eq=False)
class Caller:
    """A principal, its policies, and how the trail names it. Compared by identity: new policies make a new caller."""

    principal: Principal
    policies: Policies
    trail_identity: tuple[str, str, str, str, str, str, str]


class Callers:
    """Callers by access key, each kept for as long as the records it was made from are the newest."""

    def __init__(self) -> None:
        self._callers: dict[str, tuple[AccessKey, User | None, Caller]] = {}

    def of(self, access_key: AccessKey, world: World) -> Caller:
        """Raises UnrecognizedClientException where the key's user is gone."""
        user = None
        if access_key.user_name:
            user = world.at(access_key.account, "").get(User, access_key.user_name)
            if user is None:
                raise UnrecognizedClientException("The security token included in the request is invalid.")
        kept = self._callers.get(access_key.access_key_id)
        if kept is not None and kept[0] is access_key and kept[1] is user:
            return kept[2]
        caller = _caller(access_key, user)
        self._callers[access_key.access_key_id] = (access_key, user, caller)
        return caller


def _caller(access_key: AccessKey, user: User | None) -> Caller:
    if user is None:
        return caller_of(root_principal(access_key.account, access_key.access_key_id), Policies())
    principal = Principal(
        kind="user",
        account=user.account,
        arn=user.arn,
        unique_id=user.user_id,
        name=user.name,
        access_key_id=access_key.access_key_id,
        tags=user.tags,
    )
    identity = tuple(Policy.parse(text, name=name, kind="identity") for name, text in user.policies.items())
    boundary = Policy.parse(user.boundary, name="boundary", kind="boundary") if user.boundary else None
    return caller_of(principal, Policies(identity=identity, boundary=boundary))


def caller_of(principal: Principal, policies: Policies) -> Caller:
    trail_identity = (
        principal.kind,
        principal.account,
        principal.arn,
        principal.unique_id,
        principal.name,
        principal.access_key_id,
        principal.issuer_arn,
    )
    return Caller(principal, policies, trail_identity)
