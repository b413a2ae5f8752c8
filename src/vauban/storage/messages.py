"""What workers and the writer say to each other: length-prefixed MessagePack, one batch under way per worker."""

from collections.abc import Iterator

import msgspec

from vauban.kernel.records import Identity
from vauban.storage.audit import AuditBatch
from vauban.storage.commits import Change
from vauban.storage.segments import Segment

LARGEST_MESSAGE = 256 * 2**20
_PREFIX = 4


class Commit(msgspec.Struct, array_like=True, frozen=True):
    """One call's proposals: applied together with its events and its audit events, or not at all."""

    reads: list[tuple[Identity, int]]
    """Every record it stands on with the version it had: what it changes is among them."""
    changes: list[Change]
    events: list[bytes]
    audit: AuditBatch | None


class Batch(msgspec.Struct, array_like=True, frozen=True):
    """What a worker wants written now."""

    commits: list[Commit]
    """Encoded one by one where they are made, so that what cannot be encoded fails alone."""
    audit: AuditBatch | None = None
    forget: list[int] = []
    """Positions of events in the outbox that have been delivered."""
    prune_before: float | None = None
    """Audit chunks whose every event is older may go, some of them now."""
    segment: Segment | None = None
    """What searches of the audit log may know of some of its chunks."""


class Reply(msgspec.Struct, array_like=True, frozen=True):
    """What became of a batch."""

    version: int = 0
    """Of the records that its commits changed."""
    position: int = 0
    """Of the shared page, with those changes."""
    conflicts: list[int] = []
    """Which of its commits stood on something that has moved."""
    events: list[int] = []
    """For each of its commits, the position of its last event; 0 where it has none."""
    pruned: int = 0
    """How many chunks went."""
    fault: str = ""
    """Why nothing of it was written."""


encode = msgspec.msgpack.Encoder().encode
decode_batch = msgspec.msgpack.Decoder(Batch).decode
decode_reply = msgspec.msgpack.Decoder(Reply).decode


def frame(message: Batch | Reply) -> bytes:
    body = encode(message)
    return len(body).to_bytes(_PREFIX, "big") + body


class Frames:
    """Bytes as they arrive, cut into messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages that ``data`` completes. Raises ValueError for what no peer of ours sends."""
        self._buffer += data
        while len(self._buffer) >= _PREFIX:
            size = int.from_bytes(self._buffer[:_PREFIX], "big")
            if size > LARGEST_MESSAGE:
                raise ValueError(f"a message of {size} bytes")
            if len(self._buffer) < _PREFIX + size:
                return
            message = bytes(self._buffer[_PREFIX : _PREFIX + size])
            del self._buffer[: _PREFIX + size]
            yield message
