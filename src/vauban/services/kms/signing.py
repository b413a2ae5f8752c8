"""Sign and Verify."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.services.kms.errors import DryRunOperationException, KMSInvalidSignatureException
from vauban.services.kms.materials import current_material
from vauban.services.kms.resolvers import usable_key
from vauban.services.kms.resources import Key
from vauban.services.kms.usages import require_algorithm, require_usage

ML_DSA = "ML_DSA_SHAKE_256"
ED25519_PH = "ED25519_PH_SHA_512"
MU_SIZE = 64
DIGEST_SIZES = {"SHA_256": 32, "SHA_384": 48, "SHA_512": 64}
"""Bytes, by the end of the algorithm's name."""


@operation("Sign", on=usable_key("KeyId"))
def sign(
    call: Call, key: Key, message: bytes, signing_algorithm: str, message_type: str = "RAW", dry_run: bool = False
) -> dict[str, Any]:
    _require_signing(call, key, message, signing_algorithm, message_type)
    if dry_run:
        raise DryRunOperationException
    private_key = current_material(call, key).private_key
    if message_type == "EXTERNAL_MU":
        signature = private_key.sign_mu(message)
    else:
        signature = private_key.sign(message, signing_algorithm, message_type == "DIGEST")
    return {
        "KeyId": key.arn,
        "Signature": signature,
        "SigningAlgorithm": signing_algorithm,
    }


@operation("Verify", on=usable_key("KeyId"))
def verify(
    call: Call,
    key: Key,
    message: bytes,
    signature: bytes,
    signing_algorithm: str,
    message_type: str = "RAW",
    dry_run: bool = False,
) -> dict[str, Any]:
    _require_signing(call, key, message, signing_algorithm, message_type)
    if dry_run:
        raise DryRunOperationException
    private_key = current_material(call, key).private_key
    if message_type == "EXTERNAL_MU":
        valid = private_key.verify_mu(message, signature)
    else:
        valid = private_key.verify(message, signature, signing_algorithm, message_type == "DIGEST")
    if not valid:
        raise KMSInvalidSignatureException
    return {"KeyId": key.arn, "SignatureValid": True, "SigningAlgorithm": signing_algorithm}


def _require_signing(call: Call, key: Key, message: bytes, algorithm: str, message_type: str) -> None:
    require_usage(call, key, "SIGN_VERIFY")
    require_algorithm(key, algorithm, key.spec.signing_algorithms)
    if message_type == "RAW":
        if algorithm == ED25519_PH:
            raise ValidationException(f"The algorithm {algorithm} requires the message type DIGEST.")
        return
    if message_type == "EXTERNAL_MU":
        _require_mu(message, algorithm)
        return
    if algorithm == ML_DSA:
        raise ValidationException(f"The algorithm {algorithm} requires the message type RAW or EXTERNAL_MU.")
    if algorithm == "ED25519_SHA_512":
        raise ValidationException("The algorithm ED25519_SHA_512 requires the message type RAW.")
    if len(message) != DIGEST_SIZES[algorithm[-7:]]:
        raise ValidationException(f"Digest is invalid length for algorithm {algorithm}.")


def _require_mu(message: bytes, algorithm: str) -> None:
    if algorithm != ML_DSA:
        raise ValidationException("The message type EXTERNAL_MU is for ML-DSA keys only.")
    if len(message) != MU_SIZE:
        raise ValidationException(f"A message of the type EXTERNAL_MU must be {MU_SIZE} bytes long.")
