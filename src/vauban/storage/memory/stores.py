"""``kernel.stores.Store`` in dicts."""

from collections import deque
from collections.abc import Callable, Sequence, Set
from typing import Any

from vauban.kernel.errors import Conflict
from vauban.kernel.events import AuditEvent, DomainEvent
from vauban.kernel.records import Identity
from vauban.kernel.sealing import Sealer
from vauban.storage.changesets import ABSENT, Changeset
from vauban.storage.commits import changes_of
from vauban.storage.encoding import Codec
from vauban.storage.memory.chunks import ChunkDeque
from vauban.storage.memory.tables import Table
from vauban.storage.trails import Trail


class MemoryStore:
    """Records are encoded as if for a disk, so what no disk could keep is refused here too."""

    def __init__(self, sealer: Sealer):
        self._codec = Codec(sealer)
        self._table = Table()
        self._outbox: deque[tuple[int, DomainEvent]] = deque()
        self._position = 0
        self._chunks = ChunkDeque()
        self.trail = Trail(self._chunks)

    def begin(self) -> Changeset:
        return Changeset(self._table, self._table.version)

    def stale(self, changes: Changeset) -> bool:
        return changes.epoch != self._table.version and (changes.snapshot or self._moved(changes))

    async def commit(self, changes: Changeset, audit: Sequence[AuditEvent]) -> None:
        """Raises Conflict, and TypeError or ValueError for what a record may not hold."""
        if self._moved(changes):
            raise Conflict
        applied = changes_of(changes, self._codec)
        self._table.version += bool(applied)
        for change in applied:
            self._table.apply(change, changes.pending[change.identity])
        for event in changes.events or ():
            self._position += 1
            self._outbox.append((self._position, event))
        for event in audit:
            self._chunks.append(event)

    def audit(self, event: AuditEvent) -> None:
        self._chunks.append(event)

    async def audited(self) -> None:
        """Nothing here lasts longer than it does already."""

    def due(self, until: float, passing_over: Set[Identity] = frozenset()) -> tuple[float, Identity] | None:
        first = self._table.first_due(passing_over)
        return first if first is not None and first[0] <= until else None

    async def search(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Not off the loop: what is in memory is searched fast, and is changed on the loop alone."""
        return function(self.trail, *arguments)

    def load(self, identity: Identity) -> Any | None:
        return self._table.cached.get(identity, ABSENT)[1]

    def outbox(self, after: int = 0, limit: int = 100) -> list[tuple[int, DomainEvent]]:
        """Events at positions greater than ``after``, oldest first."""
        return [each for each in self._outbox if each[0] > after][:limit]

    async def forget(self, up_to: int) -> None:
        """Drop the events at positions up to and with ``up_to``."""
        while self._outbox and self._outbox[0][0] <= up_to:
            self._outbox.popleft()

    async def prune_trail(self, before: float) -> int:
        """Nothing: memory keeps the newest chunks only, and they go by themselves."""
        return 0

    async def segment_trail(self) -> int:
        """Nothing: what is in memory is searched as it is."""
        return 0

    async def close(self) -> None:
        """Nothing is kept, so nothing is to be done."""

    def _moved(self, changes: Changeset) -> bool:
        newest = self._table.cached
        return any(newest.get(identity, ABSENT)[0] != entry[0] for identity, entry in changes.reads.items())
