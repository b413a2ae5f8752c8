"""The one clock that every timer reads. Signatures alone are checked against real time."""

import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the epoch."""
        ...


class WallClock:
    """Real time."""

    virtual = False

    def now(self) -> float:
        return time.time()


class VirtualClock:
    """Real time and an offset that only grows: what `vauban clock advance` moves."""

    virtual = True

    def __init__(self, offset: Callable[[], float] = lambda: 0.0, keep: Callable[[float], None] | None = None):
        self._offset = offset
        self._keep = keep

    def now(self) -> float:
        return time.time() + self._offset()

    def move_to(self, moment: float) -> None:
        """Move forward to ``moment`` (seconds since the epoch). A moment in the past is passed over."""
        offset = moment - time.time()
        if self._keep is not None and offset > self._offset():
            self._keep(offset)
