"""From results to XML, by shape."""

from collections.abc import Callable
from typing import Any

from vauban.aws.compilers import Compiler
from vauban.aws.shapes import Shape
from vauban.wire import bindings, scalars
from vauban.wire.xml import element_name, escaped

Write = Callable[[Any, list[str]], None]
"""Given a value and the pieces of the document so far; adds to them."""


class Writers(Compiler):
    """Compiles shapes into functions from results to XML."""

    def element(self, shape: Shape, name: str) -> Write:
        """Writes a value as one element of that name."""
        return self.compiled(shape, name)

    def structure(self, shape: Shape, name: str) -> Write:
        opening = name + namespace(shape)
        attributes = [
            (each, member.location_name or each, scalars.speller(member, "iso8601"))
            for each, member in shape.members.items()
            if member.traits.get("xmlAttribute")
        ]
        content = self.members(shape)

        def write(value: dict[str, Any], out: list[str]) -> None:
            out.append(f"<{opening}")
            out.extend(
                f' {wire_name}="{escaped(spell(value[each]))}"'
                for each, wire_name, spell in attributes
                if value.get(each) is not None
            )
            out.append(">")
            content(value, out)
            out.append(f"</{name}>")

        return write

    def members(self, shape: Shape) -> Write:
        """Writes a structure's members, in the model's order, without an element around them."""
        writes = [
            (name, self.member(name, member))
            for name, member in shape.members.items()
            if member.location not in bindings.OUTSIDE_ANSWERS and not member.traits.get("xmlAttribute")
        ]

        def write(value: dict[str, Any], out: list[str]) -> None:
            for name, member in writes:
                if value.get(name) is not None:
                    member(value[name], out)

        return write

    def member(self, name: str, shape: Shape) -> Write:
        if shape.flattened and shape.type == "list":
            return self.items(shape, element_name(name, shape))
        if shape.flattened and shape.type == "map":
            return self.entries(shape, shape.location_name or name)
        return self.element(shape, shape.location_name or name)

    def list(self, shape: Shape, name: str) -> Write:
        return wrapped(name, namespace(shape), self.items(shape, shape.member.location_name or "member"))

    def map(self, shape: Shape, name: str) -> Write:
        return wrapped(name, namespace(shape), self.entries(shape, "entry"))

    def scalar(self, shape: Shape, name: str) -> Write:
        spell, opening = scalars.speller(shape, "iso8601"), name + namespace(shape)
        return lambda value, out: out.append(f"<{opening}>{escaped(spell(value))}</{name}>")

    def items(self, shape: Shape, name: str) -> Write:
        item = self.element(shape.member, name)

        def write(value: list[Any], out: list[str]) -> None:
            for each in value:
                if each is not None:
                    item(each, out)

        return write

    def entries(self, shape: Shape, name: str) -> Write:
        key = self.element(shape.key, shape.key.location_name or "key")
        item = self.element(shape.value, shape.value.location_name or "value")

        def write(value: dict[str, Any], out: list[str]) -> None:
            for each_key, each in value.items():
                if each is not None:
                    out.append(f"<{name}>")
                    key(each_key, out)
                    item(each, out)
                    out.append(f"</{name}>")

        return write


def wrapped(name: str, attributes: str, content: Write) -> Write:
    def write(value: Any, out: list[str]) -> None:
        out.append(f"<{name}{attributes}>")
        content(value, out)
        out.append(f"</{name}>")

    return write


def namespace(shape: Shape) -> str:
    if shape.xml_namespace is None:
        return ""
    declared = shape.traits["xmlNamespace"]
    prefix = declared.get("prefix") if isinstance(declared, dict) else None
    return f' xmlns{f":{prefix}" if prefix else ""}="{escaped(shape.xml_namespace)}"'
