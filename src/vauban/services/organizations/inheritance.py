"""How management policies add up on the way down from the root: operators, what they may do, and what comes out.

A setting is an object with value operators: ``@@assign`` sets it, ``@@append`` adds to its list, ``@@remove`` takes
from it. ``@@operators_allowed_for_child_policies`` says which of them policies further down may use there and below.

Source: Organizations User Guide, "Understanding management policy inheritance", "Inheritance operators".
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

OPERATORS = ("@@assign", "@@append", "@@remove")
ALLOWED = "@@operators_allowed_for_child_policies"

_EVERY = frozenset(OPERATORS)


def check_operators(document: Any) -> None:
    """Raises ValueError for operators that there are not, or not there."""
    if not isinstance(document, dict):
        raise ValueError("outside of operators there are only objects")
    operators = {name for name in document if name.startswith("@@")}
    if not operators <= {*OPERATORS, ALLOWED}:
        raise ValueError("an operator that there is not")
    if ALLOWED in document:
        _allowed(document[ALLOWED])
    values = operators & _EVERY
    if values and len(document) != len(operators):
        raise ValueError("a setting has no settings within")
    for name in values - {"@@assign"}:
        if not isinstance(document[name], list):
            raise ValueError(f"{name} takes a list")
    for name, each in document.items():
        if not name.startswith("@@"):
            check_operators(each)


def _allowed(value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"{ALLOWED} takes a list of names")
    names = set(value)
    if names == {"@@all"}:
        return _EVERY
    if names == {"@@none"}:
        return frozenset()
    if not names <= _EVERY:
        raise ValueError(f"{ALLOWED} lists value operators, or @@all or @@none alone")
    return frozenset(names)


@dataclass
class Node:
    """What policies so far have made of one place in the document."""

    settings: dict[str, "Node"] = field(default_factory=dict)
    value: Any = None
    assigned: int | None = None
    """The level that assigned it last: there, the policy that was attached first has its way."""
    allowed: frozenset[str] | None = None
    """What policies further down may use here; None where nobody has said."""

    def apply(self, document: Mapping[str, Any], allowed: frozenset[str], level: int) -> None:
        """Add one policy's part for this place. ``allowed`` holds where nobody nearer has said otherwise."""
        allowed = allowed if self.allowed is None else self.allowed
        for operator in OPERATORS:
            if operator in document and operator in allowed:
                self._operate(operator, document[operator], level)
        for name, part in document.items():
            if not name.startswith("@@"):
                self.settings.setdefault(name, Node()).apply(part, allowed, level)

    def _operate(self, operator: str, given: Any, level: int) -> None:
        if operator == "@@assign":
            if self.assigned != level:
                self.value, self.assigned = given, level
            return
        old = self.value if isinstance(self.value, list) else []
        if operator == "@@append":
            self.value = old + [each for each in given if each not in old]
        else:
            self.value = [each for each in old if each not in given]

    def restrictions(
        self, document: Mapping[str, Any], left: frozenset[str]
    ) -> Iterator[tuple["Node", frozenset[str]]]:
        """What one policy lets those further down do, by place: no more than it was ``left`` by those above it."""
        left = left if self.allowed is None else self.allowed
        if ALLOWED in document:
            yield self, _allowed(document[ALLOWED]) & left
        for name, part in document.items():
            if name in self.settings:
                yield from self.settings[name].restrictions(part, left)

    def plain(self) -> Any:
        """The document that is left, without operators; None for a place where nothing is."""
        if self.value not in (None, []):
            return self.value
        found = {name: each.plain() for name, each in self.settings.items()}
        return {name: each for name, each in found.items() if each is not None} or None


def effective(levels: Iterable[Iterable[Mapping[str, Any]]]) -> dict[str, Any] | None:
    """What policies amount to, given by level from the root down; None where they say nothing.

    Within a level they are given in the order in which they were attached; what one allows its children binds the
    levels below, not its neighbours.
    """
    root = Node()
    for number, level in enumerate(levels):
        documents = list(level)
        for document in documents:
            root.apply(document, _EVERY, number)
        for place, allowed in [each for document in documents for each in root.restrictions(document, _EVERY)]:
            place.allowed = allowed if place.allowed is None else place.allowed & allowed
    return root.plain()
