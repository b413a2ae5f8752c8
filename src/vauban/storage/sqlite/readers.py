"""Committed rows, read."""

import json
from collections.abc import Iterator, Set
from pathlib import Path

from vauban.kernel.records import KINDS, Identity
from vauban.storage.audit import Chunk
from vauban.storage.changesets import LAST, Collection
from vauban.storage.segments import may_hold
from vauban.storage.sqlite.connections import connect_reader

Row = tuple[str, int, bytes]
"""Id, version, body."""

_RECORD = "SELECT version, body FROM records WHERE kind = ? AND account = ? AND region = ? AND id = ?"
_VERSION = "SELECT version FROM records WHERE kind = ? AND account = ? AND region = ? AND id = ?"
_DUE = "SELECT * FROM due WHERE at <= ? %s ORDER BY at, kind, account, region, id LIMIT ?"
_ANY_DUE = _DUE % ""
_DUE_OF_KINDS = _DUE % "AND kind IN (SELECT value FROM json_each(?))"
_RECORDS = "SELECT id, version, body FROM records WHERE kind = ? AND account = ? AND region = ? AND id > ?"
_INDEXED = (
    "SELECT id, version, body FROM index_entries JOIN records USING (kind, account, region, id) "
    "WHERE kind = ? AND account = ? AND region = ? AND name = ? AND value = ? AND id > ?"
)
_ORDERED = "ORDER BY id LIMIT ?"
_PLACES = "SELECT DISTINCT account, region FROM records WHERE kind = ? ORDER BY account, region"
_COUNT = "SELECT count(*) FROM records WHERE kind = ? AND account = ? AND region = ?"
_COUNT_INDEXED = (
    "SELECT count(*) FROM index_entries WHERE kind = ? AND account = ? AND region = ? AND name = ? AND value = ?"
)
_COUNTED = "SELECT sum(count) FROM counts WHERE kind = ? AND account = ? AND region = ? AND name = ? AND value = ?"
_CHUNK = "SELECT sequence, first, last, count, previous, hash, body FROM audit_chunks "
_CHUNKS_BETWEEN = f"{_CHUNK} WHERE sequence BETWEEN ? AND ? AND last >= ? AND first < ? ORDER BY sequence DESC"
_SEGMENTS = (
    "SELECT first_sequence, last_sequence, summary FROM audit_segments "
    "WHERE first_sequence <= ? AND last >= ? AND first < ? ORDER BY last_sequence DESC"
)


