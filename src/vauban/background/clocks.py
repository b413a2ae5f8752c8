"""The one clock that every timer reads. Signatures alone are checked against real time."""

import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from vauban.kernel.records import Scope, record


class Clock(Protocol):
    virtual: bool

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

    def __init__(self, read: Callable[[], float], keep: Callable[[float], Awaitable[None]]):
        """``read`` gives the offset, in seconds; ``keep`` makes it last as long as what was done by it."""
        self._read = read
        self._keep = keep

    def now(self) -> float:
        return time.time() + self._read()

    async def move_to(self, moment: float) -> None:
        """Move forward to ``moment`` (epoch seconds). A moment in the past is passed over."""
        offset = moment - time.time()
        if offset > self._read():
            await self._keep(offset)


@record("background:ClockOffset", id="clock", scope=Scope.GLOBAL)
class ClockOffset:
    """How far the virtual clock is ahead, from one start to the next."""

    seconds: float
    clock: str = "virtual"
