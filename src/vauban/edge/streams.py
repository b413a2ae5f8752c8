"""A client's connection over HTTP/2 (RFC 9113): every stream a request, answered by an ``Exchange`` of its own."""

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes
from hyperframe.frame import GoAwayFrame

from vauban.edge.exchanges import Exchange
from vauban.edge.forwarding import Client
from vauban.edge.heads import CHUNKED, MOST_HEAD_BYTES, MOST_LINE_BYTES, Headers, RequestHead, ResponseHead, checked
from vauban.edge.incoming import ClientGone, Incoming
from vauban.http.eager import start
from vauban.http.refusals import Refusal

if TYPE_CHECKING:
    from vauban.edge.doors import Door
    from vauban.edge.upstreams import Upstream

_log = logging.getLogger(__name__)
_MOST_STREAMS = 128
"""AWS's."""
_MOST_RESETS = 200
"""Streams a client may call off, while that is most of what it does: beyond it the connection ends."""
_HIGH_BYTES, _LOW_BYTES = 256 * 1024, 64 * 1024
"""Of an answer that waits for the client: where the target is held, and where it is let on."""
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VISIBLE = re.compile(rb"[\x21-\x7e]+")
_CONFIG = H2Configuration(client_side=False, header_encoding=None)


class MultiplexedConnection(asyncio.Protocol):
    """Frames in and out; h2 knows the rules."""

    def __init__(self, door: "Door", client: Client):
        self.door = door
        self.client = client
        self.plane = door.plane
        self.h2 = H2Connection(_CONFIG)
        self.streams: dict[int, MultiplexedStream] = {}
        self._transport: Any = None
        self._since = self._opened = self.plane.now
        self._begun = 0
        self._resets = 0
        self._ending = False
        self._blocked_since: float | None = None

    # What the event loop tells

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.h2.local_settings.update(
            {SettingCodes.MAX_CONCURRENT_STREAMS: _MOST_STREAMS, SettingCodes.MAX_HEADER_LIST_SIZE: MOST_HEAD_BYTES}
        )
        self.h2.initiate_connection()
        self.flush()
        self.plane.admit(self)

    def data_received(self, data: bytes) -> None:
        self._since = self.plane.now
        try:
            for event in self.h2.receive_data(data):
                self._take(event)
        except ProtocolError:
            self.flush()
            self._transport.close()
            return
        self.flush()
        if self._resets > _MOST_RESETS and self._resets * 2 > self._begun:
            self._calm()

    def connection_lost(self, error: Exception | None) -> None:
        self.plane.forget(self)
        for stream in tuple(self.streams.values()):
            stream.lose()

    def pause_writing(self) -> None:
        self._blocked_since = self.plane.now
        for stream in tuple(self.streams.values()):
            stream.let_answer(False)

    def resume_writing(self) -> None:
        self._blocked_since = None
        for stream in tuple(self.streams.values()):
            stream.let_answer(True)

    # What the plane tells

    def drain(self) -> None:
        """Take no more streams, and end with those that are open."""
        if not self._ending:
            self._ending = True
            self.flush()
            # Of h2's own making it would end the streams that are open too.
            self._transport.write(GoAwayFrame(last_stream_id=self.h2.highest_inbound_stream_id).serialize())
        self._end_if_idle()

    def abort(self) -> None:
        self._transport.abort()

    def expire(self, now: float) -> None:
        """End what has waited too long; called every second."""
        limits = self.plane.limits
        if self._blocked_since is not None:
            if now - self._blocked_since > limits.answer_seconds:
                self.abort()
        elif not self.streams:
            if now - self._since > (limits.idle_seconds if self._begun else limits.header_seconds):
                self.drain()
        else:
            for stream in tuple(self.streams.values()):
                stream.expire(now)

    # Frames

    def flush(self) -> None:
        data = self.h2.data_to_send()
        if data and not self._transport.is_closing():
            self._transport.write(data)

    def over(self, stream_id: int) -> None:
        """A stream is done with."""
        stream = self.streams.pop(stream_id, None)
        self._since = self.plane.now
        if stream is not None and self._since - self._opened > stream.keep_alive_seconds:
            self.drain()
        self._end_if_idle()

    def _end_if_idle(self) -> None:
        if self._ending and not self.streams and not self._transport.is_closing():
            self._transport.close()

    def _calm(self) -> None:
        """A client that calls its requests off as fast as it makes them only means to cost."""
        self.h2.close_connection(ErrorCodes.ENHANCE_YOUR_CALM)
        self.flush()
        self._transport.close()

    def _take(self, event: Event) -> None:
        if isinstance(event, RequestReceived):
            self._begin(event)
        elif isinstance(event, DataReceived):
            self._take_data(event)
        elif isinstance(event, StreamEnded):
            if event.stream_id in self.streams:
                self.streams[event.stream_id].incoming.end()
        elif isinstance(event, StreamReset):
            self._resets += 1
            if event.stream_id in self.streams:
                self.streams[event.stream_id].lose()
        elif isinstance(event, WindowUpdated):
            for stream in [self.streams.get(event.stream_id)] if event.stream_id else tuple(self.streams.values()):
                if stream is not None:
                    stream.push()
        elif isinstance(event, ConnectionTerminated):
            self._ending = True
            self._end_if_idle()

    def _begin(self, event: RequestReceived) -> None:
        self._begun += 1
        if self._ending:
            self.h2.reset_stream(event.stream_id, ErrorCodes.REFUSED_STREAM)
            return
        try:
            head = _head(event.headers, ended=event.stream_ended is not None)
        except Refusal:
            self.h2.reset_stream(event.stream_id, ErrorCodes.PROTOCOL_ERROR)
            self.plane.refused(self, 400)
            return
        stream = self.streams[event.stream_id] = MultiplexedStream(self, event.stream_id, head)
        if event.stream_ended is not None:
            stream.incoming.end()
        stream.begin()

    def _take_data(self, event: DataReceived) -> None:
        stream = self.streams.get(event.stream_id)
        if stream is None:
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            return
        stream.owed += event.flow_controlled_length
        stream.incoming.feed(event.data)
        stream.acknowledge()


