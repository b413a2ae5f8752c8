"""Backups: one consistent state of the database, copied while it is written.

A backup is a directory with the database as one plain file, and the files that its owner names: those that say how the
seal is opened, never the seal's root key, which storage does not have.
"""

import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from vauban.kernel.errors import StorageUnavailable
from vauban.storage.sqlite.connections import APPLICATION_ID, application_id, connect_reader
from vauban.storage.sqlite.databases import FILE, prepare
from vauban.storage.sqlite.locks import DirectoryLock
from vauban.storage.sqlite.readers import ChunkReader
from vauban.storage.trails import Trail, Verification


def back_up(directory: Path, destination: Path, beside: Sequence[str] = ()) -> None:
    """Copy the database of ``directory``, and then its files named in ``beside``, into a new directory.

    Needs no lock and holds nobody up. Raises FileExistsError, and StorageUnavailable where there is no room.
    """
    partial = destination.with_name(f".{destination.name}.partial")
    if destination.exists():
        raise FileExistsError(f"{destination} is there already")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700, parents=True)
    try:
        _copy_database(directory / FILE, partial / FILE)
        _copy_files(directory, partial, beside)
    except (sqlite3.Error, OSError) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise StorageUnavailable(f"the backup failed: {error}") from error
    partial.rename(destination)
    _sync(destination.parent)


def restore(backup: Path, directory: Path, beside: Sequence[str] = (), forgotten: Sequence[str] = ()) -> Verification:
    """Make ``directory`` what it was when ``backup`` was made; what its audit chain says, which is intact.

    Records of the kinds ``forgotten`` are not in it: those that name one database among all, without index or time.

    Raises StorageUnavailable where the backup is not whole, or the directory holds a database or is in use.
    """
    lock = DirectoryLock(directory)
    try:
        taken = [name for name in (FILE, *beside) if (directory / name).exists()]
        if taken:
            raise StorageUnavailable(f"{directory} has a {taken[0]} already: restore into an empty directory")
        verification = verify(backup / FILE)
        partial = directory / f".{FILE}.partial"
        partial.unlink(missing_ok=True)
        _copy_files(backup, directory, beside)
        _copy_database(backup / FILE, partial)
        _forget(partial, forgotten)
        partial.rename(directory / FILE)
        _sync(directory)
        prepare(directory / FILE)
        return verification
    except (sqlite3.Error, OSError) as error:
        raise StorageUnavailable(f"the backup cannot be restored: {error}") from error
    finally:
        lock.release()


def verify(database: Path) -> Verification:
    """Read every page of a database, and the whole audit chain. Raises StorageUnavailable where it is not whole."""
    if not database.is_file():
        raise StorageUnavailable(f"there is no {database}")
    try:
        if application_id(database) != APPLICATION_ID:
            raise StorageUnavailable(f"{database} is another application's database")
        with closing(connect_reader(database)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise StorageUnavailable(f"{database} is damaged: {found}")
        with closing(ChunkReader(database)) as chunks:
            verification = Trail(chunks).verify()
    except sqlite3.DatabaseError as error:
        raise StorageUnavailable(f"{database} is damaged: {error}") from error
    if not verification.intact:
        raise StorageUnavailable(f"the audit log of {database} is not whole: {verification.fault}")
    return verification


def _copy_database(source: Path, target: Path) -> None:
    """Owner-only, in one file, on disk when this returns."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(connect_reader(source)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = DELETE")
    _sync(target)
    _sync(target.parent)


def _forget(database: Path, kinds: Sequence[str]) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany("DELETE FROM records WHERE kind = ?", [(kind,) for kind in kinds])


def _copy_files(source: Path, target: Path, names: Sequence[str]) -> None:
    for name in names:
        if (source / name).is_file():
            descriptor = os.open(target / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with open(descriptor, "wb") as copy:
                copy.write((source / name).read_bytes())
                copy.flush()
                os.fsync(descriptor)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
