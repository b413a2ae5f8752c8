"""What keys do when a related key in another Region tells them something. All of it may be told twice."""

from vauban.kernel.calls import ServiceCall
from vauban.kernel.errors import AwsError
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import ServiceEvent, on
from vauban.kernel.records import replace
from vauban.services.kms.deletion import wait_for_deletion
from vauban.services.kms.multi_region import (
    MATERIAL_ERASED,
    MATERIAL_IMPORTED,
    NOT_PROMOTED,
    PROMOTED,
    REPLICA_DELETED,
    REPLICATED,
    SETTLED,
    SYNCHRONIZED,
    put_shared,
    taken_in,
    tell_primary,
)
from vauban.services.kms.replicas import with_primary
from vauban.services.kms.resources import CLOUDTRAIL_TYPE, Key, Material

SOURCE = "aws.kms"


@on("kms", SOURCE, REPLICATED)
def create_replica(call: ServiceCall, event: DomainEvent) -> ServiceEvent | None:
    shared, own = event.detail["key"], event.detail["own"]
    if call.store.get(Key, shared["key_id"]) is not None:
        return None
    where = {"account": call.account, "region": call.region, "created": call.now}
    bare = Key(shared["key_id"], **where, **own, current_material_id="", key_state="PendingImport")
    made = taken_in(call, bare, event.detail, event.secrets)
    call.store.put(made)
    return _done("CreateKey", made)


@on("kms", SOURCE, SYNCHRONIZED)
def synchronize(call: ServiceCall, event: DomainEvent) -> ServiceEvent | None:
    """Take in what the primary key has sent. A former primary key is a replica now, and settled."""
    key = _newer(call, event)
    if key is None:
        return None
    updated = taken_in(call, key, event.detail, event.secrets)
    if updated.key_state == "Updating":
        updated = replace(updated, key_state="Enabled")
        tell_primary(call, updated, SETTLED)
    call.store.put(updated)
    return _done("SynchronizeMultiRegionKey", updated)


@on("kms", SOURCE, PROMOTED)
def become_primary(call: ServiceCall, event: DomainEvent) -> ServiceEvent | None:
    """Become the primary key, if this key's own policy and state let the one who asked do that."""
    key_id = event.detail["key"]["key_id"]
    if call.store.get(Key, key_id) is None:
        call.send(REPLICA_DELETED, region=event.region, key_id=key_id, replica_region=call.region)
        return None
    key = _newer(call, event)
    if key is None:
        return None
    try:
        asked = {"KeyId": key_id, "PrimaryRegion": call.region}
        call.on_behalf_of(event.cause).ask("kms:UpdatePrimaryRegion", **asked)
    except AwsError:
        call.send(NOT_PROMOTED, region=event.region, key_id=key_id)
        return None
    updated = replace(taken_in(call, key, event.detail, event.secrets), key_state="Updating")
    put_shared(call, updated)
    return _done("UpdatePrimaryRegion", updated)


@on("kms", SOURCE, NOT_PROMOTED)
def stay_primary(call: ServiceCall, event: DomainEvent) -> None:
    key = call.store.get(Key, event.detail["key_id"])
    if key is not None and key.key_state == "Updating":
        put_shared(call, replace(with_primary(key, call.region), key_state="Enabled"))


@on("kms", SOURCE, SETTLED)
def settle(call: ServiceCall, event: DomainEvent) -> None:
    key = call.store.get(Key, event.detail["key_id"])
    if key is not None and key.key_state == "Updating" and not key.is_replica:
        call.store.put(replace(key, key_state="Enabled"))


@on("kms", SOURCE, REPLICA_DELETED)
def forget_replica(call: ServiceCall, event: DomainEvent) -> None:
    """With the last replica gone, a primary key that waited for that starts its own waiting period.

    Where the one that is gone was about to become the primary key, this one stays it.
    """
    key = call.store.get(Key, event.detail["key_id"])
    region = event.detail["replica_region"]
    if key is None:
        return
    if key.is_replica and key.primary_region != region:
        call.send(REPLICA_DELETED, region=key.primary_region, key_id=key.key_id, replica_region=region)
        return
    if key.is_replica:
        key = replace(with_primary(key, call.region), key_state="Enabled")
    left = tuple(each for each in key.replica_regions if each != region)
    key = replace(key, replica_regions=left)
    if not left and key.key_state == "PendingReplicaDeletion":
        key = wait_for_deletion(call, key, key.pending_window_in_days)
    put_shared(call, key)


@on("kms", SOURCE, MATERIAL_IMPORTED)
def note_import(call: ServiceCall, event: DomainEvent) -> None:
    _note(call, event, imported=True)


@on("kms", SOURCE, MATERIAL_ERASED)
def note_erasure(call: ServiceCall, event: DomainEvent) -> None:
    _note(call, event, imported=False)


def _note(call: ServiceCall, event: DomainEvent, *, imported: bool) -> None:
    """Whether the replica in a Region has the material that waits for its rotation; all related keys may know."""
    key = call.store.get(Key, event.detail["key_id"])
    material = call.store.get(Material, event.detail["material_id"])
    if key is None or material is None or material.key_id != key.key_id or key.is_replica:
        return
    regions = set(material.replicated) - {event.detail["replica_region"]}
    if imported:
        regions.add(event.detail["replica_region"])
    if regions != set(material.replicated):
        call.store.put(replace(material, replicated=tuple(sorted(regions))))
        put_shared(call, key)


def _newer(call: ServiceCall, event: DomainEvent) -> Key | None:
    """The key that the event is about, where it tells the key something newer than it has."""
    shared = event.detail["key"]
    key = call.store.get(Key, shared["key_id"])
    return key if key is not None and shared["shared_version"] > key.shared_version else None


def _done(name: str, key: Key) -> ServiceEvent:
    return ServiceEvent(name, ((key.arn, CLOUDTRAIL_TYPE, key.account),), {"keyId": key.key_id})
