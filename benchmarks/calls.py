"""Calls of AWS's JSON protocol as boto3 makes them, signed by botocore: to be pressed with, or asked one by one."""

import http.client
import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from vauban.kernel.requests import Request

ACCOUNT = "111122223333"
REGION = "us-east-1"
ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
CONTEXT = {"purpose": "benchmark"}
MIXED = ("Encrypt", "Decrypt", "GenerateDataKey")
_USER_AGENT = (
    "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.2 md/pyimpl#CPython "
    "m/e,b,Z,E,N cfg/retry-mode#standard Botocore/1.44.5"
)
_TARGETS = {"kms": "TrentService", "secretsmanager": "secretsmanager", "sqs": "AmazonSQS", "ssm": "AmazonSSM"}
_signers = {name: SigV4Auth(Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY), name, REGION) for name in _TARGETS}


def signed(port: int, operation: str, params: dict[str, Any], service: str = "kms") -> Request:
    """A call to a service on ``port``, with the headers that boto3 sends. It is good for 5 minutes."""
    body = json.dumps(params).encode()
    headers = {
        "Host": f"127.0.0.1:{port}",
        "Accept-Encoding": "identity",
        "X-Amz-Target": f"{_TARGETS[service]}.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
        "User-Agent": _USER_AGENT,
    }
    request = AWSRequest("POST", f"http://127.0.0.1:{port}/", headers=headers, data=body)
    _signers[service].add_auth(request)
    request.headers["amz-sdk-invocation-id"] = "ec4b383c-3d47-4769-9b88-100fee9ef141"
    request.headers["amz-sdk-request"] = "attempt=1; max=3"
    return Request("POST", "/", headers=dict(request.headers), body=body)


def ask(port: int, operation: str, params: dict[str, Any], service: str = "kms") -> dict[str, Any]:
    """The answer to one call. Raises RuntimeError for an error, OSError where nobody answers."""
    request = signed(port, operation, params, service)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(request.method, request.path, request.body, request.headers)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise RuntimeError(f"{operation} was answered {response.status}: {body[:300]!r}")
    return json.loads(body) if body else {}


def encrypting(port: int, key_id: str, number: int = 0) -> Request:
    """Encrypt 32 bytes under an encryption context."""
    plaintext = b64encode(number.to_bytes(32)).decode()
    return signed(port, "Encrypt", {"KeyId": key_id, "Plaintext": plaintext, "EncryptionContext": CONTEXT})


def calls_of(port: int, operation: str, key_ids: list[str], count: int = 256) -> list[Request]:
    """``count`` calls of Encrypt, Decrypt or GenerateDataKey, no two alike, spread over the keys."""
    key_ids = [key_ids[number % len(key_ids)] for number in range(count)]
    match operation:
        case "Encrypt":
            return [encrypting(port, key_id, number) for number, key_id in enumerate(key_ids)]
        case "GenerateDataKey":
            params = {"KeySpec": "AES_256", "EncryptionContext": CONTEXT}
            return [signed(port, operation, {"KeyId": key_id, **params}) for key_id in key_ids]
        case "Decrypt":
            blobs = _ciphertexts(port, key_ids)
            return [signed(port, operation, {"CiphertextBlob": blob, "EncryptionContext": CONTEXT}) for blob in blobs]
    raise LookupError(operation)


def mixed_calls(port: int, key_ids: list[str]) -> list[Request]:
    """Encrypt, Decrypt and GenerateDataKey in turn."""
    each = [calls_of(port, operation, key_ids, 100) for operation in MIXED]
    return [request for calls in zip(*each, strict=True) for request in calls]


def _ciphertexts(port: int, key_ids: list[str]) -> Iterator[str]:
    plaintext = b64encode(bytes(32)).decode()
    for key_id in key_ids:
        params = {"KeyId": key_id, "Plaintext": plaintext, "EncryptionContext": CONTEXT}
        yield ask(port, "Encrypt", params)["CiphertextBlob"]
