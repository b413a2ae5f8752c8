"""Wildcards, ARNs and actions.

``*`` stands for any characters, ``?`` for exactly one. Matching costs time linear in the text, whatever the pattern:
between two ``*`` the leftmost place that fits is as good as any, so nothing is ever tried twice.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import lru_cache
from operator import methodcaller


class Wildcard(Enum):
    ANY = "*"
    ONE = "?"


Part = str | Wildcard
Match = Callable[[str], bool]
Segments = list[str]

ARN_SEGMENTS = 6


def parts(text: str) -> tuple[Part, ...]:
    """``text`` with its ``*`` and ``?`` understood."""
    if "*" not in text and "?" not in text:
        return (text,)
    return tuple(Wildcard(each) if each in ("*", "?") else each for each in re.split(r"([*?])", text) if each)


def literal(pattern: Iterable[Part]) -> str:
    """A pattern as text, wildcards as themselves."""
    return "".join(each if isinstance(each, str) else each.value for each in pattern)


def matcher(pattern: Sequence[Part]) -> Match:
    """The function that tells whether a text fits ``pattern`` from end to end."""
    if Wildcard.ONE in pattern:
        return _matches_expression(_expression(pattern))
    pieces = ["".join(piece) for piece in _pieces(pattern)]
    if len(pieces) == 1:
        return pieces[0].__eq__
    head, *middle, tail = pieces
    middle = [piece for piece in middle if piece]
    if middle or tail:
        return _matches_pieces(head, middle, tail)
    return methodcaller("startswith", head)


def any_of(matches: Sequence[Match]) -> Match:
    """The function that tells whether a text fits at least one of ``matches``."""
    if len(matches) == 1:
        return matches[0]

    def match(text: str) -> bool:
        for each in matches:  # noqa: SIM110 - half the cost of any() with a generator
            if each(text):
                return True
        return False

    return match


def _pieces(pattern: Sequence[Part]) -> list[list[Part]]:
    """What stands before, between and after the ``*`` of a pattern."""
    pieces: list[list[Part]] = [[]]
    for part in pattern:
        if part is Wildcard.ANY:
            pieces.append([])
        else:
            pieces[-1].append(part)
    return pieces


def _matches_pieces(head: str, middle: list[str], tail: str) -> Match:
    def match(text: str) -> bool:
        end = len(text) - len(tail)
        position = len(head)
        if end < position or not text.startswith(head) or not text.endswith(tail):
            return False
        for piece in middle:
            position = text.find(piece, position, end)
            if position < 0:
                return False
            position += len(piece)
        return True

    return match


def _expression(pattern: Sequence[Part]) -> str:
    """A regular expression whose atomic groups keep each piece where it was first found."""
    head, *rest = ("".join(re.escape(p) if isinstance(p, str) else "." for p in piece) for piece in _pieces(pattern))
    if not rest:
        return head
    return head + "".join(f"(?>.*?{piece})" for piece in rest[:-1] if piece) + ".*" + rest[-1]


def _matches_expression(expression: str) -> Match:
    def match(text: str) -> bool:
        return _compiled(expression).fullmatch(text) is not None

    return match


@lru_cache(maxsize=256)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.DOTALL)


def segments(arn: str) -> Segments:
    """The six segments of an ARN; the last keeps its own colons. For a text that is no ARN, a list of one."""
    found = arn.split(":", ARN_SEGMENTS - 1)
    return found if len(found) == ARN_SEGMENTS and found[0] == "arn" else [arn]


def split_segments(pattern: Sequence[object]) -> list[list[object]]:
    """A pattern cut at its own colons into ARN segments. Missing segments match anything, as AWS completes them."""
    found: list[list[object]] = [[]]
    for part in pattern:
        first, *rest = part.split(":", ARN_SEGMENTS - len(found)) if type(part) is str else [part]
        found[-1].append(first)
        found.extend([each] for each in rest)
    return found + [[Wildcard.ANY]] * (ARN_SEGMENTS - len(found))


ArnMatch = Callable[[Segments], bool]


def arn_matcher(pattern: Sequence[Sequence[Part]]) -> ArnMatch:
    """The function that tells whether an ARN's segments fit; a wildcard stays within its segment."""
    if all(segment and set(segment) == {Wildcard.ANY} for segment in pattern):
        return _anything
    tests = [(index, matcher(segment)) for index, segment in enumerate(pattern) if segment != [Wildcard.ANY]]

    def match(arn: Segments) -> bool:
        if len(arn) != ARN_SEGMENTS:
            return False
        for index, test in tests:  # noqa: SIM110 - half the cost of all() with a generator
            if not test(arn[index]):
                return False
        return True

    return match


def _anything(arn: Segments) -> bool:
    return True


def action_matcher(patterns: Iterable[str]) -> Match:
    """The function that tells whether an action in lower case (``kms:decrypt``) fits one of ``patterns``."""
    exact, wild = set(), []
    for pattern in {each.lower() for each in patterns}:
        if "*" in pattern or "?" in pattern:
            wild.append(matcher(parts(pattern if pattern != "*:*" else "*")))
        else:
            exact.add(pattern)
    return any_of([frozenset(exact).__contains__, *wild] if exact else wild)
