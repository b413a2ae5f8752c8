"""The database's schema, brought up to date: ``migrations/0001_….sql`` onwards, each in one transaction."""

import sqlite3
from importlib.resources import files

from vauban.kernel.errors import StorageUnavailable


def migrations() -> dict[int, str]:
    """Number -> SQL, in order."""
    directory = files("vauban.storage.sqlite") / "migrations"
    scripts = sorted((each for each in directory.iterdir() if each.name.endswith(".sql")), key=lambda each: each.name)
    return {int(each.name.split("_")[0]): each.read_text() for each in scripts}


def migrate(connection: sqlite3.Connection) -> None:
    """Run what is missing. Raises StorageUnavailable where a newer release wrote the database."""
    known = migrations()
    current = schema_version(connection)
    if current > max(known):
        raise StorageUnavailable(
            f"this data was written by a newer release of Vauban (schema {current}; this one knows {max(known)}): "
            "start that release or a newer one, or restore a backup made before the upgrade"
        )
    for number, script in known.items():
        if number > current:
            _run(connection, f"{script}; PRAGMA user_version = {number};")


def _run(connection: sqlite3.Connection, script: str) -> None:
    """All of it, or nothing."""
    try:
        connection.executescript(f"BEGIN EXCLUSIVE; {script} COMMIT;")
    except sqlite3.Error:
        connection.rollback()
        raise


def schema_version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]
