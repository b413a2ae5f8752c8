"""From what services keep to what the edge runs on: composed anew when something of it has changed."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from vauban.edge.issues import Issue, encode
from vauban.kernel.records import kind_of
from vauban.kernel.stores import Changeset, Store
from vauban.kernel.traffic import SHAPES, Shape, Snapshot, joined

T = TypeVar("T")
Deliver = Callable[[Issue, bytes], Awaitable[None]]
"""Hands an issue, and the same encoded, to the edge."""


class Publisher:
    """Watches a store, and delivers a new issue when what it says of traffic is another."""

    def __init__(
        self,
        store: Store,
        deliver: Deliver,
        key: bytes,
        issued: bool = False,
        shapes: list[tuple[tuple[type, ...], Shape]] = SHAPES,
    ):
        """``key`` is every issue's; ``issued`` says whether the edge runs on one already."""
        self._store = store
        self._deliver = deliver
        self._key = key
        self._issued = issued
        self._shapes = shapes
        self._position = -1
        self._places: set[int] = set()
        self._delivered = b""

    async def publish(self) -> bool:
        """Deliver what is new; whether anything was."""
        position = self._store.position
        if position == self._position:
            return False
        changes = self._store.begin()
        changed = self._store.changed(self._position, position) if self._position >= 0 else None
        before, self._places = self._places, self._watched()
        self._position = position
        if changed is not None and changed.isdisjoint(before | self._places):
            return False
        issue = Issue(self._key, joined(shape(_every(self._store, changes)) for _, shape in self._shapes))
        encoded = encode(issue)
        if encoded == self._delivered or (not self._issued and issue.snapshot == Snapshot()):
            return False
        await self._deliver(issue, encoded)
        self._delivered, self._issued = encoded, True
        return True

    def _watched(self) -> set[int]:
        """Digests of the collections that shape traffic, wherever they are."""
        kinds = {kind for kinds, _ in self._shapes for kind in kinds}
        digest, places = self._store.digest, self._store.places
        return {digest((kind_of(each).name, *place, "", "")) for each in kinds for place in places(each)}


def _every(store: Store, changes: Changeset) -> Callable[[type[T]], Iterable[T]]:
    def every(kind: type[T]) -> Iterable[T]:
        for account, region in store.places(kind):
            yield from changes.at(account, region).list(kind)

    return every
