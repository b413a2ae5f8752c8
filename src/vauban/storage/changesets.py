"""What a call reads and proposes: a snapshot of committed records under its own puts and deletes.

Every record read is remembered with the version it had (0 where there was none), whether or not a nested changeset
that read it is dropped in the end: the call was shaped by it. Committing compares those versions.
"""

from collections import ChainMap
from collections.abc import MutableMapping
from typing import Any, NamedTuple, Protocol, TypeVar

from vauban.kernel.events import DomainEvent
from vauban.kernel.records import Identity, RecordKind

T = TypeVar("T")

Entry = tuple[int, Any]
"""A committed record with its version. Versions only grow, and are never used twice for one identity."""

ABSENT: Entry = (0, None)

MIXED = -1

LAST = "\U0010ffff"
"""Behind every character: what a prefix's range ends with."""


class Collection(NamedTuple):
    """The records of one kind in one place, or those among them that an index gathers under a value."""

    kind: str
    account: str
    region: str
    index: str
    value: str


class Source(Protocol):
    """Committed records, as a changeset reads them."""

    cached: dict[Identity, Entry]
    """Read first, without a call."""

    def load(self, changes: "Changeset", identity: Identity) -> Entry:
        """What is not in ``cached``; ``ABSENT`` where there is none."""
        ...

    def select(
        self, changes: "Changeset", collection: Collection, after: str, limit: int | None, prefix: str = ""
    ) -> list[tuple[Identity, Entry]]:
        """Those whose id is greater than ``after``, in order of id; with a prefix, as long as ids start with it."""
        ...

    def count(self, changes: "Changeset", collection: Collection) -> int: ...


class Changeset:
    """What one call reads and proposes."""

    __slots__ = ("cached", "epoch", "events", "outer", "pending", "reads", "snapshot", "source")

    def __init__(self, source: Source, epoch: int):
        self.source = source
        self.cached = source.cached
        self.epoch = epoch
        """The version of the newest change that ``cached`` held when this began."""
        self.snapshot = 0
        """The version of what was read beyond ``cached``; 0 where nothing was, ``MIXED`` where it moved meanwhile."""
        self.reads: dict[Identity, Entry] = {}
        self.pending: MutableMapping[Identity, Any] | None = None
        """Identity -> the record proposed, or None where it is proposed to forget it."""
        self.events: list[DomainEvent] | None = None
        self.outer: Changeset | None = None

    def at(self, account: str, region: str) -> "Records":
        return Records(self, account, region)

    def nested(self) -> "Changeset":
        """A changeset inside this one; dropped unless ``merge`` is called."""
        inner = Changeset(self.source, self.epoch)
        inner.outer = self
        inner.reads = self.reads
        if self.pending:
            inner.pending = ChainMap({}, self.pending)
        return inner

    def merge(self) -> None:
        """Hand a nested changeset's proposals to the one around it."""
        outer = self.outer
        if outer is None:
            raise ValueError("only a nested changeset can be merged")
        own = self._own
        if own:
            if outer.pending is None:
                outer.pending = {}
            outer.pending.update(own)
            own.clear()
        for event in self.events or ():
            outer.add_event(event)
        self.events = None

    @property
    def empty(self) -> bool:
        """Whether it proposes nothing."""
        return not self._own and not self.events

    @property
    def _own(self) -> MutableMapping[Identity, Any] | None:
        """What it proposes itself, without the changeset around it."""
        pending = self.pending
        return pending.maps[0] if type(pending) is ChainMap else pending

    def add_event(self, event: DomainEvent) -> None:
        if self.events is None:
            self.events = []
        self.events.append(event)

    def looked_at(self, version: int) -> None:
        """Note, in the outermost changeset, that something was read beyond ``cached`` as it stood at ``version``."""
        if self.outer is not None:
            self.outer.looked_at(version)
        else:
            self.snapshot = version if self.snapshot in (0, version) else MIXED

    def committed(self, identity: Identity) -> Entry:
        """What is committed under ``identity``, the same however often it is asked."""
        entry = self.reads.get(identity)
        if entry is None:
            entry = self.reads[identity] = self.cached.get(identity) or self.source.load(self, identity)
        return entry

    def propose(self, identity: Identity, record: Any | None) -> None:
        self.committed(identity)
        if self.pending is None:
            self.pending = {}
        self.pending[identity] = record

    def pending_in(self, collection: Collection) -> dict[str, Any | None]:
        """Own proposals for the kind and place of ``collection``, by id."""
        place = collection[:3]
        return {key[3]: record for key, record in self.pending.items() if key[:3] == place} if self.pending else {}


