"""The database of a data directory, opened by the one process that writes it."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path

from vauban.kernel.errors import StorageUnavailable
from vauban.kernel.records import KINDS, RecordKind
from vauban.storage.coherence import Page
from vauban.storage.encoding import DamagedRecord
from vauban.storage.messages import Batch, Reply
from vauban.storage.sqlite.checkpoints import Checkpointer, checkpoint
from vauban.storage.sqlite.connections import APPLICATION_ID, application_id, connect_writer, create
from vauban.storage.sqlite.reindexing import reindex
from vauban.storage.sqlite.schemas import migrate
from vauban.storage.sqlite.writers import Writer

FILE = "vauban.sqlite"
_CHECKED_BYTES = 64 * 2**20
"""Up to this size every page is checked at each start; ``backups.verify`` checks larger ones when asked."""

_PAGES_FREED_AT_ONCE = 4096
"""Given back to the file system after audit chunks went; where that cannot be, they are used again."""


Kinds = Callable[[], Iterable[RecordKind]]


def prepare(path: Path, kinds: Kinds = KINDS.values, release: str = "") -> bool:
    """Make or bring up to date, and check; true where anything is kept. Raises StorageUnavailable: what to do.

    ``kinds`` are asked how they are indexed, unless ``release`` says that it is the one that was asked last.
    """
    try:
        if not path.exists() or not path.stat().st_size:
            create(path)
        if application_id(path) != APPLICATION_ID:
            raise StorageUnavailable(f"{path} is another application's database: choose another data directory")
        with closing(connect_writer(path)) as connection:
            if path.stat().st_size <= _CHECKED_BYTES:
                _require_sound(connection, path)
            migrate(connection)
            if not release or connection.execute("SELECT release FROM state").fetchone()[0] != release:
                reindex(connection, kinds())
                connection.execute("UPDATE state SET release = ?", (release,))
            return connection.execute("SELECT 1 FROM records LIMIT 1").fetchone() is not None
    except (sqlite3.Error, DamagedRecord) as error:
        raise StorageUnavailable(f"{path} cannot be opened: {error}. Restore a backup, or free the disk.") from error


def _require_sound(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StorageUnavailable(f"{path} is damaged ({found}): restore a backup")


class Database:
    """A writer with its checkpoints."""

    def __init__(self, path: Path, page: Page):
        self._connection = connect_writer(path)
        self._writer = Writer(self._connection, page)
        self._checkpointer = Checkpointer(path)

    def write(self, batches: Sequence[Batch]) -> list[Reply]:
        replies = self._writer.write(batches)
        self._checkpointer.written(self._connection)
        if any(reply.pruned for reply in replies):
            with suppress(sqlite3.Error):
                self._connection.executescript(f"PRAGMA incremental_vacuum({_PAGES_FREED_AT_ONCE})")
        return replies

    def close(self) -> None:
        self._checkpointer.stop()
        checkpoint(self._connection, "TRUNCATE")
        self._connection.close()
