"""From JSON to params, by shape: what json 1.0, json 1.1 and rest-json have in common."""

import binascii
import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from vauban.aws.compilers import Compiler
from vauban.aws.shapes import Shape
from vauban.aws.types import SerializationException, type_check, unconvertible
from vauban.wire import timestamps

SPECIAL_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

Read = Callable[[Any], Any]


class Readers(Compiler):
    """Compiles shapes into functions from decoded JSON to params. Null and unknown members are left out."""

    def wire_name(self, name: str, shape: Shape) -> str:
        return shape.location_name or name

    def structure(self, shape: Shape) -> Read:
        members = {
            self.wire_name(name, member): (name, self.compiled(member)) for name, member in shape.members.items()
        }

        def read(value: Any) -> dict[str, Any]:
            if not isinstance(value, dict):
                raise unconvertible(value, "structure")
            found = {}
            for wire_name, each in value.items():
                member = members.get(wire_name)
                if member is not None and each is not None:
                    found[member[0]] = member[1](each)
            return found

        return read

    def list(self, shape: Shape) -> Read:
        element, sparse = self.compiled(shape.member), shape.sparse

        def read(value: Any) -> list[Any]:
            if not isinstance(value, list):
                raise unconvertible(value, "list")
            return [None if each is None else element(each) for each in value if sparse or each is not None]

        return read

    def map(self, shape: Shape) -> Read:
        element, sparse = self.compiled(shape.value), shape.sparse

        def read(value: Any) -> dict[str, Any]:
            if not isinstance(value, dict):
                raise unconvertible(value, "map")
            return {
                key: None if each is None else element(each)
                for key, each in value.items()
                if sparse or each is not None
            }

        return read

    def scalar(self, shape: Shape) -> Read:
        readers = {"blob": read_blob, "timestamp": read_timestamp, "float": read_number, "double": read_number}
        return readers.get(shape.type) or plain_reader(shape)


def plain_reader(shape: Shape) -> Read:
    """Strings, booleans and whole numbers, which are in JSON what they are in params."""
    check, whole = type_check(shape), shape.type in ("integer", "long")

    def read(value: Any) -> Any:
        if whole and type(value) is float and value.is_integer():
            value = int(value)
        check(value)
        return value

    return read


def read_blob(value: Any) -> bytes:
    if not isinstance(value, str):
        raise unconvertible(value, "blob")
    try:
        return binascii.a2b_base64(value.encode(), strict_mode=True) if value else b""
    except (ValueError, UnicodeError):
        raise SerializationException("A blob is not valid Base64") from None


def read_timestamp(value: Any) -> datetime:
    if isinstance(value, str):
        return timestamps.parse(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unconvertible(value, "timestamp")
    return timestamps.from_epoch(value)


def read_number(value: Any) -> float:
    if isinstance(value, str) and value in SPECIAL_NUMBERS:
        return SPECIAL_NUMBERS[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unconvertible(value, "double")
    return value
