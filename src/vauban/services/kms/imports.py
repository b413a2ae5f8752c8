"""Key material that its owner made: imported, imported again, deleted.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html
"""

from datetime import datetime
from typing import Any

from vauban.crypto.errors import InvalidCiphertext
from vauban.crypto.materials import check, material_id
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.kms.errors import (
    IncorrectKeyMaterialException,
    InvalidCiphertextException,
    KMSInvalidStateException,
    NotFoundException,
)
from vauban.services.kms.expirations import EXPIRES, require_valid_to
from vauban.services.kms.import_parameters import parameters_of
from vauban.services.kms.materials import (
    current_material,
    erase_material,
    is_pending,
    is_whole,
    new_material,
    pending_material,
)
from vauban.services.kms.multi_region import (
    MATERIAL_IMPORTED,
    erased_in_replica,
    put_shared,
    refuse_replica,
    tell_primary,
)
from vauban.services.kms.resolvers import key
from vauban.services.kms.resources import Key, Material

NEW = "NEW_KEY_MATERIAL"
EXISTING = "EXISTING_KEY_MATERIAL"


@operation("ImportKeyMaterial", on=key("KeyId"))
def import_key_material(
    call: Call,
    key: Key,
    import_token: bytes,
    encrypted_key_material: bytes,
    valid_to: datetime | None = None,
    expiration_model: str = EXPIRES,
    import_type: str | None = None,
    key_material_description: str | None = None,
    key_material_id: str | None = None,
) -> dict[str, Any]:
    require_valid_to(call, expiration_model, valid_to)
    _require_symmetric_for(key, import_type, key_material_description, key_material_id)
    parameters = parameters_of(call, key, import_token)
    kind = import_type or (EXISTING if key.current_material_id else NEW)
    if kind == NEW:
        refuse_replica(key)
    if kind == NEW and key_material_id is not None:
        raise ValidationException(f"KeyMaterialId cannot be specified where ImportType is {NEW}.")
    material = call.slowly(
        _unwrapped, key.key_spec, parameters.private_key, parameters.wrapping_algorithm, encrypted_key_material
    )
    found = material_id(key.key_id, material)
    if key_material_id not in (None, found):
        raise IncorrectKeyMaterialException("The key material is not the one that KeyMaterialId names.")
    known = _added(call, key, material) if kind == NEW else _known(call, key, found)
    description = known.description if key_material_description is None else key_material_description
    call.store.put(replace(known, material=material, valid_to=valid_to, description=description))
    _put_with_material(call, key, known, shared=kind == NEW)
    if key.is_replica:
        tell_primary(call, key, MATERIAL_IMPORTED, material_id=found)
    return {"KeyId": key.arn, **_named(key, found)}


@operation("DeleteImportedKeyMaterial", on=key("KeyId"))
def delete_imported_key_material(call: Call, key: Key, key_material_id: str | None = None) -> dict[str, Any]:
    """Of a key into which nothing was ever imported there is nothing to delete, and that is no error."""
    chosen = key_material_id or key.current_material_id
    material = call.store.get(Material, chosen) if chosen else None
    if material is None or material.key_id != key.key_id:
        if key_material_id is not None:
            raise NotFoundException(f"Key material {key_material_id} is not associated with {key.arn}.")
        return {"KeyId": key.arn}
    erase(call, key, material)
    return {"KeyId": key.arn, **_named(key, material.material_id)}


def _unwrapped(key_spec: str, private_key: bytes, algorithm: str, wrapped: bytes) -> bytes:
    """The material, found sound. Slow where it is RSA."""
    from vauban.crypto.imports import unwrap_import
    from vauban.crypto.private_keys import PrivateKey

    try:
        unwrapped = unwrap_import(PrivateKey(private_key), wrapped, algorithm)
    except InvalidCiphertext:
        raise InvalidCiphertextException from None
    try:
        return check(key_spec, unwrapped)
    except ValueError as error:
        raise IncorrectKeyMaterialException(str(error)) from None


def _require_symmetric_for(key: Key, *parameters: str | None) -> None:
    if not key.rotates and parameters != (None,) * len(parameters):
        raise ValidationException(
            "ImportType, KeyMaterialDescription and KeyMaterialId can be used with symmetric encryption keys only."
        )


def _added(call: Call, key: Key, material: bytes) -> Material:
    """A record for material that the key has never had: its first, or what waits for a rotation."""
    if not key.current_material_id:
        return new_material(call, key.key_id, material)
    added = new_material(call, key.key_id, material, generation=current_material(call, key).generation + 1)
    if call.store.get(Material, added.material_id) is not None:
        raise IncorrectKeyMaterialException("The key material is not new: it is associated with the KMS key already.")
    if pending_material(call, key) is not None:
        raise KMSInvalidStateException(f"{key.arn} has imported key material that is pending rotation.")
    return added


def _known(call: Call, key: Key, found: str) -> Material:
    known = call.store.get(Material, found)
    if known is None:
        raise IncorrectKeyMaterialException("The key material is not one that was imported into this KMS key before.")
    return known


def erase(call: Call, key: Key, material: Material) -> None:
    """Erase material, in this Region; what waits for a rotation goes from the replicas with the primary key's."""
    if erased_in_replica(call, key, material):
        return
    pending = is_pending(call, key, material)
    erase_material(call, key, material)
    if pending:
        put_shared(call, key)


def _put_with_material(call: Call, key: Key, material: Material, *, shared: bool) -> None:
    """A key that waited for its material can be used as soon as none is missing; one that is disabled stays so."""
    updated = replace(key, current_material_id=key.current_material_id or material.material_id)
    if key.key_state == "PendingImport" and is_whole(call, updated):
        updated = replace(updated, key_state="Enabled")
    if shared:
        put_shared(call, updated)
    elif updated != key:
        call.store.put(updated)


def _named(key: Key, found: str) -> dict[str, str]:
    """Only symmetric encryption keys have material of more than one name."""
    return {"KeyMaterialId": found} if key.rotates else {}