class Records:
    """One account's records in one region, as one call sees them: a snapshot under its own proposed changes."""

    __slots__ = ("_changes", "account", "region")

    def __init__(self, changes: Changeset, account: str, region: str):
        self._changes = changes
        self.account = account
        self.region = region

    def get(self, kind: type[T], id: str) -> T | None:
        declared = kind.__record_kind__
        identity = (
            declared.name,
            self.account if declared.in_account else "",
            self.region if declared.in_region else "",
            id,
        )
        changes = self._changes
        if changes.pending and identity in changes.pending:
            return changes.pending[identity]
        entry = changes.reads.get(identity)
        if entry is None:
            entry = changes.cached.get(identity) or changes.source.load(changes, identity)
            changes.reads[identity] = entry
        return entry[1]

    def list(
        self,
        kind: type[T],
        *,
        index: str = "",
        value: str = "",
        prefix: str = "",
        after: str = "",
        limit: int | None = None,
    ) -> list[T]:
        """Records of ``kind`` in order of id, those with ``id > after``; by index where one is named.

        With a ``prefix``, only those whose id starts with it and goes on.
        """
        changes = self._changes
        declared = kind.__record_kind__
        collection = self._collection(declared, index, value)
        own = changes.pending_in(collection)
        after = max(after, prefix)
        rows = changes.source.select(changes, collection, after, None if limit is None else limit + len(own), prefix)
        reads = changes.reads
        for identity, entry in rows:
            reads.setdefault(identity, entry)
        if not own:
            return [entry[1] for _, entry in rows]
        found = {identity[3]: entry[1] for identity, entry in rows if identity[3] not in own}
        found |= {
            id: each
            for id, each in own.items()
            if id > after and id.startswith(prefix) and _belongs(declared, each, collection)
        }
        return [found[id] for id in sorted(found)[:limit]]

    def count(self, kind: type, *, index: str = "", value: str = "") -> int:
        changes = self._changes
        declared = kind.__record_kind__
        collection = self._collection(declared, index, value)
        counted = changes.source.count(changes, collection)
        for id, record in changes.pending_in(collection).items():
            was = changes.committed((*collection[:3], id))[1]
            counted += _belongs(declared, record, collection) - _belongs(declared, was, collection)
        return counted

    def put(self, record: Any) -> None:
        """Propose to keep ``record``. Raises ValueError where it belongs elsewhere."""
        self._changes.propose(self._own(record), record)

    def delete(self, record: Any) -> None:
        """Propose to forget ``record``. Raises ValueError where it belongs elsewhere."""
        self._changes.propose(self._own(record), None)

    def emit(self, event: DomainEvent) -> None:
        """Propose an event; it leaves with the commit, or not at all."""
        self._changes.add_event(event)

    def _collection(self, declared: RecordKind, index: str, value: str) -> Collection:
        if index and index not in declared.indexes:
            raise ValueError(f"{declared.name} has no index {index}")
        account, region = self._place(declared)
        return Collection(declared.name, account, region, index, value if index else "")

    def _place(self, declared: RecordKind) -> tuple[str, str]:
        return self.account if declared.in_account else "", self.region if declared.in_region else ""

    def _own(self, record: Any) -> Identity:
        declared = record.__record_kind__
        identity = declared.identity(record)
        if identity[1:3] != self._place(declared):
            raise ValueError(f"{'/'.join(identity)} does not belong to {self.account}/{self.region}")
        return identity


def _belongs(declared: RecordKind, record: Any | None, collection: Collection) -> bool:
    if record is None:
        return False
    return not collection.index or (collection.index, collection.value) in declared.index_entries(record)
