"""Segments: a few thousand events of the audit log, and a summary that says what cannot be among them.

A summary is a sorted array of 4-byte digests: one of each account and Region, and one of each of their attributes.
A search asks the summaries, which are small, and reads only the segments that it may find something in.
"""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from vauban.kernel.attributes import Attribute, attributes_of, region_of
from vauban.kernel.events import AuditEvent
from vauban.storage.audit import Chunk

EVENTS = 4096
"""How many make a segment; what is newer is searched as it is."""


class Segment(msgspec.Struct, array_like=True, frozen=True):
    """Chunks from ``first_sequence`` to ``last_sequence``."""

    first_sequence: int
    last_sequence: int
    first: float
    last: float
    """Times of the earliest and the latest event, seconds since the epoch."""
    summary: bytes


def segment(chunks: Iterable[Chunk]) -> Segment | None:
    """The segment that ``chunks``, in order, begin with; None where there are not enough."""
    taken: list[Chunk] = []
    count = 0
    terms: set[tuple[str, ...]] = set()
    for chunk in chunks:
        taken.append(chunk)
        count += chunk.count
        for event in chunk.events():
            terms |= _terms(event)
        if count >= EVENTS:
            bounds = (min(each.first for each in taken), max(each.last for each in taken))
            return Segment(taken[0].sequence, taken[-1].sequence, *bounds, summary(terms))
    return None


def _terms(event: AuditEvent) -> set[tuple[str, ...]]:
    place = (event.account, region_of(event))
    return {place, *((*place, *attribute) for attribute in attributes_of(event))}


def summary(terms: Iterable[tuple[str, ...]]) -> bytes:
    digests = array("I", sorted({digest(term) for term in terms}))
    return _little(digests).tobytes()


def may_hold(summary: bytes, digest: int) -> bool:
    """Whether something of that digest may be there; False is certain."""
    digests = array("I")
    digests.frombytes(summary)
    _little(digests)
    place = bisect_left(digests, digest)
    return place < len(digests) and digests[place] == digest


def term(account: str, region: str, attribute: Attribute | None) -> int:
    """The digest to look for."""
    return digest((account, region, *attribute) if attribute else (account, region))


def digest(term: tuple[str, ...]) -> int:
    return int.from_bytes(
        blake2b("\0".join(term).encode("utf-8", "backslashreplace"), digest_size=4).digest(), "little"
    )


def _little(digests: array) -> array:
    """On disk the least significant byte is the first, wherever the disk goes."""
    if sys.byteorder == "big":
        digests.byteswap()
    return digests
