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
    tls: str = ""
    """Where it came over TLS, by which version and cipher suite: ``TLSv1.3 TLS_AES_128_GCM_SHA256``."""

    @property
    def secure(self) -> bool:
        """Whether it came over TLS."""
        return bool(self.tls)

    def endpoint(self, otherwise: str = "localhost") -> str:
        """This server as its caller reached it: ``http://host:port``. ``otherwise`` is the host where none is named."""
        return f"{'https' if self.secure else 'http'}://{self.headers.get('host') or otherwise}"


@dataclass(slots=True)
class Response:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
