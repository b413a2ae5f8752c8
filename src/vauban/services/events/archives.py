"""Archives: the events of a bus that a pattern asks for, kept. EventBridge keeps a rule on the bus for each.

Source: EventBridge User Guide, "Archiving events".
"""

import json
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.events.audiences import listen
from vauban.services.events.encryption import require_usable
from vauban.services.events.errors import (
    ResourceAlreadyExistsException,
    bus_not_found,
    invalid_parameter,
    too_many,
)
from vauban.services.events.inputs import dumped
from vauban.services.events.lists import page
from vauban.services.events.resolvers import NamedResolver, Place, place_of
from vauban.services.events.resources import ARCHIVE_TYPE, Archive, Rule, Shelf, find_bus, key_of
from vauban.services.events.rules import require_pattern

MAXIMUM = 100
"""In a Region."""
NOT_REPLAYED = {"replay-name": [{"exists": False}]}
an_archive = NamedResolver(Archive, "archive", ARCHIVE_TYPE, "ArchiveName")
a_new_archive = NamedResolver(Archive, "archive", ARCHIVE_TYPE, "ArchiveName", draft=True)


@operation("CreateArchive", on=a_new_archive)
def create_archive(
    call: Call,
    existing: Archive | None,
    event_source_arn: str,
    description: str = "",
    event_pattern: str = "",
    retention_days: int = 0,
    kms_key_identifier: str = "",
) -> dict[str, Any]:
    name = call.params["ArchiveName"]
    bus = own_bus(call, "EventSourceArn", event_source_arn)
    if existing is not None:
        raise ResourceAlreadyExistsException(f"Archive {name} already exists.")
    if event_pattern:
        require_pattern(event_pattern)
    if kms_key_identifier:
        require_usable(call, kms_key_identifier)
    if call.store.count(Archive) >= MAXIMUM:
        raise too_many()
    archive = Archive(
        name,
        call.account,
        call.region,
        call.uuid(),
        bus.arn,
        call.second,
        event_pattern,
        description,
        retention_days,
        kms_key_identifier,
    )
    call.store.put(archive)
    call.store.put(Shelf(archive.archive_id, call.account, call.region, name))
    _keep_rule(call, archive)
    return _told(archive)


@operation("UpdateArchive", on=an_archive)
def update_archive(
    call: Call,
    archive: Archive,
    description: str | None = None,
    event_pattern: str | None = None,
    retention_days: int | None = None,
    kms_key_identifier: str | None = None,
) -> dict[str, Any]:
    """What is not said stays as it is."""
    if event_pattern:
        require_pattern(event_pattern)
    if kms_key_identifier:
        require_usable(call, kms_key_identifier)
    changed = replace(
        archive,
        description=archive.description if description is None else description,
        pattern=archive.pattern if event_pattern is None else event_pattern,
        retention_days=archive.retention_days if retention_days is None else retention_days,
        kms_key_id=archive.kms_key_id if kms_key_identifier is None else kms_key_identifier,
    )
    call.store.put(changed)
    shelf = call.store.get(Shelf, archive.archive_id)
    call.store.put(replace(shelf, sweep_at=call.now if changed.retention_days else None))
    _keep_rule(call, changed)
    return _told(changed)


@operation("DeleteArchive", on=an_archive)
def delete_archive(call: Call, archive: Archive) -> None:
    """What is in it is forgotten soon after."""
    call.store.delete(archive)
    call.store.put(replace(call.store.get(Shelf, archive.archive_id), sweep_at=call.now))
    rule = call.store.get(Rule, _rule_key(call, archive))
    if rule is not None:
        call.store.delete(rule)
        listen(call, rule.bus)


@operation("DescribeArchive", on=an_archive)
def describe_archive(call: Call, archive: Archive) -> dict[str, Any]:
    told = {
        "ArchiveArn": archive.arn,
        "Description": archive.description,
        "EventPattern": archive.pattern,
        "KmsKeyIdentifier": archive.kms_key_id,
        **_summary(call, archive),
    }
    return {name: value for name, value in told.items() if value != ""}


@operation("ListArchives")
def list_archives(
    call: Call,
    name_prefix: str | None = None,
    event_source_arn: str | None = None,
    state: str | None = None,
    next_token: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    require_one_filter(call, name_prefix, event_source_arn, state)
    if event_source_arn is not None:
        own_bus(call, "EventSourceArn", event_source_arn)
        found = call.store.list(Archive, index="bus", value=event_source_arn)
    else:
        found = call.store.list(Archive) if state in (None, "ENABLED") else []
    entries = [(each.name, _summary(call, each)) for each in found if each.name.startswith(name_prefix or "")]
    return page(call, "Archives", entries, limit, next_token, of=f"{name_prefix} {event_source_arn} {state}")


def own_bus(call: Call, member: str, bus_arn: str) -> Place:
    """A bus of the caller's account and Region. Raises ValidationException or ResourceNotFoundException."""
    bus = place_of(call, bus_arn)
    if bus.arn != bus_arn:
        raise invalid_parameter(member, "Must contain an event bus ARN.")
    if (bus.account, bus.region) != (call.account, call.region):
        raise invalid_parameter(member, "The event bus must be of this account and Region.")
    if find_bus(call.world, bus.account, bus.region, bus.name) is None:
        raise bus_not_found(bus.name)
    return bus


def require_one_filter(call: Call, *filters: str | None) -> None:
    """Raises ValidationException."""
    if sum(each is not None for each in filters) > 1:
        raise ValidationException(
            f"At most one filter is allowed for {call.operation.name}. "
            "Use either : State, EventSourceArn, or NamePrefix."
        )


def _keep_rule(call: Call, archive: Archive) -> None:
    """The rule whose target the archive is; what is replayed does not get there again."""
    bus = place_of(call, archive.bus_arn).name
    asked = {**(json.loads(archive.pattern) if archive.pattern else {}), **NOT_REPLAYED}
    template = f'{{"archive-arn": "{archive.arn}:{archive.archive_id}", "event": <aws.events.event.json>, '
    template += '"ingestion-time": <aws.events.event.ingestion-time>}'
    target = {
        "Id": archive.name,
        "Arn": f"arn:aws:events:{archive.region}:::",
        "InputTransformer": {"InputPathsMap": {}, "InputTemplate": template},
    }
    rule = Rule(
        f"Events-Archive-{archive.name}",
        bus,
        archive.account,
        archive.region,
        archive.account,
        dumped(asked),
        targets=(target,),
        archive=archive.name,
    )
    call.store.put(rule)
    listen(call, bus)


def _rule_key(call: Call, archive: Archive) -> str:
    return key_of(place_of(call, archive.bus_arn).name, f"Events-Archive-{archive.name}")


def _told(archive: Archive) -> dict[str, Any]:
    return {"ArchiveArn": archive.arn, "State": "ENABLED", "CreationTime": archive.created}


def _summary(call: Call, archive: Archive) -> dict[str, Any]:
    shelf = call.store.get(Shelf, archive.archive_id)
    return {
        "ArchiveName": archive.name,
        "EventSourceArn": archive.bus_arn,
        "State": "ENABLED",
        "RetentionDays": archive.retention_days,
        "SizeBytes": shelf.size,
        "EventCount": shelf.count,
        "CreationTime": archive.created,
    }
