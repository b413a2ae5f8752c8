"""A store's way to its writer: another process, or the next tick of the loop."""

import asyncio
import socket
from collections.abc import Callable
from typing import Protocol

from vauban.storage.messages import Batch, Frames, Reply, decode_batch, decode_reply, encode, frame

Answered = Callable[[Reply], None]


class Link(Protocol):
    """Carries one batch at a time."""

    def send(self, batch: Batch, answered: Answered) -> None:
        """``answered`` is called with the writer's reply, or with a fault where there will be none."""
        ...

    def close(self) -> None: ...


class LocalLink:
    """A writer in this process: commits on the loop's next tick whatever gathered until then."""

    def __init__(self, write: Callable[[list[Batch]], list[Reply]], close: Callable[[], None]):
        self._write = write
        self._loop = asyncio.get_running_loop()
        self.close = close

    def send(self, batch: Batch, answered: Answered) -> None:
        sent = decode_batch(encode(batch))
        self._loop.call_soon(lambda: answered(self._write([sent])[0]))


class SocketLink(asyncio.Protocol):
    """A writer process at the other end of a socket pair."""

    def __init__(self) -> None:
        self._frames = Frames()
        self._transport: asyncio.Transport
        self._answered: Answered | None = None
        self._gone = False

    @classmethod
    async def over(cls, channel: socket.socket) -> "SocketLink":
        _, link = await asyncio.get_running_loop().create_connection(cls, sock=channel)
        return link

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def send(self, batch: Batch, answered: Answered) -> None:
        if self._gone:
            asyncio.get_running_loop().call_soon(answered, _GONE)
            return
        self._answered = answered
        self._transport.write(frame(batch))

    def data_received(self, data: bytes) -> None:
        for message in self._frames.feed(data):
            self._answer(decode_reply(message))

    def connection_lost(self, error: Exception | None) -> None:
        self._gone = True
        if self._answered is not None:
            self._answer(_GONE)

    def _answer(self, reply: Reply) -> None:
        answered, self._answered = self._answered, None
        answered(reply)

    def close(self) -> None:
        self._transport.close()


_GONE = Reply(fault="the process that writes is gone")
