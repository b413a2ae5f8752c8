"""JSON documents, bounded."""

from typing import Any

import msgspec

from vauban.aws.types import SerializationException

DEEPEST = 100
"""Levels of a document."""


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
        level = [each for value in level for each in nested(value)]
        if not level:
            return
    raise SerializationException("The document is nested too deeply")


def nested(value: Any) -> list[Any]:
    found = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [each for each in found if isinstance(each, dict | list)]
