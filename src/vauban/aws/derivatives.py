"""Matching without backtracking: a pattern's partial derivatives (Antimirov, 1996), remembered as a DFA grows.

A state is a set of terms: what may still match, each with the look-aheads that must come true on the way. Time is
linear in the value; a state that grows beyond ``MOST_TERMS`` gives up, and the value is taken not to match.
"""

from itertools import product
from typing import NamedTuple

from vauban.aws.characters import WORD
from vauban.aws.regexes import EMPTY, Ahead, Behind, Choice, Concat, Edge, Node, One, Repeat

MOST_TERMS = 1_000
MOST_REMEMBERED = 4_096


class Guard(NamedTuple):
    """A look-ahead on its way."""

    negative: bool
    nodes: frozenset[Node]


class Term(NamedTuple):
    node: Node
    guards: frozenset[Guard]


NO_GUARDS: frozenset[Guard] = frozenset()
State = frozenset[Term]


class Automaton:
    """Matches whole values."""

    def __init__(self, tree: Node):
        self.start: State = frozenset({Term(tree, NO_GUARDS)})
        self.steps: dict[tuple[State, str, str], State] = {}

    def matches(self, value: str) -> bool:
        state, before = self.start, ""
        for character in value:
            state = self.step(state, before, character)
            if not state:
                return False
            before = character
        return any(accepts(term, before) for term in state)

    def step(self, state: State, before: str, character: str) -> State:
        key = (state, before, character)
        following = self.steps.get(key)
        if following is None:
            if len(self.steps) >= MOST_REMEMBERED:
                self.steps.clear()
            following = self.steps[key] = advance(state, before, character)
        return following


def advance(state: State, before: str, character: str) -> State:
    following: set[Term] = set()
    for node, guards in state:
        kept = advance_guards(guards, before, character)
        if kept is not None:
            following.update(Term(rest, kept | more) for rest, more in derive(node, before, character))
        if len(following) > MOST_TERMS:
            return frozenset()
    return frozenset(following)


def advance_guards(guards: frozenset[Guard], before: str, character: str) -> frozenset[Guard] | None:
    """The guards that are still open after ``character``, or None where one has failed."""
    still_open: set[Guard] = set()
    for negative, nodes in guards:
        matched = any(empties(node, before, character) for node in nodes)
        rest = frozenset(each for node in nodes for each, _ in derive(node, before, character))
        if matched if negative else not (matched or rest):
            return None
        if rest and not matched:
            still_open.add(Guard(negative, rest))
    return frozenset(still_open)


def accepts(term: Term, before: str) -> bool:
    """Whether the value may end here."""
    if not empties(term.node, before, ""):
        return False
    return all(any(empties(node, before, "") for node in nodes) != negative for negative, nodes in term.guards)


def empties(node: Node, before: str, after: str) -> bool:
    """Whether a node matches nothing at all between two characters; ``""`` is either end of the value."""
    match node:
        case One():
            return False
        case Concat(items):
            return all(empties(item, before, after) for item in items)
        case Choice(items):
            return any(empties(item, before, after) for item in items)
        case Repeat(item, least, _):
            return least == 0 or empties(item, before, after)
        case Edge(kind):
            return at_edge(kind, before, after)
        case Behind(set, negative):
            return (before != "" and set.test(before)) != negative
        case Ahead(item, negative):
            return empties(item, before, after) != negative


def at_edge(kind: str, before: str, after: str) -> bool:
    if kind == "^":
        return before == ""
    if kind == "$":
        return after == ""
    return is_word(before) != is_word(after)


def is_word(character: str) -> bool:
    return character != "" and WORD.test(character)


def derive(node: Node, before: str, character: str) -> list[tuple[Node, frozenset[Guard]]]:
    """What is left of a node once it has matched ``character``: every way it can have."""
    match node:
        case One(set):
            return [(EMPTY, NO_GUARDS)] if set.test(character) else []
        case Concat(items):
            return derive_concat(items, before, character)
        case Choice(items):
            return [each for item in items for each in derive(item, before, character)]
        case Repeat(item, least, most):
            rest = EMPTY if most == 1 else Repeat(item, max(least - 1, 0), most and most - 1)
            return (
                [(concat(each, rest), guards) for each, guards in derive(item, before, character)] if most != 0 else []
            )
        case _:
            return []


def derive_concat(items: tuple[Node, ...], before: str, character: str) -> list[tuple[Node, frozenset[Guard]]]:
    found = []
    passed = [NO_GUARDS]
    for index, item in enumerate(items):
        rest = Concat(items[index + 1 :])
        for each, guards in derive(item, before, character):
            found.extend((concat(each, rest), guards | earlier) for earlier in passed)
        passed = [a | b for a, b in product(passed, pass_over(item, before, character))]
        if not passed:
            break
    return found


def pass_over(node: Node, before: str, character: str) -> list[frozenset[Guard]]:
    """Every set of guards under which a node matches nothing, with ``character`` coming next."""
    match node:
        case One():
            return []
        case Concat(items):
            ways = product(*(pass_over(item, before, character) for item in items))
            return [frozenset().union(*way) for way in ways]
        case Choice(items):
            return [each for item in items for each in pass_over(item, before, character)]
        case Repeat(item, least, _):
            return [NO_GUARDS] if least == 0 else pass_over(item, before, character)
        case Ahead(item, negative):
            guards = advance_guards(frozenset({Guard(negative, frozenset({item}))}), before, character)
            return [] if guards is None else [guards]
        case Edge() | Behind():
            return [NO_GUARDS] if empties(node, before, character) else []


def concat(first: Node, rest: Node) -> Node:
    """The two in a row, flat."""
    if first == EMPTY:
        return rest
    if rest == EMPTY:
        return first
    left = first.items if isinstance(first, Concat) else (first,)
    right = rest.items if isinstance(rest, Concat) else (rest,)
    return Concat(left + right)
