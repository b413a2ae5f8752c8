"""IP addresses, and sets of them in which one is found in no more than a microsecond."""

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

from vauban.engines.waf.refusals import InvalidParameter

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_LONGEST = 64
"""Of an address as it is written, its zone with it."""
NOT_FORMATTED = "The parameter contains formatting that is not valid."


def address(text: str) -> Address | None:
    """The address that `text` is, without a port or brackets; None where it is none."""
    return _address(text) if len(text) <= _LONGEST else None


@lru_cache(4096)
def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def network(text: str, version: str) -> Network:
    """An address of an IP set. Raises InvalidParameter where it is not in CIDR notation, or of another version."""
    try:
        if "/" not in text or not text.rpartition("/")[2].isdecimal():
            raise ValueError(text)
        found = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise InvalidParameter("IP_ADDRESS", text, NOT_FORMATTED) from None
    if found.prefixlen == 0 or f"IPV{found.version}" != version:
        raise InvalidParameter("IP_ADDRESS", text, NOT_FORMATTED)
    return found


class AddressSet:
    """The addresses of an IP set, as disjoint ranges in order."""

    def __init__(self, addresses: Iterable[str], version: str) -> None:
        self.version = 6 if version == "IPV6" else 4
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in sorted(_range(network(text, version)) for text in addresses):
            if not self._lasts or last > self._lasts[-1]:  # networks are one in the other, or apart
                self._firsts.append(first)
                self._lasts.append(last)

    def __contains__(self, found: Address) -> bool:
        if found.version != self.version:
            return False
        number = int(found)
        at = bisect_right(self._firsts, number) - 1
        return at >= 0 and number <= self._lasts[at]


def _range(found: Network) -> tuple[int, int]:
    return int(found.network_address), int(found.broadcast_address)
