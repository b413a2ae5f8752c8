"""The Python types of params, and AWS's answer to a value of another."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from vauban.aws.shapes import Shape
from vauban.kernel.errors import AwsError

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "blob": (bytes,),
    "boolean": (bool,),
    "timestamp": (datetime,),
    "integer": (int,),
    "long": (int,),
    "float": (float, int),
    "double": (float, int),
    "bigdecimal": (float, int),
}
NUMBERS = frozenset({"integer", "long", "float", "double", "bigdecimal"})
INTEGER_BOUNDS = {"integer": (-(2**31), 2**31 - 1), "long": (-(2**63), 2**63 - 1)}
JAVA_TYPES = {
    "string": "a String",
    "character": "a String",
    "integer": "an Integer",
    "long": "a Long",
    "float": "a Float",
    "double": "a Double",
    "boolean": "a Boolean",
    "timestamp": "a Date",
    "blob": "a ByteBuffer",
}


class SerializationException(AwsError):
    """The request is not of the shape the operation takes: a wrong type, or no document at all."""


def type_check(shape: Shape) -> Callable[[Any], None]:
    """A function that raises SerializationException where a scalar is not of its shape's type."""
    if shape.streaming or shape.json_value:
        return lambda value: None
    types, wanted, numeric = TYPES[shape.type], shape.type, shape.type in NUMBERS
    low, high = INTEGER_BOUNDS.get(wanted, (None, None))

    def check(value: Any) -> None:
        if not isinstance(value, types) or (numeric and isinstance(value, bool)):
            raise unconvertible(value, wanted)
        if low is not None and not low <= value <= high:
            raise SerializationException(f"A number is out of range for {java_type(wanted)}")

    return check


def unconvertible(value: Any, wanted: str) -> SerializationException:
    """What AWS answers to a value of another type. Values are not repeated: they may be secret."""
    if isinstance(value, list):
        return SerializationException("Start of list found where not expected")
    if isinstance(value, dict):
        return SerializationException("Start of structure or map found where not expected.")
    if wanted in ("structure", "list", "map"):
        return SerializationException(f"Unexpected {token(value)}: {java_type(wanted)} was expected")
    return SerializationException(f"{token(value)} can not be converted to {java_type(wanted)}")


def java_type(wanted: str) -> str:
    return JAVA_TYPES.get(wanted, f"a {wanted}")


def token(value: Any) -> str:
    """What AWS's parser calls a JSON token."""
    if value is None:
        return "NULL_VALUE"
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if isinstance(value, int | float):
        return "DECIMAL_VALUE" if isinstance(value, float) else "NUMBER_VALUE"
    return "STRING_VALUE"
