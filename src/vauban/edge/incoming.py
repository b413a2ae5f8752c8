"""The body of a request on its way: held while it is looked at, then handed on as it comes."""

import asyncio
from collections.abc import Callable
from typing import Protocol

_MOST_WAITING_BYTES = 256 * 1024
"""Beyond what was asked for; then no more is read from the client until somebody takes it."""


class Outlet(Protocol):
    """Where a body goes."""

    def send_body(self, data: bytes) -> None: ...

    def end_body(self) -> None: ...

    def break_off(self, error: Exception) -> None:
        """The body will not be whole."""
        ...


class ClientGone(Exception):
    """The client has left before its request was whole; there is nobody to answer."""


class Incoming:
    """One request's body. The connection feeds it; the exchange fills, looks, and pipes."""

    __slots__ = ("_error", "_needed", "_outlet", "_reading", "_wait", "buffered", "ended", "let_read", "received")

    def __init__(self, let_read: Callable[[bool], None]):
        """``let_read`` tells the connection whether it may read on."""
        self.buffered = bytearray()
        self.received = 0
        self.ended = False
        self.let_read = let_read
        self._needed = 0
        self._wait: asyncio.Future[None] | None = None
        self._outlet: Outlet | None = None
        self._error: Exception | None = None
        self._reading = True

    def feed(self, data: bytes) -> None:
        self.received += len(data)
        if self._outlet is not None:
            self._outlet.send_body(data)
            return
        self.buffered += data
        if len(self.buffered) >= self._needed:
            self._wake()
        if len(self.buffered) > self._needed + _MOST_WAITING_BYTES:
            self.hold(True)

    def end(self) -> None:
        self.ended = True
        self._wake()
        if self._outlet is not None:
            self._outlet.end_body()

    def fail(self, error: Exception) -> None:
        """No more will come: whoever waits, or comes to wait, is told."""
        self._error = error
        self._wake()
        if self._outlet is not None:
            self._outlet.break_off(error)

    async def fill(self, size: int) -> None:
        """Wait until ``size`` bytes are held, or all there are. Raises what the connection failed with."""
        self._needed = size
        while not self.ended and len(self.buffered) < size:
            if self._error is not None:
                raise self._error
            self._wait = asyncio.get_running_loop().create_future()
            await self._wait
        self._needed = 0

    def pipe(self, outlet: Outlet) -> None:
        """Hand on what is held and what comes. Raises what the connection failed with."""
        if self._error is not None:
            raise self._error
        self._outlet = outlet
        if self.buffered:
            outlet.send_body(bytes(self.buffered))
            self.buffered = bytearray()
        if self.ended:
            outlet.end_body()
        self.hold(False)

    def hold(self, held: bool) -> None:
        """Read no more from the client for now, or again."""
        if held == self._reading:
            self._reading = not held
            self.let_read(not held)

    def _wake(self) -> None:
        if self._wait is not None and not self._wait.done():
            self._wait.set_result(None)
