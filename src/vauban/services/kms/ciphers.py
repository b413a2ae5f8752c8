"""Symmetric encryption under a KMS key, wherever its material is."""

from collections.abc import Mapping

from vauban.crypto.stored_keys import material_id_of
from vauban.kernel.calls import Call
from vauban.services.kms import stored_keys
from vauban.services.kms.errors import IncorrectKeyException
from vauban.services.kms.materials import current_material
from vauban.services.kms.resources import Key, Material


def encrypt(call: Call, key: Key, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    """The ciphertext blob. Where the key is in a custom key store, ``plaintext`` must be the same on every run."""
    if key.custom_key_store_id:
        return stored_keys.encrypt(call, key, plaintext, context)
    return current_material(call, key).symmetric.encrypt(plaintext, context)


def decrypt(call: Call, key: Key, blob: bytes, context: Mapping[str, str]) -> tuple[bytes, str]:
    """The plaintext, and the id of the material that opened it. Raises InvalidCiphertext, IncorrectKeyException."""
    material_id = material_id_of(blob)
    material = call.store.get(Material, material_id)
    if material is None or material.key_id != key.key_id:
        raise IncorrectKeyException
    if key.custom_key_store_id:
        return stored_keys.decrypt(call, key, blob, context), material_id
    return material.symmetric.decrypt(blob, context), material_id
