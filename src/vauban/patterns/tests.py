"""What a pattern asks of one value: ``["a", {"prefix": "b"}, {"anything-but": "c"}]``.

Source: EventBridge User Guide, "Comparison operators for use in event patterns".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

Test = Callable[[Any], bool]
"""Of one value out of an event: a string, number, bool or None."""

LARGEST = 5_000_000_000
"""Numbers in patterns lie between this and its negative."""


class InvalidPattern(ValueError):
    """Its text is the reason, in AWS's words where they are known."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a field's value may be: one of some strings, or whatever one of the tests takes."""

    strings: frozenset[str]
    tests: tuple[Test, ...]
    absent: bool
    """Whether the field may be missing (``{"exists": false}``)."""

    def takes(self, value: Any) -> bool:
        if isinstance(value, str) and value in self.strings:
            return True
        return any(test(value) for test in self.tests)

    def takes_any(self, values: Iterable[Any]) -> bool:
        """Of a field that is an array, one value is enough."""
        return any(self.takes(value) for value in values)


def leaf(values: list[Any]) -> Leaf:
    """Raises InvalidPattern."""
    if not values:
        raise InvalidPattern("Empty arrays are not allowed")
    strings, tests, absent = set(), [], False
    for value in values:
        if isinstance(value, str):
            strings.add(value)
        elif value == {"exists": False} and value["exists"] is False:
            absent = True
        else:
            tests.append(test_of(value))
    return Leaf(frozenset(strings), tuple(tests), absent)


def test_of(value: Any) -> Test:
    """The test that one element of a field's list is. Raises InvalidPattern."""
    if isinstance(value, Mapping):
        return operator_test(value)
    if isinstance(value, list):
        raise InvalidPattern("Match value must be String, number, true, false, or null")
    if is_number(value):
        return _is_number(number(value))
    return _is_exactly(value)


def operator_test(expression: Mapping[str, Any]) -> Test:
    """``{"prefix": "a"}`` and its like. Raises InvalidPattern."""
    if len(expression) != 1:
        reason = "Only one key allowed in match expression" if expression else "Empty match expression is not allowed"
        raise InvalidPattern(reason)
    ((name, argument),) = expression.items()
    make = OPERATORS.get(name)
    if make is None:
        raise InvalidPattern(f"Unrecognized match type {name}")
    return make(argument)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number(value: Any) -> float:
    """Raises InvalidPattern for what patterns cannot compare with."""
    if not -LARGEST <= value <= LARGEST:
        raise InvalidPattern("Value must be between -5.0E9 and 5.0E9, inclusive")
    return value


def _is_number(wanted: float) -> Test:
    return lambda value: is_number(value) and value == wanted


def _is_exactly(wanted: bool | None) -> Test:
    return lambda value: value is wanted


def _text(name: str, argument: Any) -> str:
    if not isinstance(argument, str):
        raise InvalidPattern(f"{name} match pattern must be a string")
    return argument


def _ignoring_case(name: str, argument: Mapping[str, Any]) -> str:
    """The text in ``{"prefix": {"equals-ignore-case": "a"}}``, in lower case."""
    if list(argument) != ["equals-ignore-case"]:
        raise InvalidPattern(f"Unsupported {name} match type")
    return _text("equals-ignore-case", argument["equals-ignore-case"]).lower()


def prefix(argument: Any) -> Test:
    if isinstance(argument, Mapping):
        lower = _ignoring_case("prefix", argument)
        return lambda value: isinstance(value, str) and value.lower().startswith(lower)
    wanted = _text("prefix", argument)
    return lambda value: isinstance(value, str) and value.startswith(wanted)


def suffix(argument: Any) -> Test:
    if isinstance(argument, Mapping):
        lower = _ignoring_case("suffix", argument)
        return lambda value: isinstance(value, str) and value.lower().endswith(lower)
    wanted = _text("suffix", argument)
    return lambda value: isinstance(value, str) and value.endswith(wanted)


def equals_ignore_case(argument: Any) -> Test:
    lower = _text("equals-ignore-case", argument).lower()
    return lambda value: isinstance(value, str) and value.lower() == lower


def wildcard(argument: Any) -> Test:
    """``*`` stands for any characters, ``\\*`` for itself. In time linear in the value for each piece."""
    pieces = _pieces(_text("wildcard", argument))
    return lambda value: isinstance(value, str) and _has_pieces(value, pieces)


def _pieces(text: str) -> list[str]:
    """What stands between the asterisks. Raises InvalidPattern."""
    pieces, position = [""], 0
    while position < len(text):
        character, following = text[position], text[position + 1 : position + 2]
        if character == "*":
            if following == "*":
                raise InvalidPattern(f"Consecutive wildcard characters at pos {position}")
            pieces.append("")
        elif character == "\\":
            if following not in ("*", "\\"):
                raise InvalidPattern(f"Invalid escape character at pos {position}")
            pieces[-1] += following
            position += 1
        else:
            pieces[-1] += character
        position += 1
    return pieces


