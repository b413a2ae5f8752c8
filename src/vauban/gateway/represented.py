"""Whom a service asks for when it works by itself: its own principal, or the one who brought the work about."""

from vauban.gateway.callers import Caller, caller_of
from vauban.gateway.sources import Sources, UnrecognizedClientException, sources
from vauban.gateway.standings import Standings
from vauban.kernel.principals import Principal
from vauban.kernel.stores import World

_KEPT = 5_000


class Represented:
    """Callers by principal, each kept for as long as the records it was made from are the newest."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings
        self._callers: dict[Principal, tuple[Sources, Caller]] = {}

    def caller(self, principal: Principal, world: World) -> Caller:
        """The principal with the policies it has now. Raises UnrecognizedClientException where it is no more."""
        standing = self._standings.of(principal.account, world)
        if standing.closed:
            raise UnrecognizedClientException(f"The account of {principal.arn} is closed.")
        return standing.bound(self._caller(principal, world))

    def _caller(self, principal: Principal, world: World) -> Caller:
        """Without what an organization holds against it."""
        try:
            found = sources(principal, world)
        except UnrecognizedClientException:
            raise UnrecognizedClientException(f"{principal.arn} is not there any more.") from None
        kept = self._callers.get(principal)
        if kept is not None and found.is_still(kept[0]):
            return kept[1]
        if len(self._callers) >= _KEPT:
            self._callers.clear()
        caller = caller_of(principal, found.policies(principal.session))
        self._callers[principal] = (found, caller)
        return caller
