"""What is committed, in a worker's memory."""

from collections import OrderedDict

from vauban.storage.changesets import Entry
from vauban.storage.coherence import digest

Key = tuple[str, ...]


class Cache:
    """Entries by identity or collection, bounded: the one that was kept first makes room.

    Each entry can be found by its digest, or it is not here: of two keys with the same digest, the later stays.
    """

    def __init__(self, limit: int):
        self.entries: OrderedDict[Key, Entry] = OrderedDict()
        self._keys: OrderedDict[int, Key] = OrderedDict()
        self._limit = limit

    def keep(self, key: Key, entry: Entry) -> None:
        if key not in self.entries:
            self._make_room(digest(key))
            self._keys[digest(key)] = key
        self.entries[key] = entry

    def drop(self, digest: int, version: int) -> None:
        """Forget the entry that ``digest`` stands for, unless it is as new as ``version``."""
        key = self._keys.get(digest)
        if key is not None and self.entries[key][0] < version:
            del self.entries[key]
            del self._keys[digest]

    def clear(self) -> None:
        self.entries.clear()
        self._keys.clear()

    def _make_room(self, digest: int) -> None:
        collided = self._keys.pop(digest, None)
        if collided is not None:
            del self.entries[collided]
        elif len(self.entries) >= self._limit:
            self.entries.popitem(last=False)
            self._keys.popitem(last=False)