def _has_pieces(value: str, pieces: list[str]) -> bool:
    if len(pieces) == 1:
        return value == pieces[0]
    first, *middle, last = pieces
    if len(value) < len(first) + len(last) or not (value.startswith(first) and value.endswith(last)):
        return False
    position, end = len(first), len(value) - len(last)
    for piece in middle:
        found = value.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True


def exists(argument: Any) -> Test:
    """Of a field that is there; that it may be missing is said by ``Leaf.absent``."""
    if argument is not True:
        raise InvalidPattern("exists match pattern must be either true or false.")
    return lambda value: True


def cidr(argument: Any) -> Test:
    text = _text("CIDR", argument)
    if text.count("/") != 1:
        raise InvalidPattern("Malformed CIDR, one '/' required")
    if not text.partition("/")[2].isdecimal():
        raise InvalidPattern("Malformed CIDR, mask bits must be an integer")
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise InvalidPattern(f"Malformed CIDR: {text}") from None
    return lambda value: isinstance(value, str) and _address_in(value, network)


def _address_in(value: str, network: Any) -> bool:
    try:
        return ip_address(value) in network
    except ValueError:
        return False


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": lambda value, limit: value == limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
}


def numeric(argument: Any) -> Test:
    """``[">", 0, "<=", 5]``."""
    if not isinstance(argument, list):
        raise InvalidPattern("Value of numeric must be an array.")
    if not argument:
        raise InvalidPattern("Invalid member in numeric match: ]")
    if len(argument) > 4:
        raise InvalidPattern("Too many elements in numeric expression")
    bounds = [_bound(argument[each : each + 2]) for each in range(0, len(argument), 2)]
    _require_range(bounds)
    tests = [(_COMPARISONS[operator], limit) for operator, limit in bounds]
    return lambda value: is_number(value) and all(compare(value, limit) for compare, limit in tests)


def _bound(pair: list[Any]) -> tuple[str, float]:
    operator = pair[0]
    if not isinstance(operator, str):
        raise InvalidPattern(f"Invalid member in numeric match: {operator}")
    if operator not in _COMPARISONS:
        raise InvalidPattern(f"Unrecognized numeric range operator: {operator}")
    if len(pair) < 2 or not is_number(pair[1]):
        raise InvalidPattern(f"Value of {'equals' if operator == '=' else operator} must be numeric")
    return operator, number(pair[1])


def _require_range(bounds: list[tuple[str, float]]) -> None:
    if len(bounds) < 2:
        return
    (low, bottom), (high, top) = bounds
    if low not in (">", ">="):
        raise InvalidPattern("Too many terms in numeric range expression")
    if high not in ("<", "<="):
        raise InvalidPattern(f"Bad numeric range operator: {high}")
    if bottom >= top:
        raise InvalidPattern("Bottom must be less than top")


def anything_but(argument: Any) -> Test:
    """A value, a list of them (all strings, or all numbers), or one of ``NEGATED`` with one argument or a list."""
    tests = _negated(argument) if isinstance(argument, Mapping) else _excluded(argument)
    return lambda value: not any(test(value) for test in tests)


def _excluded(argument: Any) -> list[Test]:
    values = argument if isinstance(argument, list) else [argument]
    if not values:
        raise InvalidPattern("Empty arrays are not allowed")
    if all(isinstance(value, str) for value in values):
        excluded = frozenset(values)
        return [lambda value: isinstance(value, str) and value in excluded]
    if all(is_number(value) for value in values):
        return [_is_number(number(value)) for value in values]
    if any(not isinstance(value, str) and not is_number(value) for value in values):
        raise InvalidPattern("Inside anything but list, start|null|boolean is not supported.")
    raise InvalidPattern(
        "Inside anything but list, either all values are number or string, mixed type is not supported"
    )


def _negated(argument: Mapping[str, Any]) -> list[Test]:
    if len(argument) != 1:
        raise InvalidPattern("Only one key allowed in match expression")
    ((name, value),) = argument.items()
    if name not in NEGATED:
        raise InvalidPattern(f"Unsupported anything-but pattern: {name}")
    values = value if isinstance(value, list) else [value]
    if not values:
        raise InvalidPattern("Empty arrays are not allowed")
    if name in ("prefix", "suffix") and "" in values:
        raise InvalidPattern("Null prefix/suffix not allowed")
    return [NEGATED[name](each) for each in values]


NEGATED: dict[str, Callable[[Any], Test]] = {
    "prefix": prefix,
    "suffix": suffix,
    "equals-ignore-case": equals_ignore_case,
    "wildcard": wildcard,
}
OPERATORS: dict[str, Callable[[Any], Test]] = {
    **NEGATED,
    "anything-but": anything_but,
    "numeric": numeric,
    "cidr": cidr,
    "exists": exists,
}
