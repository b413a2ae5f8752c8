"""The audit log's form: events in chunks, each chunk's hash over the one before it.

A chunk's body is one MessagePack array of ``AuditEvent``. Encoded events are joined without being decoded, so what a
worker encoded is what is kept, and the writer's work per event is next to nothing.
"""

import hashlib
import re
import struct
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from vauban.kernel.events import AuditEvent

GENESIS = bytes(32)
"""What stands before the first chunk of all."""

_encode = msgspec.msgpack.Encoder(enc_hook=str).encode
_decode = msgspec.msgpack.Decoder(list[AuditEvent]).decode
_header = struct.Struct(">QddI").pack
_array_of = struct.Struct(">BI").pack
_EVENT_ID = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-8[0-9a-f]{3}-a[0-9a-f]{3}-([0-9a-f]{6})[0-9a-f]{6}")


class AuditBatch(msgspec.Struct, array_like=True, frozen=True):
    """Events of one worker on their way to a chunk."""

    count: int
    first: float
    last: float
    """Times of the earliest and the latest event, seconds since the epoch."""
    events: bytes
    """Encoded events, one behind the other."""
    authorization_ids: list[str]
    """Of the denials among them."""


class Chunk(NamedTuple):
    sequence: int
    first: float
    last: float
    count: int
    previous: bytes
    hash: bytes
    body: bytes

    def events(self) -> list[AuditEvent]:
        found = _decode(self.body)
        for place, event in enumerate(found):
            event.event_id = self._event_id(place)
        return found

    def _event_id(self, place: int) -> str:
        """A version 8 UUID (RFC 9562 §5.8): the chunk's sequence, the place in it, and between them of its hash."""
        sequence, digits = f"{self.sequence:012x}", self.hash.hex()
        return f"{sequence[:8]}-{sequence[8:]}-8{digits[:3]}-a{digits[3:6]}-{place:06x}{digits[6:12]}"

    @property
    def intact(self) -> bool:
        """Whether the hash is that of what the chunk says."""
        return self.hash == chunk_hash(self.previous, self.sequence, self.first, self.last, self.count, self.body)


def position_of(event_id: str) -> tuple[int, int]:
    """The sequence of an event's chunk, and its place there. Raises ValueError for what is no event's id."""
    match = _EVENT_ID.fullmatch(event_id)
    if match is None:
        raise ValueError(f"{event_id[:64]} is not the id of an event")
    return int(match[1] + match[2], 16), int(match[3], 16)


def batch(events: Sequence[AuditEvent]) -> AuditBatch:
    """``events`` (at least one) encoded together."""
    encoded = _encoded(events)
    times = [event.time for event in events]
    ids = [event.authorization_id for event in events if event.authorization_id]
    return AuditBatch(len(events), min(times), max(times), encoded[_header_size(encoded) :], ids)


def _encoded(events: Sequence[AuditEvent]) -> bytes:
    """One array. What a caller sent that MessagePack cannot hold is kept as text: no call goes unrecorded for it."""
    try:
        return _encode(events)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return _encode([_plain(event) for event in events])


def _plain(event: AuditEvent) -> list[Any]:
    """The event with unpaired surrogates escaped, huge integers as text, and nesting cut."""
    return [_plain_value(getattr(event, name), 32) for name in event.__struct_fields__]


def _plain_value(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return hex(value)
    if isinstance(value, dict | list | tuple) and depth == 0:
        return "…"
    if isinstance(value, dict):
        return {_plain_value(key, 0): _plain_value(each, depth - 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_value(each, depth - 1) for each in value]
    return value


def _header_size(array: bytes) -> int:
    """Of a MessagePack array: fixarray, array 16 or array 32."""
    return {0xDC: 3, 0xDD: 5}.get(array[0], 1)


def chunk(sequence: int, previous: bytes, batches: Iterable[AuditBatch]) -> Chunk:
    """The chunk after the one whose hash is ``previous``."""
    batches = list(batches)
    count = sum(each.count for each in batches)
    first = min(each.first for each in batches)
    last = max(each.last for each in batches)
    body = b"".join([_array_of(0xDD, count), *(each.events for each in batches)])
    return Chunk(sequence, first, last, count, previous, chunk_hash(previous, sequence, first, last, count, body), body)


def chunk_hash(previous: bytes, sequence: int, first: float, last: float, count: int, body: bytes) -> bytes:
    """SHA-256 over the hash before, what the chunk says of itself, and its body."""
    digest = hashlib.sha256(previous)
    digest.update(_header(sequence, first, last, count))
    digest.update(body)
    return digest.digest()
