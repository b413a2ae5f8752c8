"""The patterns of the models, matched against whole values in linear time.

Python's own ``re`` does it where the pattern leaves it no choice at any character (it is LL(1)), so that it never
goes back; every other pattern is matched by its derivatives.
"""

import re
from functools import cache
from typing import NamedTuple

from vauban.aws.characters import CharacterSet
from vauban.aws.derivatives import Automaton
from vauban.aws.regexes import Choice, Concat, Edge, Node, One, Repeat, UnsupportedPattern, parse


class Pattern:
    """A model's pattern."""

    __slots__ = ("expression", "matches", "text")

    def __init__(self, text: str):
        self.text = text
        tree = parse(text)
        self.expression = python_expression(tree) if is_predictable(tree) else None
        """The same for Python's ``re.search``, anchored; None where that could go back over a value again and again."""
        if self.expression is None:
            self.matches = Automaton(tree).matches
        else:
            search = re.compile(self.expression).search
            self.matches = lambda value: search(value) is not None


@cache
def pattern(text: str) -> Pattern | None:
    """The compiled pattern; None where it is one that cannot be matched safely (a back reference, say)."""
    try:
        return Pattern(text)
    except UnsupportedPattern:
        return None


class Opening(NamedTuple):
    """How matches of a node begin."""

    sets: tuple[CharacterSet, ...]
    empty: bool
    """Whether the node can match nothing."""


def is_predictable(tree: Node) -> bool:
    """Whether one character always tells which way to go, so that backtracking cannot take longer than the value."""
    return edges_are_outside(tree) and is_decided(inside_edges(tree), ())


def edges_are_outside(tree: Node) -> bool:
    return not any(isinstance(each, Edge) for each in descendants(inside_edges(tree)))


def inside_edges(tree: Node) -> Node:
    """The tree without a ``^`` that opens it and a ``$`` that ends it, which whole matching implies."""
    items = tree.items if isinstance(tree, Concat) else (tree,)
    while items and items[0] == Edge("^"):
        items = items[1:]
    while items and items[-1] == Edge("$"):
        items = items[:-1]
    return items[0] if len(items) == 1 else Concat(items)


def descendants(node: Node) -> list[Node]:
    match node:
        case Concat(items) | Choice(items):
            return [node, *(each for item in items for each in descendants(item))]
        case Repeat(item, _, _):
            return [node, *descendants(item)]
        case _:
            return [node]


def is_decided(node: Node, follow: tuple[CharacterSet, ...]) -> bool:
    """Whether every choice in ``node`` is settled by its next character, with ``follow`` coming after it."""
    match node:
        case One(set):
            return set.ranges is not None
        case Concat(items):
            return all(is_decided(item, following(items[index + 1 :], follow)) for index, item in enumerate(items))
        case Choice(items):
            openings = [(*opening(item).sets, *(follow if opening(item).empty else ())) for item in items]
            return are_apart(openings) and all(is_decided(item, follow) for item in items)
        case Repeat(item, least, most):
            first = opening(item)
            if most == 1:
                return are_apart([first.sets, follow]) and not first.empty and is_decided(item, follow)
            fixed = least == most
            return (
                not first.empty and (fixed or are_apart([first.sets, follow])) and is_decided(item, first.sets + follow)
            )
        case _:
            return False


def following(items: tuple[Node, ...], follow: tuple[CharacterSet, ...]) -> tuple[CharacterSet, ...]:
    rest = opening(Concat(items))
    return rest.sets + follow if rest.empty else rest.sets


def opening(node: Node) -> Opening:
    match node:
        case One(set):
            return Opening((set,), False)
        case Concat(items):
            sets: tuple[CharacterSet, ...] = ()
            for item in items:
                first = opening(item)
                sets += first.sets
                if not first.empty:
                    return Opening(sets, False)
            return Opening(sets, True)
        case Choice(items):
            firsts = [opening(item) for item in items]
            return Opening(sum((each.sets for each in firsts), ()), any(each.empty for each in firsts))
        case Repeat(item, least, _):
            first = opening(item)
            return Opening(first.sets, least == 0 or first.empty)
        case _:
            return Opening((), True)


def are_apart(groups: list[tuple[CharacterSet, ...]]) -> bool:
    """Whether no character stands in two of the groups."""
    return not any(
        one.overlaps(other)
        for index, group in enumerate(groups)
        for later in groups[index + 1 :]
        for one in group
        for other in later
    )


def python_expression(tree: Node) -> str:
    """A predictable tree in Python's notation, anchored at both ends."""
    return rf"\A(?:{spelled(inside_edges(tree))})\Z"


def spelled(node: Node) -> str:
    match node:
        case One(set):
            return spelled_set(set)
        case Concat(items):
            return "".join(f"(?:{spelled(item)})" if isinstance(item, Choice) else spelled(item) for item in items)
        case Choice(items):
            return "|".join(spelled(item) for item in items)
        case Repeat(item, least, most):
            body = spelled(item) if isinstance(item, One) else f"(?:{spelled(item)})"
            return body + spelled_bounds(least, most)
    raise AssertionError(f"{node} is not predictable")


def spelled_bounds(least: int, most: int | None) -> str:
    signs = {(0, None): "*", (1, None): "+", (0, 1): "?"}
    return signs.get((least, most)) or f"{{{least},{'' if most is None else most}}}"


def spelled_set(set: CharacterSet) -> str:
    ranges, sign = set.ranges or (), ""
    inverse = set.complement().ranges or ()
    if len(inverse) < len(ranges) or (inverse and not ranges):
        ranges, sign = inverse, "^"
    if not ranges:
        return r"[\s\S]"
    if not sign and len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return spelled_point(ranges[0][0])
    body = "".join(
        spelled_point(low) if low == high else f"{spelled_point(low)}-{spelled_point(high)}" for low, high in ranges
    )
    return f"[{sign}{body}]"


def spelled_point(point: int) -> str:
    return chr(point) if point < 128 and chr(point).isalnum() else f"\\U{point:08x}"
