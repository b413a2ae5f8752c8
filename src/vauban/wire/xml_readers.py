"""From XML to params, by shape."""

from collections.abc import Callable
from typing import Any

from vauban.aws.compilers import Compiler
from vauban.aws.shapes import Shape
from vauban.aws.types import SerializationException
from vauban.wire import scalars
from vauban.wire.xml import Element, element_name, local

Read = Callable[[Element], Any]
Store = Callable[[dict[str, Any], str, Any], None]
"""Puts what an element held among the members found so far."""


class Readers(Compiler):
    """Compiles shapes into functions from elements to params."""

    def structure(self, shape: Shape) -> Read:
        attributes: dict[str, tuple[str, scalars.Parse]] = {}
        elements: dict[str, tuple[str, Read, Store]] = {}
        for name, member in shape.members.items():
            if member.traits.get("xmlAttribute"):
                attributes[local(member.location_name or name)] = (name, scalars.parser(member))
            elif member.location is None:
                elements[local(element_name(name, member))] = (name, *self.member(member))

        def read(element: Element) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for child in element.children:
                if member := elements.get(child.name):
                    name, each, store = member
                    store(found, name, each(child))
            for wire_name, (name, each) in attributes.items():
                if wire_name in element.attributes:
                    found[name] = each(element.attributes[wire_name])
            return found

        return read

    def member(self, shape: Shape) -> tuple[Read, Store]:
        """How one element of a structure's member is read, and what becomes of several."""
        if shape.flattened and shape.type == "list":
            return self.compiled(shape.member), store_item
        if shape.flattened and shape.type == "map":
            return self.pair(shape), store_pair
        return self.compiled(shape), store_value

    def list(self, shape: Shape) -> Read:
        each = self.compiled(shape.member)
        return lambda element: [each(child) for child in element.children]

    def map(self, shape: Shape) -> Read:
        pair = self.pair(shape)
        return lambda element: dict(each for child in element.children for each in pair(child).items())

    def pair(self, shape: Shape) -> Read:
        key_name, value_name = shape.key.location_name or "key", shape.value.location_name or "value"
        key, value = self.compiled(shape.key), self.compiled(shape.value)

        def read(element: Element) -> dict[str, Any]:
            named = {child.name: child for child in element.children}
            if key_name not in named or value_name not in named:
                raise SerializationException("The XML you provided did not validate against our published schema")
            return {key(named[key_name]): value(named[value_name])}

        return read

    def scalar(self, shape: Shape) -> Read:
        parse = scalars.parser(shape)
        return lambda element: parse(scalar_text(element))


def store_item(found: dict[str, Any], name: str, value: Any) -> None:
    found.setdefault(name, []).append(value)


def store_pair(found: dict[str, Any], name: str, value: dict[str, Any]) -> None:
    found.setdefault(name, {}).update(value)


def store_value(found: dict[str, Any], name: str, value: Any) -> None:
    found[name] = value


def scalar_text(element: Element) -> str:
    if element.children:
        raise SerializationException("The XML you provided did not validate against our published schema")
    return element.text
