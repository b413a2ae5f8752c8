"""What the trail keeps of params and results: no secrets, no blobs, names as CloudTrail spells them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from vauban.aws.names import camel_case
from vauban.aws.shapes import Shape

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"

Redact = Callable[[Any], Any]


def redactor(shape: Shape | None) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Compile a structure's shape into a function that gives what may be kept of its value."""
    if shape is None:
        return lambda value: {}
    return _Compiler().structure(shape)


class _Compiler:
    """Compiles each shape once, so that recursive ones end."""

    def __init__(self) -> None:
        self._made: dict[int, Redact] = {}

    def redact(self, shape: Shape) -> Redact | None:
        """How a value of ``shape`` is kept; None where it is kept as it is."""
        if shape.sensitive:
            return lambda value: HIDDEN
        match shape.type:
            case "structure":
                return self._recursive(shape)
            case "list":
                element = self.redact(shape.member)
                return element and (lambda value: [element(each) for each in value])
            case "map":
                element = self.redact(shape.value)
                return element and (lambda value: {key: element(each) for key, each in value.items()})
            case "timestamp":
                return _timestamp
        return None

    def structure(self, shape: Shape) -> Callable[[dict[str, Any]], dict[str, Any]]:
        kept = {
            name: (camel_case(name), self.redact(member))
            for name, member in shape.members.items()
            if member.type != "blob" and "eventstream" not in member
        }

        def redact(value: dict[str, Any]) -> dict[str, Any]:
            found = {}
            for name, each in value.items():
                how = kept.get(name)
                if how is not None:
                    found[how[0]] = each if how[1] is None else how[1](each)
            return found

        return redact

    def _recursive(self, shape: Shape) -> Redact:
        made = self._made.get(id(shape))
        if made is None:
            self._made[id(shape)] = lambda value: self._made[id(shape)](value)
            made = self._made[id(shape)] = self.structure(shape)
        return made


def _timestamp(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
