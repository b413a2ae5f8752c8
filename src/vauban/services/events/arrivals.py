"""Events that arrive at a bus, and the rules that want them; what services tell arrives at the default bus."""

import json
from collections.abc import Collection
from typing import Any

from vauban.events.envelopes import envelope_of
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AwsError
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import EVERYTHING, on
from vauban.services.events.deliveries import bury_at_bus, send
from vauban.services.events.encryption import data_key
from vauban.services.events.inputs import dumped
from vauban.services.events.resolvers import Place
from vauban.services.events.resources import DEFAULT, SOURCE, EventBus, Parcel, Rule, heard_from
from vauban.services.events.shelves import keep

ARRIVED = "Event For A Bus Elsewhere"


def arrive(call: Call, bus: Place, event: dict[str, Any]) -> None:
    """Have the event told to the targets of all rules of a bus that want it, here or where the bus is."""
    if (bus.account, bus.region) == (call.account, call.region):
        tell_targets(call, bus.name, event)
    else:
        sealed = {"event": dumped(event).encode()}
        call.send(ARRIVED, account=bus.account, region=bus.region, secrets=sealed, bus=bus.name)


def tell_targets(call: Call, bus: str, event: dict[str, Any], only: Collection[str] = ()) -> None:
    """Of all rules that want the event, or of those with one of the ARNs ``only``."""
    if not _is_taken(call, bus, event):
        return
    by_source = call.store.list(Rule, index="heard", value=heard_from(bus, event["source"]))
    for rule in (*by_source, *call.store.list(Rule, index="heard", value=heard_from(bus))):
        if rule.targets and (not only or rule.arn in only) and rule.wants(event):
            tell(call, rule, event)


def _is_taken(call: Call, name: str, event: dict[str, Any]) -> bool:
    """Whether the bus's own key keeps the event, where there is one; if not, it is a dead letter of the bus."""
    bus = call.store.get(EventBus, name)
    if bus is None or not bus.kms_key_id:
        return True
    try:
        data_key(call, bus.arn, bus.kms_key_id)
    except AwsError as error:
        bury_at_bus(call, bus, event, error)
        return False
    return True


def tell(call: Call, rule: Rule, event: dict[str, Any]) -> None:
    if rule.archive:
        keep(call, rule.archive, event)
        return
    for target in rule.targets:
        send(call, Parcel(event, rule.arn, rule.account, rule.region, target, call.time))


@on("events", SOURCE, ARRIVED)
def arrived(call: ServiceCall, event: DomainEvent) -> None:
    tell_targets(call, event.detail["bus"], json.loads(event.secrets["event"]))


@on("events", EVERYTHING, EVERYTHING)
def told_at_large(call: ServiceCall, event: DomainEvent) -> None:
    tell_targets(call, DEFAULT, envelope_of(event))
