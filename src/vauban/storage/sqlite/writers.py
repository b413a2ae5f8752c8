"""Batches of many workers made durable by one commit."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from vauban.kernel.records import Identity
from vauban.storage.audit import AuditBatch, chunk
from vauban.storage.coherence import Page, digest
from vauban.storage.commits import Change
from vauban.storage.messages import Batch, Commit, Reply
from vauban.storage.segments import Segment

_VERSIONS_KEPT = 50_000
_CHUNKS_PRUNED_AT_ONCE = 256

_VERSION = "SELECT version FROM records WHERE kind = ? AND account = ? AND region = ? AND id = ?"
_PUT = "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?)"
_DELETE = "DELETE FROM records WHERE kind = ? AND account = ? AND region = ? AND id = ?"
_ADD_ENTRY = "INSERT OR REPLACE INTO index_entries VALUES (?, ?, ?, ?, ?, ?)"
_REMOVE_ENTRY = (
    "DELETE FROM index_entries WHERE kind = ? AND account = ? AND region = ? AND name = ? AND value = ? AND id = ?"
)
_COUNT = "INSERT INTO counts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count"
_LAST_EVENT = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox'"
_ADD_DUE = "INSERT OR REPLACE INTO due VALUES (?, ?, ?, ?, ?)"
_PUT_SEGMENT = "INSERT OR REPLACE INTO audit_segments VALUES (?, ?, ?, ?, ?)"
_REMOVE_DUE = "DELETE FROM due WHERE at = ? AND kind = ? AND account = ? AND region = ? AND id = ?"


class Writer:
    """The only one that changes the database. Knows by heart the versions of what it wrote lately."""

    def __init__(self, connection: sqlite3.Connection, page: Page):
        self._connection = connection
        self._page = page
        self._versions: dict[Identity, int] = {}
        self._version, self._sequence, self._hash = connection.execute(
            "SELECT version, tip_sequence, tip_hash FROM state"
        ).fetchone()
        self._outbox = connection.execute(_LAST_EVENT).fetchone()[0]

    def write(self, batches: Sequence[Batch]) -> list[Reply]:
        """Commit all batches at once; a reply to each, in order. Where the disk refuses, nothing is written."""
        group = _Group(self._version + 1, self._outbox + 1)
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            gathered = [self._gather(group, batch) for batch in batches]
            pruned = self._apply(group, batches)
            tip = self._append_chunk(group)
            self._connection.execute(
                "UPDATE state SET version = ?, tip_sequence = ?, tip_hash = ?",
                (group.version if group.changes else self._version, *tip),
            )
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            return [Reply(fault=str(error))] * len(batches)
        self._sequence, self._hash = tip
        position = self._publish(group)
        return [Reply(self._version, position, *each, pruned) for each in gathered]

    def _gather(self, group: "_Group", batch: Batch) -> tuple[list[int], list[int]]:
        """Add to the group what stands on nothing that moved; the numbers of the commits that do not, and where in the
        outbox each commit's events end."""
        conflicts, events = [], []
        for number, commit in enumerate(batch.commits):
            if self._moved(group, commit):
                conflicts.append(number)
                events.append(0)
            else:
                group.add(commit)
                events.append(group.last_event if commit.events else 0)
        if batch.audit is not None:
            group.audit.append(batch.audit)
        return conflicts, events

    def _moved(self, group: "_Group", commit: Commit) -> bool:
        for identity, version in commit.reads:
            newest = group.versions.get(identity)
            if (self._newest(identity) if newest is None else newest) != version:
                return True
        return False

    def _newest(self, identity: Identity) -> int:
        version = self._versions.get(identity)
        if version is None:
            row = self._connection.execute(_VERSION, identity).fetchone()
            version = self._versions[identity] = row[0] if row else 0
        return version

    def _apply(self, group: "_Group", batches: Sequence[Batch]) -> int:
        """Write the group's records, entries, times and events, forget what may go; how many chunks went."""
        many = self._connection.executemany
        changes = group.changes
        puts = [(*each.identity, group.version, each.body) for each in changes if each.body is not None]
        many(_PUT, puts)
        many(_DELETE, [each.identity for each in changes if each.body is None])
        many(_REMOVE_ENTRY, [_entry(each.identity, place) for each in changes for place in each.removed])
        many(_ADD_ENTRY, [_entry(each.identity, place) for each in changes for place in each.added])
        many(_COUNT, [(*collection, number) for collection, number in _counted(changes).items() if number])
        many(_REMOVE_DUE, [(each.due_before, *each.identity) for each in changes if each.due_before is not None])
        many(_ADD_DUE, [(each.due, *each.identity) for each in changes if each.due is not None])
        many("INSERT INTO outbox VALUES (?, ?)", enumerate(group.events, group.first_event))
        many("DELETE FROM outbox WHERE position = ?", [(each,) for batch in batches for each in batch.forget])
        many(_PUT_SEGMENT, [_segment_row(batch.segment) for batch in batches if batch.segment is not None])
        return self._prune([batch.prune_before for batch in batches if batch.prune_before is not None])

    def _append_chunk(self, group: "_Group") -> tuple[int, bytes]:
        """One chunk of all audit events of the group; the chain's tip with it."""
        if not group.audit:
            return self._sequence, self._hash
        made = chunk(self._sequence + 1, self._hash, group.audit)
        self._connection.execute("INSERT INTO audit_chunks VALUES (?, ?, ?, ?, ?, ?, ?)", made)
        denials = [(id, made.sequence) for each in group.audit for id in each.authorization_ids]
        self._connection.executemany("INSERT OR REPLACE INTO denials VALUES (?, ?)", denials)
        return made.sequence, made.hash

    def _prune(self, before: list[float]) -> int:
        """Forget the oldest chunks, as long as all their events are older; what follows stays anchored to them."""
        if not before:
            return 0
        oldest = self._connection.execute(
            "SELECT sequence, hash, last FROM audit_chunks ORDER BY sequence LIMIT ?", (_CHUNKS_PRUNED_AT_ONCE,)
        ).fetchall()
        kept = next((place for place, row in enumerate(oldest) if row[2] >= min(before)), len(oldest))
        if kept:
            anchor = oldest[kept - 1][:2]
            self._connection.execute("DELETE FROM audit_chunks WHERE sequence <= ?", anchor[:1])
            self._connection.execute("DELETE FROM denials WHERE sequence <= ?", anchor[:1])
            self._connection.execute("DELETE FROM audit_segments WHERE last_sequence <= ?", anchor[:1])
            self._connection.execute("UPDATE state SET anchor_sequence = ?, anchor_hash = ?", anchor)
        return kept

    def _publish(self, group: "_Group") -> int:
        """Tell every worker what changed, now that it is durable; the page's position."""
        if len(self._versions) > _VERSIONS_KEPT:
            self._versions.clear()
        if group.events:
            self._outbox = self._page.outbox = group.last_event
        if not group.changes:
            return self._page.position
        self._version = group.version
        self._versions.update(group.versions)
        return self._page.publish(group.digests(), group.version)


