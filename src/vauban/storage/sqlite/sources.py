"""Committed records as a worker sees them: its memory, then the disk."""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import Any

from vauban.kernel.records import Identity
from vauban.storage.caches import Cache
from vauban.storage.changesets import ABSENT, LAST, MIXED, Changeset, Collection, Entry
from vauban.storage.coherence import Page, digest
from vauban.storage.encoding import Codec
from vauban.storage.messages import Reply
from vauban.storage.sqlite.readers import Reader

_SMALL = 64
"""Which records a collection has, or a part of one, is kept in memory up to this size."""

_COLLECTIONS_IN_PARTS = 1_024
_PARTS = 4_096
"""So many collections, and so many prefixes of each, are kept in memory in parts."""


class Source:
    """``changesets.Source``. Whatever a handler reads from disk in one go is one state of it."""

    def __init__(self, path: Path, codec: Codec, page: Page, cached_records: int):
        self._loop = asyncio.get_running_loop()
        self._codec = codec
        self._page = page
        self._cache = Cache(cached_records)
        self.cached = self._cache.entries
        self._collections = Cache(cached_records // 4 + 1)
        """Identities in small collections, with the version they were read at."""
        self._parts = Cache(_COLLECTIONS_IN_PARTS)
        """Of large collections, prefixes with the identities behind each, and the version the first was read at."""
        self.position = page.position
        """How far the page's changes have been taken in: what is cached was current there."""
        self._reader = Reader(path)
        self.version = self._reader.version()
        """The newest change taken in."""
        self._held_version = 0

    def synchronize(self) -> None:
        """Drop from memory what the writer says has changed."""
        self.release()
        position = self._page.position
        changed = self._page.changes(self.position, position)
        if changed is None:
            self._cache.clear()
            self._collections.clear()
            self._parts.clear()
            self.version = self._reader.version()
        for each, version in changed or ():
            self._cache.drop(each, version)
            self._collections.drop(each, version)
            self._parts.drop(each, version)
            self.version = version
        self.position = position

    def keep(self, commits: Iterable[Mapping[Identity, Any | None]], reply: Reply) -> None:
        """Put own commits' records in memory, except what others have changed since."""
        self.synchronize()
        newer = self._page.changes(reply.position, self.position)
        if newer is None:
            return
        changed = {each for each, _ in newer}
        for identity, record in (each for written in commits for each in written.items()):
            if not changed or digest(identity) not in changed:
                self._cache.keep(identity, ABSENT if record is None else (reply.version, record))

    def consistent(self, changes: Changeset) -> bool:
        """Whether all that ``changes`` read was so at one time."""
        if changes.snapshot in (0, changes.epoch) and changes.epoch == self.version:
            return True
        if changes.snapshot == MIXED:
            return False
        now = self._hold()
        if now == changes.epoch:
            return True
        version = self._reader.record_version
        return changes.snapshot in (0, now) and all(version(key) == read[0] for key, read in changes.reads.items())

    def load(self, changes: Changeset, identity: Identity) -> Entry:
        changes.looked_at(self._hold())
        return self._load(identity)

    def _load(self, identity: Identity) -> Entry:
        row = self._reader.record(identity)
        entry = (row[0], self._codec.decode(identity, row[1])) if row else ABSENT
        self._remember(self._cache, identity, entry)
        return entry

    def record(self, identity: Identity) -> Any | None:
        """Outside any changeset."""
        entry = self.cached.get(identity)
        if entry is None:
            self._hold()
            entry = self._load(identity)
        return entry[1]

    def select(
        self, changes: Changeset, collection: Collection, after: str, limit: int | None, prefix: str = ""
    ) -> list[tuple[Identity, Entry]]:
        place = collection[:3]
        kept = self._kept(collection, prefix)
        if kept is not None:
            changes.looked_at(self.version)
            start = bisect_right(kept, (*place, after)) if after else 0
            end = bisect_left(kept, (*place, prefix + LAST)) if prefix else len(kept)
            return self._present(changes, kept[start : end if limit is None else min(end, start + limit)])
        changes.looked_at(self._hold())
        found = self._reader.select(collection, after, limit, prefix)
        rows = [((*place, id), version, body) for id, version, body in found]
        if after == prefix and len(rows) <= _SMALL and (limit is None or len(rows) < limit):
            self._keep(collection, prefix, [row[0] for row in rows])
        return [(identity, self._entry(identity, version, body)) for identity, version, body in rows]

    def _kept(self, collection: Collection, prefix: str) -> list[Identity] | None:
        """All identities of a collection, or all behind a prefix, where they are in memory."""
        kept = self._collections.entries.get(collection)
        if kept is not None or not prefix:
            return kept and kept[1]
        parts = self._parts.entries.get(collection)
        return parts and parts[1].get(prefix)

    def _keep(self, collection: Collection, prefix: str, identities: list[Identity]) -> None:
        if not prefix:
            self._remember(self._collections, collection, (self._held_version, identities))
            return
        parts = self._parts.entries.get(collection)
        if parts is None or len(parts[1]) >= _PARTS:
            self._remember(self._parts, collection, (self._held_version, {prefix: identities}))
        elif self._held_version == self.version:
            parts[1][prefix] = identities

    def count(self, changes: Changeset, collection: Collection) -> int:
        kept = self._collections.entries.get(collection)
        if kept is not None:
            changes.looked_at(self.version)
            return len(kept[1])
        changes.looked_at(self._hold())
        return self._reader.count(collection)

    def places(self, kind: str) -> list[tuple[str, str]]:
        self.release()
        return self._reader.places(kind)

    def due(self, until: float, passing_over: Set[Identity], kinds: Set[str] | None) -> tuple[float, Identity] | None:
        self.release()
        return self._reader.due(until, passing_over, kinds)

    def outbox(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        self.release()
        return self._reader.outbox(after, limit)

    def waits(self, position: int) -> bool:
        self.release()
        return self._reader.waits(position)

    def release(self) -> None:
        self._reader.release()

    def close(self) -> None:
        self._reader.release()
        self._reader.close()

    def _present(self, changes: Changeset, identities: list[Identity]) -> list[tuple[Identity, Entry]]:
        cached = self.cached
        entries = [(identity, cached.get(identity) or self.load(changes, identity)) for identity in identities]
        return [each for each in entries if each[1][1] is not None]

    def _entry(self, identity: Identity, version: int, body: bytes) -> Entry:
        """What is in memory, where it is the same, so that a record stays one object."""
        entry = self.cached.get(identity)
        if entry is None or entry[0] != version:
            entry = (version, self._codec.decode(identity, body))
            self._remember(self._cache, identity, entry)
        return entry

    def _remember(self, cache: Cache, key: tuple[str, ...], entry: Entry) -> None:
        """Only what is of one state with the rest: disk may be ahead of the page for an instant."""
        if self._held_version == self.version:
            cache.keep(key, entry)

    def _hold(self) -> int:
        """Keep the disk still until the loop's next tick; the version it has."""
        if not self._reader.held:
            self._held_version = self._reader.hold()
            self._loop.call_soon(self._reader.release)
        return self._held_version
