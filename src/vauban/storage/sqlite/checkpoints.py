"""Checkpoints: the write-ahead log copied into the database, beside the writer's path rather than on it."""

import logging
import sqlite3
import threading
from pathlib import Path

from vauban.storage.sqlite.connections import connect_checkpointer

log = logging.getLogger("vauban.storage")

_INTERVAL_SECONDS = 1.0
"""Pages written often meanwhile are copied once."""
_FULL_LOG_PAGES = 16_384
"""64 MiB. While others write, a checkpoint never quite reaches the end of the log, and only then can it start over."""


class Checkpointer:
    """A thread with a connection of its own, idle while the writer is. It copies without the interpreter's lock."""

    def __init__(self, path: Path):
        self._path = path
        self._written = threading.Event()
        self._stopped = threading.Event()
        self._log_is_full = False
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
        self._thread.start()

    def written(self, connection: sqlite3.Connection) -> None:
        """The writer says that it committed. Where the log is full, it copies what little is left of it itself."""
        self._written.set()
        if self._log_is_full:
            self._log_is_full = False
            checkpoint(connection, "PASSIVE")

    def stop(self) -> None:
        self._stopped.set()
        self._written.set()
        self._thread.join()

    def _run(self) -> None:
        connection = connect_checkpointer(self._path)
        while not self._stopped.wait(_INTERVAL_SECONDS):
            self._written.wait()
            self._written.clear()
            self._log_is_full = checkpoint(connection, "PASSIVE") >= _FULL_LOG_PAGES
        connection.close()


def checkpoint(connection: sqlite3.Connection, mode: str) -> int:
    """How many pages the log has. A full disk or a busy reader puts it off; the log keeps everything meanwhile."""
    try:
        return connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()[1]
    except sqlite3.Error as error:
        log.warning("checkpoint put off: %s", error)
        return 0