class MultiplexedStream:
    """One request over a connection, and its answer."""

    def __init__(self, connection: MultiplexedConnection, stream_id: int, head: RequestHead):
        self.incoming = Incoming(self._let_read)
        self.owed = 0
        """Bytes taken from the client that it has not been told of yet."""
        self.written_bytes = 0
        self._connection = connection
        self._id = stream_id
        self._head = head
        self._waiting = bytearray()
        self._ended = False
        self._closed = False
        self._full = False
        self._held = False
        self._since = connection.plane.now
        self._exchange: Exchange | None = None

    def begin(self) -> None:
        connection = self._connection
        self._exchange = Exchange(connection.door, self, self._head, self.incoming, connection.client)
        outcome = start(self._exchange.run(), connection.plane.loop)
        if isinstance(outcome, asyncio.Task):
            outcome.add_done_callback(self._done)

    @property
    def keep_alive_seconds(self) -> float:
        """How old a connection may be and still take more streams, once this one is over."""
        return self._exchange.site.keep_alive_seconds if self._exchange is not None else float("inf")

    def _done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            _log.error("a request failed", exc_info=task.exception())
            self.cut()

    # What the connection tells

    def lose(self) -> None:
        """The client is gone, or wants no answer any more."""
        self._closed = True
        self._connection.over(self._id)
        if not self.incoming.ended:
            self.incoming.fail(ClientGone())
        if self._exchange is not None:
            self._exchange.leave()

    def let_answer(self, flowing: bool) -> None:
        if self._exchange is not None and not self._full:
            self._exchange.let_answer(flowing)

    def expire(self, now: float) -> None:
        """End a body that comes too slowly, and an answer that nobody reads."""
        limits, waited = self._connection.plane.limits, now - self._since
        if self._waiting:
            if waited > limits.answer_seconds:
                self.cut()
        elif not self.incoming.ended and not self._held and self._is_too_slow(waited):
            self.incoming.fail(Refusal(408, "The body came too slowly."))

    def _is_too_slow(self, waited: float) -> bool:
        limits = self._connection.plane.limits
        return self.incoming.received < (waited - limits.grace_seconds) * limits.bytes_per_second

    def acknowledge(self) -> None:
        """Let the client send as much again as was taken, unless it is held."""
        if self.owed and not self._held and not self._closed:
            owed, self.owed = self.owed, 0
            self._connection.h2.acknowledge_received_data(owed, self._id)

    def push(self) -> None:
        """Send what waits, as far as the client's windows reach."""
        if self._closed:
            return
        h2 = self._connection.h2
        while self._waiting:
            room = min(h2.local_flow_control_window(self._id), h2.max_outbound_frame_size)
            if room <= 0:
                break
            self._since = self._connection.plane.now
            h2.send_data(self._id, bytes(self._waiting[:room]))
            del self._waiting[:room]
        if self._full and len(self._waiting) < _LOW_BYTES:
            self._full = False
            self._exchange.let_answer(True)
        if self._ended and not self._waiting:
            self._finish()

    # What the exchange tells

    def invite(self) -> None:
        """Nothing: over HTTP/2 nobody waits to be asked."""

    def give_up_body(self) -> None:
        """Nothing: a stream can be ended before its request is whole."""

    def answer(self, status: int, reason: bytes, headers: Headers, length: int) -> None:
        if not self._closed:
            lowered = [(name.lower(), value) for name, value in headers]
            self._connection.h2.send_headers(self._id, [(b":status", b"%d" % status), *lowered])
            self._connection.flush()

    def write_body(self, data: bytes) -> None:
        if self._closed:
            return
        self.written_bytes += len(data)
        self._since = self._connection.plane.now if not self._waiting else self._since
        self._waiting += data
        self.push()
        self._connection.flush()
        if len(self._waiting) > _HIGH_BYTES and not self._full:
            self._full = True
            self._exchange.let_answer(False)

    def end_body(self) -> None:
        self._ended = True
        self.push()
        self._connection.flush()

    def cut(self) -> None:
        """The answer cannot be finished: the client must not take it for whole."""
        if not self._closed:
            self._closed = True
            self._connection.h2.reset_stream(self._id, ErrorCodes.INTERNAL_ERROR)
            self._connection.flush()
            self._connection.over(self._id)
            self._exchange.leave()

    def switch(self, head: ResponseHead, upstream: "Upstream", rest: bytes, idle_seconds: float) -> None:
        upstream.give_up("there is nothing to switch to", 502)

    def _finish(self) -> None:
        self._closed = True
        h2 = self._connection.h2
        h2.end_stream(self._id)
        if not self.incoming.ended:
            h2.reset_stream(self._id, ErrorCodes.NO_ERROR)
            self.incoming.fail(ClientGone())
        self._connection.over(self._id)

    def _let_read(self, reading: bool) -> None:
        self._held = not reading
        self.acknowledge()
        self._connection.flush()


