"""Who a request claims to come from, as its Authorization header says it, not yet believed."""

import base64
import re
from hashlib import sha256
from typing import NamedTuple

from vauban.identity.errors import IncompleteSignatureException, InvalidSignatureException
from vauban.kernel.errors import AwsError

ALGORITHM = "AWS4-HMAC-SHA256"
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_PARAMETERS = ("Credential", "Signature", "SignedHeaders")


class Claim(NamedTuple):
    """The parts of a signature."""

    access_key_id: str
    date: str
    """``20150830``."""
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    """64 hex digits."""


def parse_authorization(authorization: str, has_date: bool) -> Claim:
    """The claim of an Authorization header. Raises IncompleteSignatureException, saying all that it lacks."""
    algorithm, _, rest = authorization.partition(" ")
    if algorithm == "AWS":
        raise outdated_version()
    if algorithm != ALGORITHM and algorithm.startswith("AWS4-"):
        raise unsupported_algorithm(algorithm)
    parts = _split(rest, authorization) if algorithm == ALGORITHM else {}
    lacking = [f"Authorization header requires '{name}' parameter." for name in _PARAMETERS if not parts.get(name)]
    if not has_date:
        lacking.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if lacking:
        raise IncompleteSignatureException(
            f"{' '.join(lacking)} (Hashed with SHA-256 and encoded with Base64) Authorization={_hashed(authorization)}"
        )
    return make_claim(parts["Credential"], parts["SignedHeaders"], parts["Signature"])


def make_claim(credential: str, signed_headers: str, signature: str) -> Claim:
    """Raises IncompleteSignatureException or InvalidSignatureException where a part is malformed."""
    elements = credential.split("/")
    if len(elements) != 5:
        raise IncompleteSignatureException(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            f"got '{credential[:256]}'"
        )
    access_key_id, date, region, service, terminator = elements
    if terminator != "aws4_request":
        raise InvalidSignatureException(
            f"Credential should be scoped with a valid terminator: 'aws4_request', not '{terminator[:64]}'."
        )
    names = tuple(signed_headers.split(";"))
    if list(names) != sorted(set(names)) or not all(map(_HEADER_NAME.fullmatch, names)):
        raise IncompleteSignatureException("SignedHeaders must be lower-case header names, sorted, each named once.")
    if "host" not in names:
        raise InvalidSignatureException("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    if not _SIGNATURE.fullmatch(signature):
        raise IncompleteSignatureException("Signature must be 64 lower-case hexadecimal digits.")
    return Claim(access_key_id, date, region, service, names, signature)


def unsupported_algorithm(algorithm: str) -> AwsError:
    """Among them SigV4A (AWS4-ECDSA-P256-SHA256), which is refused rather than half believed."""
    return IncompleteSignatureException(f"Unsupported AWS 'algorithm': '{algorithm[:64]}'.")


def outdated_version() -> AwsError:
    """Signature Version 2, which AWS has given up too."""
    return AwsError(
        f"The authorization mechanism you have provided is not supported. Please use {ALGORITHM}.",
        code="InvalidRequest",
    )


def _split(rest: str, authorization: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for piece in rest.split(",") if rest else ():
        name, equals, value = piece.strip().partition("=")
        if not equals or name in parts:
            problem = "Repeated key" if equals else "Invalid key=value pair (missing equal-sign)"
            raise IncompleteSignatureException(
                f"{problem} in Authorization header (hashed with SHA-256 and encoded with Base64): "
                f"'{_hashed(authorization)}'."
            )
        parts[name] = value
    return parts


def _hashed(authorization: str) -> str:
    return base64.b64encode(sha256(authorization.encode("latin-1", "replace")).digest()).decode()
