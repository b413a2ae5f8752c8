"""How a call names a schedule (by its name and its group's, the default one by leaving it out) and a group."""

import re
from dataclasses import dataclass

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.scheduler.errors import group_not_found, schedule_not_found
from vauban.services.scheduler.resources import (
    DEFAULT,
    GROUP_TYPE,
    SCHEDULE_TYPE,
    Schedule,
    find_group,
    group_arn,
    key_of,
    schedule_arn,
)

_GROUP_ARN = re.compile(r"arn:aws[a-z-]*:scheduler:([a-z0-9-]+):(\d{12}):schedule-group/([0-9a-zA-Z-_.]+)")


@dataclass(frozen=True)
class ScheduleResolver:
    """The handler is given the schedule, or None where it may be missing."""

    expected: bool = True
    members: tuple[str, ...] = ("Name", "GroupName")
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        name, group = call.params["Name"], call.params.get("GroupName", DEFAULT)
        found = world.at(call.account, call.region).get(Schedule, key_of(group, name))
        absent = None
        if find_group(world, call.account, call.region, group) is None:
            absent = group_not_found(group)
        elif found is None and self.expected:
            absent = schedule_not_found(name)
        own = schedule_arn(call.region, call.account, group, name)
        return Resource(own, "schedule", call.account, found, absent=absent, cloudtrail_type=SCHEDULE_TYPE)


@dataclass(frozen=True)
class GroupResolver:
    """The handler is given the group, or None where it may be missing."""

    expected: bool = True
    members: tuple[str, ...] = ("Name",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        return group_resource(call, world, call.account, call.params["Name"], self.expected)


@dataclass(frozen=True)
class TaggedGroupResolver:
    """A group by its ARN."""

    members: tuple[str, ...] = ("ResourceArn",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        text = call.params["ResourceArn"]
        matched = _GROUP_ARN.fullmatch(text)
        if matched is None or matched[1] != call.region:
            absent = ValidationException(f"{text} is not the ARN of a schedule group in this Region.")
            return Resource(text, "schedule-group", absent=absent)
        return group_resource(call, world, matched[2], matched[3])


def group_resource(call: Call, world: World, account: str, name: str, expected: bool = True) -> Resource:
    found = find_group(world, account, call.region, name)
    return Resource(
        group_arn(call.region, account, name),
        "schedule-group",
        account,
        found,
        tags=found.tags if found else {},
        absent=group_not_found(name) if expected and found is None else None,
        cloudtrail_type=GROUP_TYPE,
    )


a_schedule = ScheduleResolver()
a_possible_schedule = ScheduleResolver(expected=False)
a_group = GroupResolver()
a_possible_group = GroupResolver(expected=False)
a_tagged_group = TaggedGroupResolver()
