"""What a pattern asks of objects: every field it names, or with ``$or`` one of several objects' fields.

Where an event has an array of objects, one of them has to satisfy all that is asked of them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from vauban.patterns.tests import OPERATORS, InvalidPattern, Leaf, leaf

ObjectTest = Callable[[Mapping[str, Any]], bool]

COMBINATIONS = 1000
"""So many at most come of a pattern's ``$or``."""
DEEPEST = 100
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Pattern:
    text: str
    matches: ObjectTest
    """Whether an event, as an object, is one that the pattern asks for."""


@lru_cache(maxsize=4096)
def compiled(text: str) -> Pattern:
    """Raises InvalidPattern."""
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidPattern(str(error)) from None
    if not isinstance(document, dict):
        raise InvalidPattern("Filter is not an object")
    return Pattern(text, object_test(document))


def object_test(pattern: Mapping[str, Any]) -> ObjectTest:
    """A whole pattern that was JSON. Raises InvalidPattern."""
    if _combinations(pattern) > COMBINATIONS:
        raise InvalidPattern("Rule is too complex - try using fewer combinations of $or")
    return _fields(pattern, 0)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _fields(pattern: Mapping[str, Any], depth: int) -> ObjectTest:
    if not pattern:
        raise InvalidPattern("Empty objects are not allowed")
    if depth > DEEPEST:
        raise InvalidPattern("The pattern is nested too deeply")
    return _all_of([_field(name, asked, depth) for name, asked in pattern.items()])


def _field(name: str, asked: Any, depth: int) -> ObjectTest:
    if name == "$or" and _is_choice(asked):
        return _one_of([_fields(each, depth + 1) for each in asked])
    if isinstance(asked, Mapping):
        return _inside(name, _fields(asked, depth + 1))
    if isinstance(asked, list):
        return _value(name, leaf(asked))
    raise InvalidPattern(f'"{name}" must be an object or an array')


def _is_choice(asked: Any) -> bool:
    """A field may also be called ``$or``: it is a choice only of two objects or more, none of them an operator."""
    return (
        isinstance(asked, list)
        and len(asked) >= 2
        and all(isinstance(each, Mapping) and each and OPERATORS.keys().isdisjoint(each) for each in asked)
    )


def _combinations(pattern: Mapping[str, Any]) -> int:
    count = 1
    for name, asked in pattern.items():
        if name == "$or" and _is_choice(asked):
            count *= sum(map(_combinations, asked))
        elif isinstance(asked, Mapping):
            count *= _combinations(asked)
    return count


def _all_of(tests: list[ObjectTest]) -> ObjectTest:
    if len(tests) == 1:
        return tests[0]

    def matches(event: Mapping[str, Any]) -> bool:
        for test in tests:  # noqa: SIM110 - a generator costs more than the tests
            if not test(event):
                return False
        return True

    return matches


def _one_of(tests: list[ObjectTest]) -> ObjectTest:
    return lambda event: any(test(event) for test in tests)


def _inside(name: str, test: ObjectTest) -> ObjectTest:
    """What is no object has none of the fields that are asked for, which may be just what is asked."""

    def matches(event: Mapping[str, Any]) -> bool:
        found = event.get(name)
        if isinstance(found, list):
            objects = [each for each in _flat(found) if isinstance(each, Mapping)]
            return any(map(test, objects)) if objects else test(_NOTHING)
        return test(found if isinstance(found, Mapping) else _NOTHING)

    return matches


def _value(name: str, asked: Leaf) -> ObjectTest:
    takes, absent = asked.takes, asked.absent

    def matches(event: Mapping[str, Any]) -> bool:
        found = event.get(name, _NOTHING)
        if isinstance(found, list):
            values = [each for each in _flat(found) if not isinstance(each, Mapping)]
            return any(map(takes, values)) if values else absent
        return absent if isinstance(found, Mapping) else takes(found)

    return matches


def _flat(values: list[Any]) -> list[Any]:
    """The elements of an array, and of the arrays in it."""
    if not any(isinstance(each, list) for each in values):
        return values
    return [inner for each in values for inner in (_flat(each) if isinstance(each, list) else (each,))]
