"""Connections to targets: one exchange at a time over each, kept for the next."""

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from vauban.edge.bodies import LAST_CHUNK, Body, Whole, body_of, chunk
from vauban.edge.heads import CHUNKED, RequestHead, ResponseHead, read_response
from vauban.http.refusals import Refusal

if TYPE_CHECKING:
    from ssl import SSLContext

CONNECT_SECONDS = 10.0
"""AWS's: beyond it 504."""


class TargetFailed(Exception):
    """The target did not answer, or not in HTTP."""

    def __init__(self, reason: str, status: int = 502, stale: bool = False):
        super().__init__(reason)
        self.status = status
        self.stale = stale
        """Whether it was a kept connection that the target had closed, and nothing else."""


class Sink(Protocol):
    """Who takes a target's answer, as it comes."""

    def take_head(self, head: ResponseHead) -> None: ...

    def take_data(self, data: bytes) -> None: ...

    def take_end(self) -> None: ...

    def let_body(self, flowing: bool) -> None:
        """Whether the target takes more of the request's body."""
        ...

    def take_switch(self, head: ResponseHead, upstream: "Upstream", rest: bytes) -> None:
        """The target has changed the protocol: what follows is nobody's to read but the client's."""
        ...


class Upstream(asyncio.Protocol):
    """A connection to a target."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self.reused = False
        self.began = 0.0
        """When the exchange's request had been written (loop time)."""
        self._transport: Any = None
        self._buffer = b""
        self._sink: Sink | None = None
        self._done: asyncio.Future[bool] | None = None
        self._head: ResponseHead | None = None
        self._body: Body | None = None
        self._bodiless = False
        self._chunked = False
        self._sending = False
        """Whether the request's body is still on its way."""
        self._tunnel: Any = None
        self.received_bytes = 0

    # What the exchange tells

    @property
    def usable(self) -> bool:
        """Whether another exchange may begin on it."""
        return self._done is None and not self._buffer and not self._transport.is_closing()

    def begin(self, head: bytes, request: RequestHead, sink: Sink) -> "asyncio.Future[bool]":
        """Send a request's head; what comes back goes to ``sink``.

        The future's result is whether the connection may be used again. It raises TargetFailed.
        """
        self._sink, self._head, self._body = sink, None, None
        self._bodiless = request.method == b"HEAD"
        self._chunked = request.length == CHUNKED
        self._sending = request.length != 0
        self.received_bytes = 0
        loop = asyncio.get_running_loop()
        self._done = loop.create_future()
        self.began = loop.time()
        self._transport.write(head)
        return self._done

    def send_body(self, data: bytes) -> None:
        if self._done is not None and not self._transport.is_closing():
            self._transport.write(chunk(data) if self._chunked else data)

    def end_body(self) -> None:
        self._sending = False
        if self._chunked and self._done is not None:
            self._transport.write(LAST_CHUNK)

    def break_off(self, error: Exception) -> None:
        """The request will not be whole: the target must not take it for that."""
        self._fail_with(error)

    def hold(self, held: bool) -> None:
        """Read no more from the target for now, or again."""
        if self._transport.is_closing():
            return
        if held:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def give_up(self, reason: str, status: int) -> None:
        """End the exchange as a failure."""
        self._fail(reason, status)

    def tunnel(self, other: Any) -> None:
        """From now on everything is handed to ``other`` (``write``, ``close``)."""
        self._tunnel = other

    def write(self, data: bytes) -> None:
        """Into the tunnel."""
        self._transport.write(data)

    def finish(self) -> None:
        """The tunnel's other end is gone."""
        self._transport.close()

    # What the event loop tells

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self.received_bytes += len(data)
        if self._tunnel is not None:
            self._tunnel.write(data)
        elif self._done is None:
            self._transport.abort()  # Nobody has asked for anything.
        else:
            try:
                self._read(self._buffer + data if self._buffer else data)
            except Refusal as refusal:
                self._fail(refusal.sentence)

    def eof_received(self) -> None:
        return None

    def connection_lost(self, error: Exception | None) -> None:
        if self._tunnel is not None:
            self._tunnel.finish()
        if self._done is None or self._done.done():
            return
        if self._body is not None and self._body.close():
            self._end(reusable=False)
        else:
            stale = self.reused and not self.received_bytes
            self._fail_with(TargetFailed("the target closed the connection", stale=stale))

    def pause_writing(self) -> None:
        self._let_body(False)

    def resume_writing(self) -> None:
        self._let_body(True)

    def _let_body(self, flowing: bool) -> None:
        if self._tunnel is not None:
            self._tunnel.hold(not flowing)
        elif self._sink is not None:
            self._sink.let_body(flowing)

    # Reading

    def _read(self, data: bytes) -> None:
        while self._head is None:
            found = read_response(data)
            if found is None:
                self._buffer = data
                return
            head, end = found
            data = data[end:]
            self._buffer = b""
            if head.status == 101:
                self._switch(head, data)
                return
            if head.status >= 200:
                self._take_head(head)
        self._take_data(data)

    def _take_head(self, head: ResponseHead) -> None:
        self._head = head
        if self._bodiless or head.status in (204, 304):
            self._body = Whole(0)
        else:
            self._body = body_of(head.length, 502)
        self._sink.take_head(head)

    def _take_data(self, data: bytes) -> None:
        body = self._body
        if data and not body.done:
            piece, data = body.feed(data)
            if piece:
                self._sink.take_data(piece)
        if body.done:
            self._end(self._head.keep_alive and not data and not self._sending)

    def _switch(self, head: ResponseHead, rest: bytes) -> None:
        done = self._done
        self._sink.take_switch(head, self, rest)
        if not done.done():
            done.set_result(False)

    def _end(self, reusable: bool) -> None:
        sink, done = self._sink, self._done
        self._sink = self._done = None
        sink.take_end()
        if not done.done():
            done.set_result(reusable)

    def _fail(self, reason: str, status: int = 502) -> None:
        self._fail_with(TargetFailed(reason, status))

    def _fail_with(self, error: Exception) -> None:
        done, self._sink, self._done = self._done, None, None
        self._transport.abort()
        if done is not None and not done.done():
            done.set_exception(error)


async def connect(host: str, port: int, tls: "SSLContext | None" = None) -> Upstream:
    """A new connection. Raises TargetFailed."""
    try:
        # In a task of its own: an exchange is driven outside of any until it first waits, where no timeout can be.
        return await asyncio.create_task(_connect(host, port, tls))
    except TimeoutError:
        raise TargetFailed("the target took no connection in time", 504) from None
    except OSError as error:
        raise TargetFailed(f"no connection: {error}", 502) from None


async def _connect(host: str, port: int, tls: "SSLContext | None") -> Upstream:
    async with asyncio.timeout(CONNECT_SECONDS):
        _, upstream = await asyncio.get_running_loop().create_connection(Upstream, host, port, ssl=tls)
    return upstream


def target_tls() -> "SSLContext":
    """For HTTPS targets: their certificates are not looked at, as AWS does not."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
