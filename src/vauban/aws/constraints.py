"""What the models demand of a value besides its type, and how AWS says that it is not so."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from vauban.aws.patterns import pattern
from vauban.aws.shapes import Shape
from vauban.aws.types import NUMBERS

MOST_ECHOED = 1_024
"""Characters of a value that an error repeats."""
MOST_ECHOED_OF_A_KEY = 64


class Constraint(NamedTuple):
    holds: Callable[[Any], bool]
    told: str
    """What AWS says where it does not hold."""


def constraints(shape: Shape) -> list[Constraint]:
    """What a value must satisfy, in the order in which AWS tells it: most, least, pattern, enum."""
    if shape.type in NUMBERS:
        return bounds(shape, lambda value: value, "Member must have value")
    if shape.type in ("string", "blob", "list", "map"):
        return bounds(shape, len, "Member must have length") + text_constraints(shape)
    return []


def bounds(shape: Shape, measure: Callable[[Any], float], what: str) -> list[Constraint]:
    most, least = shape.max, shape.min
    found = []
    if most is not None:
        found.append(Constraint(lambda value: measure(value) <= most, f"{what} less than or equal to {most}"))
    if least is not None and (least or shape.type in NUMBERS):
        found.append(Constraint(lambda value: measure(value) >= least, f"{what} greater than or equal to {least}"))
    return found


def text_constraints(shape: Shape) -> list[Constraint]:
    """A string's pattern and its set of values. A pattern that cannot be matched safely is left to the service."""
    found = []
    compiled = pattern(shape.pattern) if shape.pattern is not None else None
    if compiled is not None:
        told = f"Member must satisfy regular expression pattern: {compiled.text}"
        found.append(Constraint(compiled.matches, told))
    if shape.enum:
        values = frozenset(shape.enum)
        told = f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        found.append(Constraint(values.__contains__, told))
    return found


def all_hold(inner: list[Constraint], values: Iterable[Any]) -> bool:
    return all(each.holds(value) for value in values if value is not None for each in inner)


def listed(inner: list[Constraint]) -> str:
    """Several constraints as AWS tells them of a list's elements."""
    return f"[{', '.join(each.told for each in inner)}]"


def failed(value: Any, path: str, told: str, sensitive: bool) -> str:
    """That a value at a path does not satisfy a constraint; what is sensitive, or a blob, is not repeated."""
    hidden = sensitive or isinstance(value, bytes)
    shown = " null" if value is None else "" if hidden else f" '{echoed(value)}'"
    return f"Value{shown} at '{path}' failed to satisfy constraint: {told}"


def echoed(value: Any) -> str:
    """A value as Java prints it, cut where it is long."""
    text = printed(value)
    return text if len(text) <= MOST_ECHOED else text[:MOST_ECHOED] + "..."


def printed(value: Any) -> str:
    """What Java prints of a value, or enough of it to be cut."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(printed(each) for each in value[: MOST_ECHOED // 2])}]"
    if isinstance(value, dict):
        pairs = list(value.items())[: MOST_ECHOED // 4]
        return f"{{{', '.join(f'{key[:MOST_ECHOED]}={printed(each)}' for key, each in pairs)}}}"
    return value[: MOST_ECHOED + 1] if isinstance(value, str) else str(value)
