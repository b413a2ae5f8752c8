"""Schedules, when their time comes: each makes an invocation, and waits for its next time."""

from datetime import datetime, timedelta

from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.operations import when_due
from vauban.kernel.records import replace
from vauban.services.scheduler.expressions import Once, parse
from vauban.services.scheduler.resources import ENABLED, Invocation, Schedule


def begun(call: Call, schedule: Schedule) -> Schedule:
    """The schedule, waiting for its first time from now on."""
    if schedule.state != ENABLED:
        return replace(schedule, next_at=None, due_at=None)
    expression = parse(schedule.expression, schedule.timezone)
    if isinstance(expression.when, Once) or schedule.start is None:
        return _waiting(call, schedule, expression.first(call.now))
    return _waiting(call, schedule, expression.first(max(schedule.start, call.now)))


@when_due(Schedule)
def fire(call: ServiceCall, schedule: Schedule) -> None:
    """Whatever was missed while nobody looked at the clock is invoked once."""
    invocation = Invocation(
        call.uuid(),
        schedule.account,
        schedule.region,
        schedule.arn,
        schedule.group,
        schedule.role_arn,
        schedule.next_at,
        call.now,
        call.now,
        data_key=schedule.data_key,
        target=schedule.target,
    )
    call.store.put(invocation)
    following = parse(schedule.expression, schedule.timezone).next_after(schedule.next_at, call.now)
    waiting = _waiting(call, schedule, following)
    if waiting.next_at is None and schedule.after_completion == "DELETE":
        call.store.delete(schedule)
    else:
        call.store.put(waiting)


def _waiting(call: Call, schedule: Schedule, moment: datetime | None) -> Schedule:
    """Until the moment, or in the flexible window a little longer; not at all for one after the schedule's end."""
    once = isinstance(parse(schedule.expression, schedule.timezone).when, Once)
    if moment is None or (schedule.end is not None and not once and moment >= schedule.end):
        return replace(schedule, next_at=None, due_at=None)
    return replace(schedule, next_at=moment, due_at=moment + _delay(call, schedule))


def _delay(call: Call, schedule: Schedule) -> timedelta:
    if not schedule.window_minutes:
        return timedelta(0)
    return timedelta(seconds=int.from_bytes(call.random(4), "big") % (schedule.window_minutes * 60))
