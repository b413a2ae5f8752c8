"""How many invocations a function has at a time, in whatever process: slots, each a lock on a file.

The system gives a lock back however its holder ends, so that none is ever lost (flock(2)).
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from vauban.kernel.errors import WorkFailed


class Full(WorkFailed):
    """The function has as many invocations at a time as are reserved for it."""


class Slots:
    def __init__(self) -> None:
        self._shared: Path | None = None
        self._own: Path | None = None

    def share(self, directory: Path) -> None:
        """Count with all processes that are given the same directory."""
        directory.mkdir(mode=0o700, exist_ok=True)
        self._shared = directory

    def take(self, function: str, most: int | None) -> int | None:
        """Something to ``give_back``, as long as the function has fewer than ``most`` (None: however many).

        Raises Full.
        """
        if most is None:
            return None
        name = hashlib.sha256(function.encode()).hexdigest()
        for number in range(most):
            slot = os.open(self._directory() / f"{name}-{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(slot)
            else:
                return slot
        raise Full

    def give_back(self, slot: int | None) -> None:
        if slot is not None:
            os.close(slot)

    def close(self) -> None:
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)

    def _directory(self) -> Path:
        if self._shared is None and self._own is None:
            self._own = Path(tempfile.mkdtemp(prefix="vauban-slots-"))
        return self._shared or self._own
