"""When: ``at(…)``, ``rate(…)`` and ``cron(…)``, in a time zone. Pure.

Source: EventBridge Scheduler User Guide, "Schedule types": a time that the clocks pass over in spring is left out, one
that comes twice in autumn counts once, and a rate keeps to hours of 60 minutes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vauban.aws import schedules

_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)", re.ASCII)


@dataclass(frozen=True)
class Once:
    moment: datetime
    """By the clocks of the time zone."""


@dataclass(frozen=True)
class Expression:
    when: Once | schedules.Schedule
    zone: ZoneInfo

    def first(self, start: datetime) -> datetime | None:
        """The first time from ``start`` on, which for a rate is ``start`` itself; None where there is none."""
        if isinstance(self.when, schedules.Rate):
            return start
        return self._first_of_clocks(start - timedelta(microseconds=1))

    def next_after(self, last: datetime, now: datetime) -> datetime | None:
        """The time after ``last``, but none that has passed by ``now``; a rate keeps its beat."""
        if isinstance(self.when, Once):
            return None
        if isinstance(self.when, schedules.Rate):
            beats = max(1, (now - last) // self.when.interval + 1)
            return last + beats * self.when.interval
        return self._first_of_clocks(max(last, now))

    def _first_of_clocks(self, after: datetime) -> datetime | None:
        for local in self._locals(after.astimezone(self.zone).replace(tzinfo=None)):
            moment = local.replace(tzinfo=self.zone).astimezone(UTC)
            there = moment.astimezone(self.zone).replace(tzinfo=None) == local
            if there and moment > after:
                return moment
        return None

    def _locals(self, after: datetime) -> Iterator[datetime]:
        """Times as clocks show them, from ``after`` on."""
        if isinstance(self.when, Once):
            yield self.when.moment
        elif isinstance(self.when, schedules.Cron):
            yield from self.when.every_after(after)


@lru_cache(maxsize=4096)
def parse(text: str, timezone: str) -> Expression:
    """Raises ValueError for what is none, and LookupError for a time zone that is not known."""
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise LookupError(timezone) from None
    once = _AT.fullmatch(text)
    return Expression(Once(datetime.fromisoformat(once[1])) if once else schedules.parse(text), zone)
