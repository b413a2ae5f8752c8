"""Encrypt, Decrypt and ReEncrypt."""

from collections.abc import Mapping
from typing import Any

from vauban.crypto.errors import InvalidCiphertext
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.services.kms import ciphers
from vauban.services.kms.errors import DryRunOperationException, InvalidCiphertextException
from vauban.services.kms.materials import current_material
from vauban.services.kms.recipients import addressed, require_attested
from vauban.services.kms.resolvers import decrypting_key, usable_key
from vauban.services.kms.resources import Key
from vauban.services.kms.usages import require_algorithm, require_usage

SYMMETRIC_DEFAULT = "SYMMETRIC_DEFAULT"
NO_CONTEXT: Mapping[str, str] = {}


@operation("Encrypt", on=usable_key("KeyId"))
def encrypt(
    call: Call,
    key: Key,
    plaintext: bytes,
    encryption_context: Mapping[str, str] = NO_CONTEXT,
    encryption_algorithm: str = SYMMETRIC_DEFAULT,
    dry_run: bool = False,
) -> dict[str, Any]:
    _require_encrypting(call, key, plaintext, encryption_context, encryption_algorithm)
    if dry_run:
        raise DryRunOperationException
    blob = _encrypted(call, key, plaintext, encryption_context, encryption_algorithm)
    return {"CiphertextBlob": blob, "KeyId": key.arn, "EncryptionAlgorithm": encryption_algorithm}


@operation("Decrypt", on=decrypting_key("KeyId"))
def decrypt(
    call: Call,
    key: Key,
    ciphertext_blob: bytes | None = None,
    encryption_context: Mapping[str, str] = NO_CONTEXT,
    encryption_algorithm: str = SYMMETRIC_DEFAULT,
    recipient: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    dry_run_modifiers: tuple[str, ...] = (),
) -> dict[str, Any]:
    attestation = require_attested(call, recipient)
    require_usage(call, key, "ENCRYPT_DECRYPT")
    require_algorithm(key, encryption_algorithm, key.spec.plaintext_limits)
    if _ignores_ciphertext(dry_run, dry_run_modifiers):
        raise DryRunOperationException
    plaintext, material_id = _decrypted(call, key, ciphertext_blob, encryption_context, encryption_algorithm)
    if dry_run:
        raise DryRunOperationException
    result = {"KeyId": key.arn, "Plaintext": plaintext, "EncryptionAlgorithm": encryption_algorithm}
    if material_id:
        result["KeyMaterialId"] = material_id
    return addressed(attestation, result, "Plaintext")


@operation(
    "ReEncrypt",
    on=(
        decrypting_key("SourceKeyId", action="kms:ReEncryptFrom"),
        usable_key("DestinationKeyId", action="kms:ReEncryptTo"),
    ),
)
def re_encrypt(
    call: Call,
    source: Key,
    destination: Key,
    ciphertext_blob: bytes | None = None,
    source_encryption_context: Mapping[str, str] = NO_CONTEXT,
    source_encryption_algorithm: str = SYMMETRIC_DEFAULT,
    destination_encryption_context: Mapping[str, str] = NO_CONTEXT,
    destination_encryption_algorithm: str = SYMMETRIC_DEFAULT,
    dry_run: bool = False,
    dry_run_modifiers: tuple[str, ...] = (),
) -> dict[str, Any]:
    for key, algorithm in ((source, source_encryption_algorithm), (destination, destination_encryption_algorithm)):
        require_usage(call, key, "ENCRYPT_DECRYPT")
        require_algorithm(key, algorithm, key.spec.plaintext_limits)
    if _ignores_ciphertext(dry_run, dry_run_modifiers):
        raise DryRunOperationException
    plaintext, source_material_id = _decrypted(
        call, source, ciphertext_blob, source_encryption_context, source_encryption_algorithm
    )
    _require_encrypting(call, destination, plaintext, destination_encryption_context, destination_encryption_algorithm)
    if dry_run:
        raise DryRunOperationException
    result = {
        "CiphertextBlob": _encrypted(
            call, destination, plaintext, destination_encryption_context, destination_encryption_algorithm
        ),
        "SourceKeyId": source.arn,
        "KeyId": destination.arn,
        "SourceEncryptionAlgorithm": source_encryption_algorithm,
        "DestinationEncryptionAlgorithm": destination_encryption_algorithm,
    }
    if source_material_id:
        result["SourceKeyMaterialId"] = source_material_id
    if destination_encryption_algorithm == SYMMETRIC_DEFAULT:
        result["DestinationKeyMaterialId"] = destination.current_material_id
    return result


def _require_encrypting(call: Call, key: Key, plaintext: bytes, context: Mapping[str, str], algorithm: str) -> None:
    require_usage(call, key, "ENCRYPT_DECRYPT")
    limits = key.spec.plaintext_limits
    require_algorithm(key, algorithm, limits)
    limit = limits[algorithm]
    if len(plaintext) > limit:
        raise ValidationException(
            f"Algorithm {algorithm} and key spec {key.key_spec} cannot encrypt data larger than {limit} bytes."
        )
    if context and algorithm != SYMMETRIC_DEFAULT:
        raise ValidationException(f"An encryption context cannot be used with the algorithm {algorithm}.")


def _encrypted(call: Call, key: Key, plaintext: bytes, context: Mapping[str, str], algorithm: str) -> bytes:
    if algorithm == SYMMETRIC_DEFAULT:
        return ciphers.encrypt(call, key, plaintext, context)
    return current_material(call, key).private_key.encrypt(plaintext, algorithm)


def _decrypted(
    call: Call, key: Key, blob: bytes | None, context: Mapping[str, str], algorithm: str
) -> tuple[bytes, str]:
    """The plaintext, and the id of the material that opened it where the algorithm is symmetric."""
    if blob is None:
        raise ValidationException("CiphertextBlob is required unless DryRunModifiers has IGNORE_CIPHERTEXT.")
    try:
        if algorithm != SYMMETRIC_DEFAULT:
            if context:
                raise ValidationException(f"An encryption context cannot be used with the algorithm {algorithm}.")
            return current_material(call, key).private_key.decrypt(blob, algorithm), ""
        return ciphers.decrypt(call, key, blob, context)
    except InvalidCiphertext:
        raise InvalidCiphertextException from None


def _ignores_ciphertext(dry_run: bool, modifiers: tuple[str, ...]) -> bool:
    if modifiers and not dry_run:
        raise ValidationException("DryRunModifiers can be used only where DryRun is true.")
    return "IGNORE_CIPHERTEXT" in modifiers
