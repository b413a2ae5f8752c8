"""What CloudTrail keeps of a request or a result: everything but secrets and blobs."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from vauban.aws.names import camel_case
from vauban.aws.shapes import Shape

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
MOST_CHARACTERS = 100_000
"""Of one value, as CloudTrail keeps no field of more than 100 KB."""
OMITTED = "OMITTED_DUE_TO_SIZE"

Redact = Callable[[dict[str, Any]], dict[str, Any]]
Convert = Callable[[Any], Any]


OMITTED = {"sts": frozenset({"accessKeySecretType", "tokenType", "tokenCodeType"})}
"""Shapes of which nothing is kept, by service: temporary credentials are a secret key and a token, and codes prove."""


class Omitted(Exception):
    """A shape of which nothing is kept."""


def redactor(shape: Shape | None, service: str = "") -> Redact:
    """Compile a shape into a function that gives the trail's copy of params or a result.

    Sensitive members are hidden, blobs left out, timestamps ISO 8601, members spelled with a small first letter.
    """
    if shape is None:
        return lambda params: {}
    return Redactors(OMITTED.get(service, frozenset())).structure(shape)


class Redactors:
    def __init__(self, omitted: frozenset[str]) -> None:
        self.omitted = omitted
        self.made: dict[int, Redact] = {}

    def structure(self, shape: Shape) -> Redact:
        known = self.made.get(id(shape.members))
        if known is not None:
            return known
        kept: dict[str, tuple[str, Convert | None]] = {}

        def redact(params: dict[str, Any]) -> dict[str, Any]:
            found = {}
            for name, value in params.items():
                if name in kept and value is not None:
                    spelled, convert = kept[name]
                    found[spelled] = value if convert is None else convert(value)
            return found

        self.made[id(shape.members)] = redact
        for name, member in shape.members.items():
            try:
                kept[name] = camel_case(name), self.converter(member)
            except Omitted:
                continue
        return redact

    def converter(self, shape: Shape) -> Convert | None:
        """How a value is changed; None where it is kept as it is. Raises Omitted."""
        if shape.type == "blob" or shape.streaming or shape.event_stream or shape.name in self.omitted:
            raise Omitted
        if shape.sensitive:
            return hide
        if shape.type == "structure" and not shape.document:
            return self.structure(shape)
        if shape.type == "list":
            return listed(self.converter(shape.member))
        if shape.type == "map":
            return mapped(self.converter(shape.value), shape.key.sensitive)
        if shape.type == "string" and (shape.max or 0) > MOST_CHARACTERS:
            return shortened
        return iso_8601 if shape.type == "timestamp" else None


def shortened(value: str) -> str:
    return value if len(value) <= MOST_CHARACTERS else OMITTED


def hide(value: Any) -> str:
    return HIDDEN


def iso_8601(value: datetime) -> str:
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")


def listed(convert: Convert | None) -> Convert | None:
    if convert is None:
        return None
    return lambda values: [None if each is None else convert(each) for each in values]


def mapped(convert: Convert | None, sensitive_keys: bool) -> Convert | None:
    if sensitive_keys:
        return hide
    if convert is None:
        return None
    return lambda values: {key: None if each is None else convert(each) for key, each in values.items()}
