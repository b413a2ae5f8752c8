"""Bytes that came in, and bytes that go out."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Request:
    """One HTTP request, whole. Header names are lower-case; a repeated header's values are joined by ``,``."""

    method: str
    path: str
    """As sent: percent-encoding untouched, without the query."""
    query: str = ""
    """As sent, without the ``?``."""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    secure: bool = False
    """Whether it came over TLS."""


@dataclass(slots=True)
class Response:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
