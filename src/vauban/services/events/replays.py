"""Replays: what was archived of a time, told once more to the rules of its bus, in order of time.

Source: EventBridge User Guide, "Replaying archived events".
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AwsError
from vauban.kernel.operations import operation, when_due
from vauban.kernel.records import replace
from vauban.services.events.archives import own_bus, require_one_filter
from vauban.services.events.arrivals import tell_targets
from vauban.services.events.errors import (
    IllegalStatusException,
    ResourceAlreadyExistsException,
    invalid_parameter,
    too_many,
)
from vauban.services.events.lists import page
from vauban.services.events.resolvers import NamedResolver, place_of
from vauban.services.events.resources import REPLAY_TYPE, Archive, ArchivedEvent, Replay, find_bus, shelf_key
from vauban.services.events.shelves import event_of

MAXIMUM = 10
"""At once, in a Region."""
STARTING = timedelta(seconds=2)
"""A replay may be thought better of."""
KEPT = timedelta(days=90)
TOLD_AT_ONCE = 100
UNDER_WAY = ("STARTING", "RUNNING")
a_replay = NamedResolver(Replay, "replay", REPLAY_TYPE, "ReplayName")
a_new_replay = NamedResolver(Replay, "replay", REPLAY_TYPE, "ReplayName", draft=True)


@operation("StartReplay", on=a_new_replay)
def start_replay(
    call: Call,
    existing: Replay | None,
    event_source_arn: str,
    event_start_time: datetime,
    event_end_time: datetime,
    destination: dict[str, Any],
    description: str = "",
) -> dict[str, Any]:
    name = call.params["ReplayName"]
    archive = _archive(call, event_source_arn)
    _require_destination(call, archive, destination)
    if event_start_time >= event_end_time:
        raise invalid_parameter("EventEndTime", "EventStartTime must be before EventEndTime.")
    if existing is not None:
        raise ResourceAlreadyExistsException(f"Replay {name} already exists.")
    if sum(each.state in (*UNDER_WAY, "CANCELLING") for each in call.store.list(Replay)) >= MAXIMUM:
        raise too_many()
    replay = Replay(
        name,
        call.account,
        call.region,
        archive.arn,
        archive.archive_id,
        archive.bus_arn,
        tuple(destination.get("FilterArns", ())),
        event_start_time,
        event_end_time,
        call.now,
        description=description,
        due_at=call.now + STARTING,
    )
    call.store.put(replay)
    return {"ReplayArn": replay.arn, "State": replay.state, "ReplayStartTime": replay.started}


@operation("CancelReplay", on=a_replay)
def cancel_replay(call: Call, replay: Replay) -> dict[str, Any]:
    if replay.state not in UNDER_WAY:
        raise IllegalStatusException(f"Replay {replay.name} is not in a valid state for this operation.")
    call.store.put(replace(replay, state="CANCELLING", due_at=call.now))
    return {"ReplayArn": replay.arn, "State": "CANCELLING"}


@operation("DescribeReplay", on=a_replay)
def describe_replay(call: Call, replay: Replay) -> dict[str, Any]:
    destination: dict[str, Any] = {"Arn": replay.bus_arn}
    if replay.filters:
        destination["FilterArns"] = list(replay.filters)
    told = {"ReplayArn": replay.arn, "Destination": destination, **_summary(replay)}
    return {**told, "Description": replay.description} if replay.description else told


@operation("ListReplays")
def list_replays(
    call: Call,
    name_prefix: str | None = None,
    state: str | None = None,
    event_source_arn: str | None = None,
    next_token: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    require_one_filter(call, name_prefix, event_source_arn, state)
    found = call.store.list(Replay)
    entries = [
        (each.name, _summary(each))
        for each in found
        if each.name.startswith(name_prefix or "")
        and state in (None, each.state)
        and event_source_arn in (None, each.archive_arn)
    ]
    return page(call, "Replays", entries, limit, next_token, of=f"{name_prefix} {event_source_arn} {state}")


@when_due(Replay)
def go_on(call: ServiceCall, replay: Replay) -> None:
    """One step: some events, or the end."""
    if replay.state == "CANCELLING":
        _end(call, replay, "CANCELLED")
    elif replay.state not in UNDER_WAY:
        call.store.delete(replay)
    elif find_bus(call.world, call.account, call.region, place_of(call, replay.bus_arn).name) is None:
        _end(call, replay, "FAILED", "The event bus does not exist any more.")
    else:
        _tell_some(call, replay)


def _tell_some(call: ServiceCall, replay: Replay) -> None:
    prefix = f"{replay.archive_id}:"
    after = replay.place or shelf_key(replay.archive_id, replay.start.timestamp())
    found = call.store.list(ArchivedEvent, prefix=prefix, after=after, limit=TOLD_AT_ONCE)
    wanted = [each for each in found if each.time <= replay.end.timestamp()]
    bus = place_of(call, replay.bus_arn).name
    try:
        events = [event_of(call, replay.bus_arn, each) for each in wanted]
    except AwsError as error:
        _end(call, replay, "FAILED", f"The archive's key cannot be used: {error.message}"[:512])
        return
    for event in events:
        tell_targets(call, bus, {**event, "replay-name": replay.name}, replay.filters)
    if wanted:
        reached = datetime.fromtimestamp(wanted[-1].time, UTC)
        replay = replace(replay, place=wanted[-1].key, reached=reached)
    if len(wanted) == TOLD_AT_ONCE:
        call.store.put(replace(replay, state="RUNNING", due_at=call.now))
    else:
        _end(call, replay, "COMPLETED")


def _end(call: ServiceCall, replay: Replay, state: str, reason: str = "") -> None:
    call.store.put(replace(replay, state=state, reason=reason, ended=call.now, due_at=call.now + KEPT))


def _archive(call: Call, archive_arn: str) -> Archive:
    """Raises ValidationException."""
    name = archive_arn.rpartition("/")[2]
    archive = call.store.get(Archive, name)
    if archive is None or archive.arn != archive_arn:
        raise invalid_parameter("EventSourceArn", f"Archive {name} does not exist.")
    return archive


def _require_destination(call: Call, archive: Archive, destination: dict[str, Any]) -> None:
    """The bus that the archive is of. Raises ValidationException or ResourceNotFoundException."""
    own_bus(call, "Destination.Arn", destination["Arn"])
    if destination["Arn"] != archive.bus_arn:
        raise invalid_parameter("Destination.Arn", "Cross event bus replay is not permitted.")


def _summary(replay: Replay) -> dict[str, Any]:
    told = {
        "ReplayName": replay.name,
        "EventSourceArn": replay.archive_arn,
        "State": replay.state,
        "StateReason": replay.reason or None,
        "EventStartTime": replay.start,
        "EventEndTime": replay.end,
        "EventLastReplayedTime": replay.reached,
        "ReplayStartTime": replay.started,
        "ReplayEndTime": replay.ended,
    }
    return {name: value for name, value in told.items() if value is not None}
