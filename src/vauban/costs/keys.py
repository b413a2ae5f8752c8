"""What a key costs: so much a month, prorated by the hour, and more after its first rotations; nothing while it waits
to be deleted."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from vauban.costs.prices import Prices

HOUR = 3600


@dataclass(frozen=True)
class KeyLife:
    """A customer managed key, in epoch seconds."""

    arn: str
    created: float
    deleted: float | None = None
    waiting: tuple[tuple[float, float | None], ...] = ()
    """From when until when it was pending deletion; None where it still is."""
    rotations: tuple[float, ...] = ()

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]


@dataclass(frozen=True)
class Month:
    """A calendar month (UTC), in epoch seconds, and how much of it is over."""

    start: float
    end: float
    now: float

    @property
    def hours(self) -> int:
        return int(self.end - self.start) // HOUR

    @property
    def until(self) -> float:
        return min(self.end, self.now)


def key_hours(life: KeyLife, month: Month, since: float | None = None) -> int:
    """Hours of the month, begun ones whole, in which the key was there and not waiting; of those after ``since``."""
    start = max(month.start, life.created, since or 0.0)
    end = month.until if life.deleted is None else min(month.until, life.deleted)
    if end <= start:
        return 0
    waited = sum(
        max(0.0, min(end, end if until is None else until) - max(start, begun)) for begun, until in life.waiting
    )
    return ceil(max(0.0, end - start - waited) / HOUR)


def key_cost(life: KeyLife, month: Month, prices: Prices) -> Decimal:
    """The key's own, without its rotations."""
    return prices.key_month * key_hours(life, month) / month.hours


def rotation_hours(life: KeyLife, month: Month, prices: Prices) -> int:
    """Hours after each rotation that is charged for, added up."""
    return sum(key_hours(life, month, at) for at in sorted(life.rotations)[: prices.rotations_charged])
