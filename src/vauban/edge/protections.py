"""What is kept out of logs and samples: the data protection of a web ACL.

Source: "Data protection and logging for web ACL traffic", AWS WAF developer guide.
"""

import re
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from msgspec import structs

from vauban.engines.waf import Detail, GroupMatch, Match, RateMatch, Request, Verdict

Protect = Callable[[bytes], bytes]
_ARGUMENTS = ("ALL_QUERY_ARGS", "SINGLE_QUERY_ARG")
_LOCATIONS = {
    "SINGLE_HEADER": ("HEADER",),
    "SINGLE_COOKIE": ("COOKIE",),
    "SINGLE_QUERY_ARGUMENT": _ARGUMENTS,
    "QUERY_STRING": ("QUERY_STRING", *_ARGUMENTS),
    "BODY": ("BODY", "JSON_BODY"),
}
"""Where in a request each type of field is, in the words of match details."""
_AROUND = {"SINGLE_COOKIE": ("HEADER", "cookie"), "SINGLE_QUERY_ARGUMENT": ("QUERY_STRING", "")}
"""Of what stands within something else: where that is, and its name. What matched there may be of it."""
_RATE_KEYS = {
    "SINGLE_HEADER": "HEADER",
    "SINGLE_COOKIE": "COOKIE",
    "SINGLE_QUERY_ARGUMENT": "QUERY_ARGUMENT",
    "QUERY_STRING": "QUERY_STRING",
}
"""What rate-based rules call it."""
_COOKIE = re.compile(rb"([^=;\s]+)=([^;]*)")
_ARGUMENT = re.compile(rb"([^=&]+)=([^&]*)")


def _substituted(value: bytes) -> bytes:
    return b"REDACTED"


def _hashed(value: bytes) -> bytes:
    return sha256(value).hexdigest().encode()


class _Protection(NamedTuple):
    kind: str
    keys: frozenset[bytes]
    """Lower-case; empty for the whole of a query string or body."""
    protect: Protect
    details: bool
    """Whether what rules matched is protected too."""
    rates: bool
    """Whether what rate-based rules count by is."""

    def fits(self, name: str) -> bool:
        return not self.keys or name.lower().encode() in self.keys

    def reaches(self, detail: Detail) -> bool:
        around = _AROUND.get(self.kind) == (detail.location, detail.field.lower())
        return around or (detail.location in _LOCATIONS[self.kind] and self.fits(detail.field))


class Protections:
    """Of one web ACL."""

    def __init__(self, config: dict[str, Any] | None) -> None:
        """``config`` is ``DataProtectionConfig`` of wafv2."""
        self._all = [_protection(each) for each in (config or {}).get("DataProtections", ())]

    def shown(self, request: Request, verdict: Verdict) -> tuple[Request, Verdict]:
        """The request and what was said of it, as logs and samples may have them."""
        for each in self._all:
            request = _PROTECTED.get(each.kind, _unchanged)(request, each)
        return (request, self._told(verdict)) if self._all else (request, verdict)

    def _told(self, verdict: Verdict) -> Verdict:
        return structs.replace(
            verdict,
            terminating=self._match(verdict.terminating),
            non_terminating=tuple(map(self._match, verdict.non_terminating)),
            groups=tuple(map(self._group, verdict.groups)),
            rates=tuple(map(self._rate, verdict.rates)),
        )

    def _group(self, group: GroupMatch) -> GroupMatch:
        matches = tuple(map(self._match, group.non_terminating))
        return structs.replace(group, terminating=self._match(group.terminating), non_terminating=matches)

    def _match(self, match: Match | None) -> Match | None:
        return match and structs.replace(match, details=tuple(map(self._detail, match.details)))

    def _detail(self, detail: Detail) -> Detail:
        for each in self._all:
            if each.details and each.reaches(detail):
                return structs.replace(detail, matched=tuple(_text(each.protect, value) for value in detail.matched))
        return detail

    def _rate(self, rate: RateMatch) -> RateMatch:
        return structs.replace(rate, custom=tuple(map(self._custom, rate.custom)))

    def _custom(self, key: dict[str, str]) -> dict[str, str]:
        for each in self._all:
            if each.rates and key["key"] == _RATE_KEYS.get(each.kind) and each.fits(key["name"]):
                return {**key, "value": _text(each.protect, key["value"])}
        return key


def _protection(spec: dict[str, Any]) -> _Protection:
    field = spec["Field"]
    return _Protection(
        field["FieldType"],
        frozenset(key.lower().encode() for key in field.get("FieldKeys", ())),
        _hashed if spec["Action"] == "HASH" else _substituted,
        not spec.get("ExcludeRuleMatchDetails"),
        not spec.get("ExcludeRateBasedDetails"),
    )


def _headers(request: Request, protection: _Protection) -> Request:
    return _with_headers(request, protection.keys, protection.protect)


def _cookies(request: Request, protection: _Protection) -> Request:
    return _with_headers(request, frozenset({b"cookie"}), lambda value: _values(_COOKIE, value, protection))


def _arguments(request: Request, protection: _Protection) -> Request:
    return structs.replace(request, query=_values(_ARGUMENT, request.query, protection))


def _query(request: Request, protection: _Protection) -> Request:
    return structs.replace(request, query=protection.protect(request.query)) if request.query else request


def _unchanged(request: Request, protection: _Protection) -> Request:
    """Bodies are in no log, but for what rules matched of them."""
    return request


_PROTECTED = {
    "SINGLE_HEADER": _headers,
    "SINGLE_COOKIE": _cookies,
    "SINGLE_QUERY_ARGUMENT": _arguments,
    "QUERY_STRING": _query,
}


def _with_headers(request: Request, names: Iterable[bytes], protect: Protect) -> Request:
    headers = ((name, protect(value) if name.lower() in names else value) for name, value in request.headers)
    return structs.replace(request, headers=tuple(headers))


def _values(pattern: re.Pattern[bytes], text: bytes, protection: _Protection) -> bytes:
    """Text of names and values, the values of the protection's names protected."""

    def replaced(pair: re.Match[bytes]) -> bytes:
        name, value = pair.groups()
        known = unquote_to_bytes(name).lower() in protection.keys
        return name + b"=" + (protection.protect(value) if known else value)

    return pattern.sub(replaced, text)


def _text(protect: Protect, value: str) -> str:
    return protect(value.encode()).decode()
