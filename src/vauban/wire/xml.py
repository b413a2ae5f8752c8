"""XML, read strictly and written by shape."""

import re
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from vauban.aws.shapes import Shape
from vauban.aws.validation import SerializationException
from vauban.wire import scalars

DEEPEST = 100
"""Levels of a document."""
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
OUTSIDE_ANSWERS = frozenset({"header", "headers", "statusCode"})
"""Where a result's members are not in the body."""
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Element:
    """An element, its names without their namespace prefixes."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str]):
        self.name = name
        self.attributes = attributes
        self.children: list[Element] = []
        self.text = ""


class Builder:
    """Takes expat's events; refuses document types, and with them every entity but XML's own five."""

    def __init__(self) -> None:
        self.top = Element("", {})
        self.open = [self.top]
        self.pieces: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.pieces.append
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.EntityDeclHandler = self.refuse

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) > DEEPEST:
            raise SerializationException("The document is nested too deeply")
        element = Element(local(name), {local(each): value for each, value in attributes.items()})
        self.open[-1].children.append(element)
        self.open.append(element)
        self.pieces.clear()

    def end(self, name: str) -> None:
        element = self.open.pop()
        if not element.children:
            element.text = "".join(self.pieces)
        self.pieces.clear()

    def refuse(self, *_: Any) -> None:
        raise SerializationException("The document declares a document type, which is not accepted")


def local(name: str) -> str:
    return name.rpartition(":")[2]


def parse(body: bytes) -> Element:
    """The root element. Raises SerializationException."""
    builder = Builder()
    try:
        builder.parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise SerializationException("The XML you provided was not well-formed") from None
    return builder.top.children[0]


Read = Callable[[Element], Any]
Store = Callable[[dict[str, Any], str, Any], None]
Write = Callable[[Any, list[str]], None]
"""Given a value and the pieces of the document so far; adds to them."""


class Readers:
    """Compiles shapes into functions from elements to params."""

    def __init__(self) -> None:
        self.made: dict[int, Read] = {}

    def reader(self, shape: Shape) -> Read:
        known = self.made.get(id(shape))
        if known is None:
            pending: list[Read] = []
            self.made[id(shape)] = lambda element: pending[0](element)
            known = self.make(shape)
            pending.append(known)
            self.made[id(shape)] = known
        return known

    def make(self, shape: Shape) -> Read:
        if shape.type == "structure":
            return self.structure(shape)
        if shape.type == "list":
            each = self.reader(shape.member)
            return lambda element: [each(child) for child in element.children]
        if shape.type == "map":
            return self.map(shape)
        parse_text = scalars.parser(shape)
        return lambda element: parse_text(scalar_text(element))

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

    def member(self, shape: Shape) -> "tuple[Read, Store]":
        """How one element of a structure's member is read, and what becomes of several."""
        if shape.flattened and shape.type == "list":
            return self.reader(shape.member), store_item
        if shape.flattened and shape.type == "map":
            return self.pair(shape), store_pair
        return self.reader(shape), store_value

    def map(self, shape: Shape) -> Read:
        pair = self.pair(shape)
        return lambda element: dict(each for child in element.children for each in pair(child).items())

    def pair(self, shape: Shape) -> Read:
        key_name, value_name = shape.key.location_name or "key", shape.value.location_name or "value"
        key, value = self.reader(shape.key), self.reader(shape.value)

        def read(element: Element) -> dict[str, Any]:
            named = {child.name: child for child in element.children}
            if key_name not in named or value_name not in named:
                raise SerializationException("The XML you provided did not validate against our published schema")
            return {key(named[key_name]): value(named[value_name])}

        return read


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


def element_name(name: str, shape: Shape) -> str:
    """What a member's elements are called."""
    return shape.flattened_item_name or shape.location_name or name


def declared(uri: str | None) -> str:
    """The attribute that makes ``uri`` the namespace of an element."""
    return f' xmlns="{escaped(uri)}"' if uri else ""


class Writers:
    """Compiles shapes into functions from results to XML."""

    def __init__(self) -> None:
        self.made: dict[tuple[int, str], Write] = {}

    def element(self, shape: Shape, name: str) -> Write:
        """Writes a value as one element of that name."""
        known = self.made.get((id(shape), name))
        if known is None:
            pending: list[Write] = []
            self.made[id(shape), name] = lambda value, out: pending[0](value, out)
            known = self.make(shape, name)
            pending.append(known)
            self.made[id(shape), name] = known
        return known

    def make(self, shape: Shape, name: str) -> Write:
        opening = name + namespace(shape)
        if shape.type == "structure":
            return self.structure(shape, opening)
        if shape.type == "list":
            return wrapped(opening, self.items(shape, shape.member.location_name or "member"))
        if shape.type == "map":
            return wrapped(opening, self.entries(shape, "entry"))
        spell = scalars.speller(shape, "iso8601")
        return lambda value, out: out.append(f"<{opening}>{escaped(spell(value))}</{name}>")

    def structure(self, shape: Shape, opening: str) -> Write:
        attributes = [
            (name, member.location_name or name, scalars.speller(member, "iso8601"))
            for name, member in shape.members.items()
            if member.traits.get("xmlAttribute")
        ]
        content = self.members(shape)
        closing = f"</{opening.partition(' ')[0]}>"

        def write(value: dict[str, Any], out: list[str]) -> None:
            out.append(f"<{opening}")
            out.extend(
                f' {wire_name}="{escaped(spell(value[name]))}"'
                for name, wire_name, spell in attributes
                if value.get(name) is not None
            )
            out.append(">")
            content(value, out)
            out.append(closing)

        return write

    def members(self, shape: Shape) -> Write:
        """Writes a structure's members, in the model's order, without an element around them."""
        writes = [
            (name, self.member(name, member))
            for name, member in shape.members.items()
            if member.location not in OUTSIDE_ANSWERS and not member.traits.get("xmlAttribute")
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


def wrapped(opening: str, content: Write) -> Write:
    name = opening.partition(" ")[0]

    def write(value: Any, out: list[str]) -> None:
        out.append(f"<{opening}>")
        content(value, out)
        out.append(f"</{name}>")

    return write


def namespace(shape: Shape) -> str:
    if shape.xml_namespace is None:
        return ""
    declared = shape.traits["xmlNamespace"]
    prefix = declared.get("prefix") if isinstance(declared, dict) else None
    return f' xmlns{f":{prefix}" if prefix else ""}="{escaped(shape.xml_namespace)}"'


def escaped(text: str) -> str:
    """Text for an element or a quoted attribute; characters that XML has no way to say become U+FFFD."""
    text = FORBIDDEN.sub("\ufffd", text) if FORBIDDEN.search(text) else text
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("\r", "&#xD;")
