"""RateBased: who sends too much, by one of many keys."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from vauban.engines.waf.fields import field
from vauban.engines.waf.origins import origins
from vauban.engines.waf.pairs import Pair
from vauban.engines.waf.rates import Rule
from vauban.engines.waf.readings import Reading
from vauban.engines.waf.refusals import NONE_OR_MULTIPLE, InvalidParameter, one_of
from vauban.engines.waf.scopes import References, Scope, in_order
from vauban.engines.waf.statements import Spec, Test, capacity, compiled, statement, transforming
from vauban.engines.waf.transformations import TRANSFORMATIONS
from vauban.engines.waf.verdicts import RateMatch

Part = Callable[[Reading], str | bool | None]
"""A request's part of a key; True or False where a fallback decides; None where it has none and is not counted."""

WINDOWS = (60, 120, 300, 600)
_PER_CUSTOM_KEY = 30
_MOST_KEYS = 5
_LONGEST_KEY = 64
_FIELD = "RATE_BASED_STATEMENT"
_LOGGED = {"FORWARDED_IP": "FORWARDEDIP", "CUSTOM_KEYS": "CUSTOMKEYS"}


def _capacity(spec: Spec, references: References) -> int:
    keys = spec.get("CustomKeys") or ()
    below = spec.get("ScopeDownStatement")
    transformations = sum(transforming(each) for key in keys for each in key.values() if each)
    return 2 + _PER_CUSTOM_KEY * len(keys) + transformations + (capacity(below, references) if below else 0)


@statement("RateBasedStatement", capacity=_capacity, field=_FIELD, nests=False)
def rate_based(spec: Spec, scope: Scope) -> Test:
    _require_possible(spec)
    below = compiled(spec["ScopeDownStatement"], scope.within()) if spec.get("ScopeDownStatement") else None
    kind = spec["AggregateKeyType"]
    parts = [_part(key, spec, scope) for key in spec["CustomKeys"]] if kind == "CUSTOM_KEYS" else [_whole(kind, spec)]
    rule = Rule(_identity(spec, scope), spec["Limit"], spec.get("EvaluationWindowSec") or 300)
    scope.rates[scope.path] = rule
    name = scope.path.rpartition("/")[2]
    match = RateMatch(name, rule.identity, _LOGGED.get(kind, kind), rule.limit, rule.window_seconds)

    def test(reading: Reading) -> bool:
        if below is not None and not below(reading):
            return False
        values: list[str] = []
        for part in parts:
            value = part(reading)
            if isinstance(value, bool):
                return value
            if value is None:
                return False
            values.append(value)
        if reading.rates is None or not reading.rates.count(rule, _key(values), reading.request.time):
            return False
        reading.limited.append(_told(match, spec, values))
        return True

    return test


def _identity(spec: Spec, scope: Scope) -> str:
    """Of this use of the rule as it is: once it is changed, it counts anew."""
    content = msgspec.json.encode(spec, order="deterministic")
    return f"{scope.acl}/{scope.path}#{hashlib.sha256(content).hexdigest()[:16]}"


def _key(values: list[str]) -> str:
    key = values[0] if len(values) == 1 else "\0".join(values)
    return key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def _told(match: RateMatch, spec: Spec, values: list[str]) -> RateMatch:
    if match.key_type == "CONSTANT":
        return match
    if match.key_type != "CUSTOMKEYS":
        return replace(match, value=values[0])
    return replace(match, custom=tuple(map(_custom, spec["CustomKeys"], values)))


def _custom(key: Mapping[str, Any], value: str) -> dict[str, str]:
    kind, content = _given(key)
    return {"key": _NAMES[kind], "name": content.get("Name") or content.get("Namespace") or "", "value": value}


