"""A client's connection over HTTP/1.1: requests in, one at a time; answers out as they come; patience that ends."""

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from vauban.edge.bodies import LAST_CHUNK, Body, body_of, chunk
from vauban.edge.exchanges import Exchange
from vauban.edge.forwarding import Client
from vauban.edge.heads import CHUNKED, UNTIL_CLOSE, Headers, RequestHead, ResponseHead, read_request
from vauban.edge.incoming import ClientGone, Incoming
from vauban.edge.replies import phrase, plain
from vauban.http.eager import start
from vauban.http.refusals import Refusal

if TYPE_CHECKING:
    from vauban.edge.doors import Door
    from vauban.edge.upstreams import Upstream

_log = logging.getLogger(__name__)
_MOST_PIPELINED_BYTES = 64 * 1024
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection(asyncio.Protocol):
    """Reads requests, has an ``Exchange`` answer each, and writes what it is given."""

    def __init__(self, door: "Door", client: Client):
        self.client = client
        self.door = door
        self.plane = door.plane
        self.written_bytes = 0
        self._transport: Any = None
        self._buffer = b""
        self._head: RequestHead
        self._body: Body | None = None
        """What reads the body that is coming; None between two."""
        self._incoming: Incoming | None = None
        self._exchange: Exchange | None = None
        self._task: asyncio.Task[None] | None = None
        self._tunnel: Upstream | None = None
        self._chunked = False
        self._keep = True
        self._ending = False
        self._over_there = False
        """Whether the client has said that it will say no more."""
        self._closing = False
        self._held = False
        self._paused = False
        self._timed = False
        """Whether the head that is coming has been seen to begin."""
        self._tunnel_seconds = 0.0
        self._opened = self.plane.now
        self._begun = 0
        self._since = self.plane.now
        """When the present wait began, by the plane's coarse clock."""
        self._pace: tuple[float, int] | None = None

    # What the event loop tells

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.plane.admit(self)

    def data_received(self, data: bytes) -> None:
        if self._tunnel is not None:
            self._since = self.plane.now
            self._tunnel.write(data)
        elif not self._closing:
            self._buffer = self._buffer + data if self._buffer else data
            self._advance()

    def eof_received(self) -> bool:
        if self._tunnel is not None or self._closing or self._exchange is None or self._body is not None:
            return False
        self._ending = self._over_there = True
        return not self.client.tls_version

    def connection_lost(self, error: Exception | None) -> None:
        self._closing = True
        self.plane.forget(self)
        if self._tunnel is not None:
            self._tunnel.finish()
        if self._incoming is not None and not self._incoming.ended:
            self._incoming.fail(ClientGone())
        if self._exchange is not None:
            self._exchange.leave()

    def pause_writing(self) -> None:
        self._flow(False)

    def resume_writing(self) -> None:
        self._flow(True)

    def _flow(self, flowing: bool) -> None:
        if self._tunnel is not None:
            self._tunnel.hold(not flowing)
        elif self._exchange is not None:
            self._exchange.let_answer(flowing)

    # What the plane tells

    def drain(self) -> None:
        """End with the answer that is due; at once where there is none."""
        self._ending = True
        if self._exchange is None and not self._closing and not self._buffer:
            self._close()

    def abort(self) -> None:
        self._closing = True
        self._transport.abort()

    def expire(self, now: float) -> None:
        """End what has waited too long; called every second."""
        limits, waited = self.plane.limits, now - self._since
        if self._transport.get_write_buffer_size():
            self._expire_answer(now)
        elif self._closing:
            if waited > limits.linger_seconds:
                self._transport.abort()
        elif self._tunnel is not None:
            if waited > self._tunnel_seconds:
                self._close()
        elif self._body is not None:
            if not self._held and self._incoming.received < (waited - limits.grace_seconds) * limits.bytes_per_second:
                self._time_out()
        elif self._exchange is None:
            self._expire_wait(waited)

    def _expire_wait(self, waited: float) -> None:
        limits = self.plane.limits
        if self._buffer:
            if waited > limits.header_seconds:
                self._refuse(408)
        elif waited > (limits.idle_seconds if self._begun else limits.header_seconds):
            self._close()

    def _expire_answer(self, now: float) -> None:
        """Give up a client that does not read its answers."""
        taken = self.written_bytes - self._transport.get_write_buffer_size()
        if self._pace is None or taken > self._pace[1]:
            self._pace = (now, taken)
        elif now - self._pace[0] > self.plane.limits.answer_seconds:
            self._transport.abort()

    def _time_out(self) -> None:
        self._incoming.fail(Refusal(408, "The body came too slowly."))
        self._since = self.plane.now

    # Reading

    def _advance(self) -> None:
        while not self._closing:
            if self._body is not None:
                if not self._read_body():
                    break
            elif self._exchange is not None or not self._buffer or not self._read_head():
                break
        self._settle_reading()

    def _read_head(self) -> bool:
        """Whether a request has begun."""
        try:
            found = read_request(self._buffer)
        except Refusal as refusal:
            self._refuse(refusal.status)
            return False
        if found is None:
            if self._over_there:
                self._close()
            elif not self._timed:
                self._timed, self._since = True, self.plane.now
            return False
        self._timed = False
        head, end = found
        self._buffer = self._buffer[end:]
        self._begin(head)
        return True

    def _read_body(self) -> bool:
        """Whether the body has ended."""
        body, incoming = self._body, self._incoming
        data, self._buffer = self._buffer, b""
        try:
            piece, self._buffer = body.feed(data)
        except Refusal as refusal:
            self._keep = False
            self._body = None
            self._buffer = b""
            self._ending = True
            incoming.fail(refusal)
            return True
        if piece:
            incoming.feed(piece)
        if body.done:
            self._body = None
            incoming.end()
            return True
        return False

    def _settle_reading(self) -> None:
        pipelined = self._body is None and self._exchange is not None and len(self._buffer) > _MOST_PIPELINED_BYTES
        paused = not self._closing and (self._held or pipelined)
        if paused != self._paused and not self._transport.is_closing():
            self._paused = paused
            if paused:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def _let_read(self, reading: bool) -> None:
        self._held = not reading
        if reading:
            self._since = self.plane.now
        self._settle_reading()

    # Answering

    def _begin(self, head: RequestHead) -> None:
        self._begun += 1
        self._since = self.plane.now
        self._head = head
        self._incoming = Incoming(self._let_read)
        self._body = body_of(head.length)
        self._keep = head.keep_alive
        if self._body.done:
            self._body = None
            self._incoming.end()
        elif self._buffer:
            self._read_body()
        self._exchange = Exchange(self.door, self, head, self._incoming, self.client)
        if self.plane.now - self._opened > self._exchange.site.keep_alive_seconds:
            self._keep = False
        outcome = start(self._exchange.run(), self.plane.loop)
        if isinstance(outcome, asyncio.Task):
            self._task = outcome
            outcome.add_done_callback(self._done)
        else:
            self._over()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and task.exception() is not None:
            _log.error("a request failed", exc_info=task.exception())
            self.abort()
        else:
            self._over()
            self._advance()

    def _over(self) -> None:
        """The exchange is over."""
        self._exchange = None
        self._since = self.plane.now
        if self._closing or self._tunnel is not None:
            return
        if self._body is not None or self._incoming is None:
            self._linger()
        elif not self._keep or (self._ending and not self._buffer):
            self._close()

    def invite(self) -> None:
        """Have a client that waits for it send the body."""
        if self._head.expects_continue and not self._incoming.received and not self._closing:
            self._head.expects_continue = False
            self._transport.write(_CONTINUE)

    def give_up_body(self) -> None:
        """The answer comes before the request is whole, and the rest will not be read."""
        self._keep = False

    def answer(self, status: int, reason: bytes, headers: Headers, length: int) -> None:
        """Begin the answer; ``length`` is its body's, CHUNKED or UNTIL_CLOSE where that is not known."""
        head = self._head
        lines = [b"HTTP/1.1 %d %b\r\n" % (status, reason or phrase(status).encode())]
        lines += [b"%b: %b\r\n" % header for header in headers]
        self._chunked = False
        if length in (CHUNKED, UNTIL_CLOSE):
            if head.version == b"1.1":
                self._chunked = True
                lines.append(b"Transfer-Encoding: chunked\r\n")
            else:
                self._keep = False
        if not self._keep or (self._ending and not self._buffer):
            self._keep = False
            lines.append(b"Connection: close\r\n")
        elif head.version == b"1.0":
            lines.append(b"Connection: keep-alive\r\n")
        lines.append(b"\r\n")
        self._write(b"".join(lines))

    def write_body(self, data: bytes) -> None:
        self._write(chunk(data) if self._chunked else data)

    def end_body(self) -> None:
        if self._chunked:
            self._write(LAST_CHUNK)

    def cut(self) -> None:
        """The answer cannot be finished: the client must not take it for whole."""
        self.abort()

    def switch(self, head: ResponseHead, upstream: "Upstream", rest: bytes, idle_seconds: float) -> None:
        """Hand everything on, both ways."""
        self._tunnel_seconds = idle_seconds
        lines = b"".join(b"%b: %b\r\n" % header for header in head.headers)
        self._write(b"HTTP/1.1 101 %b\r\n%b\r\n" % (head.reason or b"Switching Protocols", lines) + rest)
        self._tunnel = upstream
        upstream.tunnel(self)
        if self._buffer:
            upstream.write(self._buffer)
            self._buffer = b""
        self._settle_reading()

    def write(self, data: bytes) -> None:
        """Out of the tunnel."""
        self._since = self.plane.now
        self._write(data)

    def finish(self) -> None:
        """The tunnel's other end is gone."""
        self._close()

    def hold(self, held: bool) -> None:
        """The tunnel's other end takes no more for now, or again."""
        self._let_read(not held)

    def _write(self, data: bytes) -> None:
        if not self._closing:
            self.written_bytes += len(data)
            self._transport.write(data)

    def _refuse(self, status: int) -> None:
        """Say no to what is no request."""
        reply = plain(status)
        head = b"HTTP/1.1 %d %b\r\nServer: awselb/2.0\r\nDate: %b\r\nContent-Type: text/html\r\n" % (
            status,
            phrase(status).encode(),
            self.plane.date,
        )
        self._write(head + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(reply.body) + reply.body)
        self.plane.refused(self, status)
        self._linger()

    def _linger(self) -> None:
        """Swallow for a while what the client is still sending: a reset would lose it the answer."""
        self._closing = True
        self._buffer = b""
        self._since = self.plane.now
        self._settle_reading()
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def _close(self) -> None:
        self._closing = True
        self._transport.close()
