"""Heads of HTTP/1.1 messages read from bytes, without I/O: RFC 9112, and nothing that two readers could read apart.

What is ambiguous (a bare line feed, a folded line, two lengths, a length beside a coding, a blank before a colon) is
refused, whatever the load balancer's desync mitigation mode: one reader behind may always see another request.
"""

import re
from functools import lru_cache

from vauban.http.refusals import Refusal

MOST_LINE_BYTES = 16 * 1024
"""Of the request line, and of any header line: AWS's quotas, as is the next."""
MOST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 1000
END = b"\r\n\r\n"
CHUNKED = -1
"""As a length: the body comes in chunks."""
UNTIL_CLOSE = -2
"""As a length: the body of an answer ends with its connection."""

Headers = list[tuple[bytes, bytes]]
"""Names as sent, values without the blanks around them, in their order."""

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TEXT = rb"[\t\x20-\x7e\x80-\xff]*"
_REQUEST_LINE = re.compile(rb"(" + _TOKEN + rb") ([\x21-\x7e]+) HTTP/([0-9])\.([0-9])")
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: (" + _TEXT + rb"))?")
_BLOCK = re.compile(rb"(?:" + _TOKEN + rb":" + _TEXT + rb"\r\n)*")
_LINE = re.compile(rb"(" + _TOKEN + rb"):[\t ]*(" + _TEXT + rb")\r\n")
_BARE_FEED = re.compile(rb"(?<!\r)\n")
_BROKEN_NAME = re.compile(rb"[^!#$%&'*+.^_`|~0-9A-Za-z-]")
_BROKEN_VALUE = re.compile(rb"[^\t\x20-\x7e\x80-\xff]")
_AUTHORITY = re.compile(rb"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_ABSOLUTE = re.compile(rb"(?i:https?)://([^/?#]*)(.*)")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_SINGLE = frozenset((b"content-length", b"transfer-encoding", b"host", b"content-type", b"authorization", b"expect"))
HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade")
)
"""What concerns one connection only (RFC 9110 §7.6.1)."""
_VIEWED = _SINGLE | {b"connection", b"upgrade"}
"""Headers that decide how a message is read."""


