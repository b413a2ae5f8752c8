"""Attributes: what their values may be, and which of these do here what AWS says they do.

A value that AWS takes and that would do nothing here is refused aloud, and so is a key that is not known.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from vauban.kernel.errors import ValidationException
from vauban.services.elbv2.errors import unsupported

Valid = Callable[[str], bool]


class Attribute(NamedTuple):
    default: str
    valid: Valid
    served: Valid | None = None
    """Which of the valid values are to be had here; None means all of them."""
    told: bool = True
    """Whether descriptions have it: the model bounds how many they may have."""


Table = Mapping[str, Attribute]


def one_of(*values: str) -> Valid:
    return values.__contains__


def number(low: int, high: int, *others: str) -> Valid:
    """A whole number, or one of ``others``."""
    return lambda value: value in others or (value.isascii() and value.isdecimal() and low <= int(value) <= high)


def like(pattern: str) -> Valid:
    expression = re.compile(pattern)
    return lambda value: expression.fullmatch(value) is not None


def flag(default: str = "false", *served: str) -> Attribute:
    """``true`` or ``false``; with ``served``, only these."""
    return Attribute(default, BOOLEAN, one_of(*served) if served else None)


BOOLEAN = one_of("true", "false")
ANY = like(r"[\x20-\x7e]*")


def checked(table: Table, given: Iterable[Mapping[str, str]], noun: str) -> dict[str, str]:
    """What a request sets. Raises ValidationException; ``noun`` is ``Load balancer``, ``Target group``."""
    found: dict[str, str] = {}
    for each in given:
        key, value = each.get("Key", ""), each.get("Value", "")
        if key not in table:
            raise ValidationException(f"{noun} attribute key '{key}' is not recognized")
        if key in found:
            raise ValidationException(f"{noun} attribute key '{key}' is specified more than once")
        attribute = table[key]
        if not attribute.valid(value):
            raise ValidationException(f"{noun} attribute value '{value}' is not valid for the key '{key}'")
        if attribute.served is not None and not attribute.served(value):
            raise unsupported(f"The value '{value}' of the attribute '{key}'")
        found[key] = value
    return found


def shown(table: Table, attributes: Mapping[str, str]) -> list[dict[str, str]]:
    """The model's ``Attributes``, with the defaults of those that were not set."""
    return [
        {"Key": key, "Value": attributes.get(key, attribute.default)}
        for key, attribute in table.items()
        if attribute.told
    ]
