"""KMS keys of ours, as external keys of somebody else's KMS."""

import base64
from hashlib import sha256
from typing import Any

from vauban.crypto import xks_ciphertexts
from vauban.crypto.errors import InvalidCiphertext
from vauban.crypto.xks_ciphertexts import XksCiphertext
from vauban.kernel.stores import Records
from vauban.services.kms.resources import CLOUDTRAIL_TYPE, Key, Material
from vauban.xks.requests import (
    MOST_AUTHENTICATED,
    MOST_PLAINTEXT,
    XksError,
    bytes_of,
    require_aes_gcm,
    wants_integrity_value,
)

__all__ = ["CLOUDTRAIL_TYPE", "OPERATIONS", "can_be_external", "external_key"]


def can_be_external(key: Key) -> bool:
    """Whether a key is of the kind that the API knows, and its material is here."""
    return key.rotates and key.key_manager == "CUSTOMER"


def external_key(records: Records, key_id: str | None) -> Key:
    """Raises XksError where there is no such key, or none that can be used like this."""
    key = records.get(Key, key_id) if key_id else None
    if key is None:
        raise XksError("KeyNotFoundException", "There is no such external key.")
    if not can_be_external(key):
        raise XksError("InvalidKeyUsageException", "The key is not one that encrypts and decrypts here.")
    return key


def metadata(records: Records, key: Key, body: dict[str, Any]) -> dict[str, Any]:
    """GetKeyMetadata's answer: told of disabled keys too."""
    status = "ENABLED" if key.key_state == "Enabled" else "DISABLED"
    return {"keySpec": "AES_256", "keyUsage": ["ENCRYPT", "DECRYPT"], "keyStatus": status}


def encrypt(records: Records, key: Key, body: dict[str, Any]) -> dict[str, Any]:
    """Encrypt's answer. Raises XksError."""
    require_aes_gcm(body)
    with_value = wants_integrity_value(body)
    plaintext = bytes_of(body, "plaintext", MOST_PLAINTEXT)
    authenticated = bytes_of(body, "additionalAuthenticatedData", MOST_AUTHENTICATED, optional=True)
    _require_enabled(key)
    material = records.get(Material, key.current_material_id)
    parts = xks_ciphertexts.encrypt(material.material, material.generation, plaintext, authenticated)
    answer = {
        "ciphertext": _encode(parts.ciphertext),
        "initializationVector": _encode(parts.iv),
        "authenticationTag": _encode(parts.tag),
        "ciphertextMetadata": _encode(parts.metadata),
    }
    if with_value:
        value = sha256(authenticated + parts.metadata + parts.iv + parts.ciphertext + parts.tag).digest()
        if xks_ciphertexts.decrypt(material.material, parts, authenticated) != plaintext:
            raise XksError("InternalException", "What was encrypted does not decrypt.")
        answer["ciphertextDataIntegrityValue"] = _encode(value)
    return answer


def decrypt(records: Records, key: Key, body: dict[str, Any]) -> dict[str, Any]:
    """Decrypt's answer. Raises XksError."""
    require_aes_gcm(body)
    parts = XksCiphertext(
        bytes_of(body, "ciphertext", MOST_PLAINTEXT),
        bytes_of(body, "initializationVector", 16, sizes=(12, 16)),
        bytes_of(body, "authenticationTag", 16, sizes=(16,)),
        bytes_of(body, "ciphertextMetadata", 20, optional=True),
    )
    authenticated = bytes_of(body, "additionalAuthenticatedData", MOST_AUTHENTICATED, optional=True)
    _require_enabled(key)
    try:
        material = _material(records, key, xks_ciphertexts.generation_of(parts.metadata))
        return {"plaintext": _encode(xks_ciphertexts.decrypt(material.material, parts, authenticated))}
    except InvalidCiphertext:
        raise XksError("InvalidCiphertextException", "The ciphertext does not decrypt under this key.") from None


OPERATIONS = {"metadata": metadata, "encrypt": encrypt, "decrypt": decrypt}
"""What a path asks for -> what answers it, given the records, the key and the request's body."""


def _material(records: Records, key: Key, generation: int) -> Material:
    """What a key used to encrypt with decrypts for ever. Raises InvalidCiphertext where it never had such material."""
    current = records.get(Material, key.current_material_id)
    if current.generation == generation:
        return current
    for each in records.list(Material, index="key", value=key.key_id):
        if each.generation == generation and each.imported:
            return each
    raise InvalidCiphertext


def _require_enabled(key: Key) -> None:
    if key.key_state != "Enabled":
        raise XksError("InvalidStateException", "The key is not enabled.")


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()
