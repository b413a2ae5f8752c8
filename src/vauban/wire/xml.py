"""XML documents, read strictly, and text made fit for them."""

import re
from typing import Any
from xml.parsers import expat

from vauban.aws.shapes import Shape
from vauban.aws.types import SerializationException

DEEPEST = 100
"""Levels of a document."""
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
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


def declared(uri: str | None) -> str:
    """The attribute that makes ``uri`` the namespace of an element."""
    return f' xmlns="{escaped(uri)}"' if uri else ""


def element_name(name: str, shape: Shape) -> str:
    """What a member's elements are called."""
    return shape.flattened_item_name or shape.location_name or name


def escaped(text: str) -> str:
    """Text for an element or a quoted attribute; characters that XML has no way to say become U+FFFD."""
    text = FORBIDDEN.sub("\ufffd", text) if FORBIDDEN.search(text) else text
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("\r", "&#xD;")
