"""The condition operators, without their qualifiers: what each compares, and how.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from vauban.policy.matching import (
    Part,
    Wildcard,
    any_of,
    arn_matcher,
    literal,
    matcher,
    segments,
    split_segments,
)
from vauban.policy.values import address, instant, network, number, octets, text, truth

Pattern = Sequence[Part]
Test = Callable[[Any], bool]
"""Whether one value of a condition key, as the operator reads it, fits at least one of the policy's values."""


class Operator(NamedTuple):
    name: str
    build: Callable[[Sequence[Pattern]], Test]
    read: Callable[[Any], Any] = text
    """A condition key's value as the test takes it; None where it is not of the operator's type."""
    accepts: Callable[[str], Any] = text
    """Whether a policy may give this value: None where not."""
    negated: bool = False
    wildcards: bool = False
    variables: bool = False


def _equals(values: Sequence[Pattern]) -> Test:
    texts = frozenset(literal(value) for value in values)
    return next(iter(texts)).__eq__ if len(texts) == 1 else texts.__contains__


def _equals_ignoring_case(values: Sequence[Pattern]) -> Test:
    texts = frozenset(literal(value).lower() for value in values)
    return lambda value: value.lower() in texts


def _like(values: Sequence[Pattern]) -> Test:
    wild = [matcher(value) for value in values if not _is_literal(value)]
    plain = frozenset(literal(value) for value in values if _is_literal(value))
    return any_of([plain.__contains__, *wild] if plain else wild)


def _is_literal(value: Pattern) -> bool:
    return not any(isinstance(part, Wildcard) for part in value)


def _arn_like(values: Sequence[Pattern]) -> Test:
    matches = [arn_matcher(split_segments(value)) for value in values]

    def test(arn: str) -> bool:
        found = segments(arn)
        return any(match(found) for match in matches)

    return test


def _compares(read: Callable[[Any], Any], compare: Callable[[Any, Any], bool]) -> Callable[[Sequence[Pattern]], Test]:
    def build(values: Sequence[Pattern]) -> Test:
        limits = _readable(values, read)
        return lambda value: any(compare(value, limit) for limit in limits)

    return build


def _is_among(read: Callable[[Any], Any]) -> Callable[[Sequence[Pattern]], Test]:
    return lambda values: frozenset(_readable(values, read)).__contains__


def _readable(values: Iterable[Pattern], read: Callable[[Any], Any]) -> list[Any]:
    return [found for value in values if (found := read(literal(value))) is not None]


def _within(values: Sequence[Pattern]) -> Test:
    networks = _readable(values, network)

    def test(value: tuple[int, int]) -> bool:
        version, number = value
        return any(version == family and number & mask == first for family, first, mask in networks)

    return test


def _pair(name: str, negation: str, **properties: Any) -> list[Operator]:
    return [Operator(name, **properties), Operator(negation, negated=True, **properties)]


def _ordered(kind: str, read: Callable[[Any], Any]) -> list[Operator]:
    """``NumericEquals``, ``NumericLessThan``… of one type."""
    orders = {
        "LessThan": operator.lt,
        "LessThanEquals": operator.le,
        "GreaterThan": operator.gt,
        "GreaterThanEquals": operator.ge,
    }
    equality = _pair(f"{kind}Equals", f"{kind}NotEquals", build=_compares(read, operator.eq), read=read, accepts=read)
    return equality + [
        Operator(f"{kind}{order}", build=_compares(read, compare), read=read, accepts=read)
        for order, compare in orders.items()
    ]


_TEXT = {"variables": True}
_PATTERN = {"variables": True, "wildcards": True}

OPERATORS: dict[str, Operator] = {
    each.name.lower(): each
    for each in [
        *_pair("StringEquals", "StringNotEquals", build=_equals, **_TEXT),
        *_pair("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", build=_equals_ignoring_case, **_TEXT),
        *_pair("StringLike", "StringNotLike", build=_like, **_PATTERN),
        *_ordered("Numeric", number),
        *_ordered("Date", instant),
        Operator("Bool", build=_is_among(truth), read=truth, accepts=truth, variables=True),
        Operator("BinaryEquals", build=_is_among(octets), read=octets, accepts=octets),
        *_pair("IpAddress", "NotIpAddress", build=_within, read=address, accepts=network),
        *_pair("ArnEquals", "ArnNotEquals", build=_arn_like, **_PATTERN),
        *_pair("ArnLike", "ArnNotLike", build=_arn_like, **_PATTERN),
        Operator("Null", build=_is_among(truth), read=truth, accepts=truth),
    ]
}
"""By lower-case name: AWS takes operators in any case."""
