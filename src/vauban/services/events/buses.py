"""Event buses: the default one, which is always there, and those of one's own."""

from typing import Any

from vauban.identity.policy_principals import as_shown
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.events.encryption import require_usable
from vauban.services.events.errors import (
    ResourceAlreadyExistsException,
    too_many,
)
from vauban.services.events.lists import page
from vauban.services.events.resolvers import BusDraftResolver, BusResolver, Draft
from vauban.services.events.resources import DEFAULT, EventBus, Rule, find_bus
from vauban.services.events.tags import tagged
from vauban.services.events.targets import require_queue

MAXIMUM = 100
"""Of one's own, in a Region."""


@operation(
    "CreateEventBus",
    on=BusDraftResolver(),
    also=(("TagResource", "Tags"),),
    unsupported=("EventSourceName", "LogConfig"),
)
def create_event_bus(
    call: Call,
    draft: Draft,
    description: str = "",
    tags: list[dict[str, str]] | None = None,
    kms_key_identifier: str = "",
    dead_letter_config: dict[str, str] | None = None,
) -> dict[str, Any]:
    if "/" in draft.name:
        raise ValidationException("Event bus name must not contain '/'.")
    if draft.existing is not None:
        raise ResourceAlreadyExistsException(f"Event bus {draft.name} already exists.")
    if sum(bus.name != DEFAULT for bus in call.store.list(EventBus)) >= MAXIMUM:
        raise too_many()
    made = EventBus(draft.name, call.account, call.region, call.second, call.second, tags=tagged({}, tags or ()))
    bus = _set(call, made, description, kms_key_identifier, dead_letter_config)
    return {"EventBusArn": bus.arn, **_settings(bus)}


@operation("UpdateEventBus", on=BusResolver("Name"), unsupported=("LogConfig",))
def update_event_bus(
    call: Call,
    bus: EventBus,
    description: str = "",
    kms_key_identifier: str = "",
    dead_letter_config: dict[str, str] | None = None,
) -> dict[str, Any]:
    """What is not said is forgotten."""
    bus = _set(call, bus, description, kms_key_identifier, dead_letter_config)
    return {"Arn": bus.arn, "Name": bus.name, **_settings(bus)}


@operation("DeleteEventBus", on=BusResolver("Name", optional=True))
def delete_event_bus(call: Call, bus: EventBus | None) -> None:
    """No error where there is no such bus."""
    if bus is None:
        return
    if bus.name == DEFAULT:
        raise ValidationException("Cannot delete event bus default.")
    if call.store.list(Rule, index="bus", value=bus.name, limit=1):
        raise ValidationException("Event bus can't be deleted since it has rules.")
    call.store.delete(bus)


@operation("DescribeEventBus", on=BusResolver("Name"))
def describe_event_bus(call: Call, bus: EventBus) -> dict[str, Any]:
    return {**shown(call, bus), **_settings(bus)}


@operation("ListEventBuses")
def list_event_buses(
    call: Call, name_prefix: str = "", next_token: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    default = find_bus(call.world, call.account, call.region, DEFAULT)
    buses = [default, *(bus for bus in call.store.list(EventBus) if bus.name != DEFAULT)]
    entries = [(bus.name, shown(call, bus)) for bus in buses if bus is not None and bus.name.startswith(name_prefix)]
    return page(call, "EventBuses", entries, limit, next_token, of=name_prefix)


def _set(call: Call, bus: EventBus, description: str, key_id: str, letters: dict[str, str] | None) -> EventBus:
    """The bus with these settings, kept. Raises ValidationException, and AccessDeniedException of KMS."""
    if key_id:
        require_usable(call, key_id)
    require_queue(letters)
    changed = replace(
        bus,
        description=description,
        kms_key_id=key_id,
        letters_arn=(letters or {}).get("Arn", ""),
        modified=call.second,
    )
    call.store.put(changed)
    return changed


def _settings(bus: EventBus) -> dict[str, Any]:
    told = {
        "Description": bus.description,
        "KmsKeyIdentifier": bus.kms_key_id,
        "DeadLetterConfig": {"Arn": bus.letters_arn} if bus.letters_arn else None,
    }
    return {name: value for name, value in told.items() if value}


def shown(call: Call, bus: EventBus) -> dict[str, Any]:
    told: dict[str, Any] = {
        "Name": bus.name,
        "Arn": bus.arn,
        "CreationTime": bus.created,
        "LastModifiedTime": bus.modified,
    }
    if bus.description:
        told["Description"] = bus.description
    if bus.policy:
        told["Policy"] = as_shown(bus.policy, {}, call.world)
    return told