def _given(key: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    return next((kind, content) for kind, content in key.items() if content is not None)


def _require_possible(spec: Spec) -> None:
    kind, keys = spec["AggregateKeyType"], spec.get("CustomKeys") or ()
    if not 10 <= spec["Limit"] <= 2_000_000_000:
        raise InvalidParameter(_FIELD, "Limit", "The rate limit is not valid.")
    if spec.get("EvaluationWindowSec") and spec["EvaluationWindowSec"] not in WINDOWS:
        raise InvalidParameter(_FIELD, "EvaluationWindowSec", "The evaluation window is not valid.")
    if kind == "CONSTANT" and not spec.get("ScopeDownStatement"):
        raise InvalidParameter("SCOPE_DOWN", "ScopeDownStatement", NONE_OR_MULTIPLE)
    if (kind == "CUSTOM_KEYS") is not bool(keys) or len(keys) > _MOST_KEYS:
        raise InvalidParameter("CUSTOM_KEYS", "CustomKeys", NONE_OR_MULTIPLE)
    kinds = [one_of(key, _NAMES, "CUSTOM_KEYS", "CustomKeys") for key in keys]
    if len(kinds) == 1 and kinds[0] in ("IP", "ForwardedIP"):
        raise InvalidParameter("CUSTOM_KEYS", kinds[0], "An IP address needs at least one other key.")
    forwarded = kind == "FORWARDED_IP" or "ForwardedIP" in kinds
    if forwarded and not spec.get("ForwardedIPConfig"):
        raise InvalidParameter("FORWARDED_IP_CONFIG", "ForwardedIPConfig", NONE_OR_MULTIPLE)
    if spec.get("ForwardedIPConfig") and not forwarded and "ASN" not in kinds:
        raise InvalidParameter("FORWARDED_IP_CONFIG", "ForwardedIPConfig", NONE_OR_MULTIPLE)


def _whole(kind: str, spec: Spec) -> Part:
    """The key of who aggregates by one thing."""
    if kind == "CONSTANT":
        return lambda reading: "*"
    return _address(spec.get("ForwardedIPConfig") if kind == "FORWARDED_IP" else None)


def _address(config: Mapping[str, Any] | None) -> Part:
    read = origins(config)

    def part(reading: Reading) -> str | bool | None:
        found = read(reading)
        return found if isinstance(found, bool) else str(found[0])

    return part


def _part(key: Mapping[str, Any], spec: Spec, scope: Scope) -> Part:
    kind, content = _given(key)
    match kind:
        case "IP":
            return _address(None)
        case "ForwardedIP":
            return _address(spec["ForwardedIPConfig"])
        case "ASN":
            return _asn(spec.get("ForwardedIPConfig"))
        case "HTTPMethod":
            return lambda reading: _text(reading.request.method)
        case "LabelNamespace":
            return _labels(content["Namespace"], scope.namespace)
        case "Cookie":
            return _member(content, lambda reading: reading.all_cookies, bytes)
        case "QueryArgument":
            return _member(content, lambda reading: reading.arguments, bytes.lower)
        case "Header":
            return _field({"SingleHeader": {"Name": content["Name"]}}, content)
        case "JA3Fingerprint" | "JA4Fingerprint":
            return _field({kind: content}, content)
        case _:
            return _field({kind: {}}, content)


def _asn(config: Mapping[str, Any] | None) -> Part:
    read = origins(config)

    def part(reading: Reading) -> str | bool | None:
        found = read(reading)
        return found if isinstance(found, bool) else str(reading.place(str(found[0])).asn)

    return part


def _labels(namespace: str, context: str) -> Part:
    prefix = namespace if namespace.startswith("awswaf:") else context + namespace

    def part(reading: Reading) -> str | bool | None:
        return ",".join(label for label in reading.labels if label.startswith(prefix)) or None

    return part


def _chain(content: Mapping[str, Any]) -> Callable[[bytes], str]:
    steps = [
        TRANSFORMATIONS[step["Type"]] for step in in_order(content.get("TextTransformations") or (), "CUSTOM_KEYS")
    ]

    def plain(value: bytes) -> str:
        for step in steps:
            value = step(value)
        return _text(value)

    return plain


def _member(content: Mapping[str, Any], read: Callable[[Reading], list[Pair]], cased: Callable[[bytes], bytes]) -> Part:
    name, plain = cased(content["Name"].encode()), _chain(content)

    def part(reading: Reading) -> str | bool | None:
        return next((plain(value) for found, value in read(reading) if cased(found) == name), None)

    return part


def _field(spec: Mapping[str, Any], content: Mapping[str, Any]) -> Part:
    take, plain = field(spec).take, _chain(content)

    def part(reading: Reading) -> str | bool | None:
        values = take(reading)
        if isinstance(values, bool):
            return values
        return plain(b",".join(values)) if any(values) else None

    return part


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


_NAMES = {
    "Header": "HEADER",
    "Cookie": "COOKIE",
    "QueryArgument": "QUERY_ARGUMENT",
    "QueryString": "QUERY_STRING",
    "HTTPMethod": "HTTP_METHOD",
    "ForwardedIP": "FORWARDED_IP",
    "IP": "IP",
    "LabelNamespace": "LABEL_NAMESPACE",
    "UriPath": "URI_PATH",
    "JA3Fingerprint": "JA3_FINGERPRINT",
    "JA4Fingerprint": "JA4_FINGERPRINT",
    "ASN": "ASN",
}
"""What keys can be, as logs call them."""
