"""A version's value, sealed under a data key of its own that only KMS can open, on the caller's authority.

Source: "Secret encryption and decryption in AWS Secrets Manager", AWS Secrets Manager User Guide.
"""

from typing import Any

from vauban.crypto.wrapping import unwrap, wrap
from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.errors import AccessDeniedException, AwsError
from vauban.services.secretsmanager.errors import (
    DecryptionFailure,
    EncryptionFailure,
    InvalidRequestException,
    ResourceNotFoundException,
)
from vauban.services.secretsmanager.resources import DEFAULT_KEY, Secret, Version

VALIDATION = "RequestToValidateKeyAccess"
"""Stands for a version where the caller's rights to a key are only tried."""


def sealed(call: Call, secret: Secret, version_id: str, value: bytes, *, binary: bool) -> Version:
    """A new version of ``secret``; asks KMS for a data key."""
    given = _data_key(call, secret, version_id)
    return Version(
        secret.key,
        version_id,
        secret.account,
        secret.region,
        call.now,
        secret.kms_key_id,
        given["CiphertextBlob"],
        wrap(given["Plaintext"], value, _purpose(secret, version_id)),
        binary,
    )


def opened(call: Call, secret: Secret, version: Version) -> bytes:
    """The version's value; asks KMS to open its data key."""
    return unwrap(_opened_key(call, secret, version), version.sealed, _purpose(secret, version.version_id))


def require_key_access(call: Call, secret: Secret) -> None:
    """That the caller may use the secret's key both ways, as it must to give the secret this key."""
    given = _data_key(call, secret, VALIDATION)
    _decrypted(call, given["CiphertextBlob"], context(secret, VALIDATION))


def rewrapped(call: Call, secret: Secret, version: Version, before: Secret) -> tuple[str, bytes] | None:
    """The key's id and the version's data key under ``secret``'s key; None if the caller may not encrypt with that."""
    data_key = _opened_key(call, before, version)
    try:
        given = call.ask(
            "kms:Encrypt",
            KeyId=key_of(call, secret),
            Plaintext=data_key,
            EncryptionContext=context(secret, version.version_id),
        )
    except AccessDeniedException:
        return None
    except AwsError as error:
        raise EncryptionFailure from error
    return secret.kms_key_id, given["CiphertextBlob"]


def context(secret: Secret, version_id: str) -> dict[str, str]:
    """The encryption context that KMS binds the data key to, and the trail shows."""
    return {"SecretARN": secret.arn, "SecretVersionId": version_id}


def key_of(call: Call, secret: Secret) -> str:
    """The secret's key as the caller has to name it: across accounts by ARN, and never the AWS managed one."""
    named = secret.kms_key_id
    if secret.account == call.principal.account or not call.principal.account:
        return named or DEFAULT_KEY
    _refuse_default_key(named)
    if named.startswith("arn:"):
        return named
    return arn("kms", secret.region, secret.account, named if named.startswith("alias/") else f"key/{named}")


def _refuse_default_key(named: str) -> None:
    if not named:
        raise InvalidRequestException(
            "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS "
            "service key."
        )


def _data_key(call: Call, secret: Secret, version_id: str) -> dict[str, Any]:
    try:
        return call.ask(
            "kms:GenerateDataKey",
            KeyId=key_of(call, secret),
            KeySpec="AES_256",
            EncryptionContext=context(secret, version_id),
        )
    except AccessDeniedException as error:
        raise _no_access(error) from error
    except AwsError as error:
        if error.code == "NotFoundException":
            raise ResourceNotFoundException(error.message) from error
        if isinstance(error, InvalidRequestException):
            raise
        raise EncryptionFailure from error


def _opened_key(call: Call, secret: Secret, version: Version) -> bytes:
    if not version.kms_key_id and secret.account != call.principal.account and call.principal.account:
        _refuse_default_key("")
    return _decrypted(call, version.data_key, context(secret, version.version_id))


def _decrypted(call: Call, blob: bytes, bound_to: dict[str, str]) -> bytes:
    try:
        return call.ask("kms:Decrypt", CiphertextBlob=blob, EncryptionContext=bound_to)["Plaintext"]
    except AccessDeniedException as error:
        raise _no_access(error) from error
    except AwsError as error:
        raise DecryptionFailure from error


def _no_access(error: AccessDeniedException) -> AccessDeniedException:
    return AccessDeniedException("Access to KMS is not allowed", error.decision, error.authorization_id)


def _purpose(secret: Secret, version_id: str) -> bytes:
    return f"{secret.arn} {version_id}".encode()
