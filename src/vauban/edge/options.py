"""How the operator wants the edge."""

from dataclasses import dataclass, field

from vauban.http.limits import Limits

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Options:
    """All that is not in a snapshot."""

    host: str = LOOPBACK
    """The address that all load balancers share. Each has its own on loopback too; no other, where this is empty."""
    server: str = ""
    """Whose processes share a port: a name of this server's own."""
    port_offset: int = 0
    """What is added to the ports of listeners."""
    proxy_protocol: bool = False
    """Whether a proxy in front says whose each connection is."""
    agent: tuple[str, int] | None = None
    """Where HAProxy asks for verdicts, if it does."""
    limits: Limits = field(default_factory=Limits)
    log_seconds: float = 300.0
    """How often logs are delivered: AWS's every five minutes."""
