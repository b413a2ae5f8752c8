"""What is in archives: put there as it comes, swept when it is out of date."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AwsError
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import on, when_due
from vauban.kernel.records import replace
from vauban.services.events.deliveries import bury_at_bus
from vauban.services.events.encryption import Sealed, opened, sealed
from vauban.services.events.inputs import dumped
from vauban.services.events.resources import SOURCE, Archive, ArchivedEvent, Shelf, find_bus, shelf_key

KEEP = "Event For An Archive"
BETWEEN_SWEEPS = timedelta(hours=1)
"""At least."""
SWEPT_AT_ONCE = 500


def keep(call: Call, archive: str, event: dict[str, Any]) -> None:
    """Have the event archived."""
    call.send(KEEP, lane=f"archive {archive}", secrets={"event": dumped(event).encode()}, archive=archive)


@on("events", SOURCE, KEEP)
def put_on_shelf(call: ServiceCall, told: DomainEvent) -> None:
    event = json.loads(told.secrets["event"])
    archive = call.store.get(Archive, told.detail["archive"])
    if archive is None:
        return
    time = seconds_of(event)
    key = shelf_key(archive.archive_id, time, event["id"])
    if call.store.get(ArchivedEvent, key) is not None:
        return
    try:
        kept = sealed(call, archive.bus_arn, archive.kms_key_id, dumped(event).encode())
    except AwsError as error:
        bus = find_bus(call.world, call.account, call.region, archive.bus_arn.partition("event-bus/")[2])
        if bus is not None:
            bury_at_bus(call, bus, event, error)
        return
    call.store.put(ArchivedEvent(key, call.account, call.region, time, kept.data_key, kept.content))
    shelf = call.store.get(Shelf, archive.archive_id)
    more = replace(shelf, count=shelf.count + 1, size=shelf.size + len(kept.content))
    call.store.put(replace(more, sweep_at=shelf.sweep_at or _sweep_at(archive, time, call.now)))


@when_due(Shelf)
def sweep(call: ServiceCall, shelf: Shelf) -> None:
    """Forget some of what is out of date, and all of an archive that is gone."""
    archive = call.store.get(Archive, shelf.archive)
    gone = archive is None or archive.archive_id != shelf.archive_id
    oldest = call.store.list(ArchivedEvent, prefix=f"{shelf.archive_id}:", limit=SWEPT_AT_ONCE)
    old = [each for each in oldest if gone or _is_old(archive, each.time, call.time)]
    for each in old:
        call.store.delete(each)
    left = replace(shelf, count=shelf.count - len(old), size=shelf.size - sum(len(each.content) for each in old))
    if len(old) == SWEPT_AT_ONCE:
        call.store.put(replace(left, sweep_at=call.now))
    elif gone:
        call.store.delete(shelf)
    else:
        rest = oldest[len(old) :]
        call.store.put(replace(left, sweep_at=_sweep_at(archive, rest[0].time, call.now) if rest else None))


def event_of(call: Call, bus_arn: str, archived: ArchivedEvent) -> dict[str, Any]:
    """Raises what KMS says to EventBridge."""
    return json.loads(opened(call, bus_arn, Sealed(archived.content, archived.data_key)))


def seconds_of(event: dict[str, Any]) -> float:
    """When an event happened, in seconds since the epoch."""
    return datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def _is_old(archive: Archive, time: float, now: float) -> bool:
    return archive.retention_days > 0 and time + archive.retention_days * 86_400 <= now


def _sweep_at(archive: Archive, oldest: float, now: datetime) -> datetime | None:
    if not archive.retention_days:
        return None
    end = datetime.fromtimestamp(oldest, UTC) + timedelta(days=archive.retention_days)
    return max(end, now + BETWEEN_SWEEPS)
