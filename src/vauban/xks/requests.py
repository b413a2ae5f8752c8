"""What a proxy is asked, read with suspicion."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from vauban.xks.records import END

MOST_BYTES = 65_536
MOST_TEXT = 2048
"""Characters of an ARN, which is the longest that a request's metadata has."""
MOST_AUTHENTICATED = 8192
MOST_PLAINTEXT = 4300
_PATH = re.compile(r"(.*?/kms/xks/v1)/(?:(health)|keys/([A-Za-z0-9._-]{1,128})/(metadata|encrypt|decrypt))")
_OPTIONAL = ("awsSourceVpc", "awsSourceVpce", "kmsViaService")
_REQUIRED = {
    "health": ("kmsOperation", "kmsRequestId"),
    "metadata": ("awsPrincipalArn", "kmsOperation", "kmsRequestId"),
    "encrypt": ("awsPrincipalArn", "kmsKeyArn", "kmsOperation", "kmsRequestId"),
    "decrypt": ("awsPrincipalArn", "kmsKeyArn", "kmsOperation", "kmsRequestId"),
}

STATUSES = {
    "ValidationException": 400,
    "InvalidStateException": 400,
    "InvalidCiphertextException": 400,
    "InvalidKeyUsageException": 400,
    "AuthenticationFailedException": 401,
    "AccessDeniedException": 403,
    "KeyNotFoundException": 404,
    "InvalidUriPathException": 404,
    "ThrottlingException": 429,
    "InternalException": 500,
    "UnsupportedOperationException": 501,
    "DependencyTimeoutException": 503,
}


class XksError(Exception):
    """What a proxy answers instead: a name of ``STATUSES``, and a sentence of printable ASCII."""

    def __init__(self, name: str, message: str):
        super().__init__(message)
        self.name = name


@dataclass(frozen=True)
class Target:
    """What a path asks for."""

    uri_path: str
    operation: str
    """``health``, ``metadata``, ``encrypt`` or ``decrypt``."""
    key_id: str = ""


def uri_path_of(path: str) -> str:
    """The part of a path that names its proxy; "" where there is none."""
    before, end, rest = path.partition(f"{END}/")
    return before + END if end and rest else ""


def target_of(path: str) -> Target:
    """Raises XksError for a path that the API does not have."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise XksError("InvalidUriPathException", "The path is not one of the XKS proxy API.")
    return Target(found[1], found[2] or found[4], found[3] or "")


def body_of(content: bytes) -> dict[str, Any]:
    """Raises XksError for what is no JSON object, or too much."""
    if len(content) > MOST_BYTES:
        raise _invalid("The request is too long.")
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise _invalid("The request is not JSON.") from None
    if not isinstance(body, dict):
        raise _invalid("The request is not a JSON object.")
    return body


def metadata_of(body: dict[str, Any], operation: str) -> dict[str, str]:
    """On whose behalf KMS asks. What AWS may add to it some day is passed over. Raises XksError."""
    given = body.get("requestMetadata")
    if not isinstance(given, dict):
        raise _invalid("requestMetadata is required.")
    known = {name: given[name] for name in {*_REQUIRED["encrypt"], *_OPTIONAL} if given.get(name) is not None}
    for name in _REQUIRED[operation]:
        if name not in known:
            raise _invalid(f"requestMetadata.{name} is required.")
    for name, value in known.items():
        if not isinstance(value, str) or not 0 < len(value) <= MOST_TEXT:
            raise _invalid(f"requestMetadata.{name} is a text of at most {MOST_TEXT} characters.")
    return known


def require_aes_gcm(body: dict[str, Any]) -> None:
    """Raises XksError for another encryption algorithm."""
    if body.get("encryptionAlgorithm") != "AES_GCM":
        raise _invalid("encryptionAlgorithm must be AES_GCM.")


def wants_integrity_value(body: dict[str, Any]) -> bool:
    """Raises XksError for another hash than SHA-256."""
    asked = body.get("ciphertextDataIntegrityValueAlgorithm")
    if asked not in (None, "SHA_256"):
        raise _invalid("ciphertextDataIntegrityValueAlgorithm must be SHA_256.")
    return asked is not None


def bytes_of(
    body: dict[str, Any], name: str, most: int, *, sizes: tuple[int, ...] = (), optional: bool = False
) -> bytes:
    """A member in base64: at most so long, or of these sizes. Raises XksError."""
    text = body.get(name)
    if text is None and optional:
        return b""
    try:
        decoded = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        decoded = None
    if decoded is None:
        raise _invalid(f"{name} must be base64.")
    if len(decoded) > most or (sizes and len(decoded) not in sizes):
        raise _invalid(f"{name} is not as long as it may be.")
    return decoded


def _invalid(message: str) -> XksError:
    return XksError("ValidationException", message)
