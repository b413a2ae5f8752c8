"""Callers who wait for something to change, in whatever process it does.

One look at the shared page every few milliseconds serves all who wait, and none is made while nobody does.
"""

import asyncio
from collections.abc import Set

from vauban.kernel.stores import Store

_SECONDS_BETWEEN_LOOKS = 0.005


class Waits:
    def __init__(self, store: Store):
        self._store = store
        self._waiting: dict[int, set[asyncio.Event]] = {}
        """By digest of the collection that is waited for."""
        self._seen = 0
        self._looking: asyncio.Task[None] | None = None
        self._over = False

    def end(self) -> None:
        """Nobody waits any more, from here on: the server is about to stop."""
        self._over = True
        self._wake(None)

    async def wait(self, collection: tuple[str, ...], seconds: float) -> None:
        """Until the collection changes, or that long; what changed since this process last read is noticed too."""
        if self._over:
            return
        digest, woken = self._store.digest(collection), asyncio.Event()
        if not self._waiting:
            self._seen = self._store.taken_in
        self._waiting.setdefault(digest, set()).add(woken)
        if self._looking is None:
            self._looking = asyncio.get_running_loop().create_task(self._look())
        try:
            await asyncio.wait((asyncio.ensure_future(woken.wait()),), timeout=seconds)
        finally:
            self._leave(digest, woken)
            woken.set()

    def _leave(self, digest: int, woken: asyncio.Event) -> None:
        waiting = self._waiting[digest]
        waiting.discard(woken)
        if not waiting:
            del self._waiting[digest]

    async def _look(self) -> None:
        while self._waiting:
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
            position = self._store.position
            if position != self._seen:
                self._wake(self._store.changed(self._seen, position))
                self._seen = position
        self._looking = None

    def _wake(self, changed: Set[int] | None) -> None:
        for digest in list(self._waiting) if changed is None else changed & self._waiting.keys():
            for woken in self._waiting[digest]:
                woken.set()
