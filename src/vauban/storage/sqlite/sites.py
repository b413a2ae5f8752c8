"""A data directory, and the processes that share it.

    site = Site(directory)          # in the supervisor: locked, brought up to date, checked
    site.connect(workers=4)         # before each start of the processes
    site.write()                    # in the one forked to write: returns when every worker is gone
    await site.store(0, sealer)     # in each of those forked to work
    site.forked()                   # in the supervisor, once all are forked

Channels are socket pairs that only their two processes hold, so each notices at once when the other is gone. Where it
is the writer, whatever it had not acknowledged fails, and so does all that would be written or recorded from then on:
the workers cannot go on, and the supervisor, which keeps the lock and the page, connects and forks all of them anew.
Nothing of theirs is worth more than a cache, and nothing is left half-said on a channel that way.
"""

import signal
import socket
from collections.abc import Callable, Iterable
from pathlib import Path

from vauban.kernel.records import KINDS
from vauban.kernel.sealing import Sealer
from vauban.storage.coherence import Page
from vauban.storage.links import LocalLink, SocketLink
from vauban.storage.sqlite.channels import serve
from vauban.storage.sqlite.databases import FILE, Database, Kinds, prepare
from vauban.storage.sqlite.locks import DirectoryLock
from vauban.storage.sqlite.searches import Searcher, ThreadSearcher
from vauban.storage.sqlite.stores import CACHED_RECORDS, SqliteStore


class Site:
    """What a supervisor opens before it forks. Holds no SQLite connection, and so may be forked."""

    def __init__(self, directory: Path, kinds: Kinds = KINDS.values, release: str = ""):
        """Raises StorageUnavailable: in use, not writable, damaged, or written by a newer release.

        ``kinds`` are all that may be kept there, as ``release`` declares them.
        """
        self.path = directory / FILE
        self.page = Page()
        self._lock = DirectoryLock(directory)
        self._channels: list[tuple[socket.socket, socket.socket]] = []
        try:
            self.empty = not prepare(self.path, kinds, release)
            """Whether no record was kept when this was opened."""
        except BaseException:
            self._lock.release()
            raise

    def connect(self, workers: int) -> None:
        """Make a channel for each worker to come."""
        self._channels = [socket.socketpair() for _ in range(workers)]

    def write(self) -> None:
        """Be the writer, until every worker has closed its store or is gone. Signals to stop are for the workers."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        ends = [writers for _, writers in self._channels]
        self._drop(workers_end for workers_end, _ in self._channels)
        database = Database(self.path, self.page)
        try:
            serve(ends, database.write)
        finally:
            database.close()

    async def store(
        self,
        number: int,
        sealer: Sealer,
        cached_records: int = CACHED_RECORDS,
        searcher: Callable[[Path], Searcher] = ThreadSearcher,
    ) -> SqliteStore:
        """The store of worker ``number``, on the running loop; ``searcher`` says where the audit log is searched."""
        own = self._channels[number][0]
        self._drop(end for pair in self._channels for end in pair if end is not own)
        link = await SocketLink.over(own)
        return SqliteStore(self.path, sealer, self.page, link, cached_records, searcher(self.path))

    def forked(self) -> None:
        """Let go of the channels, which belong to the processes now."""
        self._drop(end for pair in self._channels for end in pair)

    def close(self) -> None:
        self.forked()
        self._lock.release()

    def _drop(self, ends: Iterable[socket.socket]) -> None:
        for end in list(ends):
            end.close()
        self._channels = []


async def open_store(directory: Path, sealer: Sealer, cached_records: int = CACHED_RECORDS) -> SqliteStore:
    """A store whose writer is the running loop itself: one process, no other. Raises StorageUnavailable."""
    site = Site(directory)
    database = Database(site.path, site.page)

    def close() -> None:
        database.close()
        site.close()

    return SqliteStore(site.path, sealer, site.page, LocalLink(database.write, close), cached_records)
