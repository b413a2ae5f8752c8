"""Rotation: a key's next generation of material, by the calendar or on demand.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
"""

from datetime import timedelta
from typing import Any

from vauban.crypto.materials import generate
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.kms.errors import (
    ConflictException,
    KMSInvalidStateException,
    LimitExceededException,
    UnsupportedOperationException,
)
from vauban.services.kms.expirations import expiration
from vauban.services.kms.lists import in_order, page
from vauban.services.kms.materials import current_material, materials_of, new_material, pending_material
from vauban.services.kms.multi_region import imported_everywhere, put_shared, refuse_replica
from vauban.services.kms.resolvers import key, shared_key
from vauban.services.kms.resources import Key, Material

DEFAULT_PERIOD_IN_DAYS = 365
MOST_ON_DEMAND = 25
TOO_CLOSE = timedelta(minutes=20)
"""Before an automatic rotation, none on demand."""


@operation("EnableKeyRotation", on=key("KeyId"))
def enable_key_rotation(call: Call, key: Key, rotation_period_in_days: int = DEFAULT_PERIOD_IN_DAYS) -> None:
    _require_rotating(key)
    refuse_replica(key)
    if key.rotation_period_in_days == rotation_period_in_days:
        return
    next_date = call.now + timedelta(days=rotation_period_in_days)
    put_shared(call, replace(key, rotation_period_in_days=rotation_period_in_days, next_rotation_date=next_date))


@operation("DisableKeyRotation", on=key("KeyId"))
def disable_key_rotation(call: Call, key: Key) -> None:
    _require_rotating(key)
    refuse_replica(key)
    put_shared(call, replace(key, rotation_period_in_days=None, next_rotation_date=None))


@operation("GetKeyRotationStatus", on=shared_key("KeyId"))
def get_key_rotation_status(call: Call, key: Key) -> dict[str, Any]:
    """While a key waits for its deletion its rotation reads as off; the setting comes back if that is cancelled."""
    enabled = key.rotation_period_in_days is not None and key.key_state != "PendingDeletion"
    status = {"KeyId": key.arn, "KeyRotationEnabled": enabled}
    if enabled:
        status["RotationPeriodInDays"] = key.rotation_period_in_days
        status["NextRotationDate"] = key.next_rotation_date
    return status


@operation("RotateKeyOnDemand", on=key("KeyId"))
def rotate_key_on_demand(call: Call, key: Key) -> dict[str, Any]:
    _require_rotating(key)
    refuse_replica(key)
    if key.on_demand_rotations >= MOST_ON_DEMAND:
        raise LimitExceededException(
            "The on-demand rotations limit has been reached for the given keyId. "
            f"No more on-demand rotations can be performed for this key: {key.key_id}"
        )
    if key.next_rotation_date is not None and key.next_rotation_date - call.now < TOO_CLOSE:
        raise ConflictException(f"{key.arn} is about to be rotated automatically.")
    rotated = _rotated_to_imported(call, key) if key.origin == "EXTERNAL" else _rotated(call, key, "ON_DEMAND")
    put_shared(call, replace(rotated, on_demand_rotations=key.on_demand_rotations + 1))
    return {"KeyId": key.arn}


@operation("ListKeyRotations", on=key("KeyId"))
def list_key_rotations(
    call: Call,
    key: Key,
    include_key_material: str = "ROTATIONS_ONLY",
    limit: int | None = None,
    marker: str | None = None,
) -> dict[str, Any]:
    _require_rotating(key)
    current = current_material(call, key)
    entries = in_order(
        (f"{each.generation:08}", _entry(key, each, current))
        for each in materials_of(call, key)
        if each.rotation_type or include_key_material == "ALL_KEY_MATERIAL"
    )
    return page(call, "Rotations", entries, limit, marker, of=f"{key.key_id} {include_key_material}")


def rotate_on_schedule(call: Call, key: Key) -> None:
    """The automatic rotation that fell due, and the date of the next."""
    period = timedelta(days=key.rotation_period_in_days)
    following = key.next_rotation_date + period
    if following <= call.now:
        following = call.now + period
    put_shared(call, replace(_rotated(call, key, "AUTOMATIC"), next_rotation_date=following))


def put_rotated_if_overdue(call: Call, key: Key) -> None:
    """Keep ``key``, rotated at once where its date passed while it could not be; its calendar then starts anew."""
    if key.is_replica or key.next_rotation_date is None or key.next_rotation_date > call.now:
        call.store.put(key)
        return
    following = call.now + timedelta(days=key.rotation_period_in_days)
    put_shared(call, replace(_rotated(call, key, "AUTOMATIC"), next_rotation_date=following))


def _rotated(call: Call, key: Key, rotation_type: str) -> Key:
    """``key`` with new material, which is put beside the old; the key itself is still to be put."""
    generation = current_material(call, key).generation + 1
    material = new_material(
        call, key.key_id, generate(key.key_spec), generation=generation, rotation_type=rotation_type
    )
    call.store.put(material)
    return _with_current(call, key, material)


def _rotated_to_imported(call: Call, key: Key) -> Key:
    """``key`` with the material that was imported for this; permanently its own from now on."""
    pending = pending_material(call, key)
    if pending is None:
        raise KMSInvalidStateException(f"No available key material pending rotation for the key: {key.arn}.")
    if not imported_everywhere(key, pending):
        raise KMSInvalidStateException(
            f"The key material pending rotation has not been imported into all replicas of {key.arn}."
        )
    call.store.put(replace(pending, rotation_type="ON_DEMAND", rotation_date=call.now))
    return _with_current(call, key, pending)


def _with_current(call: Call, key: Key, material: Material) -> Key:
    call.emit("KMS CMK Rotation", key.arn, **{"key-id": key.key_id})
    return replace(key, current_material_id=material.material_id)


def _entry(key: Key, material: Material, current: Material) -> dict[str, Any]:
    entry = {
        "KeyId": key.arn,
        "KeyMaterialId": material.material_id,
        "KeyMaterialState": _material_state(key, material, current),
    }
    if material.rotation_type:
        entry["RotationDate"] = material.rotation_date
        entry["RotationType"] = material.rotation_type
    if key.origin == "EXTERNAL":
        entry["ImportState"] = "IMPORTED" if material.imported else "PENDING_IMPORT"
        entry.update(expiration([material]))
        if material.description:
            entry["KeyMaterialDescription"] = material.description
    return entry


def _material_state(key: Key, material: Material, current: Material) -> str:
    if material.generation > current.generation:
        return "PENDING_ROTATION" if imported_everywhere(key, material) else "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
    return "CURRENT" if material.generation == current.generation else "NON_CURRENT"


def _require_rotating(key: Key) -> None:
    if not key.rotates:
        raise UnsupportedOperationException
