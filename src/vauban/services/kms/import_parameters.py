"""GetParametersForImport, and what becomes of its token.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-get-public-key-and-token.html
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from vauban.crypto.imports import OAEP_OF
from vauban.crypto.materials import RSA_SIZES, generate
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.kms.errors import (
    ExpiredImportTokenException,
    InvalidImportTokenException,
    UnsupportedOperationException,
)
from vauban.services.kms.resolvers import key
from vauban.services.kms.resources import ImportParameters, Key

VALID_FOR = timedelta(hours=24)
VERSION = b"\x01"
TIME_SIZE = 8
SECRET_SIZE = 32
TOKEN_SIZE = len(VERSION) + TIME_SIZE + SECRET_SIZE


@operation("GetParametersForImport", on=key("KeyId"))
def get_parameters_for_import(call: Call, key: Key, wrapping_algorithm: str, wrapping_key_spec: str) -> dict[str, Any]:
    from vauban.crypto.private_keys import PrivateKey

    _require_wrapping(key, wrapping_algorithm, wrapping_key_spec)
    private_key = call.slowly(generate, wrapping_key_spec)
    valid_to = (call.now + VALID_FOR).replace(microsecond=0)
    token = VERSION + int(valid_to.timestamp()).to_bytes(TIME_SIZE, "big") + call.random(SECRET_SIZE)
    call.store.put(
        ImportParameters(
            _id_of(token), call.account, call.region, key.key_id, valid_to, wrapping_algorithm, private_key
        )
    )
    return {
        "KeyId": key.arn,
        "ImportToken": token,
        "PublicKey": PrivateKey(private_key).public_der,
        "ParametersValidTo": valid_to,
    }


def parameters_of(call: Call, key: Key, token: bytes) -> ImportParameters:
    """What GetParametersForImport gave ``token`` out with. Raises InvalidImportToken or ExpiredImportTokenException.

    A wrapping key is gone once its token has expired, so an old token is known by the time it bears itself: to say so
    to who made one up tells them nothing.
    """
    if len(token) != TOKEN_SIZE or not token.startswith(VERSION):
        raise InvalidImportTokenException("The import token is not one that was given out here.")
    parameters = call.store.get(ImportParameters, _id_of(token))
    if parameters is not None and parameters.key_id != key.key_id:
        raise InvalidImportTokenException("The import token belongs to another KMS key.")
    if _valid_to(token) <= call.now.timestamp():
        raise ExpiredImportTokenException(f"The import token expired on {_written(_valid_to(token))}.")
    if parameters is None:
        raise InvalidImportTokenException("The import token is not one that was given out here.")
    return parameters


def _require_wrapping(key: Key, algorithm: str, wrapping_key_spec: str) -> None:
    if wrapping_key_spec not in RSA_SIZES or algorithm not in OAEP_OF:
        raise UnsupportedOperationException(f"{algorithm} with {wrapping_key_spec} is not a supported way to wrap.")
    directly = algorithm.startswith("RSAES_OAEP")
    if directly and key.key_spec.startswith("RSA_"):
        raise UnsupportedOperationException(f"{key.key_spec} key material can be wrapped by RSA_AES algorithms only.")
    if not directly and not key.key_spec.startswith(("RSA_", "ECC_")):
        raise UnsupportedOperationException(f"{key.key_spec} key material can be wrapped by RSAES algorithms only.")
    if directly and (key.key_spec, wrapping_key_spec) == ("ECC_NIST_P521", "RSA_2048"):
        raise UnsupportedOperationException("ECC_NIST_P521 key material cannot be wrapped directly by an RSA_2048 key.")


def _id_of(token: bytes) -> str:
    return sha256(token).hexdigest()


def _valid_to(token: bytes) -> int:
    return int.from_bytes(token[len(VERSION) : -SECRET_SIZE], "big")


def _written(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
