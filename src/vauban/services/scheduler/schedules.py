"""Schedules: made, changed as a whole, looked at and deleted."""

from datetime import UTC, datetime, timedelta
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.scheduler.errors import ConflictException, group_not_found, schedule_not_found
from vauban.services.scheduler.expressions import parse
from vauban.services.scheduler.firings import begun
from vauban.services.scheduler.lists import page
from vauban.services.scheduler.resolvers import a_possible_schedule, a_schedule
from vauban.services.scheduler.resources import (
    DEFAULT,
    ENABLED,
    LONGEST_AGE_SECONDS,
    MOST_RETRIES,
    Schedule,
    find_group,
)
from vauban.services.scheduler.roles import may_pass, require_assumable
from vauban.services.scheduler.sealing import Sealed, opened, sealed
from vauban.services.scheduler.targets import require_target
from vauban.services.scheduler.tokens import done_before

LATEST_START = timedelta(minutes=5)
"""A schedule may begin so long ago."""


@operation("CreateSchedule", on=a_possible_schedule, decide=may_pass)
def create_schedule(
    call: Call,
    existing: Schedule | None,
    schedule_expression: str,
    target: dict[str, Any],
    flexible_time_window: dict[str, Any],
    start_date: datetime | None = None,
    end_date: datetime | None = None,
    description: str = "",
    schedule_expression_timezone: str = "UTC",
    state: str = ENABLED,
    kms_key_arn: str = "",
    client_token: str | None = None,
    action_after_completion: str = "NONE",
) -> dict[str, Any]:
    name, group = call.params["Name"], call.params.get("GroupName", DEFAULT)
    if existing is not None and done_before(call, client_token):
        return {"ScheduleArn": existing.arn}
    if existing is not None:
        raise ConflictException(f"Schedule {name} already exists.")
    if find_group(call.world, call.account, call.region, group).due_at:
        raise ConflictException(f"Schedule group {group} is being deleted.")
    done_before(call, client_token)
    made = Schedule(
        name,
        group,
        call.account,
        call.region,
        schedule_expression,
        target["Arn"],
        target["RoleArn"],
        call.now,
        call.now,
        schedule_expression_timezone,
        _in_utc(start_date),
        _in_utc(end_date),
        _minutes(flexible_time_window),
        state,
        description,
        action_after_completion,
        kms_key_arn,
    )
    _keep(call, made, target)
    return {"ScheduleArn": made.arn}


@operation("UpdateSchedule", on=a_schedule, decide=may_pass)
def update_schedule(
    call: Call,
    schedule: Schedule,
    schedule_expression: str,
    target: dict[str, Any],
    flexible_time_window: dict[str, Any],
    start_date: datetime | None = None,
    end_date: datetime | None = None,
    description: str = "",
    schedule_expression_timezone: str = "UTC",
    state: str = ENABLED,
    kms_key_arn: str = "",
    client_token: str | None = None,
    action_after_completion: str = "NONE",
) -> dict[str, Any]:
    """What is not said is as if it had never been said."""
    if done_before(call, client_token):
        return {"ScheduleArn": schedule.arn}
    changed = replace(
        schedule,
        expression=schedule_expression,
        target_arn=target["Arn"],
        role_arn=target["RoleArn"],
        modified=call.now,
        timezone=schedule_expression_timezone,
        start=_in_utc(start_date),
        end=_in_utc(end_date),
        window_minutes=_minutes(flexible_time_window),
        state=state,
        description=description,
        after_completion=action_after_completion,
        kms_key_arn=kms_key_arn,
    )
    _keep(call, changed, target)
    return {"ScheduleArn": changed.arn}


@operation("DeleteSchedule", on=a_possible_schedule)
def delete_schedule(call: Call, schedule: Schedule | None, client_token: str | None = None) -> None:
    if done_before(call, client_token):
        return
    if schedule is None:
        raise schedule_not_found(call.params["Name"])
    call.store.delete(schedule)


