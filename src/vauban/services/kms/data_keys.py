"""Data keys and data key pairs, for use outside of KMS."""

from collections.abc import Mapping
from typing import Any

from vauban.crypto.materials import can_generate, generate
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.services.kms import ciphers
from vauban.services.kms.encryption import NO_CONTEXT
from vauban.services.kms.errors import DryRunOperationException, UnsupportedOperationException
from vauban.services.kms.materials import current_material
from vauban.services.kms.recipients import addressed, require_attested
from vauban.services.kms.resolvers import usable_key
from vauban.services.kms.resources import Key
from vauban.services.kms.usages import require_symmetric

KEY_SIZES = {"AES_128": 16, "AES_256": 32}


@operation("GenerateDataKey", on=usable_key("KeyId"))
def generate_data_key(
    call: Call,
    key: Key,
    encryption_context: Mapping[str, str] = NO_CONTEXT,
    number_of_bytes: int | None = None,
    key_spec: str | None = None,
    recipient: Mapping[str, Any] | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    attestation = require_attested(call, recipient)
    plaintext = _data_key(call, key, number_of_bytes, key_spec, dry_run)
    blob = ciphers.encrypt(call, key, plaintext, encryption_context)
    result = {
        "CiphertextBlob": blob,
        "Plaintext": plaintext,
        "KeyId": key.arn,
        "KeyMaterialId": key.current_material_id,
    }
    return addressed(attestation, result, "Plaintext")


@operation("GenerateDataKeyWithoutPlaintext", on=usable_key("KeyId"))
def generate_data_key_without_plaintext(
    call: Call,
    key: Key,
    encryption_context: Mapping[str, str] = NO_CONTEXT,
    number_of_bytes: int | None = None,
    key_spec: str | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    plaintext = _data_key(call, key, number_of_bytes, key_spec, dry_run)
    blob = ciphers.encrypt(call, key, plaintext, encryption_context)
    return {"CiphertextBlob": blob, "KeyId": key.arn, "KeyMaterialId": key.current_material_id}


@operation("GenerateDataKeyPair", on=usable_key("KeyId"))
def generate_data_key_pair(
    call: Call,
    key: Key,
    key_pair_spec: str,
    encryption_context: Mapping[str, str] = NO_CONTEXT,
    recipient: Mapping[str, Any] | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    attestation = require_attested(call, recipient)
    private_key, result = _data_key_pair(call, key, key_pair_spec, encryption_context, dry_run)
    return addressed(attestation, {"PrivateKeyPlaintext": private_key, **result}, "PrivateKeyPlaintext")


@operation("GenerateDataKeyPairWithoutPlaintext", on=usable_key("KeyId"))
def generate_data_key_pair_without_plaintext(
    call: Call,
    key: Key,
    key_pair_spec: str,
    encryption_context: Mapping[str, str] = NO_CONTEXT,
    dry_run: bool = False,
) -> dict[str, Any]:
    return _data_key_pair(call, key, key_pair_spec, encryption_context, dry_run)[1]


def _data_key(call: Call, key: Key, number_of_bytes: int | None, key_spec: str | None, dry_run: bool) -> bytes:
    require_symmetric(call, key)
    if (number_of_bytes is None) == (key_spec is None):
        raise ValidationException("Please specify either number of bytes or key spec.")
    if dry_run:
        raise DryRunOperationException
    size = KEY_SIZES[key_spec] if key_spec else number_of_bytes
    return call.once("data key", lambda: call.random(size)) if key.custom_key_store_id else call.random(size)


def _data_key_pair(
    call: Call, key: Key, spec: str, context: Mapping[str, str], dry_run: bool
) -> tuple[bytes, dict[str, Any]]:
    """The private key in PKCS#8 DER, and the rest of the answer."""
    from vauban.crypto.private_keys import PrivateKey

    require_symmetric(call, key)
    if key.custom_key_store_id:
        raise UnsupportedOperationException(f"{key.arn} origin is {key.origin} which is not valid for this operation.")
    if not can_generate(spec):
        raise UnsupportedOperationException(f"Data key pairs of {spec} are not supported here.")
    if dry_run:
        raise DryRunOperationException
    private_key = call.slowly(generate, spec) if spec.startswith("RSA_") else generate(spec)
    return private_key, {
        "PrivateKeyCiphertextBlob": current_material(call, key).symmetric.encrypt(private_key, context),
        "PublicKey": PrivateKey(private_key).public_der,
        "KeyId": key.arn,
        "KeyPairSpec": spec,
        "KeyMaterialId": key.current_material_id,
    }
