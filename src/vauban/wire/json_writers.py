"""From results to JSON, by shape."""

import math
from collections.abc import Callable
from typing import Any

from vauban.aws.compilers import Compiler
from vauban.aws.shapes import Shape
from vauban.wire import timestamps

Write = Callable[[Any], Any]


class Writers(Compiler):
    """Compiles shapes into functions from results to what msgspec encodes as AWS would. Null members are left out."""

    def wire_name(self, name: str, shape: Shape) -> str:
        return shape.location_name or name

    def structure(self, shape: Shape) -> Write:
        members = {
            name: (self.wire_name(name, member), self.compiled(member)) for name, member in shape.members.items()
        }

        def write(value: dict[str, Any]) -> dict[str, Any]:
            written = {}
            for name, each in value.items():
                if each is not None:
                    wire_name, member = members[name]
                    written[wire_name] = member(each)
            return written

        return write

    def list(self, shape: Shape) -> Write:
        element, sparse = self.compiled(shape.member), shape.sparse
        return lambda value: [None if each is None else element(each) for each in value if sparse or each is not None]

    def map(self, shape: Shape) -> Write:
        element, sparse = self.compiled(shape.value), shape.sparse
        return lambda value: {
            key: None if each is None else element(each) for key, each in value.items() if sparse or each is not None
        }

    def scalar(self, shape: Shape) -> Write:
        if shape.type == "timestamp":
            format = shape.timestamp_format or "unixTimestamp"
            return timestamps.to_epoch if format == "unixTimestamp" else lambda value: timestamps.to_text(value, format)
        return write_number if shape.type in ("float", "double") else as_it_is


def as_it_is(value: Any) -> Any:
    return value


def write_number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def encodes_directly(shape: Shape) -> bool:
    """Whether msgspec, given a result of this shape as it is, writes what AWS would."""
    return directly(shape, set())


def directly(shape: Shape, seen: set[int]) -> bool:
    if id(shape) in seen or shape.document:
        return True
    seen.add(id(shape))
    if shape.type == "structure":
        return all(
            member.location_name in (None, name) and directly(member, seen) for name, member in shape.members.items()
        )
    if shape.type in ("list", "map"):
        return directly(shape.member if shape.type == "list" else shape.value, seen)
    return shape.type not in ("timestamp", "float", "double")


def is_flat(shape: Shape) -> bool:
    """Whether a structure holds nothing but scalars, so that only its own members can be null."""
    return all(member.type not in ("structure", "list", "map") for member in shape.members.values())
