"""One request being read by one web ACL: what was taken from it so far is kept, so that no rule takes it again."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from vauban.engines.waf import pairs
from vauban.engines.waf.addresses import Address, address
from vauban.engines.waf.rates import Rates
from vauban.engines.waf.requests import Locate, Place, Request
from vauban.engines.waf.verdicts import Detail, RateMatch

Header = tuple[bytes, bytes]

_MOST_BYTES = 8192
_MOST_MEMBERS = 200


class DoesNotApply(Exception):
    """The header that an address was to be read from is not there: the whole rule does not apply."""


class Reading:
    def __init__(self, request: Request, rates: Rates | None, locate: Locate, views: int) -> None:
        self.request = request
        self.rates = rates
        self.views: list[Any] = [None] * views
        """What each view (`views.py`) has found, by its number."""
        self.scans: list[Any] = [None] * views
        self.detected: dict[tuple[int, str, str], tuple[int, tuple[str, ...]]] = {}
        """Attacks: by view, kind and sensitivity the index of the value that has one, or -1, and what it is."""
        self.labels: dict[str, None] = {}
        self.details: list[Detail] = []
        """Of the rule that is being evaluated."""
        self.limited: list[RateMatch] = []
        self.oversize: dict[str, None] = {}
        self._locate = locate

    @cached_property
    def named(self) -> Mapping[bytes, list[bytes]]:
        """The values of headers by name in lower case."""
        found: dict[bytes, list[bytes]] = {}
        for name, value in self.request.headers:
            found.setdefault(name.lower(), []).append(value)
        return found

    @cached_property
    def arguments(self) -> list[pairs.Pair]:
        """Those of the query string as it came."""
        return pairs.arguments(self.request.query)

    @cached_property
    def headers(self) -> tuple[list[Header], bool]:
        """Those that AWS hands to WAF: 200 of them, 8 KB of them; and whether there are more."""
        return _limited(self.request.headers)

    @cached_property
    def cookies(self) -> tuple[list[Header], bool]:
        return _limited(self.all_cookies)

    @cached_property
    def all_cookies(self) -> list[Header]:
        return pairs.cookies(self.named.get(b"cookie", ()))

    @cached_property
    def address(self) -> Address | None:
        return address(self.request.client_ip)

    def place(self, ip: str) -> Place:
        return self._locate(ip)


def _limited(members: Any) -> tuple[list[Header], bool]:
    left = _MOST_BYTES
    kept: list[Header] = []
    for name, value in members:
        if len(kept) == _MOST_MEMBERS or left <= 0:
            return kept, True
        size = len(name) + len(value)
        if size > left:
            kept.append((name[:left], value[: max(left - len(name), 0)]))
            return kept, True
        kept.append((name, value))
        left -= size
    return kept, False
