"""Names and values in query strings and Cookie headers, in their order, decoded by nobody."""

from collections.abc import Iterable

Pair = tuple[bytes, bytes]


def arguments(query: bytes) -> list[Pair]:
    """Those of a query string; one without `=` has no value. Empty ones (`a=1&&b=2`) are none."""
    return [_parted(part) for part in query.split(b"&") if part]


def cookies(headers: Iterable[bytes]) -> list[Pair]:
    """Those of Cookie headers (RFC 6265, 5.4), without the white space around them; one without `=` has no value."""
    parts = (part.strip() for header in headers for part in header.split(b";"))
    return [_parted(part) for part in parts if part]


def combined(query: bytes) -> bytes:
    """Arguments of one name as one, their values separated by commas, where the first of them stands."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in arguments(query):
        values.setdefault(name, []).append(value)
    return b"&".join(name + b"=" + b",".join(found) for name, found in values.items())


def _parted(part: bytes) -> Pair:
    name, _, value = part.partition(b"=")
    return name, value
