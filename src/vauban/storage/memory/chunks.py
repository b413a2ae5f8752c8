"""The audit log in memory: the newest million events, so that it stays bounded."""

from collections import deque
from collections.abc import Iterator

from vauban.kernel.events import AuditEvent
from vauban.storage.audit import GENESIS, Chunk, batch, chunk

_CHUNK_EVENTS = 512
_EVENTS_KEPT = 1_000_000


class ChunkDeque:
    """``trails.Chunks`` in a deque."""

    def __init__(self) -> None:
        self._pending: list[AuditEvent] = []
        self._kept: deque[Chunk] = deque()
        self._count = 0
        self._anchor = (0, GENESIS)
        self._tip = (0, GENESIS)

    def append(self, event: AuditEvent) -> None:
        self._pending.append(event)
        if len(self._pending) >= _CHUNK_EVENTS:
            self._close()

    def _close(self) -> None:
        """Make a chunk of what is pending."""
        if not self._pending:
            return
        sequence, previous = self._tip
        made = chunk(sequence + 1, previous, [batch(self._pending)])
        self._pending.clear()
        self._kept.append(made)
        self._tip = (made.sequence, made.hash)
        self._count += made.count
        while self._count > _EVENTS_KEPT:
            oldest = self._kept.popleft()
            self._count -= oldest.count
            self._anchor = (oldest.sequence, oldest.hash)

    def between(self, since: float, until: float, newest_first: bool) -> Iterator[Chunk]:
        self._close()
        chunks = list(reversed(self._kept) if newest_first else self._kept)
        return (each for each in chunks if each.last >= since and each.first < until)

    def after(self, sequence: int) -> Iterator[Chunk]:
        self._close()
        return (each for each in list(self._kept) if each.sequence > sequence)

    def counts(self, sequence: int) -> Iterator[tuple[int, int]]:
        return ((each.sequence, each.count) for each in self.after(sequence))

    def numbered(self, sequence: int) -> Chunk | None:
        self._close()
        return next((each for each in self._kept if each.sequence == sequence), None)

    def holding(self, term: int, since: float, until: float, up_to: int) -> Iterator[Chunk]:
        return (each for each in self.between(since, until, newest_first=True) if each.sequence <= up_to)

    def denied(self, authorization_id: str) -> Chunk | None:
        self._close()
        return next((each for each in reversed(self._kept) if _holds(each, authorization_id)), None)

    def anchor(self) -> tuple[int, bytes]:
        self._close()
        return self._anchor

    def tip(self) -> tuple[int, bytes]:
        self._close()
        return self._tip


def _holds(chunk: Chunk, authorization_id: str) -> bool:
    return any(event.authorization_id == authorization_id for event in chunk.events())
