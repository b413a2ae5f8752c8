"""``kernel.stores.Store`` over a SQLite database that one writer writes."""

import asyncio
import time
from collections.abc import Callable, Sequence, Set
from pathlib import Path
from typing import Any

from vauban.kernel.events import AuditEvent, DomainEvent
from vauban.kernel.records import Identity, kind_of
from vauban.kernel.sealing import Sealer
from vauban.storage.audit import batch
from vauban.storage.changesets import Changeset
from vauban.storage.coherence import POSITION, Page, digest
from vauban.storage.commits import changes_of, require_unmoved
from vauban.storage.encoding import Codec
from vauban.storage.links import Link
from vauban.storage.messages import Commit
from vauban.storage.outbound import Outbound
from vauban.storage.segments import EVENTS
from vauban.storage.sqlite.backups import back_up
from vauban.storage.sqlite.readers import ChunkReader
from vauban.storage.sqlite.searches import Searcher, ThreadSearcher
from vauban.storage.sqlite.sources import Source
from vauban.storage.trails import Trail

CACHED_RECORDS = 200_000
_PAUSES = 4
"""How much longer than it works what works behind everybody's back rests."""


class SqliteStore:
    """One worker's store. Made, used and closed on one event loop."""

    def __init__(
        self,
        path: Path,
        sealer: Sealer,
        page: Page,
        link: Link,
        cached_records: int = CACHED_RECORDS,
        searcher: Searcher | None = None,
    ):
        self._directory = path.parent
        self.sealer = sealer
        self._codec = Codec(sealer)
        self._page = page
        self._words = page.words
        self._source = Source(path, self._codec, page, cached_records)
        self._outbound = Outbound(link, self._source.keep)
        self.audit = self._outbound.audit
        self.audited = self._outbound.audited
        self._chunks = ChunkReader(path)
        self.trail = Trail(self._chunks)
        self._searcher = searcher or ThreadSearcher(path)

    def begin(self) -> Changeset:
        """A changeset over the newest committed state."""
        source = self._source
        if self._words[POSITION] != source.position:
            source.synchronize()
        return Changeset(source, source.version)

    @property
    def position(self) -> int:
        return self._words[POSITION]

    @property
    def taken_in(self) -> int:
        """The position that the newest changeset stands on."""
        return self._source.position

    def changed(self, after: int, up_to: int) -> Set[int] | None:
        """Digests of records and collections that changed between two positions; None where the page has forgotten."""
        found = self._page.changes(after, up_to)
        return None if found is None else {each for each, _ in found}

    def digest(self, collection: tuple[str, ...]) -> int:
        return digest(collection)

    def stale(self, changes: Changeset) -> bool:
        return not self._source.consistent(changes)

    async def commit(self, changes: Changeset, audit: Sequence[AuditEvent]) -> int:
        """Raises Conflict, StorageUnavailable, and TypeError or ValueError for what a record may not hold."""
        while (other := self._outbound.writing(changes.reads)) is not None:
            await asyncio.wait((other,))
        require_unmoved(changes, self._source.cached)
        commit = Commit(
            [(identity, entry[0]) for identity, entry in changes.reads.items()],
            changes_of(changes, self._codec),
            [self._codec.encode_event(event) for event in changes.events or ()],
            batch(audit) if audit else None,
        )
        return await asyncio.shield(self._outbound.commit(commit, dict(changes.pending or {})))

    def due(
        self, until: float, passing_over: Set[Identity] = frozenset(), kinds: Set[str] | None = None
    ) -> tuple[float, Identity] | None:
        return self._source.due(until, passing_over, kinds)

    def places(self, kind: type) -> list[tuple[str, str]]:
        """Account and region of wherever there is a record of ``kind``."""
        return self._source.places(kind_of(kind).name)

    async def search(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Over a connection of its own, wherever searches are done."""
        await self.audited()
        return await self._searcher.run(function, *arguments)

    def load(self, identity: Identity) -> Any | None:
        if self._words[POSITION] != self._source.position:
            self._source.synchronize()
        return self._source.record(identity)

    def outbox(self, after: int = 0, limit: int = 100) -> list[tuple[int, DomainEvent]]:
        """Events at positions greater than ``after``, oldest first."""
        return [(position, self._codec.decode_event(event)) for position, event in self._source.outbox(after, limit)]

    def newest(self) -> int:
        """The position of the newest event written since the server was started."""
        return self._page.outbox

    def waits(self, position: int) -> bool:
        """Whether the event there has not been delivered yet."""
        return self._source.waits(position)

    async def forget(self, positions: Sequence[int]) -> None:
        """Drop the events there: they were delivered."""
        await self._outbound.forget(positions)

    async def prune_trail(self, before: float) -> int:
        """Forget the oldest audit chunks whose every event is of a time before; how many went."""
        pruned = 0
        while went := await self._outbound.prune(before):
            pruned += went
        return pruned

    async def segment_trail(self) -> int:
        """Summarize the audit log where there is enough of it for a segment; how many segments were made.

        Works a fifth of the time: whoever calls meanwhile is not held up.
        """
        made = 0
        while self._chunks.waiting() >= EVENTS:
            started = time.perf_counter()
            found = await self._searcher.run(Trail.next_segment, self._chunks.segmented())
            if found is None:
                break
            await self._outbound.keep_segment(found)
            made += 1
            await asyncio.sleep(_PAUSES * (time.perf_counter() - started))
        return made

    async def back_up(self, destination: Path, beside: Sequence[str] = ()) -> None:
        """``backups.back_up`` of this store's directory, off the loop; everything acknowledged before is in it."""
        await asyncio.to_thread(back_up, self._directory, destination, beside)

    async def close(self) -> None:
        """Write what is left to write, and let go."""
        try:
            await self._outbound.flush()
        finally:
            await self._searcher.close()
            self._source.close()
            self._chunks.close()
            self._outbound.close()
