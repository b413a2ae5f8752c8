"""The end of a key: scheduled, called off, or done when its day comes."""

from datetime import timedelta
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.kms import stored_keys
from vauban.services.kms.materials import is_whole
from vauban.services.kms.multi_region import REPLICA_DELETED, tell_primary
from vauban.services.kms.resolvers import key
from vauban.services.kms.resources import Alias, Grant, ImportParameters, Key, Material

SHORTEST_DAYS = 7
LONGEST_DAYS = 30


@operation("ScheduleKeyDeletion", on=key("KeyId"))
def schedule_key_deletion(call: Call, key: Key, pending_window_in_days: int = LONGEST_DAYS) -> dict[str, Any]:
    if not SHORTEST_DAYS <= pending_window_in_days <= LONGEST_DAYS:
        raise ValidationException(f"PendingWindowInDays must be between {SHORTEST_DAYS} and {LONGEST_DAYS}, inclusive.")
    result = {"KeyId": key.arn, "PendingWindowInDays": pending_window_in_days}
    if key.multi_region_type == "PRIMARY" and key.replica_regions:
        waiting = replace(key, key_state="PendingReplicaDeletion", pending_window_in_days=pending_window_in_days)
    else:
        waiting = wait_for_deletion(call, key, pending_window_in_days)
        result["DeletionDate"] = waiting.deletion_date
    call.store.put(waiting)
    return {**result, "KeyState": waiting.key_state}


@operation("CancelKeyDeletion", on=key("KeyId"))
def cancel_key_deletion(call: Call, key: Key) -> dict[str, Any]:
    state = "Disabled" if is_whole(call, key) else "PendingImport"
    call.store.put(replace(key, key_state=state, deletion_date=None, pending_window_in_days=None))
    return {"KeyId": key.arn}


def wait_for_deletion(call: Call, key: Key, days: int) -> Key:
    """``key`` at the start of its waiting period; still to be put."""
    day = call.now + timedelta(days=days)
    return replace(key, key_state="PendingDeletion", deletion_date=day, pending_window_in_days=None)


def delete_key(call: Call, key: Key) -> None:
    """Forget the key and all that is of it: every generation of its material, its aliases, its grants."""
    for kind in (Material, ImportParameters, Alias, Grant):
        for each in call.store.list(kind, index="key", value=key.key_id):
            call.store.delete(each)
    if key.custom_key_store_id:
        stored_keys.forget(call, key)
    call.store.delete(key)
    if key.is_replica:
        tell_primary(call, key, REPLICA_DELETED)
    call.emit("KMS CMK Deletion", key.arn, **{"key-id": key.key_id})
