"""Files that hold a secret: read only where nobody else can have read or replaced them."""

import os
import stat
from pathlib import Path

from vauban.crypto.errors import SealError, UnsafeFile

MAXIMUM_SIZE = 4096


def read_secret(path: Path) -> bytes:
    """Raises UnsafeFile where anybody but us may read the file, or replace it; SealError where it is absent."""
    try:
        _check_directory(path.parent)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise SealError(f"{path} cannot be read: {error.strerror}") from None
    try:
        _check(path, os.fstat(descriptor))
        return os.read(descriptor, MAXIMUM_SIZE)
    finally:
        os.close(descriptor)


def create_secret(path: Path, content: bytes) -> None:
    """A new file that only we may read, whole or not at all, in a directory made so if absent. Raises SealError."""
    from tempfile import NamedTemporaryFile  # needed at a first start only

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_directory(path.parent)
        with NamedTemporaryFile(dir=path.parent) as file:  # of mode 0600
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.link(file.name, path)  # unlike a rename, never over another process's
    except OSError as error:
        raise SealError(f"{path} cannot be written: {error.strerror}") from None
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make names in the directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise UnsafeFile(f"{path} is not a regular file")
    if found.st_uid != os.geteuid():
        raise UnsafeFile(f"{path} belongs to user {found.st_uid}, not to user {os.geteuid()} who runs this")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise UnsafeFile(f"{path} is open to others (mode {stat.S_IMODE(found.st_mode):04o}): chmod 600 {path}")
    if found.st_size > MAXIMUM_SIZE:
        raise UnsafeFile(f"{path} is longer than {MAXIMUM_SIZE} bytes")


def _check_directory(path: Path) -> None:
    found = path.stat()
    if found.st_uid not in (os.geteuid(), 0):
        raise UnsafeFile(f"{path} belongs to user {found.st_uid}, who can replace what lies in it")
    if stat.S_IMODE(found.st_mode) & 0o022:
        raise UnsafeFile(f"others can replace what lies in {path}: chmod 700 {path}")
