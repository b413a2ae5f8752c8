"""Keys of identity providers: OpenID Connect's discovery document, and the key set that it names.

Source: OpenID Connect Discovery 1.0 §4; RFC 7517.
"""

import json
import time
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from vauban.kernel.errors import WorkFailed

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

MOST_BYTES = 256 * 1024
SECONDS = 5.0
"""For a whole exchange."""
FRESH_SECONDS = 300.0
"""How long a key set is taken for the newest."""
AGAIN_SECONDS = 10.0
"""How soon a provider is asked again for a key that it did not have."""
_KEPT = 1_000
LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


class IssuerUnreachable(WorkFailed):
    """No answer in time, or none that is of HTTP."""


class IssuerUntrusted(WorkFailed):
    """The host's certificate is neither of a trusted authority nor one whose thumbprint is known."""


class IssuerMalformed(WorkFailed):
    """What came is no discovery document of the issuer, or no key set."""


class Issuers:
    """Fetches key sets, and keeps them for a while."""

    def __init__(self, ca_file: str = "") -> None:
        """``ca_file`` holds the trusted authorities in PEM; without one they are the system's."""
        self._ca_file = ca_file
        self._kept: dict[tuple[str, tuple[str, ...]], tuple[float, dict[str, Any]]] = {}
        self._lock = Lock()

    def keys(self, issuer: str, thumbprints: tuple[str, ...], key_id: str | None) -> dict[str, Any]:
        """The JSON Web Key Set of an issuer (``https://host/path``), asked for anew where it lacks ``key_id``.

        Raises IssuerUnreachable, IssuerUntrusted or IssuerMalformed.
        """
        place = (issuer, thumbprints)
        with self._lock:
            kept = self._kept.get(place)
        if kept is not None:
            age = time.monotonic() - kept[0]
            if age < (FRESH_SECONDS if _has(kept[1], key_id) else AGAIN_SECONDS):
                return kept[1]
        found = self._fetch(issuer, thumbprints)
        with self._lock:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[place] = (time.monotonic(), found)
        return found

    def _fetch(self, issuer: str, thumbprints: tuple[str, ...]) -> dict[str, Any]:
        document = self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", thumbprints)
        address = document.get("jwks_uri")
        if document.get("issuer") != issuer or not isinstance(address, str):
            raise IssuerMalformed
        if not address.startswith("https://") and not (is_loopback(issuer) and is_loopback(address)):
            raise IssuerMalformed
        found = self._get(address, thumbprints)
        if not isinstance(found.get("keys"), list):
            raise IssuerMalformed
        return found

    def _get(self, address: str, thumbprints: tuple[str, ...]) -> dict[str, Any]:
        try:
            return self._answer(address, self._authorities())
        except IssuerUntrusted:
            for thumbprint in thumbprints:
                try:
                    return self._answer(address, {"cert_reqs": "CERT_NONE", "assert_fingerprint": thumbprint})
                except IssuerUntrusted:
                    continue
            raise

    def _authorities(self) -> dict[str, Any]:
        return {"cert_reqs": "CERT_REQUIRED", **({"ca_certs": self._ca_file} if self._ca_file else {})}

    def _answer(self, address: str, trust: dict[str, Any]) -> dict[str, Any]:
        import urllib3

        trust = trust if address.startswith("https://") else {}
        deadline = time.monotonic() + SECONDS
        timeout = urllib3.Timeout(connect=SECONDS / 2, read=SECONDS / 2)
        try:
            with urllib3.PoolManager(1, retries=False, timeout=timeout, **trust) as pool:
                response = pool.request("GET", address, redirect=False, preload_content=False)
                if response.status != 200:
                    raise IssuerMalformed
                return _json(_body(response, deadline))
        except urllib3.exceptions.SSLError:
            raise IssuerUntrusted from None
        except (urllib3.exceptions.HTTPError, ValueError, OSError):
            raise IssuerUnreachable from None


def is_loopback(address: str) -> bool:
    """Whether an address is of this very host, to which HTTP without TLS is good enough."""
    try:
        return urlsplit(address).hostname in LOOPBACK
    except ValueError:
        return False


def _body(response: "BaseHTTPResponse", deadline: float) -> bytes:
    body = bytearray()
    while part := response.read1(16 * 1024):
        body += part
        if len(body) > MOST_BYTES:
            raise IssuerMalformed
        if time.monotonic() > deadline:
            raise IssuerUnreachable
    return bytes(body)


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise IssuerMalformed from None
    if not isinstance(found, dict):
        raise IssuerMalformed
    return found


def _has(key_set: dict[str, Any], key_id: str | None) -> bool:
    return key_id is None or any(isinstance(key, dict) and key.get("kid") == key_id for key in key_set["keys"])
