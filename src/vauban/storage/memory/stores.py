"""``kernel.stores.Store`` in dicts."""

from collections.abc import Callable, Sequence, Set
from itertools import islice
from typing import Any

from vauban.kernel.errors import Conflict
from vauban.kernel.events import AuditEvent, DomainEvent
from vauban.kernel.records import Identity, kind_of
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
        self.sealer = sealer
        self._codec = Codec(sealer)
        self._table = Table()
        self._outbox: dict[int, bytes] = {}
        self._position = 0
        self._chunks = ChunkDeque()
        self.trail = Trail(self._chunks)

    def begin(self) -> Changeset:
        return Changeset(self._table, self._table.version)

    def stale(self, changes: Changeset) -> bool:
        return changes.epoch != self._table.version and (changes.snapshot or self._moved(changes))

    async def commit(self, changes: Changeset, audit: Sequence[AuditEvent]) -> int:
        """Raises Conflict, and TypeError or ValueError for what a record may not hold."""
        if self._moved(changes):
            raise Conflict
        applied = changes_of(changes, self._codec)
        events = [self._codec.encode_event(event) for event in changes.events or ()]
        self._table.version += bool(applied)
        for change in applied:
            self._table.apply(change, changes.pending[change.identity])
        for event in events:
            self._position += 1
            self._outbox[self._position] = event
        for event in audit:
            self._chunks.append(event)
        return self._position if events else 0

    @property
    def position(self) -> int:
        return self._table.version

    taken_in = position

    def changed(self, after: int, up_to: int) -> Set[int] | None:
        """Not known: memory keeps no record of what changed when."""
        return None

    def digest(self, collection: tuple[str, ...]) -> int:
        return hash(collection)

    def audit(self, event: AuditEvent) -> None:
        self._chunks.append(event)

    async def audited(self) -> None:
        """Nothing here lasts longer than it does already."""

    def due(
        self, until: float, passing_over: Set[Identity] = frozenset(), kinds: Set[str] | None = None
    ) -> tuple[float, Identity] | None:
        first = self._table.first_due(passing_over, kinds)
        return first if first is not None and first[0] <= until else None

    def places(self, kind: type) -> list[tuple[str, str]]:
        """Account and region of wherever there is a record of ``kind``."""
        return self._table.places(kind_of(kind).name)

    async def search(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Not off the loop: what is in memory is searched fast, and is changed on the loop alone."""
        return function(self.trail, *arguments)

    def load(self, identity: Identity) -> Any | None:
        return self._table.cached.get(identity, ABSENT)[1]

    def outbox(self, after: int = 0, limit: int = 100) -> list[tuple[int, DomainEvent]]:
        """Events at positions greater than ``after``, oldest first."""
        found = islice((position for position in self._outbox if position > after), limit)
        return [(position, self._codec.decode_event(self._outbox[position])) for position in found]

    def newest(self) -> int:
        """The position of the newest event there ever was."""
        return self._position

    def waits(self, position: int) -> bool:
        """Whether the event there has not been delivered yet."""
        return position in self._outbox

    async def forget(self, positions: Sequence[int]) -> None:
        """Drop the events there: they were delivered."""
        for position in positions:
            self._outbox.pop(position, None)

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
