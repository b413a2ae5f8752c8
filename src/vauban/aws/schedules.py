"""Schedule expressions, ``rate(…)`` and ``cron(…)``, as EventBridge and what builds on it read them. In UTC. Pure.

    parse("cron(0 8 ? * MON-FRI *)").next_after(moment)

Days of the week count from 1 for Sunday; one of the two day fields is ``?``. Source: EventBridge User Guide, "Cron
expressions reference" and "Rate expressions"; AWS Secrets Manager User Guide, "Rotation schedules".
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
LAST_YEAR = 2199

_RATE = re.compile(r"rate\((\d{1,9}) (minutes?|hours?|days?)\)", re.ASCII)
_CRON = re.compile(r"cron\(([^()]*)\)", re.ASCII)

DayTest = Callable[[date], bool]


@dataclass(frozen=True)
class Rate:
    value: int
    unit: str
    """``minute``, ``hour`` or ``day``."""

    @property
    def interval(self) -> timedelta:
        return timedelta(**{f"{self.unit}s": self.value})

    def next_after(self, moment: datetime) -> datetime:
        return moment + self.interval


@dataclass(frozen=True)
class Field:
    """Which numbers a field takes, and what they may be called."""

    name: str
    first: int
    last: int
    names: tuple[str, ...] = ()

    def read(self, text: str) -> frozenset[int]:
        """The numbers that ``1,5-8,10/2`` means. Raises ValueError."""
        return frozenset(number for part in text.split(",") for number in self._part(part))

    def number(self, text: str) -> int:
        """One number, or its name. Raises ValueError."""
        upper = text.upper()
        number = self.names.index(upper) + self.first if upper in self.names else _digits(text)
        if not self.first <= number <= self.last:
            raise ValueError(f"{text} is not a value of the field {self.name}")
        return number

    def _part(self, part: str) -> Iterator[int]:
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            begin, end = self.first, self.last
        else:
            begin = self.number(first)
            end = self.number(last) if dash else self.last if slash else begin
        every = _digits(step) if slash else 1
        if every == 0:
            raise ValueError(f"{part} has a step of 0")
        span_end = end if begin <= end else end + self._size
        for each in range(begin, span_end + 1, every):
            yield self.first + (each - self.first) % self._size

    @property
    def _size(self) -> int:
        return self.last - self.first + 1


MINUTE = Field("minutes", 0, 59)
HOUR = Field("hours", 0, 23)
DAY_OF_MONTH = Field("day-of-month", 1, 31)
MONTH = Field("month", 1, 12, MONTHS)
DAY_OF_WEEK = Field("day-of-week", 1, 7, WEEKDAYS)
YEAR = Field("year", 1970, LAST_YEAR)


@dataclass(frozen=True)
class Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    days: DayTest
    months: frozenset[int]
    years: frozenset[int]

    def next_after(self, moment: datetime) -> datetime | None:
        """The first time after ``moment``, in its time zone; None where there is no more."""
        for day in self._days_from(moment.date()):
            for at in self._times:
                found = datetime.combine(day, at, moment.tzinfo)
                if found > moment:
                    return found
        return None

    def every_after(self, moment: datetime) -> Iterator[datetime]:
        """All times after ``moment``."""
        found = self.next_after(moment)
        while found is not None:
            yield found
            found = self.next_after(found)

    @cached_property
    def _times(self) -> tuple[time, ...]:
        return tuple(time(hour, minute) for hour in sorted(self.hours) for minute in sorted(self.minutes))

    def _days_from(self, start: date) -> Iterator[date]:
        for year in range(start.year, LAST_YEAR + 1):
            if year not in self.years:
                continue
            for month in sorted(self.months):
                if (year, month) < (start.year, start.month):
                    continue
                days = (date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1))
                yield from (day for day in days if day >= start and self.days(day))


Schedule = Rate | Cron


def parse(expression: str) -> Schedule:
    """``rate(5 days)`` or ``cron(0 12 * * ? *)``. Raises ValueError for what is neither."""
    rate = _RATE.fullmatch(expression)
    if rate is not None:
        if not int(rate[1]):
            raise ValueError("a rate is of at least 1")
        return Rate(int(rate[1]), rate[2].removesuffix("s"))
    return parse_cron(fields_of(expression))


def fields_of(expression: str) -> tuple[str, ...]:
    """The six fields of ``cron(…)``. Raises ValueError."""
    cron = _CRON.fullmatch(expression)
    fields = tuple(cron[1].split()) if cron else ()
    if len(fields) != 6:
        raise ValueError(f"{expression} is no schedule expression")
    return fields


def parse_cron(fields: tuple[str, ...]) -> Cron:
    minutes, hours, day_of_month, month, day_of_week, year = fields
    if (day_of_month == "?") == (day_of_week == "?"):
        raise ValueError("one of day-of-month and day-of-week must be ?, and one not")
    days = days_of_week(day_of_week) if day_of_month == "?" else days_of_month(day_of_month)
    return Cron(MINUTE.read(minutes), HOUR.read(hours), days, MONTH.read(month), YEAR.read(year))


def days_of_month(text: str) -> DayTest:
    """``1,15``, ``L`` for the last, ``LW`` for the last weekday, ``15W`` for the weekday nearest to the 15th."""
    if text == "L":
        return lambda day: day.day == _month_length(day)
    if text == "LW":
        return lambda day: day == _nearest_weekday(day.replace(day=_month_length(day)))
    if text.endswith("W"):
        number = DAY_OF_MONTH.number(text[:-1])
        return lambda day: number <= _month_length(day) and day == _nearest_weekday(day.replace(day=number))
    numbers = DAY_OF_MONTH.read(text)
    return lambda day: day.day in numbers


def days_of_week(text: str) -> DayTest:
    """``MON-FRI``, ``6L`` for the month's last Friday, ``TUE#3`` for its third Tuesday; ``L`` alone for Saturdays."""
    weekday, hash_, which = text.partition("#")
    if hash_:
        number, nth = DAY_OF_WEEK.number(weekday), _digits(which)
        if not 1 <= nth <= 5:
            raise ValueError(f"no month has a {weekday} number {which}")
        return lambda day: _weekday(day) == number and (day.day + 6) // 7 == nth
    if text == "L":
        return lambda day: _weekday(day) == DAY_OF_WEEK.last
    if text.endswith("L"):
        number = DAY_OF_WEEK.number(text[:-1])
        return lambda day: _weekday(day) == number and day.day + 7 > _month_length(day)
    numbers = DAY_OF_WEEK.read(text)
    return lambda day: _weekday(day) in numbers


def _weekday(day: date) -> int:
    return day.isoweekday() % 7 + 1


def _month_length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date) -> date:
    """Monday to Friday, within the month."""
    if day.isoweekday() == 6:
        return day - timedelta(1) if day.day > 1 else day + timedelta(2)
    if day.isoweekday() == 7:
        return day + timedelta(1) if day.day < _month_length(day) else day - timedelta(2)
    return day


def _digits(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise ValueError(f"{text} is no number")
    return int(text)
