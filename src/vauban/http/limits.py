"""Every bound of a server, so that no client can take more than its share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. Whoever exceeds one is answered plainly and the connection is closed."""

    target_bytes: int = 16 * 1024
    """The request target, query included: beyond it 414."""
    header_bytes: int = 32 * 1024
    """All header names and values of a request: beyond it 431."""
    headers: int = 128
    """Header lines of a request: beyond it 431."""
    body_bytes: int = 8 * 1024 * 1024
    """The body, decoded from chunks: beyond it 413."""
    unfinished_bytes: int = 256 * 1024 * 1024
    """All bodies that are still coming, together: beyond it 503 to whoever sends on."""
    connections: int = 8192
    """Open connections: beyond it 503."""
    connections_per_client: int = 2048
    """Open connections from one address: beyond it 503."""
    header_seconds: float = 15.0
    """From the first byte of a request, or the opening of the connection, to the end of the headers: beyond it 408."""
    grace_seconds: float = 10.0
    """How long a body may take before ``bytes_per_second`` is asked of it."""
    bytes_per_second: int = 1024
    """The rate at which a body must come, on average: below it 408."""
    answer_seconds: float = 60.0
    """How long an answer may wait for the client to read any of it. The kernel buffers much: seconds are normal."""
    idle_seconds: float = 65.0
    """How long a connection is kept between requests."""
    linger_seconds: float = 2.0
    """How long a connection closed for an error still swallows what the client is sending (RFC 9112 §9.6)."""
    pipelined: int = 32
    """Requests of one connection that may wait for an answer before no more is read from it."""
    handshake_seconds: float = 10.0
    """For the TLS handshake."""
