"""What rules ask of a request: a file for each statement of AWS WAF, or for those that are alike.

A statement is a function from its specification and a Scope to a test of requests, declared with the name that it has
in `Statement` and the capacity (WCU) that it needs.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, NamedTuple

from vauban.engines.waf.readings import Reading
from vauban.engines.waf.refusals import InvalidParameter, one_of
from vauban.engines.waf.scopes import References, Scope

Spec = Mapping[str, Any]
Test = Callable[[Reading], bool]
Compile = Callable[[Spec, Scope], Test]
Capacity = Callable[[Spec, References], int]

_PER_TRANSFORMATION = 10
_ALL_QUERY_ARGUMENTS = 10

BAD_REFERENCE = "A reference in your rule statement is not valid."


class Kind(NamedTuple):
    compile: Compile
    capacity: Capacity
    nests: bool
    """Whether it can be within another statement."""
    field: str
    """As errors name it."""


KINDS: dict[str, Kind] = {}


def statement(
    name: str, *, capacity: Capacity, field: str = "STATEMENT", nests: bool = True
) -> Callable[[Compile], Compile]:
    """Declare what compiles a statement."""

    def declare(compile: Compile) -> Compile:
        KINDS[name] = Kind(compile, capacity, nests, field)
        return compile

    return declare


def compiled(spec: Spec, scope: Scope) -> Test:
    """The test that a Statement is. Raises Refusal."""
    name = one_of(spec, KINDS, "STATEMENT", "Statement")
    kind = KINDS[name]
    if scope.nested and not kind.nests:
        raise InvalidParameter(kind.field, name, BAD_REFERENCE)
    return kind.compile(spec[name], scope)


def capacity(spec: Spec, references: References) -> int:
    """The WCU that a Statement needs."""
    name = one_of(spec, KINDS, "STATEMENT", "Statement")
    return KINDS[name].capacity(spec[name], references)


def inspecting(base: int | Callable[[Spec], int]) -> Capacity:
    """The capacity of a statement that inspects a field: JSON doubles its base, all query arguments and each
    transformation add ten."""

    def needed(spec: Spec, references: References) -> int:
        units = base if isinstance(base, int) else base(spec)
        field = spec["FieldToMatch"]
        if "JsonBody" in field:
            units *= 2
        if "AllQueryArguments" in field:
            units += _ALL_QUERY_ARGUMENTS
        return units + transforming(spec)

    return needed


def transforming(spec: Spec) -> int:
    """What its transformations need."""
    steps = (*spec.get("TextTransformations", ()), *(spec.get("PreParseTextTransformations") or ()))
    return _PER_TRANSFORMATION * sum(step["Type"] != "NONE" for step in steps)


for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