class Reader:
    """A connection that only reads. ``hold`` keeps it at one state of the database until ``release``."""

    def __init__(self, path: Path):
        self._connection = connect_reader(path)
        self._execute = self._connection.execute
        self.held = False

    def hold(self) -> int:
        """The version of the state held."""
        self._execute("BEGIN")
        self.held = True
        return self.version()

    def release(self) -> None:
        if self.held:
            self._execute("COMMIT")
            self.held = False

    def version(self) -> int:
        """Of the newest change."""
        return self._execute("SELECT version FROM state").fetchone()[0]

    def record(self, identity: Identity) -> tuple[int, bytes] | None:
        return self._execute(_RECORD, identity).fetchone()

    def record_version(self, identity: Identity) -> int:
        row = self._execute(_VERSION, identity).fetchone()
        return row[0] if row else 0

    def select(self, collection: Collection, after: str, limit: int | None, prefix: str = "") -> list[Row]:
        query, place = (_INDEXED, collection) if collection.index else (_RECORDS, collection[:3])
        count = -1 if limit is None else limit
        if prefix:
            return self._execute(f"{query} AND id < ? {_ORDERED}", (*place, after, prefix + LAST, count)).fetchall()
        return self._execute(f"{query} {_ORDERED}", (*place, after, count)).fetchall()

    def count(self, collection: Collection) -> int:
        if not collection.index:
            return self._execute(_COUNT, collection[:3]).fetchone()[0]
        known = collection.index in KINDS[collection.kind].counted
        return self._execute(_COUNTED if known else _COUNT_INDEXED, collection).fetchone()[0] or 0

    def places(self, kind: str) -> list[tuple[str, str]]:
        """Account and region of wherever there is a record of that kind, in order."""
        return self._execute(_PLACES, (kind,)).fetchall()

    def due(self, until: float, passing_over: Set[Identity], kinds: Set[str] | None) -> tuple[float, Identity] | None:
        most = 1 + len(passing_over)
        if kinds is None:
            rows = self._execute(_ANY_DUE, (until, most)).fetchall()
        else:
            rows = self._execute(_DUE_OF_KINDS, (until, json.dumps(sorted(kinds)), most)).fetchall()
        return next(((at, tuple(identity)) for at, *identity in rows if tuple(identity) not in passing_over), None)

    def outbox(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Positions and encoded events, oldest first."""
        return self._execute(
            "SELECT position, event FROM outbox WHERE position > ? ORDER BY position LIMIT ?", (after, limit)
        ).fetchall()

    def waits(self, position: int) -> bool:
        return self._execute("SELECT 1 FROM outbox WHERE position = ?", (position,)).fetchone() is not None

    def close(self) -> None:
        self._connection.close()


class ChunkReader:
    """``trails.Chunks`` over the database: bodies are read one by one, as they are wanted."""

    def __init__(self, path: Path):
        self._connection = connect_reader(path)
        self._execute = self._connection.execute

    def close(self) -> None:
        self._connection.close()

    def between(self, since: float, until: float, newest_first: bool) -> Iterator[Chunk]:
        first, last = self._bounds(since, until)
        order = (
            "sequence BETWEEN ? AND ? ORDER BY sequence DESC"
            if newest_first
            else "sequence BETWEEN ? AND ? ORDER BY sequence"
        )
        while first <= last:
            row = self._execute(f"{_CHUNK} WHERE {order} LIMIT 1", (first, last)).fetchone()
            if row is None:
                return
            found = Chunk(*row)
            first, last = (first, found.sequence - 1) if newest_first else (found.sequence + 1, last)
            if found.last >= since and found.first < until:
                yield found

    def _bounds(self, since: float, until: float) -> tuple[int, int]:
        """Sequences between which every chunk of that time lies: to the segment, and to the chunk behind the last."""
        segmented = self.segmented()
        oldest = self._number("SELECT min(sequence) FROM audit_chunks")
        newest = self._number("SELECT max(sequence) FROM audit_chunks")
        if oldest is None or newest is None:
            return 1, 0
        if since > 0 and segmented:
            first = self._number("SELECT min(first_sequence) FROM audit_segments WHERE last >= ?", since)
            oldest = max(oldest, segmented + 1 if first is None else first)
        if until < float("inf"):
            last = self._number(
                "SELECT max(sequence) FROM audit_chunks WHERE sequence > ? AND first < ?", segmented, until
            )
            newest = last or self._number("SELECT max(last_sequence) FROM audit_segments WHERE first < ?", until) or 0
        return oldest, newest

    def segmented(self) -> int:
        """The sequence of the newest chunk that is in a segment; 0 where none is."""
        return self._number("SELECT max(last_sequence) FROM audit_segments") or 0

    def waiting(self) -> int:
        """How many events are in no segment yet."""
        query = "SELECT coalesce(sum(count), 0) FROM audit_chunks WHERE sequence > ?"
        return self._number(query, self.segmented()) or 0

    def _number(self, query: str, *values: float) -> int | None:
        return self._execute(query, values).fetchone()[0]

    def after(self, sequence: int) -> Iterator[Chunk]:
        """Oldest first."""
        while (
            row := self._execute(f"{_CHUNK} WHERE sequence > ? ORDER BY sequence LIMIT 1", (sequence,)).fetchone()
        ) is not None:
            yield Chunk(*row)
            sequence = row[0]

    def counts(self, sequence: int) -> Iterator[tuple[int, int]]:
        query = "SELECT sequence, count FROM audit_chunks WHERE sequence > ? ORDER BY sequence"
        yield from self._execute(query, (sequence,))

    def numbered(self, sequence: int) -> Chunk | None:
        row = self._execute(f"{_CHUNK} WHERE sequence = ?", (sequence,)).fetchone()
        return Chunk(*row) if row else None

    def holding(self, term: int, since: float, until: float, up_to: int) -> Iterator[Chunk]:
        segmented = self.segmented()
        yield from self._newest_first(segmented + 1, up_to, since, until)
        for first, last, summary in self._execute(_SEGMENTS, (up_to, since, until)):
            if may_hold(summary, term):
                yield from self._newest_first(first, min(last, up_to), since, until)

    def _newest_first(self, first: int, last: int, since: float, until: float) -> Iterator[Chunk]:
        for row in self._execute(_CHUNKS_BETWEEN, (first, last, since, until)):
            yield Chunk(*row)

    def denied(self, authorization_id: str) -> Chunk | None:
        row = self._execute(
            f"{_CHUNK} WHERE sequence = (SELECT sequence FROM denials WHERE authorization_id = ?)", (authorization_id,)
        ).fetchone()
        return Chunk(*row) if row else None

    def anchor(self) -> tuple[int, bytes]:
        return self._execute("SELECT anchor_sequence, anchor_hash FROM state").fetchone()

    def tip(self) -> tuple[int, bytes]:
        return self._execute("SELECT tip_sequence, tip_hash FROM state").fetchone()
