"""Committed records in a worker's memory."""

from collections import OrderedDict

from vauban.kernel.records import Identity
from vauban.storage.changesets import Entry
from vauban.storage.coherence import Page


class Cache:
    """Entries by identity, bounded: the one that was kept first makes room. Both dicts keep the same order."""

    def __init__(self, page: Page, limit: int):
        self.entries: OrderedDict[Identity, Entry] = OrderedDict()
        self._identities: OrderedDict[int, Identity] = OrderedDict()
        self._page = page
        self._limit = limit

    def keep(self, identity: Identity, entry: Entry) -> None:
        if identity not in self.entries:
            self._identities[self._page.digest(identity)] = identity
            if len(self.entries) >= self._limit:
                self.entries.popitem(last=False)
                self._identities.popitem(last=False)
        self.entries[identity] = entry

    def drop(self, digest: int, version: int) -> None:
        """Forget the entry that ``digest`` stands for, unless it is as new as ``version``."""
        identity = self._identities.get(digest)
        if identity is not None and self.entries[identity][0] < version:
            del self.entries[identity]
            del self._identities[digest]

    def clear(self) -> None:
        self.entries.clear()
        self._identities.clear()
