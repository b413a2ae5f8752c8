"""HTTPS to hosts that are not ours: bounded in time and in size, whatever they do.

Connections are kept and used again. A deadline holds for the whole exchange, so that a host which sends a byte now and
then keeps no thread.
"""

import socket
import ssl
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from threading import BoundedSemaphore, Lock

import httptools

from vauban.kernel.errors import WorkFailed

PORT = 443
MOST_BYTES = 65_536
"""Of an answer, with its head."""
MOST_AT_ONCE = 16
"""Exchanges with one host; further ones are refused, for a slow host must not stall the others."""
IDLE_SECONDS = 20.0
_KEPT = 8


class Unreachable(WorkFailed):
    """There is no connection to be had."""


class TlsFailed(WorkFailed):
    """The host's certificate is not trusted, or its TLS is not ours."""


class TimedOut(WorkFailed):
    """No whole answer came in time."""


class Malformed(WorkFailed):
    """What came is no answer of HTTP, or too much."""


class Busy(WorkFailed):
    """Too many exchanges with the host are under way."""


class Https:
    """Posts to hosts by name, each at port 443 of that name or where it is said to be."""

    def __init__(
        self, ca_file: str = "", addresses: Mapping[str, tuple[str, int]] | None = None, seconds: float = 0.25
    ):
        """``ca_file`` holds the trusted authorities in PEM; without one they are the system's.

        ``addresses``: host name -> where it is instead. ``seconds``: until when a whole answer must be there. Raises
        OSError or ssl.SSLError where ``ca_file`` is none.
        """
        self._ca_file = ca_file
        self.addresses = dict(addresses or {})
        self._seconds = seconds
        self._context = _context(ca_file) if ca_file else None
        self._idle: dict[str, deque[tuple[float, ssl.SSLSocket]]] = defaultdict(lambda: deque(maxlen=_KEPT))
        self._under_way: dict[str, BoundedSemaphore] = defaultdict(lambda: BoundedSemaphore(MOST_AT_ONCE))
        self._lock = Lock()

    def post(self, host: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer. Raises Unreachable, TlsFailed, TimedOut, Malformed or Busy."""
        request = _request(path, {"Host": host, **headers}, body)
        with self._lock:
            turn = self._under_way[host]
        if not turn.acquire(blocking=False):
            raise Busy
        try:
            return self._exchange(host, request, time.monotonic() + self._seconds)
        finally:
            turn.release()

    def _exchange(self, host: str, request: bytes, deadline: float) -> tuple[int, bytes]:
        """On a kept connection where there is one; that it was closed meanwhile is no failure, but the next is."""
        kept = self._take(host)
        if kept is not None:
            try:
                return self._ask(host, kept, request, deadline)
            except (Unreachable, Malformed):
                pass
        return self._ask(host, self._connect(host, deadline), request, deadline)

    def _ask(self, host: str, connection: ssl.SSLSocket, request: bytes, deadline: float) -> tuple[int, bytes]:
        answer = _Answer()
        try:
            connection.settimeout(_left(deadline))
            connection.sendall(request)
            while not answer.whole:
                connection.settimeout(_left(deadline))
                answer.feed(connection.recv(MOST_BYTES))
        except TimeoutError:
            connection.close()
            raise TimedOut from None
        except OSError:
            connection.close()
            raise Unreachable from None
        except (Malformed, TimedOut):
            connection.close()
            raise
        self._put_back(host, connection, answer)
        return answer.status, bytes(answer.body)

    def _connect(self, host: str, deadline: float) -> ssl.SSLSocket:
        if self._context is None:
            self._context = _context(self._ca_file)
        try:
            plain = socket.create_connection(self.addresses.get(host, (host, PORT)), timeout=_left(deadline))
        except TimeoutError:
            raise TimedOut from None
        except (OSError, UnicodeError):
            raise Unreachable from None
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.settimeout(_left(deadline))
            return self._context.wrap_socket(plain, server_hostname=host)
        except TimeoutError:
            plain.close()
            raise TimedOut from None
        except (OSError, ValueError):
            plain.close()
            raise TlsFailed from None

    def _take(self, host: str) -> ssl.SSLSocket | None:
        with self._lock:
            idle = self._idle[host]
            while idle:
                since, connection = idle.pop()
                if time.monotonic() - since < IDLE_SECONDS:
                    return connection
                connection.close()
        return None

    def _put_back(self, host: str, connection: ssl.SSLSocket, answer: "_Answer") -> None:
        with self._lock:
            if answer.keeps_alive and len(self._idle[host]) < _KEPT:
                self._idle[host].append((time.monotonic(), connection))
                return
        connection.close()


class _Answer:
    """An answer as it comes in; ``httptools`` calls the methods that begin with ``on_``."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._seen = 0
        self.body = bytearray()
        self.whole = False
        self.keeps_alive = False
        self.status = 0

    def feed(self, data: bytes) -> None:
        """Raises Malformed for what is no answer, is too long, or ends early."""
        self._seen += len(data)
        if not data or self._seen > MOST_BYTES:
            raise Malformed
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            raise Malformed from None

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        self.whole = True
        self.status = self._parser.get_status_code()
        self.keeps_alive = self._parser.should_keep_alive()


def _request(path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("ascii") + body


def _context(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimedOut
    return left
