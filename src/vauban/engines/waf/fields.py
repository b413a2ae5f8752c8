"""The parts of a request that statements inspect (`FieldToMatch`), and how each is taken from it."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from vauban.engines.waf import json_bodies, pairs
from vauban.engines.waf.readings import Reading
from vauban.engines.waf.refusals import InvalidParameter, one_of
from vauban.engines.waf.transformations import Transformation, transform

Named = tuple[bytes, bytes]
Taken = list[bytes] | bool
"""Values; or that the statement matches, or does not, whatever it asks for."""


class Field(NamedTuple):
    key: str
    """Equal for fields that are the same."""
    location: str
    """As logs say it."""
    take: Callable[[Reading], Taken]
    name: Callable[[Reading, int], str]
    """The name of the header, cookie or argument that a value is of."""
    many: bool = False
    """Whether it is usual that there are several values."""


def field(spec: Mapping[str, Any], before: Sequence[Mapping[str, Any]] = ()) -> Field:
    """A FieldToMatch with its PreParseTextTransformations. Raises InvalidParameter."""
    kind = one_of(spec, FIELDS, "FIELD_TO_MATCH", "FieldToMatch")
    if before and kind not in ("SingleQueryArgument", "AllQueryArguments"):
        raise InvalidParameter("PRE_PARSE_TEXT_TRANSFORMATION", kind, "The pre-parse text transformation is not valid.")
    key = json.dumps([kind, spec[kind], list(before)], sort_keys=True)
    if kind in ("SingleQueryArgument", "AllQueryArguments"):
        return FIELDS[kind](key, spec[kind], _parsed(before))
    return FIELDS[kind](key, spec[kind] or {})


def _unnamed(reading: Reading, index: int) -> str:
    return ""


def _part(location: str, take: Callable[[Reading], Taken]) -> Callable[[str, Mapping[str, Any]], Field]:
    return lambda key, spec: Field(key, location, take, _unnamed)


def _single_header(key: str, spec: Mapping[str, Any]) -> Field:
    name = spec["Name"].lower()
    wanted = name.encode()
    return Field(key, "HEADER", lambda reading: reading.named.get(wanted, []), lambda reading, index: name)


def _parsed(before: Sequence[Mapping[str, Any]]) -> Callable[[Reading], list[Named]]:
    """Arguments of a query string that is made plain first."""
    chain = [_BEFORE[step["Type"]] for step in sorted(before, key=lambda step: step["Priority"])]
    if not chain:
        return lambda reading: reading.arguments

    def parse(reading: Reading) -> list[Named]:
        query = reading.request.query
        for step in chain:
            query = step(query)
        return pairs.arguments(query)

    return parse


def _single_query_argument(key: str, spec: Mapping[str, Any], parse: Callable[[Reading], list[Named]]) -> Field:
    name = spec["Name"].lower()
    wanted = name.encode()

    def take(reading: Reading) -> Taken:
        return [value for argument, value in parse(reading) if argument.lower() == wanted]

    return Field(key, "SINGLE_QUERY_ARG", take, lambda reading, index: name)


def _all_query_arguments(key: str, spec: Mapping[str, Any], parse: Callable[[Reading], list[Named]]) -> Field:
    def take(reading: Reading) -> Taken:
        return [value for _, value in parse(reading)]

    def name(reading: Reading, index: int) -> str:
        return _text(parse(reading)[index][0])

    return Field(key, "ALL_QUERY_ARGS", take, name, many=True)


def _headers(key: str, spec: Mapping[str, Any]) -> Field:
    picks = _picks(spec["MatchPattern"], "Headers", "HEADER_MATCH_PATTERN", bytes.lower)
    return _members(key, spec, "HEADER", "REQUEST_HEADERS", lambda reading: reading.headers, picks)


def _cookies(key: str, spec: Mapping[str, Any]) -> Field:
    picks = _picks(spec["MatchPattern"], "Cookies", "COOKIE_MATCH_PATTERN", bytes)
    return _members(key, spec, "COOKIE", "REQUEST_COOKIES", lambda reading: reading.cookies, picks)


def _picks(
    pattern: Mapping[str, Any], members: str, refused: str, cased: Callable[[bytes], bytes]
) -> Callable[[bytes], bool] | None:
    """Whether a name is picked; None where all are."""
    included, excluded = f"Included{members}", f"Excluded{members}"
    kind = one_of(pattern, ("All", included, excluded), refused, "MatchPattern")
    if kind == "All":
        return None
    names = frozenset(cased(name.encode()) for name in pattern[kind])
    if kind == included:
        return lambda name: cased(name) in names
    return lambda name: cased(name) not in names


def _members(
    key: str,
    spec: Mapping[str, Any],
    location: str,
    logged: str,
    members: Callable[[Reading], tuple[list[Named], bool]],
    picks: Callable[[bytes], bool] | None,
) -> Field:
    scope, oversize = spec["MatchScope"], spec["OversizeHandling"]

    def picked(reading: Reading) -> list[Named]:
        """Names, and what of each is inspected."""
        found = members(reading)[0]
        if picks is not None:
            found = [member for member in found if picks(member[0])]
        keys = [(name, name) for name, _ in found] if scope != "VALUE" else []
        return keys + found if scope != "KEY" else keys

    def take(reading: Reading) -> Taken:
        if members(reading)[1]:
            reading.oversize[logged] = None
            if oversize != "CONTINUE":
                return oversize == "MATCH"
        return [value for _, value in picked(reading)]

    return Field(key, location, take, lambda reading, index: _text(picked(reading)[index][0]), many=True)


def _header_order(key: str, spec: Mapping[str, Any]) -> Field:
    oversize = spec["OversizeHandling"]

    def take(reading: Reading) -> Taken:
        headers, more = reading.headers
        if more:
            reading.oversize["REQUEST_HEADERS"] = None
            if oversize != "CONTINUE":
                return oversize == "MATCH"
        return [b":".join(name for name, _ in headers)]

    return Field(key, "HEADER_ORDER", take, _unnamed)


def _too_long(reading: Reading, logged: str) -> bool:
    if reading.beyond:
        reading.oversize[logged] = None
    return reading.beyond > 0


def _body(key: str, spec: Mapping[str, Any]) -> Field:
    oversize = spec.get("OversizeHandling") or "CONTINUE"

    def take(reading: Reading) -> Taken:
        if _too_long(reading, "REQUEST_BODY") and oversize != "CONTINUE":
            return oversize == "MATCH"
        return [reading.request.body]

    return Field(key, "BODY", take, _unnamed)


def _json_body(key: str, spec: Mapping[str, Any]) -> Field:
    scope, fallback = spec["MatchScope"], spec.get("InvalidFallbackBehavior")
    oversize = spec.get("OversizeHandling") or "CONTINUE"
    selected = _selected(spec["MatchPattern"])

    def take(reading: Reading) -> Taken:
        if _too_long(reading, "REQUEST_JSON_BODY") and oversize != "CONTINUE":
            return oversize == "MATCH"
        keys, values, whole = json_bodies.read(reading.request.body, selected)
        if not whole and fallback:
            return [reading.request.body] if fallback == "EVALUATE_AS_STRING" else fallback == "MATCH"
        return keys if scope == "KEY" else values if scope == "VALUE" else keys + values

    return Field(key, "JSON_BODY", take, _unnamed, many=True)


def _selected(pattern: Mapping[str, Any]) -> json_bodies.Selection:
    if one_of(pattern, ("All", "IncludedPaths"), "JSON_MATCH_PATTERN", "MatchPattern") == "All":
        return json_bodies.EVERYTHING
    for path in pattern["IncludedPaths"]:
        if not json_bodies.is_pointer(path):
            raise InvalidParameter("JSON_MATCH_PATTERN", path, "The parameter contains formatting that is not valid.")
    return json_bodies.selection(pattern["IncludedPaths"])


def _fingerprint(location: str, take: Callable[[Reading], str]) -> Callable[[str, Mapping[str, Any]], Field]:
    def made(key: str, spec: Mapping[str, Any]) -> Field:
        otherwise = spec["FallbackBehavior"] == "MATCH"
        return Field(key, location, lambda reading: [take(reading).encode()] if take(reading) else otherwise, _unnamed)

    return made


def _uri_fragment(key: str, spec: Mapping[str, Any]) -> Field:
    otherwise = spec.get("FallbackBehavior") == "MATCH"

    def take(reading: Reading) -> Taken:
        fragment = reading.request.fragment
        return otherwise if fragment is None else [fragment]

    return Field(key, "URI_FRAGMENT", take, _unnamed)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")


FIELDS: Mapping[str, Callable[..., Field]] = {
    "SingleHeader": _single_header,
    "SingleQueryArgument": _single_query_argument,
    "AllQueryArguments": _all_query_arguments,
    "UriPath": _part("URI", lambda reading: [reading.request.path]),
    "QueryString": _part("QUERY_STRING", lambda reading: [reading.request.query]),
    "Body": _body,
    "Method": _part("METHOD", lambda reading: [reading.request.method]),
    "JsonBody": _json_body,
    "Headers": _headers,
    "Cookies": _cookies,
    "HeaderOrder": _header_order,
    "JA3Fingerprint": _fingerprint("JA3_FINGERPRINT", lambda reading: reading.request.ja3),
    "JA4Fingerprint": _fingerprint("JA4_FINGERPRINT", lambda reading: reading.request.ja4),
    "UriFragment": _uri_fragment,
}
"""AWS's names of them, and what makes a Field of each."""

_BEFORE: Mapping[str, Transformation] = {
    "NONE": bytes,
    "URL_DECODE": lambda query: transform("URL_DECODE", query),
    "URL_DECODE_UNI": lambda query: transform("URL_DECODE_UNI", query),
    "COMBINE_DUPLICATE_QUERY_ARGS_BY_COMMA": pairs.combined,
    "REPLACE_SEMICOLONS_WITH_AMPERSANDS": lambda query: query.replace(b";", b"&"),
}
"""What a query string is made plain by before it is read as arguments."""
