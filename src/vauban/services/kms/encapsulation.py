"""Encapsulate and Decapsulate."""

from typing import Any

from vauban.crypto.errors import InvalidCiphertext
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.kms.errors import DryRunOperationException, InvalidCiphertextException
from vauban.services.kms.materials import current_material
from vauban.services.kms.resolvers import usable_key
from vauban.services.kms.resources import Key
from vauban.services.kms.usages import require_algorithm, require_usage


@operation("Encapsulate", on=usable_key("KeyId"))
def encapsulate(call: Call, key: Key, encapsulation_algorithm: str, dry_run: bool = False) -> dict[str, Any]:
    _require_encapsulating(call, key, encapsulation_algorithm)
    if dry_run:
        raise DryRunOperationException
    secret, encapsulated = current_material(call, key).private_key.encapsulate()
    return {
        "KeyId": key.arn,
        "SharedSecret": secret,
        "SharedSecretCiphertextBlob": encapsulated,
        "EncapsulationAlgorithm": encapsulation_algorithm,
    }


@operation("Decapsulate", on=usable_key("KeyId"))
def decapsulate(
    call: Call, key: Key, shared_secret_ciphertext_blob: bytes, encapsulation_algorithm: str, dry_run: bool = False
) -> dict[str, Any]:
    """A blob that was altered has a secret too, another one: that is how ML-KEM refuses it."""
    _require_encapsulating(call, key, encapsulation_algorithm)
    try:
        secret = current_material(call, key).private_key.decapsulate(shared_secret_ciphertext_blob)
    except InvalidCiphertext:
        raise InvalidCiphertextException from None
    if dry_run:
        raise DryRunOperationException
    return {"KeyId": key.arn, "SharedSecret": secret, "EncapsulationAlgorithm": encapsulation_algorithm}


def _require_encapsulating(call: Call, key: Key, algorithm: str) -> None:
    require_usage(call, key, "ENCAPSULATE_DECAPSULATE")
    require_algorithm(key, algorithm, key.spec.encapsulation_algorithms)
