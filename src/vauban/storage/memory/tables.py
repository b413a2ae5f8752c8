"""Records in dicts, with their indexes and their due times in sorted lists."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Set
from typing import Any

from vauban.kernel.records import Identity
from vauban.storage.changesets import ABSENT, LAST, Changeset, Collection, Entry
from vauban.storage.commits import Change


class Table:
    """``changesets.Source`` over everything there is."""

    def __init__(self) -> None:
        self.version = 0
        self.cached: dict[Identity, Entry] = {}
        self._members: dict[Collection, list[str]] = {}
        self._due: list[tuple[float, Identity]] = []

    def load(self, changes: Changeset, identity: Identity) -> Entry:
        return ABSENT

    def select(
        self, changes: Changeset, collection: Collection, after: str, limit: int | None, prefix: str = ""
    ) -> list[tuple[Identity, Entry]]:
        changes.looked_at(self.version)
        members = self._members.get(collection, [])
        start = bisect_right(members, after)
        end = bisect_left(members, prefix + LAST) if prefix else len(members)
        ids = members[start : end if limit is None else min(end, start + limit)]
        identities = [(*collection[:3], id) for id in ids]
        return [(identity, self.cached[identity]) for identity in identities]

    def count(self, changes: Changeset, collection: Collection) -> int:
        changes.looked_at(self.version)
        return len(self._members.get(collection, ()))

    def places(self, kind: str) -> list[tuple[str, str]]:
        """Account and region of wherever there is a record of that kind, in order."""
        return sorted({(each.account, each.region) for each in self._members if each.kind == kind})

    def first_due(self, passing_over: Set[Identity], kinds: Set[str] | None) -> tuple[float, Identity] | None:
        of_kinds = (due for due in self._due if kinds is None or due[1][0] in kinds)
        return next((due for due in of_kinds if due[1] not in passing_over), None)

    def apply(self, change: Change, record: Any | None) -> None:
        identity = change.identity
        if record is None:
            del self.cached[identity]
            self._leave(identity, "", "")
        else:
            self.cached[identity] = (self.version, record)
            if change.created:
                self._join(identity, "", "")
        for place in change.removed:
            self._leave(identity, *place)
        for place in change.added:
            self._join(identity, *place)
        self._move_due(identity, change.due_before, change.due)

    def _join(self, identity: Identity, index: str, value: str) -> None:
        insort(self._members.setdefault(Collection(*identity[:3], index, value), []), identity[3])

    def _leave(self, identity: Identity, index: str, value: str) -> None:
        collection = Collection(*identity[:3], index, value)
        members = self._members[collection]
        del members[bisect_left(members, identity[3])]
        if not members:
            del self._members[collection]

    def _move_due(self, identity: Identity, before: float | None, after: float | None) -> None:
        if before is not None:
            del self._due[bisect_left(self._due, (before, identity))]
        if after is not None:
            insort(self._due, (after, identity))