class RequestHead:
    """A request without its body."""

    __slots__ = (
        "dropped",
        "expects_continue",
        "fragment",
        "headers",
        "host",
        "keep_alive",
        "length",
        "method",
        "origin_form",
        "path",
        "query",
        "size",
        "target",
        "upgrade",
        "version",
    )

    def __init__(self, method: bytes, target: bytes, version: bytes, headers: Headers, size: int = 0):
        """Raises Refusal for what no reader should guess at."""
        self.method = method
        self.target = target
        """As sent."""
        self.version = version
        """``1.1``, ``1.0`` or ``2.0``."""
        self.headers = headers
        self.size = size
        """Bytes of it on the wire."""
        self.length = 0
        """Of the body; or CHUNKED."""
        self.keep_alive = version != b"1.0"
        self.expects_continue = False
        self.upgrade = b""
        """The protocol asked for, lower-case."""
        self.dropped: frozenset[bytes] = HOP_BY_HOP
        """Lower-case names of headers that go no further."""
        self.host = b""
        view = _view(headers)
        self._frame(view)
        self._connect(view)
        self._locate(view)

    def value(self, name: bytes) -> bytes | None:
        """Of the first header with this lower-case name."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def _frame(self, view: dict[bytes, bytes]) -> None:
        coding, length = view.get(b"transfer-encoding"), view.get(b"content-length")
        if coding is not None:
            if self.version != b"1.1" or length is not None:
                raise Refusal(400, "The length of the body is ambiguous.")
            if coding.lower() != b"chunked":
                raise Refusal(501, "The only transfer coding served is chunked.")
            self.length = CHUNKED
        elif length is not None:
            if not _LENGTH.fullmatch(length):
                raise Refusal(400, "The Content-Length is malformed.")
            self.length = int(length)

    def _connect(self, view: dict[bytes, bytes]) -> None:
        if b"connection" in view:
            options = tokens(view[b"connection"])
            if b"close" in options:
                self.keep_alive = False
            elif b"keep-alive" in options:
                self.keep_alive = True
            if b"upgrade" in options and b"upgrade" in view:
                self.upgrade = view[b"upgrade"].lower()
            self.dropped = HOP_BY_HOP | (options - {b"host", b"content-length"})
        if b"expect" in view:
            if view[b"expect"].lower() != b"100-continue":
                raise Refusal(417, "The only expectation met is 100-continue.")
            self.expects_continue = self.length != 0 and self.version == b"1.1"

    def _locate(self, view: dict[bytes, bytes]) -> None:
        host = view.get(b"host")
        if host is None:
            if self.version != b"1.0":
                raise Refusal(400, "The Host header is missing.")
        elif not _is_authority(host):
            raise Refusal(400, "The Host header is malformed.")
        self.host = host or b""
        target, _, self.fragment = self.target.partition(b"#")
        self.origin_form = target if target[:1] == b"/" else self._origin(target)
        """The target as it is handed on. A fragment, which clients have no business to send, is not."""
        self.path, _, self.query = self.origin_form.partition(b"?")

    def _origin(self, target: bytes) -> bytes:
        """RFC 9112 §3.2: the absolute form names the host again; ``*`` is for OPTIONS alone."""
        if target == b"*" and self.method == b"OPTIONS":
            return target
        absolute = _ABSOLUTE.fullmatch(target)
        if absolute is None or absolute[1].lower() != (self.host or absolute[1]).lower():
            raise Refusal(400, "The request target is malformed.")
        return absolute[2] if absolute[2][:1] == b"/" else b"/" + absolute[2]


class ResponseHead:
    """An answer of a target, without its body."""

    __slots__ = ("headers", "keep_alive", "length", "reason", "size", "status")

    def __init__(self, version: bytes, status: int, reason: bytes, headers: Headers, size: int):
        self.status = status
        self.reason = reason
        self.headers = headers
        self.size = size
        view = _view(headers)
        options = tokens(view.get(b"connection", b""))
        self.keep_alive = b"close" not in options and (version == b"1" or b"keep-alive" in options)
        self.length = _response_length(version, view)


def _response_length(version: bytes, view: dict[bytes, bytes]) -> int:
    coding, length = view.get(b"transfer-encoding"), view.get(b"content-length")
    if coding is not None:
        if coding.lower() != b"chunked" or length is not None or version != b"1":
            raise Refusal(502, "The target's answer is framed ambiguously.")
        return CHUNKED
    if length is None:
        return UNTIL_CLOSE
    if not _LENGTH.fullmatch(length):
        raise Refusal(502, "The target's Content-Length is malformed.")
    return int(length)


def read_request(data: bytes | bytearray) -> tuple[RequestHead, int] | None:
    """The head that ``data`` begins with and where it ends; None where more has to come. Raises Refusal."""
    found = _head(data)
    if found is None:
        return None
    line, block, end = found
    matched = _REQUEST_LINE.fullmatch(line)
    if matched is None:
        raise Refusal(400, "The request line is malformed.")
    if matched[3] != b"1" or matched[4] not in b"01":
        raise Refusal(505, "HTTP/1.1 and HTTP/2 are served here.")
    version = b"1." + matched[4]
    return RequestHead(bytes(matched[1]), bytes(matched[2]), version, _headers(block), end), end


def read_response(data: bytes | bytearray) -> tuple[ResponseHead, int] | None:
    """The head that ``data`` begins with and where it ends; None where more has to come. Raises Refusal."""
    found = _head(data)
    if found is None:
        return None
    line, block, end = found
    matched = _STATUS_LINE.fullmatch(line)
    if matched is None:
        raise Refusal(502, "The target does not speak HTTP/1.1.")
    return ResponseHead(matched[1], int(matched[2]), matched[3] or b"", _headers(block), end), end


def checked(headers: Headers) -> Headers:
    """Headers that came in no lines (HTTP/2), none of which would break out of one. Raises Refusal."""
    for name, value in headers:
        if not name or _BROKEN_NAME.search(name) or _BROKEN_VALUE.search(value):
            raise Refusal(400, "A header is malformed.")
    return headers


def tokens(value: bytes) -> frozenset[bytes]:
    """The members of a list of tokens, lower-case."""
    return frozenset(each.strip(b" \t") for each in value.lower().split(b",")) - {b""}


def _head(data: bytes | bytearray) -> tuple[bytes, bytes, int] | None:
    """First line, the block of header lines, and where the head ends."""
    start = 2 if data[:2] == b"\r\n" else 0
    at = data.find(END, start)
    if at < 0:
        if len(data) > MOST_HEAD_BYTES or _BARE_FEED.search(data):
            raise Refusal(400, "The head is malformed or too large.")
        return None
    if at > MOST_HEAD_BYTES:
        raise Refusal(400, "The headers are too large.")
    line, _, block = bytes(data[start : at + 2]).partition(b"\r\n")
    if len(line) > MOST_LINE_BYTES:
        raise Refusal(414, "The request line is too long.")
    if not _BLOCK.fullmatch(block):
        raise Refusal(400, "A header is malformed.")
    return line, block, at + 4


def _headers(block: bytes) -> Headers:
    headers = [(name, value.rstrip(b" \t")) for name, value in _LINE.findall(block)]
    if len(headers) > MOST_HEADERS or (len(block) > MOST_LINE_BYTES and _longest(headers) > MOST_LINE_BYTES):
        raise Refusal(400, "The headers are too large.")
    return headers


def _longest(headers: Headers) -> int:
    return max(len(name) + len(value) for name, value in headers)


def _view(headers: Headers) -> dict[bytes, bytes]:
    """The headers that decide how a message is read, by lower-case name."""
    view: dict[bytes, bytes] = {}
    for name, value in headers:
        key = _lowered(name)
        if key in _VIEWED:
            if key in view:
                if key in _SINGLE:
                    raise Refusal(400, f"The header {key.decode()} is repeated.")
                value = view[key] + b"," + value
            view[key] = value
    return view


@lru_cache(4096)
def _lowered(name: bytes) -> bytes:
    return name.lower()


@lru_cache(1024)
def _is_authority(host: bytes) -> bool:
    return _AUTHORITY.fullmatch(host) is not None
