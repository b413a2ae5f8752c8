"""Shapes: what a member may hold, and where on the wire it sits."""

from collections.abc import Callable, Iterable
from typing import Any

UNMARKED = frozenset({"authenticationCodeType", "tokenCodeType"})
"""Shapes that hold secrets though no model says so: one-time codes."""


class Shape:
    """A shape as seen from where it is used: the target's traits under those of the reference to it.

    Members are linked when first asked for, so recursive shapes are ordinary. One reference is always the same object,
    so compilers may remember what they made of a shape by identity.
    """

    __slots__ = ("_element", "_find", "_key", "_members", "_value", "name", "traits", "type")

    def __init__(self, name: str, traits: dict[str, Any], find: Callable[[dict[str, Any]], "Shape"]):
        self.name = name
        self.type: str = traits["type"]
        """structure, list, map, string, integer, long, float, double, boolean, timestamp, blob, …"""
        self.traits = traits
        """Everything the model says, by its own names: ``flattened``, ``xmlNamespace``, ``streaming``, …"""
        self._find = find
        self._members: dict[str, Shape] | None = None
        self._element: Shape | None = None
        self._key: Shape | None = None
        self._value: Shape | None = None

    def __repr__(self) -> str:
        return f"<Shape {self.name}: {self.type}>"

    def __contains__(self, trait: str) -> bool:
        """Whether a trait is set: ``"streaming" in shape``."""
        return bool(self.traits.get(trait)) or self.traits.get(trait) == {}

    @property
    def members(self) -> "dict[str, Shape]":
        """Of a structure, in the model's order."""
        if self._members is None:
            canonical = self._find({"shape": self.name}) if self.name else self
            if canonical is self:
                self._members = {name: self._find(each) for name, each in self.traits.get("members", {}).items()}
            else:
                self._members = canonical.members
        return self._members

    def restricted(self, names: Iterable[str]) -> "Shape":
        """The structure with only those of its members."""
        kept = {name: self.traits["members"][name] for name in names}
        required = [name for name in self.required if name in kept]
        return Shape("", {**self.traits, "members": kept, "required": required}, self._find)

    @property
    def member(self) -> "Shape":
        """What a list holds."""
        if self._element is None:
            self._element = self._find(self.traits["member"])
        return self._element

    @property
    def key(self) -> "Shape":
        if self._key is None:
            self._key = self._find(self.traits["key"])
        return self._key

    @property
    def value(self) -> "Shape":
        """What a map holds."""
        if self._value is None:
            self._value = self._find(self.traits["value"])
        return self._value

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(self.traits.get("required", ()))

    @property
    def enum(self) -> tuple[str, ...]:
        return tuple(self.traits.get("enum", ()))

    @property
    def pattern(self) -> str | None:
        return self.traits.get("pattern")

    @property
    def min(self) -> int | float | None:
        """Least length (strings, blobs), size (lists, maps) or value (numbers)."""
        return self.traits.get("min")

    @property
    def max(self) -> int | float | None:
        return self.traits.get("max")

    @property
    def sensitive(self) -> bool:
        return bool(self.traits.get("sensitive")) or self.name in UNMARKED

    @property
    def location(self) -> str | None:
        """header, headers, querystring, uri, statusCode; None for the body."""
        return self.traits.get("location")

    @property
    def location_name(self) -> str | None:
        return self.traits.get("locationName")

    @property
    def payload(self) -> str | None:
        """The member that is the whole body."""
        return self.traits.get("payload")

    @property
    def flattened(self) -> bool:
        return bool(self.traits.get("flattened"))

    @property
    def flattened_item_name(self) -> str | None:
        """What a flattened list calls its elements where that is not the name of the member that holds it.

        A list that is flattened wherever it is used names them; one flattened by a member is named by that member.
        """
        if self.type != "list" or not self.flattened or not self._find({"shape": self.name}).flattened:
            return None
        return self.member.location_name

    @property
    def timestamp_format(self) -> str | None:
        """iso8601, rfc822 or unixTimestamp, where the model departs from the protocol's own."""
        return self.traits.get("timestampFormat")

    @property
    def xml_namespace(self) -> str | None:
        namespace = self.traits.get("xmlNamespace")
        return namespace.get("uri") if isinstance(namespace, dict) else namespace

    @property
    def streaming(self) -> bool:
        return bool(self.traits.get("streaming"))

    @property
    def event_stream(self) -> bool:
        return bool(self.traits.get("eventstream"))

    @property
    def json_value(self) -> bool:
        """A string that is itself JSON (base64 of it, in a header)."""
        return bool(self.traits.get("jsonvalue"))

    @property
    def document(self) -> bool:
        """Any JSON at all."""
        return bool(self.traits.get("document"))

    @property
    def union(self) -> bool:
        """A structure of which exactly one member is set."""
        return bool(self.traits.get("union"))

    @property
    def sparse(self) -> bool:
        """A list or map that may hold nulls."""
        return bool(self.traits.get("sparse"))

    @property
    def host_label(self) -> bool:
        return bool(self.traits.get("hostLabel"))

    @property
    def idempotency_token(self) -> bool:
        return bool(self.traits.get("idempotencyToken"))

    @property
    def deprecated(self) -> bool:
        return bool(self.traits.get("deprecated"))


class ShapeResolver:
    """The shapes of one model, each reference resolved once."""

    __slots__ = ("_canonical", "_definitions", "_referred")

    def __init__(self, definitions: dict[str, dict[str, Any]]):
        self._definitions = definitions
        self._canonical: dict[str, Shape] = {}
        self._referred: dict[int, tuple[dict[str, Any], Shape]] = {}

    def named(self, name: str) -> Shape:
        """The shape of that name, without any reference's traits. Raises KeyError."""
        shape = self._canonical.get(name)
        if shape is None:
            shape = self._canonical[name] = Shape(name, self._definitions[name], self.find)
        return shape

    def find(self, reference: dict[str, Any]) -> Shape:
        """The shape a reference (``{"shape": "KeyIdType", "locationName": …}``) stands for."""
        if len(reference) == 1:
            return self.named(reference["shape"])
        known = self._referred.get(id(reference))
        if known is None:
            name = reference["shape"]
            shape = Shape(name, {**self._definitions[name], **reference}, self.find)
            known = self._referred[id(reference)] = (reference, shape)
        return known[1]
