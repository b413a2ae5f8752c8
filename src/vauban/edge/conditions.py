"""Whether a request is a rule's: the conditions of elbv2, compiled.

Of hosts, headers and query strings case is ignored, of paths and methods it is not.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from vauban.edge.heads import RequestHead
from vauban.patterns.expressions import expression
from vauban.policy.matching import Match, Part, Wildcard, any_of, matcher, parts

Condition = Callable[[RequestHead, str], bool]
"""Given the request and the address that it came from."""
_ESCAPED = re.compile(r"\\([*?\\])|([*?])")


def compiled(conditions: Iterable[dict[str, Any]]) -> Condition:
    """All of a rule's conditions as one. Raises ValueError for one that is not understood."""
    made = [_condition(each) for each in conditions]

    def holds(head: RequestHead, client: str) -> bool:
        for each in made:  # noqa: SIM110 - half the cost of all() with a generator
            if not each(head, client):
                return False
        return True

    return made[0] if len(made) == 1 else holds


def _condition(condition: dict[str, Any]) -> Condition:
    match condition["Field"]:
        case "host-header":
            return _on_host(_texts(condition, "HostHeaderConfig", str.lower))
        case "path-pattern":
            return _on_path(_texts(condition, "PathPatternConfig", str))
        case "http-header":
            config = condition["HttpHeaderConfig"]
            return _on_header(
                config["HttpHeaderName"].lower().encode(), _texts(condition, "HttpHeaderConfig", str.lower)
            )
        case "http-request-method":
            return _on_method(frozenset(each.encode() for each in condition["HttpRequestMethodConfig"]["Values"]))
        case "query-string":
            return _on_query(condition["QueryStringConfig"]["Values"])
        case "source-ip":
            return _on_source(condition["SourceIpConfig"]["Values"])
        case field:
            raise ValueError(f"{field} is no condition")


def _texts(condition: dict[str, Any], config: str, spell: Callable[[str], str]) -> Match:
    """What a condition's values and regular expressions accept; ``spell`` is what is done to the text first."""
    given = condition.get(config) or {}
    values = given.get("Values") or condition.get("Values") or ()
    accepted: list[Match] = [matcher(parts(spell(each))) for each in values]
    expressions = given.get("RegexValues") or condition.get("RegexValues") or ()
    accepted += [_searching(expression(each, caseless=spell is str.lower)) for each in expressions]
    return any_of(accepted)


def _searching(wanted: Any) -> Match:
    return lambda text: wanted.search(text) is not None


def _on_host(accepts: Match) -> Condition:
    def holds(head: RequestHead, client: str) -> bool:
        return accepts(host_of(head).lower())

    return holds


def _on_path(accepts: Match) -> Condition:
    return lambda head, client: accepts(head.path.decode("latin-1"))


def _on_header(name: bytes, accepts: Match) -> Condition:
    def holds(head: RequestHead, client: str) -> bool:
        return any(key.lower() == name and accepts(value.decode("latin-1").lower()) for key, value in head.headers)

    return holds


def _on_method(methods: frozenset[bytes]) -> Condition:
    return lambda head, client: head.method in methods


def _on_query(pairs: Sequence[dict[str, str]]) -> Condition:
    wanted = [
        (matcher(_unescaped(each["Key"])) if each.get("Key") else None, _unescaped(each["Value"])) for each in pairs
    ]
    tests = [(key, matcher(value)) for key, value in wanted]

    def holds(head: RequestHead, client: str) -> bool:
        if not head.query:
            return False
        found = [each.partition("=") for each in head.query.decode("latin-1").lower().split("&")]
        return any(_has_pair(found, key, value) for key, value in tests)

    return holds


def _has_pair(found: list[tuple[str, str, str]], key: Match | None, value: Match) -> bool:
    """Without a key, a value may also be what stands alone."""
    if key is None:
        return any(value(its if equals else name) for name, equals, its in found)
    return any(key(name) and value(its) for name, _, its in found)


def _unescaped(text: str) -> list[Part]:
    """``*`` and ``?`` understood, but for those behind a backslash."""
    found: list[Part] = []
    literal, at = "", 0
    for each in _ESCAPED.finditer(text):
        literal += text[at : each.start()] + (each[1] or "")
        at = each.end()
        if each[2]:
            found += ([literal.lower()] if literal else []) + [Wildcard(each[2])]
            literal = ""
    literal += text[at:]
    return found + ([literal.lower()] if literal or not found else [])


def _on_source(blocks: Sequence[str]) -> Condition:
    networks = [ip_network(each, strict=False) for each in blocks]

    def holds(head: RequestHead, client: str) -> bool:
        address: IPv4Address | IPv6Address = ip_address(client)
        return any(address.version == each.version and address in each for each in networks)

    return holds


def host_of(head: RequestHead) -> str:
    """The name in the Host header, without its port."""
    host = head.host.decode("latin-1")
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
