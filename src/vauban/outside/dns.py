"""Names looked up, as whoever proves to own one is asked to have them answer (RFC 1035)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vauban.kernel.errors import WorkFailed

if TYPE_CHECKING:
    from vauban.outside import Outside

SECONDS = 5.0
"""For a whole look-up."""


class DnsFailed(WorkFailed):
    """No answer came: neither that there is such a name, nor that there is none."""


@dataclass(frozen=True)
class Dns:
    """Whom to ask; the system's own resolvers where nobody is named."""

    host: str = ""
    port: int = 53


def canonical_name(outside: "Outside", name: str) -> str:
    """What the CNAME record of ``name`` says, in lower case and without a dot at its end; empty where it has none.

    Raises DnsFailed.
    """
    import dns.exception
    import dns.resolver

    try:
        answer = _resolver(outside.dns).resolve(name, "CNAME", raise_on_no_answer=False, search=False)
    except dns.resolver.NXDOMAIN:
        return ""
    except dns.exception.DNSException as error:
        raise DnsFailed(f"{name} cannot be looked up: {error}") from None
    return next((str(each.target).rstrip(".").lower() for each in answer.rrset or ()), "")


def _resolver(dns_server: Dns):
    import dns.resolver

    resolver = dns.resolver.Resolver(configure=not dns_server.host)
    if dns_server.host:
        resolver.nameservers = [dns_server.host]
        resolver.port = dns_server.port
    resolver.lifetime = SECONDS
    return resolver
