"""How a call names a log group, or a stream in one."""

import re
from dataclasses import dataclass

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.logs.errors import InvalidParameterException, group_not_found, stream_not_found
from vauban.services.logs.resource_policies import policy_for_services
from vauban.services.logs.resources import CLOUDTRAIL_TYPE, Group, Stream

_ARN = re.compile(r"arn:aws[a-z-]*:logs:([a-z0-9-]+):(\d{12}):log-group:([\w./#-]{1,512})(?::\*)?", re.ASCII)


@dataclass(frozen=True)
class GroupResolver:
    """A group of the caller's account, by name or by ARN."""

    members: tuple[str, ...] = ("logGroupName",)
    action: str = ""
    expected: bool = True
    ending: str = ":log-stream:"
    """Of its ARN: policies that are about what is in a group name it so, those about its tags without."""
    written: bool = False
    """Whether it is written to, for which the account's resource policies may let services in."""

    def __call__(self, call: Call, world: World) -> Resource:
        account, name = self._named(call)
        group = world.at(account, call.region).get(Group, name) if account == call.account else None
        return Resource(
            arn("logs", call.region, account, f"log-group:{name}{self.ending}"),
            "log-group",
            account,
            group,
            policy_for_services(call, world, account) if self.written else None,
            tags=group.tags if group else {},
            absent=group_not_found() if self.expected and group is None else None,
            cloudtrail_type=CLOUDTRAIL_TYPE,
        )

    def _named(self, call: Call) -> tuple[str, str]:
        """Account and name. Raises InvalidParameterException."""
        given = [call.params[each] for each in self.members if each in call.params]
        if len(given) != 1:
            raise InvalidParameterException(f"Exactly one of {', '.join(self.members)} must be given.")
        if not given[0].startswith("arn:"):
            return call.account, given[0]
        match = _ARN.fullmatch(given[0])
        if match is None or match[1] != call.region:
            raise InvalidParameterException(f"{given[0]} is no log group's ARN in this Region.")
        return match[2], match[3]


@dataclass(frozen=True)
class StreamResolver:
    """A stream in a group; policies name it under the group."""

    members: tuple[str, ...] = ("logGroupName", "logStreamName")
    action: str = ""
    written: bool = False

    def __call__(self, call: Call, world: World) -> Resource:
        group, name = call.params["logGroupName"], call.params["logStreamName"]
        records = world.at(call.account, call.region)
        stream = records.get(Stream, f"{group}:{name}")
        absent = None
        if stream is None:
            absent = group_not_found() if records.get(Group, group) is None else stream_not_found()
        own = arn("logs", call.region, call.account, f"log-group:{group}:log-stream:{name}")
        policy = policy_for_services(call, world, call.account) if self.written else None
        return Resource(own, "log-stream", call.account, stream, policy, absent=absent)


a_group = GroupResolver()
a_written_group = GroupResolver(written=True)
a_new_group = GroupResolver(expected=False)
an_identified_group = GroupResolver(("logGroupName", "logGroupIdentifier"))
an_identified_group_alone = GroupResolver(("logGroupIdentifier",))
a_tagged_group = GroupResolver(("resourceArn",), ending="")
a_stream = StreamResolver()
a_written_stream = StreamResolver(written=True)
