"""A client of external key store proxies: AWS's XKS proxy API, version 1.

Source: https://github.com/aws/aws-kms-xksproxy-api-spec
"""

import base64
import binascii
import json
import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from vauban.identity.canonical import canonical_path
from vauban.identity.moments import basic_format
from vauban.identity.signing_keys import SigningKey
from vauban.kernel.errors import WorkFailed
from vauban.outside import https

if TYPE_CHECKING:
    from vauban.outside import Outside

SERVICE = "kms-xks-proxy"
MOST_METADATA = 20
IV_SIZES = (12, 16)
TAG_SIZE = 16
ERRORS = frozenset(
    {
        "AccessDeniedException",
        "AuthenticationFailedException",
        "DependencyTimeoutException",
        "InternalException",
        "InvalidCiphertextException",
        "InvalidKeyUsageException",
        "InvalidStateException",
        "InvalidUriPathException",
        "KeyNotFoundException",
        "ThrottlingException",
        "UnsupportedOperationException",
        "ValidationException",
    }
)
"""What a proxy may answer as ``errorName``."""
UNREACHABLE = "Unreachable"
TLS_FAILED = "TlsFailed"
TIMED_OUT = "TimedOut"
MALFORMED = "Malformed"
UNAVAILABLE = "Unavailable"
"""Further reasons: of the connection, of an answer that is none, and of key managers that are all gone."""

_REASONS = {
    https.Unreachable: UNREACHABLE,
    https.TlsFailed: TLS_FAILED,
    https.TimedOut: TIMED_OUT,
    https.Malformed: MALFORMED,
    https.Busy: "ThrottlingException",
}


class ProxyFailed(WorkFailed):
    """Why nothing came of a request: one of ``ERRORS``, or of the further reasons."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Proxy:
    """Where a proxy is, and how requests to it are signed."""

    endpoint: str
    """``https://xks.example.com``."""
    path: str
    """``/prefix/kms/xks/v1``."""
    access_key_id: str
    region: str
    secret_access_key: bytes = field(repr=False)


@dataclass(frozen=True)
class Occasion:
    """On whose behalf a request is made: the API's ``requestMetadata``."""

    operation: str
    request_id: str
    principal_arn: str = ""
    key_arn: str = ""
    via_service: str = ""

    def encode(self) -> dict[str, str]:
        known = {
            "awsPrincipalArn": self.principal_arn,
            "kmsKeyArn": self.key_arn,
            "kmsOperation": self.operation,
            "kmsRequestId": self.request_id,
            "kmsViaService": self.via_service,
        }
        return {name: value for name, value in known.items() if value}


@dataclass(frozen=True)
class ExternalKey:
    """What GetKeyMetadata tells."""

    spec: str
    usage: tuple[str, ...]
    status: str


@dataclass(frozen=True)
class Sealed:
    """What an external key manager made of a plaintext."""

    ciphertext: bytes
    iv: bytes
    tag: bytes
    metadata: bytes = b""


def health(outside: "Outside", proxy: Proxy, occasion: Occasion) -> None:
    """Raises ProxyFailed unless the proxy and one at least of its key managers are ready."""
    answer = _ask(outside, proxy, "health", {"requestMetadata": occasion.encode()})
    managers = answer.get("ekmFleetDetails")
    if not isinstance(managers, list) or not 1 <= len(managers) <= 10:
        raise ProxyFailed(MALFORMED)
    states = {each.get("healthStatus") for each in managers if isinstance(each, dict)}
    if not states <= {"ACTIVE", "DEGRADED", "UNAVAILABLE"} or not states:
        raise ProxyFailed(MALFORMED)
    if states == {"UNAVAILABLE"}:
        raise ProxyFailed(UNAVAILABLE)


def external_key(outside: "Outside", proxy: Proxy, key_id: str, occasion: Occasion) -> ExternalKey:
    """Raises ProxyFailed."""
    answer = _ask(outside, proxy, f"keys/{key_id}/metadata", {"requestMetadata": occasion.encode()})
    spec, usage, status = (answer.get(name) for name in ("keySpec", "keyUsage", "keyStatus"))
    if not (isinstance(spec, str) and isinstance(usage, list) and isinstance(status, str)):
        raise ProxyFailed(MALFORMED)
    return ExternalKey(spec, tuple(map(str, usage)), status)


