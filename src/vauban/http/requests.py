"""Requests read from bytes, without I/O: RFC 9112, and stricter where leniency lets requests be smuggled."""

import re
import sys
from collections import deque
from enum import Enum
from functools import lru_cache

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpRequestParser

from vauban.http.limits import Limits
from vauban.http.refusals import Refusal
from vauban.kernel.requests import Request

_METHODS = {name.encode(): name for name in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")}
SINGLE_HEADERS = frozenset(
    ("authorization", "content-length", "content-type", "expect", "host", "transfer-encoding", "x-amz-date")
)
"""Headers that are refused when repeated: two readers could each take another one."""
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_ABSOLUTE = re.compile(r"(?i:https?)://([^/?#]*)(.*)")
_KNOWN_NAMES = 4096
_REQUEST_LINE = 32
"""Bytes of a request line beside its target, and of the empty line at the end."""
_CHUNK_OVERHEAD = 16
"""Bytes of framing allowed per byte of a chunked body: one-byte chunks cost six."""


class Phase(Enum):
    """Where in a request the stream stands."""

    BETWEEN = "between"
    HEAD = "head"
    BODY = "body"


_BETWEEN, _HEAD, _BODY = Phase


class _HeaderNames(dict[bytes, str]):
    """Header names as sent -> lower-case, each spelt once in memory however many requests carry it."""

    def __missing__(self, name: bytes) -> str:
        lowered = sys.intern(name.decode("ascii").lower())
        if len(self) < _KNOWN_NAMES:
            self[name] = lowered
        return lowered


_names = _HeaderNames()


@lru_cache(1024)
def _is_authority(host: str) -> bool:
    return _AUTHORITY.fullmatch(host) is not None


class Unfinished:
    """The bytes of bodies that are still coming, over all connections of a server."""

    __slots__ = ("bytes",)

    def __init__(self) -> None:
        self.bytes = 0


class RequestReader:
    """Bytes in, whole requests out: ``feed``, then take from ``ready``."""

    def __init__(
        self,
        limits: Limits,
        source_ip: str = "127.0.0.1",
        tls: str = "",
        unfinished: Unfinished | None = None,
    ):
        self.ready: deque[Request] = deque()
        self.phase = _BETWEEN
        self.begun = 0
        """How many requests have begun."""
        self.body_received = 0
        self.expects_continue = False
        """Whether the client waits for ``100 Continue`` before it sends the body."""
        self.finished = False
        """Whether the last request that came is the last that will: the client asked to close after it."""
        self._limits = limits
        self._source_ip = source_ip
        self._tls = tls
        self._unfinished = unfinished or Unfinished()
        self._counted = 0
        """Of ``_unfinished``, what this connection's body has."""
        self._parser = HttpRequestParser(self)
        self._target = b""
        self._headers: dict[str, str] = {}
        """Of the request; once a chunked body has begun, of its trailer, which nobody asks for."""
        self._head = self._headers
        self._repeats = 0
        self._body: list[bytes] = []
        self._feed_bytes = 0
        self._unfinished_bytes = 0
        """Bytes fed since the request began, with all that came together with its beginning."""
        self._shared_bytes = 0
        """Bytes that came together with its beginning, of which some may be an earlier request's."""
        self._known_version = False
        self._single = False
        self._skip_head = False
        self._long_length = len(str(limits.body_bytes))
        """How many digits a Content-Length has that may be too large."""
        self._longest_head = limits.target_bytes + limits.header_bytes + 4 * limits.headers + _REQUEST_LINE

    def feed(self, data: bytes | memoryview) -> None:
        """Take in the next bytes of the stream. Raises Refusal, after which the stream makes no sense any more."""
        self._feed_bytes = len(data)
        try:
            while data:
                try:
                    self._parser.feed_data(data)
                    break
                except HttpParserUpgrade as upgrade:
                    self._ignore_upgrade()
                    data = data[upgrade.args[0] :]
        except HttpParserCallbackError as error:
            raise error.__context__ or error from None
        except HttpParserError as error:
            raise _refusal_of(error) from None
        if self.phase is not _BETWEEN:
            self._weigh()

    def close(self) -> None:
        """Let go of the parser, which holds on to this reader, and of what was not finished."""
        self._parser = None
        self._count(0)

    def on_message_begin(self) -> None:
        self.phase = _HEAD
        self.begun += 1
        self.body_received = 0
        self._target = b""
        self._headers = {}
        self._repeats = 0
        self._body = []
        self._unfinished_bytes = 0
        self._shared_bytes = self._feed_bytes

    def on_url(self, target: bytes) -> None:
        self._target += target
        if len(self._target) > self._limits.target_bytes:
            raise Refusal(414, "The request target is too long.")

    def on_header(self, name: bytes, value: bytes) -> None:
        known = _names[name]
        headers = self._headers
        if known in headers:
            self._repeat(known, value)
        else:
            headers[known] = value.rstrip(b" \t").decode("latin-1")

    def _repeat(self, name: str, value: bytes) -> None:
        if name in SINGLE_HEADERS:
            raise Refusal(400, f"The header {name} is repeated.")
        self._repeats += 1
        if self._repeats > self._limits.headers:
            raise Refusal(431, "There are too many headers.")
        self._headers[name] += "," + value.rstrip(b" \t").decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._skip_head:
            self._skip_head = False
            return
        headers = self._head = self._headers
        limits = self._limits
        self.phase = _BODY
        if len(headers) + self._repeats > limits.headers:
            raise Refusal(431, "There are too many headers.")
        if self._unfinished_bytes + self._feed_bytes > limits.header_bytes:
            self._measure()
        if not self._known_version or "host" not in headers:
            self._check_version()
        if "host" in headers and not _is_authority(headers["host"]):
            raise Refusal(400, "The Host header is malformed.")
        length = headers.get("content-length")
        if length is not None and len(length) >= self._long_length and int(length) > limits.body_bytes:
            raise Refusal(413, f"The body is larger than {limits.body_bytes} bytes.")
        if "transfer-encoding" in headers:
            self._check_transfer_encoding()
        if "expect" in headers:
            self._check_expectation()

    def on_body(self, body: bytes) -> None:
        self._body.append(body)
        self.body_received += len(body)
        if self.body_received > self._limits.body_bytes:
            raise Refusal(413, f"The body is larger than {self._limits.body_bytes} bytes.")

    def on_message_complete(self) -> None:
        parser = self._parser
        if "upgrade" in self._head and parser.should_upgrade() and self._announces_body():
            return
        self.phase = _BETWEEN
        self.expects_continue = False
        if self._counted:
            self._count(0)
        self.ready.append(self._request())
        if self._single or not parser.should_keep_alive():
            self.finished = True

    def _request(self) -> Request:
        method = _METHODS.get(self._parser.get_method())
        if method is None:
            raise Refusal(405, "The method is not served.")
        target = self._target.decode("ascii")
        if target[0] != "/" or "#" in target:
            target = self._origin_form(target, method)
        path, _, query = target.partition("?")
        return Request(method, path, query, self._head, b"".join(self._body), self._source_ip, self._tls)

    def _origin_form(self, target: str, method: str) -> str:
        """RFC 9112 §3.2: the absolute form names the host again; ``*`` is for OPTIONS alone."""
        if target == "*" and method == "OPTIONS":
            return target
        absolute = _ABSOLUTE.fullmatch(target)
        if absolute is None or "#" in target:
            raise Refusal(400, "The request target is malformed.")
        authority, rest = absolute.groups()
        if authority.lower() != self._head.get("host", authority).lower() or not _is_authority(authority):
            raise Refusal(400, "The request target and the Host header name different hosts.")
        return rest if rest.startswith("/") else f"/{rest}"

    def _check_version(self) -> None:
        version = self._parser.get_http_version()
        if version not in ("1.0", "1.1"):
            raise Refusal(505, "HTTP/1.1 is served here.")
        if version == "1.1" and "host" not in self._head:
            raise Refusal(400, "The Host header is missing.")
        self._known_version = True
        self._single = version == "1.0"

    def _check_transfer_encoding(self) -> None:
        """Only ``chunked``, and only in HTTP/1.1 (RFC 9112 §6.1: in 1.0 it means that the framing is faulty)."""
        self._headers = {}
        if self._head["transfer-encoding"].lower() != "chunked":
            raise Refusal(501, "The only transfer coding served is chunked.")
        if self._parser.get_http_version() != "1.1":
            raise Refusal(400, "A transfer coding needs HTTP/1.1.")

    def _check_expectation(self) -> None:
        if self._head["expect"].lower() != "100-continue":
            raise Refusal(417, "The only expectation met is 100-continue.")
        self.expects_continue = self._announces_body() and self._parser.get_http_version() == "1.1"

    def _announces_body(self) -> bool:
        return "transfer-encoding" in self._head or self._head.get("content-length", "0").strip("0") != ""

    def _weigh(self) -> None:
        """Bound what an unfinished request has cost: an endless head, or framing out of proportion to its body."""
        self._unfinished_bytes += self._feed_bytes
        weight = self._unfinished_bytes - self._shared_bytes
        if self.phase is _HEAD:
            if weight > self._longest_head:
                raise Refusal(431, "The headers are too large.")
        elif weight > 2 * self._longest_head + _CHUNK_OVERHEAD * self.body_received:
            raise Refusal(400, "The body's chunks are almost all framing.")
        else:
            self._count(self.body_received)
            if self._unfinished.bytes > self._limits.unfinished_bytes:
                raise Refusal(503, "Too much is being received at once.")

    def _count(self, size: int) -> None:
        self._unfinished.bytes += size - self._counted
        self._counted = size

    def _measure(self) -> None:
        size = sum(len(name) + len(value) for name, value in self._head.items())
        if size > self._limits.header_bytes:
            raise Refusal(431, "The headers are too large.")

    def _ignore_upgrade(self) -> None:
        """RFC 9110 §7.8: an Upgrade may be ignored. The parser stops at one, so a new one reads on from there."""
        method = self._parser.get_method()
        self._parser = HttpRequestParser(self)
        if self.phase is _BODY:
            head, target = self._head, self._target
            length = head.get("content-length")
            framing = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
            self._skip_head = True
            self._parser.feed_data(method + f" / HTTP/1.1\r\n{framing}\r\n\r\n".encode())
            self.phase, self._head, self._headers, self._target = _BODY, head, {}, target


def _refusal_of(error: HttpParserError) -> Refusal:
    if type(error).__name__ == "HttpParserInvalidMethodError":
        return Refusal(400, "The request is not HTTP.")
    return Refusal(400, f"The request is malformed: {error}.")
