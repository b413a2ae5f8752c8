"""Who asks, with all policies that speak for them."""

from dataclasses import dataclass

from vauban.gateway.standings import NOWHERE, Standing, Standings
from vauban.identity.access_keys import AccessKey
from vauban.identity.accounts import root_principal
from vauban.identity.attachments import Attachments, attachments
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.errors import AwsError
from vauban.kernel.principals import Principal
from vauban.kernel.stores import World
from vauban.policy import Policies


class UnrecognizedClientException(AwsError):
    """The access key is nobody's any more."""


@dataclass(frozen=True, eq=False)
class Caller:
    """A principal, its policies, and how the trail names it. Compared by identity: new policies make a new caller."""

    principal: Principal
    policies: Policies
    trail_identity: tuple[str, str, str, str, str, str, str]
    standing: Standing = NOWHERE
    """Of its account in an organization; nowhere where there is none."""


class Callers:
    """Callers by access key, each kept for as long as the records it was made from are the newest."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings
        self._callers: dict[str, tuple[AccessKey, Attachments | None, Caller]] = {}

    def of(self, access_key: AccessKey, world: World) -> Caller:
        """Raises UnrecognizedClientException where the key's user is gone, or its account closed."""
        standing = self._standings.of(access_key.account, world)
        if standing.closed:
            raise UnrecognizedClientException("The security token included in the request is invalid.")
        return standing.bound(self._of(access_key, world))

    def _of(self, access_key: AccessKey, world: World) -> Caller:
        """Without what an organization holds against it."""
        attached = None
        if access_key.user_name:
            records = world.at(access_key.account, "")
            user = records.get(User, access_key.user_name)
            if user is None:
                raise UnrecognizedClientException("The security token included in the request is invalid.")
            attached = attachments(records, user)
        kept = self._callers.get(access_key.access_key_id)
        if kept is not None and kept[0] is access_key:
            before = kept[1]
            if before is attached or (attached is not None and before is not None and before.is_still(attached)):
                return kept[2]
        caller = _caller(access_key, attached)
        self._callers[access_key.access_key_id] = (access_key, attached, caller)
        return caller


def _caller(access_key: AccessKey, attached: Attachments | None) -> Caller:
    if attached is None:
        return caller_of(root_principal(access_key.account, access_key.access_key_id), Policies())
    user = attached.identity
    principal = Principal(
        kind="user",
        account=user.account,
        arn=user.arn,
        unique_id=user.user_id,
        name=user.name,
        access_key_id=access_key.access_key_id,
        tags=user.tags,
    )
    return caller_of(principal, attached.policies)


def policies_of_role(world: World, role: Role) -> Policies:
    """What speaks for a role, without its session's and its organization's policies.

    To keep what it gives, keep the ``attachments`` it is made of, and ask whether they are still the same.
    """
    return attachments(world.at(role.account, ""), role).policies


def caller_of(principal: Principal, policies: Policies) -> Caller:
    return Caller(principal, policies, trail_identity(principal))


def trail_identity(principal: Principal) -> tuple[str, str, str, str, str, str, str]:
    """How the trail names a principal: ``AuditEvent.principal``."""
    return (
        principal.kind,
        principal.account,
        principal.arn,
        principal.unique_id,
        principal.name,
        principal.access_key_id,
        principal.issuer_arn,
    )
