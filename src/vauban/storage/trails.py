"""Reading the audit log: by time, by denial, and whether it is whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from vauban.kernel.attributes import Attribute, attributes_of, region_of, text_of
from vauban.kernel.events import AuditEvent
from vauban.storage.audit import Chunk, position_of
from vauban.storage.segments import Segment, segment, term

_LAST_SEQUENCE = 2**62


class Chunks(Protocol):
    """Where the chunks of an audit log are kept."""

    def between(self, since: float, until: float, newest_first: bool) -> Iterator[Chunk]:
        """Chunks that may hold events of ``since <= time < until``."""
        ...

    def after(self, sequence: int) -> Iterator[Chunk]:
        """Those of greater sequences, oldest first."""
        ...

    def counts(self, sequence: int) -> Iterator[tuple[int, int]]:
        """Sequence and count of those of greater sequences, oldest first."""
        ...

    def numbered(self, sequence: int) -> Chunk | None: ...

    def holding(self, term: int, since: float, until: float, up_to: int) -> Iterator[Chunk]:
        """Up to and with a sequence and newest first, chunks that may hold events of that term and time."""
        ...

    def denied(self, authorization_id: str) -> Chunk | None:
        """The chunk that holds a denial."""
        ...

    def anchor(self) -> tuple[int, bytes]:
        """Sequence and hash of the chunk before the oldest kept: ``(0, GENESIS)`` until chunks are pruned."""
        ...

    def tip(self) -> tuple[int, bytes]:
        """Sequence and hash of the newest chunk, as the writer noted them."""
        ...


@dataclass(frozen=True)
class Verification:
    """What `verify` found. ``tip`` noted elsewhere proves later that the log was not cut or written anew."""

    intact: bool
    chunks: int
    events: int
    tip: str
    """The newest chunk's hash, in hex."""
    fault: str = ""


class Trail:
    """The audit log, as it is read."""

    def __init__(self, chunks: Chunks):
        self._chunks = chunks

    def events(
        self,
        *,
        since: float = 0.0,
        until: float = float("inf"),
        newest_first: bool = True,
        where: Callable[[AuditEvent], bool] | None = None,
        mentioning: str = "",
    ) -> Iterator[AuditEvent]:
        """Events of ``since <= time < until`` (seconds since the epoch), lazily, in the order they were written.

        Chunks without the text ``mentioning`` are passed over undecoded, which takes microseconds.
        """
        text = mentioning.encode()
        for chunk in self._chunks.between(since, until, newest_first):
            if text not in chunk.body:
                continue
            events = chunk.events()
            for event in reversed(events) if newest_first else events:
                if since <= event.time < until and (where is None or where(event)):
                    yield event

    def lookup(
        self,
        account: str,
        region: str,
        attribute: Attribute | None = None,
        *,
        since: float = 0.0,
        until: float = float("inf"),
        before: str = "",
    ) -> Iterator[AuditEvent]:
        """Newest first and lazily, what is on the trail of an account and Region, of ``since <= time < until``.

        Those that stand before the event with the id ``before``, where one is named. Takes time by what is found.
        """
        place_before = position_of(before) if before else (_LAST_SEQUENCE, 0)
        texts = [
            text.encode("utf-8", "backslashreplace") for text in (account, text_of(attribute) if attribute else "")
        ]
        for chunk in self._chunks.holding(term(account, region, attribute), since, until, place_before[0]):
            if not all(text in chunk.body for text in texts):
                continue
            for event in reversed(chunk.events()[: place_before[1] if chunk.sequence == place_before[0] else None]):
                if (
                    event.account == account
                    and since <= event.time < until
                    and region_of(event) == region
                    and (attribute is None or attribute in attributes_of(event))
                ):
                    yield event

    def event(self, event_id: str) -> AuditEvent | None:
        """The event with an id."""
        try:
            sequence, place = position_of(event_id)
        except ValueError:
            return None
        chunk = self._chunks.numbered(sequence)
        found = chunk.events()[place : place + 1] if chunk else ()
        return next((event for event in found if event.event_id == event_id), None)

    def after(self, sequence: int, up_to: int) -> Iterator[AuditEvent]:
        """What was written in chunks of ``sequence < chunk <= up_to``, in that order."""
        for chunk in self._chunks.after(sequence):
            if chunk.sequence > up_to:
                return
            yield from chunk.events()

    def end(self) -> int:
        """The sequence of the newest chunk."""
        return self._chunks.tip()[0]

    def reach(self, sequence: int, count: int) -> int:
        """The sequence of the last of the chunks after another that together hold about ``count`` events, or of it."""
        for reached, events in self._chunks.counts(sequence):
            sequence, count = reached, count - events
            if count <= 0:
                break
        return sequence

    def next_segment(self, after: int) -> Segment | None:
        """Of the chunks after a sequence; None where there are not enough."""
        return segment(self._chunks.after(after))

    def start(self) -> float | None:
        """The time of the oldest event kept; None where there is none."""
        oldest = next(self._chunks.between(0.0, float("inf"), newest_first=False), None)
        return oldest.first if oldest else None

    def find(self, authorization_id: str) -> AuditEvent | None:
        """The denial that carried ``authorization_id``."""
        chunk = self._chunks.denied(authorization_id)
        events = chunk.events() if chunk else ()
        return next((event for event in events if event.authorization_id == authorization_id), None)

    def verify(self) -> Verification:
        """Walk the chain from its anchor: no chunk altered, missing, added or cut off the end."""
        sequence, previous = self._chunks.anchor()
        chunks = events = 0
        for chunk in self._chunks.between(float("-inf"), float("inf"), newest_first=False):
            fault = _fault(chunk, sequence + 1, previous)
            if fault:
                return Verification(False, chunks, events, previous.hex(), fault)
            sequence, previous = chunk.sequence, chunk.hash
            chunks += 1
            events += chunk.count
        if (sequence, previous) != self._chunks.tip():
            return Verification(False, chunks, events, previous.hex(), f"chunks after {sequence} are missing")
        return Verification(True, chunks, events, previous.hex())


def _fault(chunk: Chunk, expected: int, previous: bytes) -> str:
    if chunk.sequence != expected:
        return f"chunk {expected} is missing"
    if chunk.previous != previous:
        return f"chunk {chunk.sequence} does not follow the one before it"
    return "" if chunk.intact else f"chunk {chunk.sequence} was altered"
