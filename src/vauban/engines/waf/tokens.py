"""Tokens: what a client shows to have passed a challenge or solved a CAPTCHA. Signed; their key is given."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Sequence

import msgspec

from vauban.engines.waf.readings import Reading
from vauban.engines.waf.verdicts import TokenCheck

COOKIE = b"aws-waf-token"
HEADER = b"x-aws-waf-token"
"""Where mobile applications put it."""
CHALLENGE_STATUS = 202
CAPTCHA_STATUS = 405
_LABELS = {
    "": "accepted",
    "TOKEN_MISSING": "absent",
    "TOKEN_EXPIRED": "rejected:expired",
    "TOKEN_INVALID": "rejected:invalid",
    "TOKEN_DOMAIN_MISMATCH": "rejected:domain_mismatch",
}


class Token(msgspec.Struct, frozen=True):
    id: str
    """Of the client's session."""
    domain: str
    challenged: int | None = None
    """When the challenge was passed, and when the CAPTCHA was solved, seconds since 1970."""
    solved: int | None = None


def signed(token: Token, key: bytes) -> str:
    """The token as a client keeps it."""
    content = base64.urlsafe_b64encode(msgspec.json.encode(token)).decode()
    return f"{content}:{_signature(content, key)}"


def read(text: str, keys: Iterable[bytes]) -> Token | None:
    """What `signed` made with one of the keys; None of anything else."""
    content, _, signature = text.rpartition(":")
    if not content.isascii() or not signature.isascii():
        return None
    if not any([hmac.compare_digest(_signature(content, key), signature) for key in keys]):  # noqa: C419 (each compared)
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(content), type=Token)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        return None


class Tokens:
    """How the tokens of requests to one web ACL are judged."""

    def __init__(self, keys: Sequence[bytes], domains: Sequence[str]) -> None:
        self._keys = keys
        self._domains = tuple(domain.lower() for domain in domains)

    def check(self, reading: Reading, action: str, immunity_seconds: int) -> TokenCheck:
        """Whether the request's token is good for a CAPTCHA or Challenge rule; labels the request with the answer."""
        status = CAPTCHA_STATUS if action == "CAPTCHA" else CHALLENGE_STATUS
        text = _shown(reading)
        token = read(text, self._keys) if text else None
        solved = (token.solved if action == "CAPTCHA" else token.challenged) if token else None
        failure = self._failure(reading, text, token, solved, immunity_seconds)
        kind = "captcha" if action == "CAPTCHA" else "token"
        reading.labels[f"awswaf:managed:{kind}:{_LABELS[failure]}"] = None
        if token and not failure:
            reading.labels[f"awswaf:managed:token:id:{token.id}"] = None
        return TokenCheck(status if failure else 0, solved, failure)

    def _failure(
        self, reading: Reading, text: str, token: Token | None, solved: int | None, immunity_seconds: int
    ) -> str:
        if not text:
            return "TOKEN_MISSING"
        if token is None:
            return "TOKEN_INVALID"
        if not self._accepts(token.domain, reading.request.host):
            return "TOKEN_DOMAIN_MISMATCH"
        if solved is None:
            return "TOKEN_MISSING"
        return "TOKEN_EXPIRED" if reading.request.time >= solved + immunity_seconds else ""

    def _accepts(self, domain: str, host: str) -> bool:
        return domain == host or any(domain == own or domain.endswith("." + own) for own in self._domains)


def _shown(reading: Reading) -> str:
    cookies = reading.all_cookies if b"cookie" in reading.named else ()
    found = next((value for name, value in cookies if name == COOKIE), None)
    if found is None:
        found = next(iter(reading.named.get(HEADER, ())), b"")
    return found.decode("ascii", "replace")


def _signature(content: str, key: bytes) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, content.encode(), hashlib.sha256)).decode().rstrip("=")
