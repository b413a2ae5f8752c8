"""PutEvents: events of one's own, each taken or refused by itself; and what a pattern would make of one."""

import json
from dataclasses import dataclass
from typing import Any

from vauban.events.envelopes import envelope
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.patterns import compiled
from vauban.services.events.arrivals import arrive
from vauban.services.events.resolvers import Place, bus_resource, by_eventbridge, place_of
from vauban.services.events.resources import DEFAULT, FORWARDED
from vauban.services.events.rules import require_pattern

LARGEST = 1_048_576
"""Bytes of all entries of a request."""
_TIME_SIZE = 14
_REQUIRED = ("Source", "DetailType", "Detail")
_TESTED = ("id", "account", "source", "time", "region", "resources", "detail-type")


@dataclass(frozen=True)
class EntriesResolver:
    """The buses that the entries name, as the record of the first."""

    members: tuple[str, ...] = ()
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        named = {place_of(call, entry.get("EventBusName", DEFAULT)) for entry in call.params["Entries"]}
        buses = [bus_resource(world, place) for place in sorted(named, key=lambda place: place.arn)]
        return Resource(buses[0].arn, "event-bus", buses[0].account, buses)


def on_every_bus(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """The first denial, or that all may be put."""
    for bus in resources[0].record:
        decision = evaluate("events:PutEvents", bus)
        if not decision.allowed:
            break
    return decision


@operation("PutEvents", on=EntriesResolver(), decide=on_every_bus, unsupported=("EndpointId",))
def put_events(call: Call, buses: list[Resource], entries: list[dict[str, Any]]) -> dict[str, Any]:
    if sum(map(_size, entries)) > LARGEST:
        raise ValidationException("Total size of the entries in the request is over the limit.")
    there = {bus.arn for bus in buses if bus.record is not None}
    results = [_put(call, entry, there) for entry in entries]
    return {"FailedEntryCount": sum("ErrorCode" in each for each in results), "Entries": results}


@operation("TestEventPattern")
def test_event_pattern(call: Call, event_pattern: str, event: str) -> dict[str, Any]:
    require_pattern(event_pattern)
    tested = _object(event)
    if tested is None:
        raise ValidationException("Parameter Event is not valid. Reason: The event is not a JSON object.")
    for name in _TESTED:
        if name not in tested:
            raise ValidationException(f"Parameter Event is not valid. Reason: {name} is a required field.")
    return {"Result": compiled(event_pattern).matches(tested)}


def _put(call: Call, entry: dict[str, Any], there: set[str]) -> dict[str, str]:
    """An event for a bus that is not there is taken, and reaches nobody."""
    for name in _REQUIRED:
        if not entry.get(name):
            return _refused("InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument.")
    bus = place_of(call, entry.get("EventBusName", DEFAULT))
    if FORWARDED in entry and by_eventbridge(call):
        return _arrived(call, bus, there, entry[FORWARDED])
    if entry["Source"].startswith("aws."):
        return _refused("NotAuthorizedForSourceException", "Not authorized for the source.")
    detail = _object(entry["Detail"])
    if detail is None:
        return _refused("MalformedDetail", "Detail is malformed.")
    return _arrived(call, bus, there, _event(call, entry, detail))


def _arrived(call: Call, bus: Place, there: set[str], event: dict[str, Any]) -> dict[str, str]:
    if bus.arn in there:
        arrive(call, bus, event)
    return {"EventId": event["id"]}


def _event(call: Call, entry: dict[str, Any], detail: dict[str, Any]) -> dict[str, Any]:
    time = entry["Time"].timestamp() if "Time" in entry else call.time
    account = call.principal.account or call.account
    resources = entry.get("Resources", ())
    return envelope(call.uuid(), entry["Source"], entry["DetailType"], account, call.region, time, resources, detail)


def _refused(code: str, message: str) -> dict[str, str]:
    return {"ErrorCode": code, "ErrorMessage": message}


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _size(entry: dict[str, Any]) -> int:
    """As AWS counts: UTF-8 bytes of what is given."""
    texts = [entry.get(name, "") for name in _REQUIRED] + entry.get("Resources", [])
    return sum(len(text.encode()) for text in texts) + (_TIME_SIZE if "Time" in entry else 0)
