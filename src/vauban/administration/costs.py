"""`vauban cost`: a month's bill, from the trail and from the keys there are."""

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from vauban.administration.doors import Answer, Refused
from vauban.background.clocks import Clock
from vauban.costs import prices
from vauban.costs.bills import Line, bill, total
from vauban.costs.keys import KeyLife, Month
from vauban.costs.prices import InvalidPrices
from vauban.costs.requests import kind_of
from vauban.kernel.events import AuditEvent
from vauban.kernel.stores import Store, Trail

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_LIVES = frozenset(
    {
        "CancelKeyDeletion",
        "CreateKey",
        "DeleteKey",
        "ReplicateKey",
        "RotateKey",
        "RotateKeyOnDemand",
        "ScheduleKeyDeletion",
    }
)
"""Events that tell of the life of a key."""


class Costs:
    """Answers of the operator's door. Raises Refused."""

    def __init__(self, store: Store, clock: Clock):
        self._store = store
        self._clock = clock

    def operations(self) -> dict[str, Answer]:
        return {"POST cost": self.cost}

    async def cost(self, given: dict[str, Any]) -> dict[str, Any]:
        """The bill of a month (``2026-11``; the present one where none is named), of one account or of all."""
        month = _month(given.get("month"), self._clock.now())
        try:
            known = prices.current() if given.get("prices") is None else prices.read(given["prices"])
        except InvalidPrices as error:
            raise Refused(str(error)) from None
        lives = self._lives()
        requests = await self._store.search(_usage, lives, month.start, month.until)
        lines = bill((each.life() for each in lives.values() if each.charged), requests, month, known)
        account = given.get("account")
        told = [each for each in lines if account in (None, each.account)]
        return {
            "month": datetime.fromtimestamp(month.start, UTC).strftime("%Y-%m"),
            "until": datetime.fromtimestamp(month.until, UTC).isoformat(timespec="seconds"),
            "prices_as_of": known.as_of,
            "currency": known.currency,
            "lines": [_told(each) for each in told],
            "totals": {
                each: str(total(line for line in told if line.account == each))
                for each in sorted({line.account for line in told})
            },
        }

    def _lives(self) -> "dict[str, _Life]":
        """The keys there are, with what the records know of them; of those that are gone the trail tells."""
        from vauban.services.kms.resources import Key, Material

        lives = {}
        changes = self._store.begin()
        for account, region in self._store.places(Key):
            records = changes.at(account, region)
            for key in records.list(Key):
                life = lives[key.arn] = _Life(key.arn, key.key_spec, key.created.timestamp())
                life.charged = key.key_manager == "CUSTOMER"
                materials = records.list(Material, index="key", value=key.key_id)
                life.rotations = [each.rotation_date.timestamp() for each in materials if each.rotation_date]
                life.recorded = True
        return lives


class _Life:
    """A key's life, as it is put together."""

    def __init__(self, arn: str, spec: str, created: float):
        self.arn = arn
        self.spec = spec
        self.created = created
        self.deleted: float | None = None
        self.waiting: list[tuple[float, float | None]] = []
        self.rotations: list[float] = []
        self.charged = True
        self.recorded = False
        """Whether its record is there: then that knows its rotations."""

    def learn(self, event: AuditEvent) -> None:
        """What one event of ``_LIVES`` says, in the order in which they were."""
        match event.operation:
            case "ScheduleKeyDeletion":
                self.waiting.append((event.time, None))
            case "CancelKeyDeletion" if self.waiting:
                self.waiting[-1] = (self.waiting[-1][0], event.time)
            case "DeleteKey":
                self.deleted = event.time
            case "RotateKey" | "RotateKeyOnDemand" if not self.recorded:
                self.rotations.append(event.time)

    def life(self) -> KeyLife:
        return KeyLife(self.arn, self.created, self.deleted, tuple(self.waiting), tuple(self.rotations))


def _usage(trail: Trail, lives: dict[str, _Life], since: float, until: float) -> Counter[tuple[str, str, str]]:
    """The requests of a time, by account, Region and kind; ``lives`` learn on the way what the trail says of them."""
    requests: Counter[tuple[str, str, str]] = Counter()
    for event in trail.after(0, trail.end()):
        if event.service != "kms" or event.error_code is not None or event.time >= until:
            continue
        if event.operation in _LIVES:
            _learn(lives, event)
        if event.time >= since and event.event_type == "AwsApiCall" and _is_callers(event):
            requests[event.account, event.region, _kind(lives, event)] += 1
    return requests


def _learn(lives: dict[str, _Life], event: AuditEvent) -> None:
    made = (event.result or {}).get("keyMetadata") or (event.result or {}).get("replicaKeyMetadata")
    if made and made["arn"] not in lives:
        lives[made["arn"]] = _Life(made["arn"], made.get("keySpec", ""), event.time)
    for arn, _, account in event.resources:
        if arn in lives and account == event.account:
            lives[arn].learn(event)


def _is_callers(event: AuditEvent) -> bool:
    """A call between accounts is on two trails, and is charged to whoever made it."""
    return event.principal[1] in ("", event.account)


def _kind(lives: dict[str, _Life], event: AuditEvent) -> str:
    specs = tuple(lives[arn].spec for arn, _, _ in event.resources if arn in lives)
    return kind_of(event.operation, specs, (event.params or {}).get("keyPairSpec", ""))


def _month(named: str | None, now: float) -> Month:
    today = datetime.fromtimestamp(now, UTC)
    if named is not None and not (isinstance(named, str) and _MONTH.fullmatch(named)):
        raise Refused("say the month as 2026-11")
    year, month = map(int, named.split("-")) if named else (today.year, today.month)
    start = datetime(year, month, 1, tzinfo=UTC)
    if start > today:
        raise Refused(f"{named} has not begun")
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return Month(start.timestamp(), end.timestamp(), now)


def _told(line: Line) -> dict[str, Any]:
    return {
        "account": line.account,
        "region": line.region,
        "item": line.item,
        "quantity": line.quantity,
        "unit": line.unit,
        "cost": f"{line.cost:.6f}",
    }
