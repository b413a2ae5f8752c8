"""Scalars as text: in XML, forms, headers, paths and queries."""

import base64
import binascii
import math
import re
from collections.abc import Callable
from typing import Any

from vauban.aws.shapes import Shape
from vauban.aws.types import SerializationException, java_type
from vauban.wire import timestamps

INTEGER = re.compile(r"[+-]?\d{1,40}", re.ASCII)
FLOAT = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,4})?|NaN|[+-]?Infinity", re.ASCII)

Parse = Callable[[str], Any]
Spell = Callable[[Any], str]


def parser(shape: Shape) -> Parse:
    """A function from text to a param; raises SerializationException."""
    if shape.type == "string":
        return str
    if shape.type == "timestamp":
        return timestamps.parse
    return {"blob": parse_blob, "boolean": parse_boolean, "integer": parse_integer, "long": parse_integer}.get(
        shape.type, parse_float
    )


def parse_boolean(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered not in ("true", "false"):
        raise refused("boolean")
    return lowered == "true"


def parse_integer(text: str) -> int:
    if not INTEGER.fullmatch(text.strip()):
        raise refused("integer")
    return int(text)


def parse_float(text: str) -> float:
    if not FLOAT.fullmatch(text.strip()):
        raise refused("double")
    number = float(text)
    if math.isinf(number) and "Inf" not in text:
        raise refused("double")
    return number


def parse_blob(text: str) -> bytes:
    compact = "".join(text.split())
    try:
        return binascii.a2b_base64(compact.encode("ascii"), strict_mode=True) if compact else b""
    except (ValueError, UnicodeError):
        raise SerializationException("A blob is not valid Base64") from None


def refused(wanted: str) -> SerializationException:
    return SerializationException(f"STRING_VALUE can not be converted to {java_type(wanted)}")


def speller(shape: Shape, timestamp_format: str) -> Spell:
    """A function from a value to text; ``timestamp_format`` is the place's own, for where the model has none."""
    if shape.type == "timestamp":
        format = shape.timestamp_format or timestamp_format
        return lambda value: timestamps.to_text(value, format)
    if shape.type == "blob":
        return lambda value: base64.b64encode(encoded(value)).decode("ascii")
    if shape.type == "boolean":
        return lambda value: "true" if value else "false"
    if shape.type in ("float", "double"):
        return spell_float
    return str


def encoded(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else value


def spell_float(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
