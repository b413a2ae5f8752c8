"""Whose an address is. The kernel lets all processes of a user share a port (SO_REUSEPORT), which is what the processes
of one server want; two servers would get each other's connections.
"""

import errno
import fcntl
import os
from contextlib import suppress

from vauban.sockets import owned_directory


class Claim:
    """An address, held for one server by as many of its processes as like."""

    def __init__(self, server: str, host: str, port: int):
        """Raises OSError where another server has the address."""
        self._path = owned_directory() / f"{host}-{port}.edge"
        self._server = server.encode()
        self._descriptor = self._open()
        while not self._is_there():
            os.close(self._descriptor)
            self._descriptor = self._open()

    def release(self) -> None:
        """Hold it no more; the last process takes the file with it."""
        with suppress(OSError):
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._path.unlink()
        os.close(self._descriptor)

    def _open(self) -> int:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._take(descriptor)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def _take(self, descriptor: int) -> None:
        """The first process writes whose it is; the others read that, and hold it too."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, self._server, 0)
        except BlockingIOError:
            if os.pread(descriptor, 4096, 0) != self._server:
                raise OSError(errno.EADDRINUSE, "Another Vauban has this address") from None
        fcntl.flock(descriptor, fcntl.LOCK_SH)

    def _is_there(self) -> bool:
        """Whether the file that is held is the one that others find: the last who held it may have taken it away."""
        try:
            return os.fstat(self._descriptor).st_ino == self._path.stat().st_ino
        except FileNotFoundError:
            return False