class _Group:
    """What one commit of the database will hold."""

    __slots__ = ("audit", "changes", "events", "first_event", "version", "versions")

    def __init__(self, version: int, first_event: int):
        self.version = version
        self.first_event = first_event
        """The position in the outbox that the first event will have."""
        self.versions: dict[Identity, int] = {}
        """Of the records that this group changes."""
        self.changes: list[Change] = []
        self.events: list[bytes] = []
        self.audit: list[AuditBatch] = []

    @property
    def last_event(self) -> int:
        """The position in the outbox of the last event there will be."""
        return self.first_event + len(self.events) - 1

    def add(self, commit: Commit) -> None:
        for change in commit.changes:
            self.versions[change.identity] = 0 if change.body is None else self.version
        self.changes += commit.changes
        self.events += commit.events
        if commit.audit is not None:
            self.audit.append(commit.audit)

    def digests(self) -> list[int]:
        """Of every record that changed, and of every collection that gained or lost one."""
        changed: set[tuple[str, ...]] = set()
        for change in self.changes:
            changed.add(change.identity)
            place = change.identity[:3]
            if change.created or change.body is None:
                changed.add((*place, "", ""))
            changed.update((*place, *each) for each in change.added)
            changed.update((*place, *each) for each in change.removed)
        return [digest(each) for each in changed]


def _counted(changes: Sequence[Change]) -> Counter[tuple[str, ...]]:
    """By how many entries each collection of a counted index grows, or shrinks."""
    counts: Counter[tuple[str, ...]] = Counter()
    for change in changes:
        if change.counted:
            place = change.identity[:3]
            counts.update((*place, *each) for each in change.added if each[0] in change.counted)
            counts.subtract((*place, *each) for each in change.removed if each[0] in change.counted)
    return counts


def _entry(identity: Identity, place: tuple[str, str]) -> tuple[str, ...]:
    return (*identity[:3], *place, identity[3])


def _segment_row(segment: Segment) -> tuple[int, int, float, float, bytes]:
    return segment.last_sequence, segment.first_sequence, segment.first, segment.last, segment.summary
