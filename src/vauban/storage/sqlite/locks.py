"""Who has a data directory: one server at a time."""

import fcntl
import os
from pathlib import Path

from vauban.kernel.errors import StorageUnavailable


class DirectoryLock:
    """Held as long as any process that inherited it lives; the kernel lets go, whatever way they end."""

    def __init__(self, directory: Path):
        """Raises StorageUnavailable where the directory is in use, or may not be written."""
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(directory / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageUnavailable(f"{directory} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 32, 0).decode().strip() or "unknown"
            os.close(self._descriptor)
            raise StorageUnavailable(
                f"{directory} is in use by process {holder}: stop that server, or choose another data directory"
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        os.close(self._descriptor)
