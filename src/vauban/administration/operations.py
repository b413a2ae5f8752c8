"""What the server's operator can ask: the operations behind `vauban`'s commands."""

from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol

from vauban.administration.accounts import Accounts
from vauban.administration.costs import Costs
from vauban.administration.doors import Answer, Refused
from vauban.administration.explanations import explanation
from vauban.administration.keys import Keys
from vauban.administration.proxies import Proxies
from vauban.background.clocks import Clock
from vauban.background.timers import Timers
from vauban.events.trail import cloudtrail_record
from vauban.gateway import Gateway
from vauban.kernel.attributes import username_of
from vauban.kernel.events import AuditEvent
from vauban.kernel.stores import Store, Trail
from vauban.policy import MalformedPolicy

_MOST_RECORDS = 1000
_MOST_ADVANCE_SECONDS = 100 * 366 * 86400


class House(Protocol):
    """What there is to administer; ``server.Vauban`` is one."""

    store: Store
    clock: Clock
    accounts: Accounts
    timers: Timers
    gateway: Gateway


class Administration:
    """Answers, each given a JSON object and giving one. Raises Refused with words for the operator."""

    def __init__(self, house: House, endpoint: str, facts: dict[str, Any], trust_bundle: str = ""):
        """``facts`` are what ``status`` shows besides; ``trust_bundle`` a file that clients have to trust."""
        self._house = house
        self._endpoint = endpoint
        self._facts = facts
        self._trust_bundle = trust_bundle

    def operations(self) -> dict[str, Answer]:
        """The table of a ``Door``."""
        return {
            "GET status": self.status,
            "POST credentials": self.credentials,
            "GET clock": self.clock,
            "POST clock": self.advance,
            "GET explain/": self.explain,
            "POST trail": self.trail,
            **Proxies(self._house.store, self._house.clock.now).operations(),
            **Costs(self._house.store, self._house.clock).operations(),
            **Keys(self._house).operations(),
        }

    async def status(self, _: dict[str, Any]) -> dict[str, Any]:
        accounts = [each.account for each in self._house.accounts.all()]
        return {"endpoint": self._endpoint, "sealed": False, "accounts": accounts, "clock": self._time(), **self._facts}

    async def credentials(self, given: dict[str, Any]) -> dict[str, Any]:
        accounts = self._house.accounts
        account = given.get("account") or accounts.all()[0].account
        user, policies = given.get("user"), given.get("policies") or {}
        try:
            if user and (policies or not accounts.has_user(account, user)):
                await accounts.put_user(account, user, policies)
            key = await accounts.access_key(account, user)
        except (LookupError, MalformedPolicy, ValueError) as error:
            raise Refused(str(error)) from None
        return {
            "access_key_id": key.access_key_id,
            "secret_access_key": key.secret_access_key.decode(),
            "account": account,
            "endpoint": self._endpoint,
            "trust_bundle": self._trust_bundle,
        }

    async def clock(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"time": self._time(), "kind": "virtual" if self._house.clock.virtual else "wall"}

    async def advance(self, given: dict[str, Any]) -> dict[str, Any]:
        clock, seconds = self._house.clock, given.get("advance_seconds")
        if not clock.virtual:
            raise Refused("this server runs on the wall clock. Start it with --clock=virtual to advance it.")
        if not isinstance(seconds, int | float) or not 0 <= seconds <= _MOST_ADVANCE_SECONDS:
            raise Refused("advance_seconds is a number of seconds, of at most a hundred years")
        done = await self._house.timers.advance(clock, clock.now() + seconds)
        return {"time": self._time(), "done": done}

    async def explain(self, given: dict[str, Any]) -> dict[str, Any]:
        await self._house.store.audited()
        event = self._house.store.trail.find(given["id"])
        if event is None:
            raise Refused(f"no denial has the authorization ID {given['id'][:64]}", 404)
        return {"explanation": explanation(event)}

    async def trail(self, given: dict[str, Any]) -> dict[str, Any]:
        last = given.get("last", 20)
        if not isinstance(last, int) or not 1 <= last <= _MOST_RECORDS:
            raise Refused(f"ask for 1 to {_MOST_RECORDS} events")
        since = given.get("since_seconds")
        if since is not None and not isinstance(since, int | float):
            raise Refused("since_seconds is a number of seconds")
        begin = 0.0 if since is None else self._house.clock.now() - since
        wanted = {name: given[name] for name in ("event_name", "user", "denied") if given.get(name)}
        return {"records": await self._house.store.search(newest_records, begin, wanted, last)}

    def _time(self) -> str:
        return datetime.fromtimestamp(self._house.clock.now(), UTC).isoformat(timespec="seconds")


def newest_records(trail: Trail, since: float, wanted: dict[str, Any], last: int) -> list[dict[str, Any]]:
    """The last records of all accounts and Regions that are ``wanted`` (event_name, user, denied), oldest first."""
    text = max((wanted.get("event_name", ""), wanted.get("user", "")), key=len)
    found = (event for event in trail.events(since=since, mentioning=text) if _is_wanted(event, wanted))
    return [cloudtrail_record(event) for event in islice(found, last)][::-1]


def _is_wanted(event: AuditEvent, wanted: dict[str, Any]) -> bool:
    return (
        wanted.get("event_name") in (None, event.operation)
        and wanted.get("user") in (None, username_of(event), event.principal[2])
        and (not wanted.get("denied") or event.authorization_id is not None)
    )
