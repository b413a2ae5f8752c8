"""Checkpoints: the write-ahead log copied into the database, beside the writer's path rather than on it."""

import logging
import os
import sqlite3
import threading
from pathlib import Path

from vauban.storage.sqlite.connections import connect_checkpointer

log = logging.getLogger("vauban.storage")

_WORTHWHILE_BYTES = 4 * 2**20
_INTERVAL_SECONDS = 0.25
FULL_LOG_BYTES = 64 * 2**20
"""From here on the writer itself waits for a checkpoint, so that the log starts over and stays bounded."""


class Checkpointer:
    """A thread with a connection of its own; SQLite lets go of the interpreter while it copies."""

    def __init__(self, path: Path):
        self._path = path
        self._log = path.with_name(path.name + "-wal")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
        self._thread.start()

    def log_size(self) -> int:
        try:
            return os.stat(self._log).st_size
        except FileNotFoundError:
            return 0

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        connection = connect_checkpointer(self._path)
        while not self._stopped.wait(_INTERVAL_SECONDS):
            if self.log_size() >= _WORTHWHILE_BYTES:
                checkpoint(connection, "PASSIVE")
        connection.close()


def checkpoint(connection: sqlite3.Connection, mode: str) -> None:
    """A full disk or a busy reader puts it off; the log keeps everything meanwhile."""
    try:
        connection.execute(f"PRAGMA wal_checkpoint({mode})")
    except sqlite3.Error as error:
        log.warning("checkpoint put off: %s", error)
