"""How a call names a bus (by name or ARN, the default one by leaving it out), a rule on it, and either by its ARN."""

import re
from dataclasses import dataclass

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.events.errors import (
    ResourceNotFoundException,
    bus_not_found,
    invalid_parameter,
    not_found,
    rule_not_found,
)
from vauban.services.events.resources import (
    BUS_TYPE,
    DEFAULT,
    RULE_TYPE,
    EventBus,
    Rule,
    bus_arn,
    find_bus,
    key_of,
    rule_arn,
)

_BUS_ARN = re.compile(r"arn:aws[\w-]*:events:([a-z0-9-]+):(\d{12}):event-bus/([/.\-_A-Za-z0-9]+)\Z")
_RULE_ARN = re.compile(r"arn:aws[\w-]*:events:([a-z0-9-]+):(\d{12}):rule/(?:([/.\-_A-Za-z0-9]+)/)?([.\-_A-Za-z0-9]+)\Z")


@dataclass(frozen=True)
class Place:
    """Where a bus is, whether it is there or not."""

    account: str
    region: str
    name: str

    @property
    def arn(self) -> str:
        return bus_arn(self.region, self.account, self.name)


def by_eventbridge(call: Call) -> bool:
    """Whether EventBridge itself asks, for a rule, in whoever's role."""
    return call.source is not None and call.via[-1:] == ("events.amazonaws.com",)


def place_of(call: Call, text: str) -> Place:
    """Where the bus of a name or ARN is."""
    matched = _BUS_ARN.match(text)
    if matched is None:
        return Place(call.account, call.region, text)
    return Place(matched[2], matched[1], matched[3])


def bus_resource(world: World, place: Place) -> Resource:
    bus = find_bus(world, place.account, place.region, place.name)
    if bus is None:
        absent = bus_not_found(place.name)
        return Resource(place.arn, "event-bus", place.account, absent=absent, cloudtrail_type=BUS_TYPE)
    return Resource(
        bus.arn,
        "event-bus",
        bus.account,
        bus,
        bus.compiled_policy,
        tags=bus.tags,
        cloudtrail_type=BUS_TYPE,
    )


@dataclass(frozen=True)
class BusResolver:
    """The bus that a member names, or the default one."""

    member: str = "EventBusName"
    optional: bool = False
    """Whether it may be missing: the handler is given None."""
    action: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member,)

    def __call__(self, call: Call, world: World) -> Resource:
        resource = bus_resource(world, _here(call, call.params.get(self.member, DEFAULT)))
        if self.optional:
            resource.absent = None
        return resource


@dataclass(frozen=True)
class Draft:
    """A name that CreateEventBus asks for, or PutRule for a rule; and what has it already."""

    name: str
    bus: str
    existing: EventBus | Rule | None


@dataclass(frozen=True)
class BusDraftResolver:
    members: tuple[str, ...] = ("Name",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        name = call.params["Name"]
        existing = find_bus(world, call.account, call.region, name)
        where = bus_arn(call.region, call.account, name)
        return Resource(where, "event-bus", call.account, Draft(name, name, existing), cloudtrail_type=BUS_TYPE)


@dataclass(frozen=True)
class RuleResolver:
    """A rule by its name and its bus's."""

    member: str = "Name"
    optional: bool = False
    """Whether it may be missing: the handler is given None."""
    draft: bool = False
    """Whether it is about to be made: the handler is given a Draft."""
    action: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member, "EventBusName")

    def __call__(self, call: Call, world: World) -> Resource:
        place = _here(call, call.params.get("EventBusName", DEFAULT))
        name = call.params[self.member]
        if find_bus(world, place.account, place.region, place.name) is None:
            return self._resource(place, name, None, bus_not_found(place.name))
        rule = world.at(place.account, place.region).get(Rule, key_of(place.name, name))
        absent = None if rule or self.optional or self.draft else rule_not_found(name, place.name)
        return self._resource(place, name, rule, absent)

    def _resource(self, place: Place, name: str, rule: Rule | None, absent: AwsError | None) -> Resource:
        return Resource(
            rule_arn(place.region, place.account, place.name, name),
            "rule-on-default-event-bus" if place.name == DEFAULT else "rule-on-custom-event-bus",
            place.account,
            Draft(name, place.name, rule) if self.draft else rule,
            tags=rule.tags if rule else {},
            absent=absent,
            cloudtrail_type=RULE_TYPE,
        )


@dataclass(frozen=True)
class TaggedResolver:
    """A bus or rule by its ARN."""

    members: tuple[str, ...] = ("ResourceARN",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        text = call.params["ResourceARN"]
        bus, rule = _BUS_ARN.match(text), _RULE_ARN.match(text)
        if bus is not None:
            return bus_resource(world, Place(bus[2], bus[1], bus[3]))
        if rule is None:
            absent = invalid_parameter("ResourceARN", "Provided Arn is not in correct format.")
            return Resource(text, absent=absent)
        region, account, bus_name, name = rule.groups()
        found = world.at(account, region).get(Rule, key_of(bus_name or DEFAULT, name))
        absent = (
            None
            if found
            else ResourceNotFoundException(f"Rule {name} does not exist on EventBus {bus_name or DEFAULT}.")
        )
        tags = found.tags if found else {}
        return Resource(text, "rule", account, found, tags=tags, absent=absent, cloudtrail_type=RULE_TYPE)


@dataclass(frozen=True)
class NamedResolver:
    """What has a name of its own in an account and Region: an archive, a replay."""

    kind: type
    noun: str
    """As ARNs have it."""
    cloudtrail_type: str
    member: str
    draft: bool = False
    """Whether it is about to be made: the handler is given what has the name already, or None."""
    action: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member,)

    def __call__(self, call: Call, world: World) -> Resource:
        name = call.params[self.member]
        found = world.at(call.account, call.region).get(self.kind, name)
        own = found.arn if found else arn("events", call.region, call.account, f"{self.noun}/{name}")
        absent = None if found or self.draft else not_found(self.noun, name)
        return Resource(own, self.noun, call.account, found, absent=absent, cloudtrail_type=self.cloudtrail_type)


def _here(call: Call, text: str) -> Place:
    """Buses are managed in their own Region."""
    place = place_of(call, text)
    return place if place.region == call.region else Place(place.account, call.region, place.name)


a_bus = BusResolver()
a_rule = RuleResolver()