def encrypt(
    outside: "Outside", proxy: Proxy, key_id: str, occasion: Occasion, plaintext: bytes, authenticated: bytes
) -> Sealed:
    """Raises ProxyFailed, also where the proxy's own hash over what it answers does not hold."""
    asked = {
        "requestMetadata": occasion.encode(),
        "additionalAuthenticatedData": _encode(authenticated),
        "plaintext": _encode(plaintext),
        "encryptionAlgorithm": "AES_GCM",
        "ciphertextDataIntegrityValueAlgorithm": "SHA_256",
    }
    answer = _ask(outside, proxy, f"keys/{key_id}/encrypt", asked)
    sealed = Sealed(
        _decode(answer, "ciphertext"),
        _decode(answer, "initializationVector"),
        _decode(answer, "authenticationTag"),
        _decode(answer, "ciphertextMetadata") if answer.get("ciphertextMetadata") is not None else b"",
    )
    if (
        len(sealed.ciphertext) != len(plaintext)
        or len(sealed.iv) not in IV_SIZES
        or len(sealed.tag) != TAG_SIZE
        or len(sealed.metadata) > MOST_METADATA
        or _decode(answer, "ciphertextDataIntegrityValue") != integrity_value(authenticated, sealed)
    ):
        raise ProxyFailed(MALFORMED)
    return sealed


def decrypt(
    outside: "Outside", proxy: Proxy, key_id: str, occasion: Occasion, sealed: Sealed, authenticated: bytes
) -> bytes:
    """Raises ProxyFailed."""
    asked = {
        "requestMetadata": occasion.encode(),
        "additionalAuthenticatedData": _encode(authenticated),
        "ciphertext": _encode(sealed.ciphertext),
        "encryptionAlgorithm": "AES_GCM",
        "initializationVector": _encode(sealed.iv),
        "authenticationTag": _encode(sealed.tag),
    }
    if sealed.metadata:
        asked["ciphertextMetadata"] = _encode(sealed.metadata)
    plaintext = _decode(_ask(outside, proxy, f"keys/{key_id}/decrypt", asked), "plaintext")
    if len(plaintext) != len(sealed.ciphertext):
        raise ProxyFailed(MALFORMED)
    return plaintext


def integrity_value(authenticated: bytes, sealed: Sealed) -> bytes:
    """The ``ciphertextDataIntegrityValue``, of appendix C."""
    return sha256(authenticated + sealed.metadata + sealed.iv + sealed.ciphertext + sealed.tag).digest()


def _ask(outside: "Outside", proxy: Proxy, what: str, asked: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(asked).encode()
    path = f"{proxy.path}/{what}"
    host = proxy.endpoint.removeprefix("https://")
    try:
        status, content = outside.https.post(host, path, _signed(proxy, host, path, body), body)
    except WorkFailed as failure:
        raise ProxyFailed(_REASONS[type(failure)]) from None
    answer = _object(content)
    if status == 200:
        return answer
    name = answer.get("errorName")
    raise ProxyFailed(name if name in ERRORS else MALFORMED)


def _signed(proxy: Proxy, host: str, path: str, body: bytes) -> dict[str, str]:
    """The headers of a request, with its signature: appendix A."""
    moment = basic_format(time.time())
    key = SigningKey(proxy.secret_access_key, moment[:8], proxy.region, SERVICE)
    names = "host;x-amz-date"
    canonical = "\n".join(
        (
            "POST",
            canonical_path(path, SERVICE),
            "",
            f"host:{host}",
            f"x-amz-date:{moment}",
            "",
            names,
            sha256(body).hexdigest(),
        )
    )
    signature = key.sign("AWS4-HMAC-SHA256", moment, sha256(canonical.encode()).hexdigest())
    credential = f"{proxy.access_key_id}/{key.scope}"
    return {
        "Content-Type": "application/json",
        "X-Amz-Date": moment,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}",
    }


def _object(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        raise ProxyFailed(MALFORMED) from None
    if not isinstance(answer, dict):
        raise ProxyFailed(MALFORMED)
    return answer


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(answer: dict[str, Any], name: str) -> bytes:
    text = answer.get(name)
    if not isinstance(text, str):
        raise ProxyFailed(MALFORMED)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ProxyFailed(MALFORMED) from None
