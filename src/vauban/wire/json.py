"""JSON values and params, by shape: what json 1.0, json 1.1 and rest-json have in common."""

import binascii
import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from vauban.aws.shapes import Shape
from vauban.aws.validation import SerializationException, plain_type, unconvertible
from vauban.wire import timestamps

DEEPEST = 100
"""Levels of a document."""
SPECIAL_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

Read = Callable[[Any], Any]
Write = Callable[[Any], Any]


def decode(body: bytes) -> Any:
    """A JSON document of bounded depth; raises SerializationException."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise SerializationException("The request body is not valid JSON") from None
    bound_depth(document)
    return document


def bound_depth(document: Any) -> None:
    level = [document]
    for _ in range(DEEPEST):
        level = [each for value in level for each in children(value)]
        if not level:
            return
    raise SerializationException("The document is nested too deeply")


def children(value: Any) -> Any:
    found = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [each for each in found if isinstance(each, dict | list)]


class Readers:
    """Compiles shapes into functions from decoded JSON to params."""

    def __init__(self) -> None:
        self.made: dict[int, Read] = {}

    def reader(self, shape: Shape) -> Read:
        known = self.made.get(id(shape))
        if known is None:
            pending: list[Read] = []
            self.made[id(shape)] = lambda value: pending[0](value)
            known = self.make(shape)
            pending.append(known)
            self.made[id(shape)] = known
        return known

    def make(self, shape: Shape) -> Read:
        if shape.document:
            return lambda value: value
        if shape.type == "structure":
            return self.structure(shape)
        if shape.type == "list":
            return self.list(shape)
        if shape.type == "map":
            return self.map(shape)
        return self.scalar(shape)

    def scalar(self, shape: Shape) -> Read:
        return scalar_reader(shape)

    def wire_name(self, name: str, shape: Shape) -> str:
        return shape.location_name or name

    def structure(self, shape: Shape) -> Read:
        members = {member.location_name or name: (name, self.reader(member)) for name, member in shape.members.items()}

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
        element, sparse = self.reader(shape.member), shape.sparse

        def read(value: Any) -> list[Any]:
            if not isinstance(value, list):
                raise unconvertible(value, "list")
            if sparse:
                return [None if each is None else element(each) for each in value]
            return [element(each) for each in value if each is not None]

        return read

    def map(self, shape: Shape) -> Read:
        element, sparse = self.reader(shape.value), shape.sparse

        def read(value: Any) -> dict[str, Any]:
            if not isinstance(value, dict):
                raise unconvertible(value, "map")
            if sparse:
                return {key: None if each is None else element(each) for key, each in value.items()}
            return {key: element(each) for key, each in value.items() if each is not None}

        return read


def scalar_reader(shape: Shape) -> Read:
    if shape.type == "blob":
        return read_blob
    if shape.type == "timestamp":
        return read_timestamp
    if shape.type in ("float", "double", "bigdecimal"):
        return read_number
    check = plain_type(shape)
    whole = shape.type in ("integer", "long")

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


class Writers:
    """Compiles shapes into functions from results to what msgspec encodes as AWS would."""

    def __init__(self) -> None:
        self.made: dict[int, Write] = {}

    def writer(self, shape: Shape) -> Write:
        known = self.made.get(id(shape))
        if known is None:
            pending: list[Write] = []
            self.made[id(shape)] = lambda value: pending[0](value)
            known = self.make(shape)
            pending.append(known)
            self.made[id(shape)] = known
        return known

    def make(self, shape: Shape) -> Write:
        if shape.document:
            return as_it_is
        if shape.type == "structure":
            return self.structure(shape)
        if shape.type == "list":
            element, sparse = self.writer(shape.member), shape.sparse
            return lambda value: [
                None if each is None else element(each) for each in value if sparse or each is not None
            ]
        if shape.type == "map":
            element, sparse = self.writer(shape.value), shape.sparse
            return lambda value: {
                key: None if each is None else element(each)
                for key, each in value.items()
                if sparse or each is not None
            }
        return self.scalar(shape)

    def scalar(self, shape: Shape) -> Write:
        return scalar_writer(shape)

    def wire_name(self, name: str, shape: Shape) -> str:
        return shape.location_name or name

    def structure(self, shape: Shape) -> Write:
        members = {name: (member.location_name or name, self.writer(member)) for name, member in shape.members.items()}

        def write(value: dict[str, Any]) -> dict[str, Any]:
            written = {}
            for name, each in value.items():
                if each is not None:
                    wire_name, member = members[name]
                    written[wire_name] = member(each)
            return written

        return write


def scalar_writer(shape: Shape) -> Write:
    if shape.type == "timestamp":
        format = shape.timestamp_format or "unixTimestamp"
        return timestamps.to_epoch if format == "unixTimestamp" else lambda value: timestamps.to_text(value, format)
    if shape.type in ("float", "double"):
        return write_number
    return as_it_is


def as_it_is(value: Any) -> Any:
    return value


def write_number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def encodes_directly(shape: Shape) -> bool:
    """Whether msgspec, given a result of this shape as it is, writes what AWS would."""
    return directly(shape, set())


def directly(shape: Shape, seen: set[int]) -> bool:
    if id(shape) in seen or shape.document:
        return True
    seen.add(id(shape))
    if shape.type == "structure":
        return all(
            member.location_name in (None, name) and directly(member, seen) for name, member in shape.members.items()
        )
    if shape.type in ("list", "map"):
        return directly(shape.member if shape.type == "list" else shape.value, seen)
    return shape.type not in ("timestamp", "float", "double")
