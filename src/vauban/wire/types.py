"""Shapes as the types msgspec decodes into: one pass that parses, converts and validates."""

from typing import Annotated, Any, Literal, Required, TypedDict

from msgspec import Meta

from vauban.aws.constraints import constraints
from vauban.aws.patterns import pattern
from vauban.aws.shapes import Shape
from vauban.aws.types import INTEGER_BOUNDS


class Inexpressible(Exception):
    """A shape that msgspec's types cannot say in full: it is read the long way."""


def type_of(shape: Shape) -> tuple[Any, bool]:
    """A type that takes what the shape takes, and whether it refuses all that the shape refuses. Raises Inexpressible.

    It does not where a pattern is not one for Python's ``re``; then what was decoded is validated besides.
    """
    types = Types()
    return types.structure(shape), types.complete


class Types:
    def __init__(self) -> None:
        self.open: set[int] = set()
        self.complete = True

    def structure(self, shape: Shape) -> Any:
        if shape.union or shape.document or id(shape.members) in self.open:
            raise Inexpressible
        self.open.add(id(shape.members))
        required = set(shape.required)
        fields = {}
        for name, member in shape.members.items():
            if member.location_name not in (None, name):
                raise Inexpressible
            fields[name] = Required[self.type(member)] if name in required else self.type(member)
        self.open.discard(id(shape.members))
        return TypedDict(shape.name or "Params", fields, total=False)

    def type(self, shape: Shape) -> Any:
        if shape.document or shape.event_stream or shape.sparse:
            raise Inexpressible
        if shape.type == "structure":
            return self.structure(shape)
        if shape.type == "list":
            return limited(list[self.type(shape.member)], shape)
        if shape.type == "map":
            return limited(dict[self.type(shape.key), self.type(shape.value)], shape)
        return self.string(shape) if shape.type == "string" else scalar_type(shape)

    def string(self, shape: Shape) -> Any:
        compiled = pattern(shape.pattern) if shape.pattern is not None else None
        if shape.enum:
            self.complete &= all(satisfies(value, shape) for value in shape.enum)
            return Literal[shape.enum]
        if compiled is not None and compiled.expression is None:
            self.complete = False
        return limited(str, shape, compiled and compiled.expression)


def satisfies(value: str, shape: Shape) -> bool:
    return all(each.holds(value) for each in constraints(shape))


def scalar_type(shape: Shape) -> Any:
    if shape.type == "blob":
        return limited(bytes, shape)
    if shape.type == "boolean":
        return bool
    if shape.type in INTEGER_BOUNDS:
        low, high = INTEGER_BOUNDS[shape.type]
        return Annotated[
            int, Meta(ge=low if shape.min is None else shape.min, le=high if shape.max is None else shape.max)
        ]
    if shape.type in ("float", "double"):
        return Annotated[float, Meta(ge=shape.min, le=shape.max)]
    raise Inexpressible


def limited(type: Any, shape: Shape, expression: str | None = None) -> Any:
    if shape.min is None and shape.max is None and expression is None:
        return type
    return Annotated[type, Meta(min_length=shape.min, max_length=shape.max, pattern=expression)]