@operation("GetSchedule", on=a_schedule)
def get_schedule(call: Call, schedule: Schedule) -> dict[str, Any]:
    target = opened(call, schedule.arn, Sealed(schedule.target, schedule.data_key))
    retries = {"MaximumEventAgeInSeconds": LONGEST_AGE_SECONDS, "MaximumRetryAttempts": MOST_RETRIES}
    told = {
        **_summary(schedule),
        "ScheduleExpression": schedule.expression,
        "ScheduleExpressionTimezone": schedule.timezone,
        "StartDate": schedule.start,
        "EndDate": schedule.end,
        "Description": schedule.description or None,
        "KmsKeyArn": schedule.kms_key_arn or None,
        "Target": {**target, "RetryPolicy": {**retries, **target.get("RetryPolicy", {})}},
        "FlexibleTimeWindow": _window(schedule),
        "ActionAfterCompletion": schedule.after_completion,
    }
    return {name: value for name, value in told.items() if value is not None}


@operation("ListSchedules")
def list_schedules(
    call: Call,
    group_name: str | None = None,
    name_prefix: str = "",
    state: str | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> dict[str, Any]:
    if group_name is None:
        found = call.store.list(Schedule)
    elif find_group(call.world, call.account, call.region, group_name) is None:
        raise group_not_found(group_name)
    else:
        found = call.store.list(Schedule, index="group", value=group_name)
    entries = [
        (each.key, {**_summary(each), "Target": {"Arn": each.target_arn}})
        for each in found
        if each.name.startswith(name_prefix) and state in (None, each.state)
    ]
    return page(call, "Schedules", entries, max_results, next_token, of=f"{group_name} {name_prefix} {state}")


def _keep(call: Call, schedule: Schedule, target: dict[str, Any]) -> None:
    """Raises ValidationException, and what KMS says of the key."""
    _require_times(call, schedule)
    require_target(call, target)
    require_assumable(call, schedule.role_arn, schedule.group, schedule.name)
    content, data_key = sealed(call, schedule.arn, schedule.kms_key_arn, target)
    call.store.put(begun(call, replace(schedule, target=content, data_key=data_key)))


def _require_times(call: Call, schedule: Schedule) -> None:
    """Raises ValidationException."""
    try:
        parse(schedule.expression, schedule.timezone)
    except ValueError:
        raise ValidationException(f"Invalid Schedule Expression {schedule.expression}.") from None
    except LookupError:
        raise ValidationException(f"Invalid Schedule Expression Timezone {schedule.timezone}.") from None
    if schedule.start is not None and schedule.start < call.now - LATEST_START:
        raise ValidationException("The StartDate you specify cannot be earlier than 5 minutes ago.")
    if schedule.end is not None and schedule.end < call.now:
        raise ValidationException("The EndDate you specify cannot be in the past.")
    if schedule.start is not None and schedule.end is not None and schedule.end <= schedule.start:
        raise ValidationException("The EndDate you specify must come after the StartDate.")


def _minutes(window: dict[str, Any]) -> int:
    """Raises ValidationException where mode and minutes do not go together."""
    minutes = window.get("MaximumWindowInMinutes")
    if (window["Mode"] == "FLEXIBLE") != (minutes is not None):
        raise ValidationException("A MaximumWindowInMinutes must be provided for the mode FLEXIBLE, and for no other.")
    return minutes or 0


def _window(schedule: Schedule) -> dict[str, Any]:
    if not schedule.window_minutes:
        return {"Mode": "OFF"}
    return {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": schedule.window_minutes}


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None


def _summary(schedule: Schedule) -> dict[str, Any]:
    return {
        "Arn": schedule.arn,
        "Name": schedule.name,
        "GroupName": schedule.group,
        "State": schedule.state,
        "CreationDate": schedule.created,
        "LastModificationDate": schedule.modified,
    }
