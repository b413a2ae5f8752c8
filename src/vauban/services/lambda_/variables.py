"""Environment variables: sealed at rest as all secrets are, and under a key of the customer's where there is one.

With a key, they are encrypted and shown on the caller's authority, and decrypted for the function as its role.
Source: Lambda Developer Guide, "Securing Lambda environment variables".
"""

import json
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.services.lambda_.errors import (
    InvalidParameterValueException,
    KMSAccessDeniedException,
    KMSDisabledException,
    KMSInvalidStateException,
    KMSNotFoundException,
)
from vauban.services.lambda_.resources import Function, Version
from vauban.services.lambda_.roles import as_role

MOST = 4096
"""Bytes of the variables, names and values, as JSON."""
RESERVED = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)
_FAILURES = {
    "AccessDeniedException": (KMSAccessDeniedException, "the KMS access was denied"),
    "DisabledException": (KMSDisabledException, "the KMS key used is disabled"),
    "NotFoundException": (KMSNotFoundException, "the KMS key was not found"),
    "KMSInvalidStateException": (KMSInvalidStateException, "the state of the KMS key used is not valid for Decrypt"),
}


def environment_of(environment: dict[str, Any]) -> bytes:
    """The variables as JSON; empty where there are none. Raises InvalidParameterValueException."""
    variables = environment.get("Variables") or {}
    if reserved := sorted(RESERVED.intersection(variables)):
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. Reserved keys used in "
            f"this request: {', '.join(reserved)}"
        )
    told = json.dumps(variables, separators=(",", ":"), ensure_ascii=False).encode() if variables else b""
    if len(told) > MOST:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit. String measured: {told.decode()}"
        )
    return told


def kept(call: Call, function: Function, key: str, variables: bytes) -> bytes:
    """The variables as a ``Version`` has them. Raises InvalidParameterValueException where the key does not serve."""
    if not key or not variables:
        return variables
    try:
        asked = {"KeyId": key, "Plaintext": variables, "EncryptionContext": _context(function.arn)}
        return call.ask("kms:Encrypt", **asked)["CiphertextBlob"]
    except AwsError as error:
        raise InvalidParameterValueException(
            "Lambda was unable to configure access to your environment variables because the KMS key is invalid for "
            f"CreateGrant. Please check your KMS key settings. KMS Exception: {error.code} KMS Message: {error.message}"
        ) from error


def decrypted(call: Call, version: Version) -> dict[str, str]:
    """The variables, on whatever authority the call has. Raises what KMS says."""
    if not version.environment:
        return {}
    told = version.environment
    if version.kms_key:
        context = _context(version.arn.removesuffix(f":{version.version}"))
        told = call.ask("kms:Decrypt", CiphertextBlob=told, EncryptionContext=context)["Plaintext"]
    return json.loads(told)


def shown(call: Call, version: Version) -> dict[str, Any]:
    """The model's ``EnvironmentResponse``."""
    try:
        return {"Variables": decrypted(call, version)}
    except AwsError as error:
        return {"Error": {"ErrorCode": error.code, "Message": _failure(error).message}}


def opened(call: Call, version: Version) -> dict[str, str]:
    """The variables for the function itself. Raises KMS… exceptions of Lambda's."""
    asking = as_role(call, version.role, version.name) if version.kms_key else call
    try:
        return decrypted(asking or call, version)
    except AwsError as error:
        raise _failure(error) from error


def _failure(error: AwsError) -> AwsError:
    kind, why = _FAILURES.get(error.code, _FAILURES["AccessDeniedException"])
    return kind(
        f"Lambda was unable to decrypt the environment variables because {why}. Please check the function's KMS key "
        f"settings. KMS Exception: {error.code} KMS Message: {error.message}"
    )


def _context(function_arn: str) -> dict[str, str]:
    return {"aws:lambda:FunctionArn": function_arn}