def _head(fields: list[tuple[bytes, bytes]], ended: bool) -> RequestHead:
    """As if it had come over HTTP/1.1, and judged as strictly. Raises Refusal."""
    pseudo = {bytes(name): bytes(value) for name, value in fields if name[:1] == b":"}
    headers = [(bytes(name), bytes(value)) for name, value in fields if name[:1] != b":"]
    method, path = pseudo.get(b":method", b""), pseudo.get(b":path", b"")
    if not _TOKEN.fullmatch(method) or not _VISIBLE.fullmatch(path) or len(path) > MOST_LINE_BYTES:
        raise Refusal(400, "The request line is malformed.")
    authority = pseudo.get(b":authority")
    if authority is not None:
        if any(name == b"host" and value.lower() != authority.lower() for name, value in headers):
            raise Refusal(400, "Host and :authority name different hosts.")
        headers = [(b"host", authority), *((name, value) for name, value in headers if name != b"host")]
    head = RequestHead(
        method, path, b"2.0", checked(_with_one_cookie(headers)), sum(len(n) + len(v) for n, v in fields)
    )
    if not ended and head.value(b"content-length") is None:
        head.length = CHUNKED
    return head


def _with_one_cookie(headers: Headers) -> Headers:
    """RFC 9113 §8.2.3: a Cookie that was sent in pieces is one again before it goes on."""
    pieces = [value for name, value in headers if name == b"cookie"]
    if len(pieces) < 2:
        return headers
    return [each for each in headers if each[0] != b"cookie"] + [(b"cookie", b"; ".join(pieces))]
