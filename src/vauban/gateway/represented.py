"""Whom a service asks for when it works by itself: its own principal, or the one who brought the work about."""

from vauban.gateway.callers import Caller, UnrecognizedClientException, caller_of
from vauban.gateway.standings import Standings
from vauban.identity.attachments import Attachments, attachments
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.principals import Principal
from vauban.kernel.stores import World
from vauban.policy import Policies

_KEPT = 5_000


class Represented:
    """Callers by principal, each kept for as long as the records it was made from are the newest."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings
        self._callers: dict[Principal, tuple[Attachments | None, Caller]] = {}

    def caller(self, principal: Principal, world: World) -> Caller:
        """The principal with the policies it has now. Raises UnrecognizedClientException where it is no more."""
        standing = self._standings.of(principal.account, world)
        if standing.closed:
            raise UnrecognizedClientException(f"The account of {principal.arn} is closed.")
        return standing.bound(self._caller(principal, world))

    def _caller(self, principal: Principal, world: World) -> Caller:
        """Without what an organization holds against it."""
        attached = _attached(principal, world)
        before, kept = self._callers.get(principal, (None, None))
        if kept is not None and (before is attached or (before and attached and before.is_still(attached))):
            return kept
        if len(self._callers) >= _KEPT:
            self._callers.clear()
        caller = caller_of(principal, attached.policies if attached else Policies())
        self._callers[principal] = (attached, caller)
        return caller


def _attached(principal: Principal, world: World) -> Attachments | None:
    """What speaks for a user or a role; services and root users have nothing of the kind."""
    if principal.kind not in ("user", "assumed-role"):
        return None
    records = world.at(principal.account, "")
    if principal.kind == "user":
        identity = records.get(User, principal.name)
        same = identity is not None and identity.user_id == principal.unique_id
    else:
        identity = records.get(Role, principal.issuer_arn.rpartition("/")[2])
        same = identity is not None and identity.role_id == principal.unique_id.partition(":")[0]
    if not same:
        raise UnrecognizedClientException(f"{principal.arn} is not there any more.")
    return attachments(records, identity)
