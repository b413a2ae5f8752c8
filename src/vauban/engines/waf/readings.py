"""One request being read by one web ACL: what was taken from it so far is kept, so that no rule takes it again."""

from collections.abc import Callable, Mapping
from typing import Any

from vauban.engines.waf import pairs
from vauban.engines.waf.addresses import Address, address
from vauban.engines.waf.detectors import Attack
from vauban.engines.waf.rates import Rates
from vauban.engines.waf.requests import Locate, Place, Request
from vauban.engines.waf.verdicts import Detail, RateMatch

Header = tuple[bytes, bytes]

_MOST_BYTES = 8192
_MOST_MEMBERS = 200


class once:
    """What is read when it is first asked for; functools.cached_property without its lock."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read = read
        self._name = read.__name__

    def __get__(self, reading: Any, owner: type) -> Any:
        value = reading.__dict__[self._name] = self._read(reading)
        return value


class DoesNotApply(Exception):
    """The header that an address was to be read from is not there: the whole rule does not apply."""


class Reading:
    def __init__(self, request: Request, rates: Rates | None, locate: Locate, views: int) -> None:
        self.request = request
        self.rates = rates
        self.views: list[Any] = [None] * views
        """What each view (`views.py`) has found, by its number."""
        self.scans: list[Any] = [None] * views
        self.attacks: dict[int, dict[int, Attack]] = {}
        """By view and detector."""
        self.labels: dict[str, None] = {}
        self.details: list[Detail] = []
        """Of the rule that is being evaluated."""
        self.limited: list[RateMatch] = []
        self.oversize: dict[str, None] = {}
        self._locate = locate

    @once
    def named(self) -> Mapping[bytes, list[bytes]]:
        """The values of headers by name in lower case."""
        found: dict[bytes, list[bytes]] = {}
        for name, value in self.request.headers:
            found.setdefault(name.lower(), []).append(value)
        return found

    @once
    def arguments(self) -> list[pairs.Pair]:
        """Those of the query string as it came."""
        return pairs.arguments(self.request.query)

    @once
    def headers(self) -> tuple[list[Header], bool]:
        """Those that AWS hands to WAF: 200 of them, 8 KB of them; and whether there are more."""
        return _limited(self.request.headers)

    @once
    def cookies(self) -> tuple[list[Header], bool]:
        return _limited(self.all_cookies)

    @once
    def all_cookies(self) -> list[Header]:
        return pairs.cookies(self.named.get(b"cookie", ()))

    @property
    def beyond(self) -> int:
        """How many bytes of the body are not inspected."""
        return max((self.request.body_size or 0) - len(self.request.body), 0)

    @once
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
