"""Responses as bytes (RFC 9112 §4, §6)."""

import re
import time
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from vauban.kernel.requests import Response

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_FRAMING = frozenset(("connection", "content-length", "date", "keep-alive", "trailer", "transfer-encoding", "upgrade"))
_BODILESS = frozenset((204, 304))
_CACHED_HEADS = 1024
_KNOWN_NAMES = 1024


class ResponseWriter:
    """Turns responses into bytes. One serves every connection of a server; ``tick`` keeps its date."""

    def __init__(self) -> None:
        self._heads: dict[tuple[int, str | None], bytes] = {}
        self._date = ""
        self.tick(time.time())

    def tick(self, now: float) -> None:
        """Say the time (seconds since the epoch); to be called every second."""
        self._date = formatdate(now, usegmt=True)
        self._heads.clear()

    def write(self, response: Response, method: str = "GET", close: bool = False) -> bytes:
        """The answer to a request of ``method``; ``close`` announces the connection's end.

        Framing is the server's own. Raises ValueError for a response that has framing headers of its own, or a header
        that would break out of its line.
        """
        if method == "HEAD" or response.status in _BODILESS:
            return self._write_bodiless(response, close)
        body = response.body
        lines = _header_lines(response.headers)
        end = f"{lines}content-length: {len(body)}\r\n\r\n" if not close else _closing(lines, len(body))
        return b"".join((self._head(response), end.encode("latin-1"), body))

    def _write_bodiless(self, response: Response, close: bool) -> bytes:
        """RFC 9110 §9.3.2: the answer to HEAD says, if it likes, how long the body would be; 204 never does."""
        headers = dict(response.headers)
        length = headers.pop("content-length", str(len(response.body)) if response.body else None)
        lines = _header_lines(headers)
        if length is not None and response.status != 204:
            lines += f"content-length: {int(length)}\r\n"
        elif response.status not in _BODILESS:
            lines += "content-length: 0\r\n"
        end = f"{lines}connection: close\r\n\r\n" if close else f"{lines}\r\n"
        return self._head(response) + end.encode("latin-1")

    def _head(self, response: Response) -> bytes:
        """Status line, date and content type, which many answers of one second share."""
        content_type = response.headers.get("Content-Type")
        key = (response.status, content_type)
        head = self._heads.get(key)
        if head is None:
            head = self._make_head(response.status, content_type)
            if len(self._heads) < _CACHED_HEADS:
                self._heads[key] = head
        return head

    def _make_head(self, status: int, content_type: str | None) -> bytes:
        if status < 200:
            raise ValueError(f"{status} is not a final status")
        typed = "" if content_type is None else _header_line("Content-Type", content_type)
        return f"HTTP/1.1 {status} {_phrase(status)}\r\ndate: {self._date}\r\n{typed}".encode("latin-1")


def _closing(lines: str, length: int) -> str:
    return f"{lines}content-length: {length}\r\nconnection: close\r\n\r\n"


def _header_lines(headers: dict[str, str]) -> str:
    """Every header but ``Content-Type``, which stands in the head."""
    lines = ""
    for name, value in headers.items():
        if name != "Content-Type":
            lines += _header_line(name, value)
    return lines


def _header_line(name: str, value: str) -> str:
    if not value.isprintable():
        _check_value(value)
    return f"{_starts[name]}{value}\r\n"


def _check_value(value: str) -> None:
    if not _VALUE.fullmatch(value):
        raise ValueError("a response header holds a line break or another control character")


class _LineStarts(dict[str, str]):
    """Header names -> what their lines start with, once they have been found fit."""

    def __missing__(self, name: str) -> str:
        if not _TOKEN.fullmatch(name):
            raise ValueError("a response header's name is not a token")
        if name.lower() in _FRAMING:
            raise ValueError(f"{name} is the server's to say")
        if len(self) < _KNOWN_NAMES:
            self[name] = f"{name}: "
        return f"{name}: "


_starts = _LineStarts()


@lru_cache(128)
def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
