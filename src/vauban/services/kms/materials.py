"""A key's material: the one in use, and new generations of it."""

from vauban.crypto.materials import material_id
from vauban.kernel.calls import Call
from vauban.kernel.records import replace
from vauban.services.kms.resources import Key, Material


def current_material(call: Call, key: Key) -> Material:
    """The material that is used for everything new."""
    return call.store.get(Material, key.current_material_id)


def new_material(call: Call, key_id: str, material: bytes, *, generation: int = 1, rotation_type: str = "") -> Material:
    """A record of fresh ``material`` for a key of the call's account; still to be put."""
    return Material(
        material_id(key_id, material),
        call.account,
        call.region,
        key_id,
        generation,
        call.now,
        material,
        rotation_type,
        call.now if rotation_type else None,
    )


def pending_material(call: Call, key: Key) -> Material | None:
    """Imported material that waits for the rotation that brings it into use; at most one of a key does."""
    return next((each for each in materials_of(call, key) if is_pending(call, key, each)), None)


def is_pending(call: Call, key: Key, material: Material) -> bool:
    """Whether ``material`` is not permanently the key's yet: imported after the current one, and never in use."""
    return material.generation > current_material(call, key).generation


def materials_of(call: Call, key: Key) -> list[Material]:
    """All generations, those that are missing and those that wait included."""
    return call.store.list(Material, index="key", value=key.key_id)


def is_whole(call: Call, key: Key) -> bool:
    """Whether all material that is permanently the key's is there: without that, nothing can be done with the key."""
    if key.custom_key_store_id or not key.current_material_id:
        return bool(key.custom_key_store_id)
    return all(each.imported or is_pending(call, key, each) for each in materials_of(call, key))


def erase_material(call: Call, key: Key, material: Material) -> None:
    """Forget imported material: what only waited for a rotation leaves no trace, all else the key now waits for."""
    if is_pending(call, key, material):
        call.store.delete(material)
        return
    call.store.put(replace(material, material=b"", valid_to=None))
    if key.key_state in ("Enabled", "Disabled"):
        call.store.put(replace(key, key_state="PendingImport"))
