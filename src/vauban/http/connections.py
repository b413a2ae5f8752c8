"""One client's connection: requests in, answers out in their order, and patience that ends."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from vauban.http.eager import start
from vauban.http.refusals import Refusal, plain_response
from vauban.http.requests import Phase, RequestReader
from vauban.kernel.requests import Request, Response

if TYPE_CHECKING:
    from vauban.http.servers import Server

Application = Callable[[Request], Coroutine[Any, Any, Response]]

_log = logging.getLogger(__name__)
_SLICE = 16 * 1024
"""Bytes parsed at a time, so that one read full of tiny requests cannot outgrow the queue's bound by much."""
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_BETWEEN = Phase.BETWEEN


class Connection(asyncio.Protocol):
    """Has each request answered by the application, one at a time, and writes the answers in order."""

    def __init__(self, server: "Server", secure: bool):
        self.client = ""
        self._server = server
        self._limits = server.limits
        self._application = server.application
        self._writer = server.writer
        self._loop = server.loop
        self._secure = secure
        self._transport: Any = None
        self._reader: RequestReader
        """Made once it is known whose requests it reads."""
        self._task: asyncio.Task[Response] | None = None
        self._refusal: Response | None = None
        """The last answer, to a stream that makes no sense any more."""
        self._unread: bytes | memoryview = b""
        """Bytes that wait to be parsed until the queue has room."""
        self._reading = True
        self._blocked = False
        """Whether the client reads more slowly than we write."""
        self._ending = False
        """Whether the connection ends with the last answer that is due."""
        self._closing = False
        self._since = server.now
        """When the present wait began, by the server's coarse clock."""
        self._timed = 0
        self._written_bytes = 0
        self._pace: tuple[float, int] | None = None
        """When the client was last seen to take of the answers that wait, and how many bytes it had taken by then."""

    # What the event loop tells

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.client = _address(transport.get_extra_info("peername"))
        tls = _tls(transport) if self._secure else ""
        self._reader = RequestReader(self._limits, self.client, tls, self._server.unfinished)
        self._since = self._server.now
        refusal = self._server.admit(self)
        if refusal is not None:
            self._refuse(refusal.response())

    def data_received(self, data: bytes) -> None:
        if self._closing or self._refusal is not None:
            return
        if self._unread:
            self._unread = bytes(self._unread) + data
        elif len(data) > _SLICE:
            self._unread = memoryview(data)
        else:
            self._feed(data)
        self._advance()

    def eof_received(self) -> bool:
        """A client that has only stopped sending still gets the answers that are due. TLS has no such half."""
        if self._closing or self._secure or not (self._task or self._reader.ready or self._unread):
            self._closing = True
            return False
        self._ending = True
        return True

    def connection_lost(self, error: Exception | None) -> None:
        self._closing = True
        self._server.forget(self)
        self._reader.close()
        self._unread = b""
        if self._task is not None:
            self._task.cancel()

    def pause_writing(self) -> None:
        self._blocked = True

    def resume_writing(self) -> None:
        self._blocked = False
        if not self._closing:
            self._advance()

    # What the server tells

    def drain(self) -> None:
        """End with the answers that are due; at once where there are none."""
        self._ending = True
        if not (self._closing or self._task or self._reader.ready or self._unread) and self._reader.phase is _BETWEEN:
            self._close()

    def abort(self) -> None:
        self._closing = True
        self._transport.abort()

    def expire(self, now: float) -> None:
        """End what has waited too long; called every second."""
        waited = now - self._since
        if self._transport.get_write_buffer_size():
            self._expire_answers(now)
        elif self._closing:
            if waited > self._limits.linger_seconds:
                self._transport.abort()
        elif self._task is None:
            self._pace = None
            self._expire_request(waited)

    # Reading

    def _feed(self, data: bytes | memoryview) -> None:
        reader = self._reader
        try:
            reader.feed(data)
        except Refusal as refusal:
            self._refusal = refusal.response()
            self._unread = b""
        else:
            if reader.phase is not _BETWEEN and reader.begun != self._timed:
                self._timed = reader.begun
                self._since = self._server.now

    def _feed_slice(self) -> None:
        unread = memoryview(self._unread)
        self._unread = unread[_SLICE:]
        self._feed(unread[:_SLICE])

    def _advance(self) -> None:
        """Answer what is ready, in order, until an answer has to wait, the client is slow, or nothing is left."""
        reader = self._reader
        ready = reader.ready
        pipelined = self._limits.pipelined
        while not self._closing:
            if ready and self._task is None and not self._blocked:
                self._answer(ready.popleft())
            elif self._unread and len(ready) < pipelined and not self._blocked:
                self._feed_slice()
            else:
                break
        if reader.phase is not _BETWEEN or self._refusal is not None or not self._reading or ready or self._unread:
            self._settle()

    def _settle(self) -> None:
        """What is rarely needed once nothing more can be answered: refuse, invite the body, hold or let the client."""
        if self._closing:
            return
        idle = self._task is None and not self._reader.ready and not self._unread
        if idle and self._refusal is not None:
            self._refuse(self._refusal)
            return
        if idle and self._reader.expects_continue:
            self._reader.expects_continue = False
            self._transport.write(_CONTINUE)
        self._let_read(not self._unread and not self._blocked and len(self._reader.ready) < self._limits.pipelined)

    def _let_read(self, reading: bool) -> None:
        if reading != self._reading:
            self._reading = reading
            if reading:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    # Answering

    def _answer(self, request: Request) -> None:
        try:
            answer = start(self._application(request), self._loop)
        except Exception:  # noqa: BLE001 - whatever an application lets through is answered 500, not a dropped line
            _log.exception("%s %s failed", request.method, request.path)
            answer = _failure()
        if isinstance(answer, asyncio.Task):
            self._task = answer
            answer.add_done_callback(partial(self._answered, request))
        else:
            self._send(request, answer)

    def _answered(self, request: Request, task: asyncio.Task[Response]) -> None:
        self._task = None
        if task.cancelled():
            response = plain_response(503, "The request was given up.")
        elif error := task.exception():
            _log.error("%s %s failed", request.method, request.path, exc_info=error)
            response = _failure()
        else:
            response = task.result()
        if not self._closing:
            self._send(request, response)
            self._advance()

    def _send(self, request: Request, response: Response) -> None:
        close = (self._ending or self._reader.finished) and self._is_last()
        try:
            data = self._writer.write(response, request.method, close)
        except ValueError:
            _log.exception("%s %s was answered with what cannot be sent", request.method, request.path)
            data = self._writer.write(_failure(), request.method, close)
        self._written_bytes += len(data)
        self._since = self._server.now
        self._transport.write(data)
        if close:
            self._close()

    def _is_last(self) -> bool:
        return not (self._reader.ready or self._unread or self._refusal)

    def _refuse(self, refusal: Response) -> None:
        """Say no, then swallow for a while what the client is still sending: a reset would lose it the answer."""
        self._closing = True
        self._since = self._server.now
        self._let_read(True)
        data = self._writer.write(refusal, close=True)
        self._written_bytes += len(data)
        self._transport.write(data)
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def _close(self) -> None:
        self._closing = True
        self._transport.close()

    # Waiting

    def _expire_request(self, waited: float) -> None:
        limits = self._limits
        phase = self._reader.phase
        if phase is Phase.HEAD and waited > limits.header_seconds:
            self._refuse(plain_response(408, "The headers took too long."))
        elif (
            phase is Phase.BODY
            and self._reader.body_received < (waited - limits.grace_seconds) * limits.bytes_per_second
        ):
            self._refuse(plain_response(408, "The body came too slowly."))
        elif phase is _BETWEEN and waited > (limits.idle_seconds if self._reader.begun else limits.header_seconds):
            self._close()

    def _expire_answers(self, now: float) -> None:
        """Give up a client that does not read its answers."""
        taken = self._written_bytes - self._transport.get_write_buffer_size()
        if self._pace is None or taken > self._pace[1]:
            self._pace = (now, taken)
        elif now - self._pace[0] > self._limits.answer_seconds:
            self._transport.abort()


def _failure() -> Response:
    return plain_response(500, "The server failed.")


def _tls(transport: Any) -> str:
    """``TLSv1.3 TLS_AES_128_GCM_SHA256``."""
    cipher, version, _ = transport.get_extra_info("cipher")
    return f"{version} {cipher}"


def _address(peer: Any) -> str:
    """The client's IP address, IPv4 as IPv4. A Unix socket's clients are on this machine."""
    if not isinstance(peer, tuple):
        return "127.0.0.1"
    address = ip_address(peer[0].partition("%")[0])
    return str(getattr(address, "ipv4_mapped", None) or address)
