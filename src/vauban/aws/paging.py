"""Page markers that only we can have made, and which members of an operation page it."""

import base64
import binascii
import hmac
from functools import cache
from hashlib import blake2b
from typing import NamedTuple

from vauban.aws import sources

CHECKSUM_SIZE = 9
LONGEST = 8_192
"""Characters of a marker."""


def marker(scope: str, after: str) -> str:
    """An opaque, URL-safe marker for the page that begins after ``after``.

    ``scope`` says of what list: the operation, and whatever of its params choose what is listed.
    """
    return encoded(scope, after.encode()).decode("ascii")


def after(scope: str, marker: str) -> str:
    """Where the page of a marker begins. Raises ValueError for a marker that was not made here for that scope."""
    if len(marker) > LONGEST:
        raise ValueError("the marker is too long")
    try:
        given = marker.encode("ascii")
        content = base64.urlsafe_b64decode(given + b"=" * (-len(given) % 4))[CHECKSUM_SIZE:]
        begins = content.decode()
    except (UnicodeError, binascii.Error):
        raise ValueError("the marker is malformed") from None
    if not hmac.compare_digest(given, encoded(scope, content)):
        raise ValueError("the marker is not one of this list")
    return begins


def encoded(scope: str, content: bytes) -> bytes:
    return base64.urlsafe_b64encode(checksum(scope, content) + content).rstrip(b"=")


def checksum(scope: str, content: bytes) -> bytes:
    """A checksum against mistakes and mixed-up lists; what a marker may show is decided, as ever, by policy."""
    return blake2b(content, digest_size=CHECKSUM_SIZE, key=blake2b(scope.encode()).digest()).digest()


class Pager(NamedTuple):
    """The members that page an operation; lists where AWS pages by several."""

    input_tokens: tuple[str, ...]
    output_tokens: tuple[str, ...]
    limit: str | None
    """The member that bounds a page's size."""
    results: tuple[str, ...]
    more: str | None
    """The member that says whether there is more: ``Truncated``."""


@cache
def pagers(service: str) -> dict[str, Pager]:
    """How each paged operation of a service pages, by operation, as botocore knows it."""
    pagination = sources.document(service, "paginators-1").get("pagination", {})
    return {operation: pager(traits) for operation, traits in pagination.items()}


def pager(traits: dict) -> Pager:
    return Pager(
        listed(traits.get("input_token")),
        listed(traits.get("output_token")),
        traits.get("limit_key"),
        listed(traits.get("result_key")),
        traits.get("more_results"),
    )


def listed(value: str | list[str] | None) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)
