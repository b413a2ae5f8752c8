"""A key's material: the one in use, and new generations of it."""

from vauban.crypto.materials import material_id
from vauban.kernel.calls import Call
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
    )
