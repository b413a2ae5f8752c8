"""SQLite connections as Vauban opens them. None may cross a fork."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

APPLICATION_ID = 0x5641_5542
"""``VAUB`` in the file's header: whose database this is."""

_BUSY_SECONDS = 10.0
_LOG_KEPT_BYTES = 32 * 2**20
"""What the log is cut to when it starts over."""


def connect_writer(path: Path) -> sqlite3.Connection:
    """The one connection that writes: WAL, every commit on disk before it returns, checkpoints left to others."""
    connection = _connect(path, "rw")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("PRAGMA secure_delete = FAST")
    connection.execute(f"PRAGMA journal_size_limit = {_LOG_KEPT_BYTES}")
    return connection


def create(path: Path) -> None:
    """An empty database of ours, for its owner only."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    with closing(_connect(path, "rw")) as connection:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def application_id(path: Path) -> int:
    with closing(connect_reader(path)) as connection:
        return connection.execute("PRAGMA application_id").fetchone()[0]


def connect_checkpointer(path: Path) -> sqlite3.Connection:
    connection = _connect(path, "rw")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Reads what is committed; can write nothing."""
    return _connect(path, "ro")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection
