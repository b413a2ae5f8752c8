"""A request as a web ACL sees it: what came in, as it came, and from where."""

from collections.abc import Callable

import msgspec


class Request(msgspec.Struct, frozen=True):
    """All that can be inspected. Nothing is decoded: that is for the rules to ask for."""

    method: bytes = b"GET"
    path: bytes = b"/"
    """The request target up to `?` and `#`, as it came."""
    query: bytes = b""
    """What is after `?`, without it."""
    fragment: bytes | None = None
    """What is after `#`, without it; None where there is no `#`."""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """Names and values in the order and the case in which they came, all cookies among them."""
    body: bytes = b""
    """Without its transfer encoding, up to what is inspected of it (`WebAcl.body_limit`)."""
    body_size: int | None = None
    """How long the whole of it is, as far as it is known; None where `body` is all of it."""
    client_ip: str = "127.0.0.1"
    """Of who connected."""
    ja3: str = ""
    """Fingerprints of the TLS client hello; empty where there is none."""
    ja4: str = ""
    version: str = "HTTP/1.1"
    time: float = 0.0
    """When it came, seconds since 1970."""
    host: str = ""
    """The domain that tokens have to be for: of the Host header or `:authority`, in lower case, without its port."""


class Place(msgspec.Struct, frozen=True):
    """Where an address is."""

    country: str = "XX"
    """ISO 3166-1 alpha-2; XX where it is not known, as AWS has it."""
    region: str = "XX"
    """The part after the country of its ISO 3166-2 code; XX where it is not known."""
    asn: int = 0
    """The autonomous system; 0 where the address belongs to none."""


Locate = Callable[[str], Place]
"""Asked where an IP address is, when a rule wants to know."""

_NOWHERE = Place()


def nowhere(address: str) -> Place:
    """The answer of who knows no geography."""
    return _NOWHERE
