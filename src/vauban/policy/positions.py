"""Where the statements of a policy document stand in its text."""

import json
import re
from typing import NamedTuple

_SPACE = re.compile(r"[ \t\r\n]*")


class Position(NamedTuple):
    line: int
    column: int
    """Both counted from 1; the column is that of the next character to be read."""


class Span(NamedTuple):
    start: Position
    """Behind what stands before the statement: a bracket, a colon, or the statement before it."""
    end: Position
    """Behind the statement."""


def statement_spans(document: str) -> list[Span]:
    """The span of each statement, in order. ``document`` is one that ``Policy.parse`` has taken."""
    decode = json.JSONDecoder().raw_decode
    place = _after(document, "{", 0)
    while True:
        key, place = decode(document, _skip(document, place))
        place = _after(document, ":", place)
        if key == "Statement":
            return _spans(document, place)
        _, place = decode(document, _skip(document, place))
        place = _after(document, ",", place)


def _spans(document: str, place: int) -> list[Span]:
    decode = json.JSONDecoder().raw_decode
    begins = _skip(document, place)
    if document[begins] != "[":
        _, end = decode(document, begins)
        return [_span(document, place, end)]
    spans, start = [], begins + 1
    place = start
    while True:
        _, end = decode(document, _skip(document, place))
        spans.append(_span(document, start, end))
        following = _skip(document, end)
        if document[following] == "]":
            return spans
        start, place = end, following + 1


def _span(document: str, start: int, end: int) -> Span:
    return Span(_position(document, start), _position(document, end))


def _position(document: str, place: int) -> Position:
    before = document[:place]
    return Position(before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1)


def _skip(document: str, place: int) -> int:
    return _SPACE.match(document, place).end()


def _after(document: str, sign: str, place: int) -> int:
    """Behind ``sign``, which comes next."""
    place = _skip(document, place)
    if document[place] != sign:
        raise ValueError(f"{sign} expected")
    return place + 1
