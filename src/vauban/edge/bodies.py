"""Bodies of HTTP/1.1 messages taken out of their framing, piece by piece, without I/O (RFC 9112 §6, §7)."""

import re

from vauban.edge.heads import CHUNKED, UNTIL_CLOSE
from vauban.http.refusals import Refusal

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[\t ]*;[\t\x20-\x7e\x80-\xff]*)?")
_TRAILER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*")
_MOST_LINE_BYTES = 4096
_MOST_TRAILER_BYTES = 16 * 1024
_SLACK_BYTES = 16 * 1024
_OVERHEAD = 16
"""Bytes of framing allowed per byte of a chunked body: one-byte chunks cost six."""


class Whole:
    """A body of a known length."""

    __slots__ = ("_left", "done")

    def __init__(self, length: int):
        self._left = length
        self.done = length == 0

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """What of ``data`` belongs to the body, and what comes after it."""
        if len(data) < self._left:
            self._left -= len(data)
            return data, b""
        mine, rest = data[: self._left], data[self._left :]
        self._left = 0
        self.done = True
        return mine, rest

    def close(self) -> bool:
        """Whether the connection may end here."""
        return self.done


class Endless:
    """A body that ends with its connection."""

    __slots__ = ("done",)

    def __init__(self) -> None:
        self.done = False

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        return data, b""

    def close(self) -> bool:
        self.done = True
        return True


class Chunks:
    """A chunked body. Extensions and trailers are read and go no further."""

    __slots__ = ("_buffer", "_framing", "_left", "_state", "_status", "_trailer", "_useful", "done")

    def __init__(self, status: int = 400):
        """``status`` is what a malformed body is refused with."""
        self.done = False
        self._buffer = b""
        self._left = 0
        self._state = "size"
        self._trailer = 0
        self._framing = 0
        self._useful = 0
        self._status = status

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """The payload in ``data``, and what comes after the body. Raises Refusal."""
        data = self._buffer + data if self._buffer else data
        self._buffer = b""
        pieces: list[bytes] = []
        at = 0
        while not self.done:
            if self._state == "data":
                piece = data[at : at + self._left]
                pieces.append(piece)
                self._left -= len(piece)
                at += len(piece)
                if self._left:
                    break
                self._state = "feed"
            else:
                end = self._line_end(data, at)
                if end < 0:
                    self._buffer = data[at:]
                    return self._weighed(pieces), b""
                self._take_line(data[at:end])
                self._framing += end + 2 - at
                at = end + 2
        return self._weighed(pieces), data[at:] if self.done else b""

    def close(self) -> bool:
        return self.done

    def _line_end(self, data: bytes, at: int) -> int:
        """Where the line ends; -1 where that is still to come."""
        end = data.find(b"\n", at, at + _MOST_LINE_BYTES)
        if end < 0:
            if len(data) - at >= _MOST_LINE_BYTES:
                raise self._malformed()
            return -1
        if end == at or data[end - 1] != 13:
            raise self._malformed()
        return end - 1

    def _take_line(self, line: bytes) -> None:
        if self._state == "feed":
            if line:
                raise self._malformed()
            self._state = "size"
        elif self._state == "size":
            size = _SIZE.fullmatch(line)
            if size is None:
                raise self._malformed()
            self._left = int(size[1], 16)
            self._useful += self._left
            self._state = "data" if self._left else "trailer"
        else:
            self._take_trailer(line)

    def _take_trailer(self, line: bytes) -> None:
        self._trailer += len(line)
        if not line:
            self.done = True
        elif self._trailer > _MOST_TRAILER_BYTES or not _TRAILER.fullmatch(line):
            raise self._malformed()

    def _weighed(self, pieces: list[bytes]) -> bytes:
        """Framing out of proportion to what it frames is an attack on whoever reads it."""
        if self._framing > _SLACK_BYTES + _OVERHEAD * self._useful:
            raise self._malformed()
        return b"".join(pieces) if len(pieces) != 1 else pieces[0]

    def _malformed(self) -> Refusal:
        return Refusal(self._status, "The chunks of the body are malformed.")


Body = Whole | Endless | Chunks


def body_of(length: int, status: int = 400) -> Body:
    """What reads a body of ``length``, which may be CHUNKED or UNTIL_CLOSE."""
    if length == CHUNKED:
        return Chunks(status)
    return Endless() if length == UNTIL_CLOSE else Whole(length)


def chunk(data: bytes) -> bytes:
    """``data``, which is not empty, as a chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"
