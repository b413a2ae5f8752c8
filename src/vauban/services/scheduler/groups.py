"""Groups of schedules, which are deleted together."""

from typing import Any

from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation, when_due
from vauban.kernel.records import replace
from vauban.services.scheduler.errors import ConflictException, ServiceQuotaExceededException, group_not_found
from vauban.services.scheduler.lists import page
from vauban.services.scheduler.resolvers import a_group, a_possible_group
from vauban.services.scheduler.resources import DEFAULT, Group, Schedule, find_group
from vauban.services.scheduler.tags import tagged
from vauban.services.scheduler.tokens import done_before

MAXIMUM = 500
"""In a Region."""
DELETED_AT_ONCE = 500


@operation("CreateScheduleGroup", on=a_possible_group, also=(("TagResource", "Tags"),))
def create_schedule_group(
    call: Call, existing: Group | None, tags: list[dict[str, str]] | None = None, client_token: str | None = None
) -> dict[str, Any]:
    name = call.params["Name"]
    if existing is not None and done_before(call, client_token):
        return {"ScheduleGroupArn": existing.arn}
    if existing is not None:
        raise ConflictException(f"Schedule group {name} already exists.")
    if call.store.count(Group) >= MAXIMUM:
        raise ServiceQuotaExceededException("The number of schedule groups has reached its quota.")
    done_before(call, client_token)
    made = Group(name, call.account, call.region, call.now, call.now, tagged({}, tags or ()))
    call.store.put(made)
    return {"ScheduleGroupArn": made.arn}


@operation("GetScheduleGroup", on=a_group)
def get_schedule_group(call: Call, group: Group) -> dict[str, Any]:
    return _shown(group)


@operation("ListScheduleGroups")
def list_schedule_groups(
    call: Call, name_prefix: str = "", next_token: str | None = None, max_results: int | None = None
) -> dict[str, Any]:
    default = find_group(call.world, call.account, call.region, DEFAULT)
    groups = [default, *(each for each in call.store.list(Group) if each.name != DEFAULT)]
    entries = [(each.name, _shown(each)) for each in groups if each.name.startswith(name_prefix)]
    return page(call, "ScheduleGroups", entries, max_results, next_token, of=name_prefix)


@operation("DeleteScheduleGroup", on=a_possible_group)
def delete_schedule_group(call: Call, group: Group | None, client_token: str | None = None) -> None:
    """The group and its schedules are gone soon after."""
    if done_before(call, client_token):
        return
    if group is None:
        raise group_not_found(call.params["Name"])
    if group.name == DEFAULT:
        raise ValidationException("The default schedule group cannot be deleted.")
    if not group.due_at:
        call.store.put(replace(group, due_at=call.now, modified=call.now))


@when_due(Group)
def delete_some(call: ServiceCall, group: Group) -> None:
    """Some of its schedules, and in the end the group itself."""
    schedules = call.store.list(Schedule, index="group", value=group.name, limit=DELETED_AT_ONCE)
    for each in schedules:
        call.store.delete(each)
    if len(schedules) < DELETED_AT_ONCE:
        call.store.delete(group)


def _shown(group: Group) -> dict[str, Any]:
    return {
        "Arn": group.arn,
        "Name": group.name,
        "State": group.state,
        "CreationDate": group.created,
        "LastModificationDate": group.modified,
    }
