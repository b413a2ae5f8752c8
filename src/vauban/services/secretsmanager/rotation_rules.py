"""When a secret rotates: rules, and the windows that they open. Pure.

Source: "Rotation schedules", AWS Secrets Manager User Guide.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from vauban.aws.schedules import Cron, Rate, fields_of, parse
from vauban.kernel.records import replace
from vauban.services.secretsmanager.errors import InvalidParameterException

SHORTEST_HOURS = 4
LONGEST_DAYS = 999
ONE_HOUR = timedelta(hours=1)
ONE_DAY = timedelta(days=1)

_DURATION = re.compile(r"(\d{1,2})h", re.ASCII)


class Window(NamedTuple):
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Rotation:
    """How a secret rotates, and when it did and will."""

    lambda_arn: str = ""
    enabled: bool = True
    after_days: int = 0
    """AutomaticallyAfterDays; 0 where a schedule expression says it, or nothing."""
    expression: str = ""
    duration: str = ""
    rotated: datetime | None = None
    window_starts: datetime | None = None
    window_ends: datetime | None = None
    """What NextRotationDate tells."""
    calculated_days: int = 0
    """What AutomaticallyAfterDays tells of a schedule expression, once a rotation succeeded."""
    rotates_at: datetime | None = None
    """Some time within the window; None where nothing is due."""

    @property
    def described(self) -> dict[str, Any]:
        """What DescribeSecret tells of it."""
        told = {"RotationEnabled": self.enabled, "RotationLambdaARN": self.lambda_arn, "RotationRules": self.rules}
        return {name: value for name, value in told.items() if value not in ("", {})}

    @property
    def rules(self) -> dict[str, Any]:
        """The model's ``RotationRulesType``."""
        told = {
            "AutomaticallyAfterDays": self.after_days or self.calculated_days,
            "Duration": self.duration,
            "ScheduleExpression": self.expression,
        }
        return {name: value for name, value in told.items() if value}

    @property
    def as_plain(self) -> dict[str, Any]:
        """What a replica tells of its primary's rotation, as it is sent there."""
        dates = (self.rotated, self.window_ends)
        return {
            "lambda_arn": self.lambda_arn,
            "enabled": self.enabled,
            "after_days": self.after_days,
            "expression": self.expression,
            "duration": self.duration,
            "calculated_days": self.calculated_days,
            **{name: at and at.timestamp() for name, at in zip(("rotated", "window_ends"), dates, strict=True)},
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Rotation":
        """The rotation as a replica knows it: it never falls due there."""
        rotated, window_ends = (
            datetime.fromtimestamp(plain[each], UTC) if plain[each] else None for each in ("rotated", "window_ends")
        )
        return cls(**{**plain, "rotated": rotated, "window_ends": window_ends})

    def with_rules(self, rules: dict[str, Any]) -> "Rotation":
        """With the request's ``RotationRules``. Raises InvalidParameterException."""
        days, expression = rules.get("AutomaticallyAfterDays", 0), rules.get("ScheduleExpression", "")
        if days and expression:
            raise InvalidParameterException(
                "You can't specify both AutomaticallyAfterDays and ScheduleExpression in RotationRules."
            )
        changed = replace(
            self, after_days=days, expression=expression, duration=rules.get("Duration", ""), calculated_days=0
        )
        changed._require_sound()
        return changed

    def next_window(self, since: datetime) -> Window | None:
        """The window after a rotation at ``since``; None where no rule opens one."""
        start = self._next_start(since)
        return None if start is None else Window(start, start + self._length(start))

    def succeeded(self, moment: datetime) -> "Rotation":
        """After a rotation at ``moment``: a schedule's days are those between its next two windows."""
        following = self._next_start(moment) if self.expression else None
        after = self._next_start(following) if following is not None else None
        days = max((after - following).days, 1) if after is not None else 0
        return replace(self, rotated=moment, calculated_days=days)

    def _next_start(self, since: datetime) -> datetime | None:
        if self.after_days:
            return _midnight(since) + timedelta(days=self.after_days)
        if not self.expression:
            return None
        schedule = parse(self.expression)
        if isinstance(schedule, Cron):
            return schedule.next_after(since)
        if schedule.unit == "day":
            return _midnight(since) + schedule.interval
        return since.replace(minute=0, second=0, microsecond=0) + schedule.interval

    def _length(self, start: datetime) -> timedelta:
        if self.duration:
            return timedelta(hours=int(self.duration[:-1]))
        return ONE_HOUR if self.is_hourly else _midnight(start) + ONE_DAY - start

    @property
    def is_hourly(self) -> bool:
        """Whether it may rotate several times a day."""
        schedule = parse(self.expression) if self.expression else None
        if isinstance(schedule, Rate):
            return schedule.unit == "hour"
        return schedule is not None and len(schedule.hours) > 1

    def _require_sound(self) -> None:
        if self.duration and not (_DURATION.fullmatch(self.duration) and 1 <= int(self.duration[:-1]) <= 24):
            raise InvalidParameterException(f"The duration {self.duration} is not a number of hours from 1h to 24h.")
        if not self.expression:
            return
        try:
            schedule = parse(self.expression)
        except ValueError as error:
            raise _bad_expression(self.expression, str(error)) from None
        gaps = (
            _rate_gap(self.expression, schedule) if isinstance(schedule, Rate) else _cron_gap(self.expression, schedule)
        )
        if gaps < timedelta(hours=SHORTEST_HOURS):
            raise _bad_expression(self.expression, f"rotations must be at least {SHORTEST_HOURS} hours apart")
        self._require_window(schedule, gaps)

    def _require_window(self, schedule: Rate | Cron, gap: timedelta) -> None:
        if not self.duration:
            return
        length = timedelta(hours=int(self.duration[:-1]))
        latest = max(schedule.hours) if isinstance(schedule, Cron) else 0
        if length > gap or length + timedelta(hours=latest) > ONE_DAY:
            raise InvalidParameterException(
                f"The rotation window of {self.duration} extends into the next rotation window or the next UTC day."
            )


def _rate_gap(expression: str, rate: Rate) -> timedelta:
    if rate.unit == "minute" or rate.interval > timedelta(days=LONGEST_DAYS):
        raise _bad_expression(expression, f"a rate is in hours or days, up to {LONGEST_DAYS} days")
    return rate.interval


def _cron_gap(expression: str, cron: Cron) -> timedelta:
    """The shortest time between two rotations of a day, and over midnight."""
    minutes, year = fields_of(expression)[0], fields_of(expression)[5]
    if minutes != "0" or year != "*":
        raise _bad_expression(expression, "its minutes must be 0, and its year *")
    if cron.next_after(datetime(2000, 1, 1)) is None:
        raise _bad_expression(expression, "it has no day")
    hours = sorted(cron.hours)
    return timedelta(hours=min((after - before for before, after in pairwise([*hours, hours[0] + 24])), default=24))


def _bad_expression(expression: str, why: str) -> InvalidParameterException:
    return InvalidParameterException(f"The schedule expression {expression} is not valid: {why}.")


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time(), moment.tzinfo)
