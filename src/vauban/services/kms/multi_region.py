"""Related keys: what a multi-Region key shares between its Regions, and how that gets there.

The primary key is the source. What changes there is sent whole to each replica, which takes it in unless it knows of
something newer. No key reads what another Region keeps, so each works while the others are out of reach.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
"""

from collections.abc import Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.records import replace
from vauban.services.kms.errors import UnsupportedOperationException
from vauban.services.kms.materials import is_pending, is_whole, materials_of
from vauban.services.kms.resources import Key, Material

REPLICATED = "Multi-Region Key Replicated"
SYNCHRONIZED = "Multi-Region Key Synchronized"
PROMOTED = "Multi-Region Key Promoted"
NOT_PROMOTED = "Multi-Region Key Not Promoted"
SETTLED = "Multi-Region Key Settled"
REPLICA_DELETED = "Multi-Region Replica Deleted"
MATERIAL_IMPORTED = "Multi-Region Key Material Imported"
MATERIAL_ERASED = "Multi-Region Key Material Erased"
"""What related keys tell each other."""

_SHARED = (
    "key_id",
    "key_spec",
    "key_usage",
    "origin",
    "current_material_id",
    "rotation_period_in_days",
    "next_rotation_date",
    "on_demand_rotations",
    "primary_region",
    "replica_regions",
    "shared_version",
)
_SHARED_OF_MATERIAL = (
    "material_id", "key_id", "generation", "created", "rotation_type", "rotation_date", "replicated",
)  # fmt: skip


def require_primary(key: Key) -> None:
    """Raises UnsupportedOperationException unless it is a primary key."""
    if key.multi_region_type != "PRIMARY":
        raise UnsupportedOperationException(f"{key.arn} is not a multi-Region primary key.")


def refuse_replica(key: Key) -> None:
    """Raises UnsupportedOperationException for what the primary key alone decides on."""
    if key.is_replica:
        raise UnsupportedOperationException(f"{key.arn} is a multi-Region replica key: use its primary key.")


def put_shared(call: Call, key: Key) -> None:
    """Keep ``key``, of which something has changed that its replicas share: they hear of it."""
    if key.multi_region_type == "PRIMARY":
        key = replace(key, shared_version=key.shared_version + 1)
        for region in key.replica_regions:
            send_shared(call, SYNCHRONIZED, key, region)
    call.store.put(key)


def send_shared(call: Call, detail_type: str, key: Key, region: str, **more: Any) -> None:
    """Send what related keys share, to the one in ``region``. Material that KMS made goes with it, sealed."""
    materials = materials_of(call, key)
    own = key.origin == "AWS_KMS"
    call.send(
        detail_type,
        key.arn_in(region),
        region=region,
        secrets={each.material_id: each.material for each in materials} if own else None,
        key={name: getattr(key, name) for name in _SHARED},
        materials=[{name: getattr(each, name) for name in _SHARED_OF_MATERIAL} for each in materials],
        **more,
    )


def taken_in(call: Call, key: Key, shared: Mapping[str, Any], secrets: Mapping[str, bytes]) -> Key:
    """``key`` with what was sent to it. Its material is put; the key itself is still to be."""
    materials = shared["materials"]
    for each in materials:
        _take_in_material(call, each, secrets)
    updated = replace(key, **{**shared["key"], "replica_regions": tuple(shared["key"]["replica_regions"])})
    named = {each["material_id"] for each in materials}
    for gone in [each for each in materials_of(call, key) if each.material_id not in named]:
        call.store.delete(gone)
    return _as_material_allows(call, updated)


def _take_in_material(call: Call, shared: Mapping[str, Any], secrets: Mapping[str, bytes]) -> None:
    """Imported material stays as it is here: each key has its own imports and expirations."""
    known = call.store.get(Material, shared["material_id"])
    fields = {**shared, "replicated": tuple(shared["replicated"])}
    if known is None:
        known = Material(account=call.account, region=call.region, material=b"", **fields)
    material = secrets.get(shared["material_id"], known.material)
    call.store.put(replace(known, **fields, material=material))


def _as_material_allows(call: Call, key: Key) -> Key:
    if key.key_state == "Enabled" and not is_whole(call, key):
        return replace(key, key_state="PendingImport")
    if key.key_state == "PendingImport" and is_whole(call, key):
        return replace(key, key_state="Enabled")
    return key


def tell_primary(call: Call, key: Key, detail_type: str, **detail: Any) -> None:
    """What a replica has to say to its primary key."""
    call.send(
        detail_type, key.arn_in(key.primary_region), region=key.primary_region, key_id=key.key_id,
        replica_region=key.region, **detail,
    )  # fmt: skip


def imported_everywhere(key: Key, material: Material) -> bool:
    """Whether every replica has the imported material that waits for its rotation."""
    return set(key.replica_regions) <= set(material.replicated)


def erased_in_replica(call: Call, key: Key, material: Material) -> bool:
    """Erase a replica's material that waits for a rotation; False where it is not that, and nothing was done."""
    if not key.is_replica or not is_pending(call, key, material):
        return False
    call.store.put(replace(material, material=b"", valid_to=None))
    tell_primary(call, key, MATERIAL_ERASED, material_id=material.material_id)
    return True
