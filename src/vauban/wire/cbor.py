"""CBOR values and params, by shape (Smithy RPC v2). Of CBOR's tags only the timestamp (1) is taken."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

import cbor2

from vauban.aws.shapes import Shape
from vauban.aws.types import SerializationException, type_check, unconvertible
from vauban.wire import json_readers, json_writers, timestamps

DEEPEST = 100
"""Levels of a document."""
TIMESTAMP_TAG = 1
UNDEFINED = b"\xf7"
BUILT_IN_TAGS = (0, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 100, 256, 258, 260, 261, 1004, 43000, 55799)
"""Tags that cbor2 would otherwise act on, at the sender's cost or ours."""


def refuse(*_: Any) -> NoReturn:
    raise cbor2.CBORDecodeError("a tag that is not accepted")


OPTIONS: dict[str, Any] = {
    "tag_hook": refuse,
    "semantic_decoders": dict.fromkeys(BUILT_IN_TAGS, refuse),
    "max_depth": DEEPEST,
    "strict_hashable_types": True,
}


def decode(body: bytes) -> Any:
    """A CBOR document of bounded depth; raises SerializationException."""
    try:
        document = cbor2.loads(body, **OPTIONS)
    except (cbor2.CBORError, ValueError, OverflowError, RecursionError, MemoryError):
        raise SerializationException("The request body is not valid CBOR") from None
    return without_undefined(document) if UNDEFINED in body else document


def encode(document: Any) -> bytes:
    return cbor2.dumps(document, datetime_as_timestamp=True)


def without_undefined(value: Any) -> Any:
    """The document with null for undefined, as Smithy has it."""
    if isinstance(value, dict):
        return {key: without_undefined(each) for key, each in value.items()}
    if isinstance(value, list):
        return [without_undefined(each) for each in value]
    return None if value is cbor2.undefined else value


class Readers(json_readers.Readers):
    """Compiles shapes into functions from decoded CBOR to params."""

    def scalar(self, shape: Shape) -> Callable[[Any], Any]:
        return scalar_reader(shape)

    def wire_name(self, name: str, shape: Shape) -> str:
        return name


class Writers(json_writers.Writers):
    """Compiles shapes into functions from results to what is encoded."""

    def scalar(self, shape: Shape) -> Callable[[Any], Any]:
        if shape.type == "timestamp":
            return write_timestamp
        if shape.type in ("float", "double"):
            return float
        return json_writers.as_it_is

    def wire_name(self, name: str, shape: Shape) -> str:
        return name


def scalar_reader(shape: Shape) -> Callable[[Any], Any]:
    if shape.type == "timestamp":
        return read_timestamp
    if shape.type in ("float", "double"):
        return read_number
    check = type_check(shape)

    def read(value: Any) -> Any:
        check(value)
        return value

    return read


def read_timestamp(value: Any) -> datetime:
    if not isinstance(value, datetime):
        raise unconvertible(value, "timestamp")
    return value


def read_number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unconvertible(value, "double")
    return value


def write_timestamp(value: datetime) -> cbor2.CBORTag:
    return cbor2.CBORTag(TIMESTAMP_TAG, timestamps.to_epoch(value))
