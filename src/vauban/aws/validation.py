"""Whether params satisfy a shape, in AWS's own words where they do not.

    1 validation error detected: Value 'x' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have …

A constraint of a list's or a map's scalar elements is told of the whole: ``Member must satisfy constraint: […]``.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from vauban.aws.names import camel_case
from vauban.aws.patterns import pattern
from vauban.aws.shapes import Shape
from vauban.kernel.errors import AwsError, ValidationException

MOST_ERRORS = 50
MOST_ECHOED = 1_024
"""Characters of a value that an error repeats."""
INTEGER_BOUNDS = {"integer": (-(2**31), 2**31 - 1), "long": (-(2**63), 2**63 - 1)}

Errors = list[str]
Check = Callable[[Any, str, Errors], None]
"""Given a value, its path and the errors so far; adds to them."""
Constraint = tuple[Callable[[Any], bool], str]
"""A test, and what AWS says where it fails."""


class SerializationException(AwsError):
    """The request is not of the shape the operation takes: a wrong type, or no document at all."""


def validator(shape: Shape | None) -> Callable[[dict[str, Any]], None]:
    """Compile a shape into a function that raises ValidationException or SerializationException for bad params."""
    if shape is None:
        return lambda params: None
    check = Compiler().check(shape)

    def validate(params: dict[str, Any]) -> None:
        errors: Errors = []
        check(params, "", errors)
        if errors:
            raise ValidationException(message_of(errors))

    return validate


def message_of(errors: Errors) -> str:
    noun = "error" if len(errors) == 1 else "errors"
    return f"{len(errors)} validation {noun} detected: {'; '.join(errors)}"


def failed(value: Any, path: str, constraint: str, sensitive: bool) -> str:
    shown = "" if sensitive or isinstance(value, bytes) else f" '{echoed(value)}'" if value is not None else " null"
    return f"Value{shown} at '{path}' failed to satisfy constraint: {constraint}"


def echoed(value: Any) -> str:
    """A value as Java prints it, cut where it is long."""
    text = printed(value, MOST_ECHOED)
    return text if len(text) <= MOST_ECHOED else text[:MOST_ECHOED] + "..."


def printed(value: Any, room: int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(printed(each, room) for each in value[: room // 2])}]"
    if isinstance(value, dict):
        pairs = list(value.items())[: room // 4]
        return f"{{{', '.join(f'{key[:room]}={printed(each, room)}' for key, each in pairs)}}}"
    return value[: room + 1] if isinstance(value, str) else str(value)


class Compiler:
    """Makes one check per shape; a recursive shape's check calls itself."""

    def __init__(self) -> None:
        self.checks: dict[int, Check] = {}

    def check(self, shape: Shape) -> Check:
        known = self.checks.get(id(shape))
        if known is None:
            pending: list[Check] = []
            self.checks[id(shape)] = lambda value, path, errors: pending[0](value, path, errors)
            known = self.made(shape)
            pending.append(known)
            self.checks[id(shape)] = known
        return known

    def made(self, shape: Shape) -> Check:
        if shape.document or shape.event_stream or shape.json_value:
            return lambda value, path, errors: None
        if shape.type == "structure":
            return self.structure(shape)
        if shape.type == "list":
            return self.list(shape)
        if shape.type == "map":
            return self.map(shape)
        return scalar(shape)

    def structure(self, shape: Shape) -> Check:
        checks = {name: (self.check(member), camel_case(name)) for name, member in shape.members.items()}
        required = tuple((name, camel_case(name)) for name in shape.required)
        union = shape.union

        def check_structure(value: Any, path: str, errors: Errors) -> None:
            if not isinstance(value, dict):
                raise unconvertible(value, "structure")
            prefix = f"{path}." if path else ""
            for name, spelled in required:
                if value.get(name) is None and len(errors) < MOST_ERRORS:
                    errors.append(failed(None, prefix + spelled, "Member must not be null", False))
            for name, each in value.items():
                if name in checks and each is not None:
                    check, spelled = checks[name]
                    check(each, prefix + spelled, errors)
            if union and sum(each is not None for each in value.values()) != 1:
                raise SerializationException(f"Exactly one member must be set at '{path}', a union")

        return check_structure

    def list(self, shape: Shape) -> Check:
        element, sparse = shape.member, shape.sparse
        plain = element.type not in ("structure", "list", "map")
        own, inner = size_constraints(shape), constraints_of(element) if plain else []
        all_inner = f"Member must satisfy constraint: [{', '.join(text for _, text in inner)}]"
        check_element, sensitive = self.check(element), shape.sensitive or element.sensitive
        type_check = plain_type(element) if plain else None

        def check_list(value: Any, path: str, errors: Errors) -> None:
            if not isinstance(value, list):
                raise unconvertible(value, "list")
            tell(value, path, own, sensitive, errors)
            if type_check is None:
                for index, each in enumerate(value, 1):
                    if each is not None:
                        check_element(each, f"{path}.{index}.member", errors)
                return
            for each in value:
                if each is not None or not sparse:
                    type_check(each)
            if inner and not all(test(each) for each in value if each is not None for test, _ in inner):
                add(errors, failed(value, path, all_inner, sensitive))

        return check_list

    def map(self, shape: Shape) -> Check:
        plain = shape.value.type not in ("structure", "list", "map")
        own, sensitive = size_constraints(shape), shape.sensitive or shape.value.sensitive or shape.key.sensitive
        keys, values = constraints_of(shape.key), constraints_of(shape.value) if plain else []
        all_keys = f"Map keys must satisfy constraint: [{', '.join(text for _, text in keys)}]"
        all_values = f"Map value must satisfy constraint: [{', '.join(text for _, text in values)}]"
        check_value = self.check(shape.value)
        type_check = plain_type(shape.value) if plain else None

        def check_map(value: Any, path: str, errors: Errors) -> None:
            if not isinstance(value, dict):
                raise unconvertible(value, "map")
            if not all(isinstance(key, str) for key in value):
                raise SerializationException("Unexpected key type: a String was expected")
            tell(value, path, own, sensitive, errors)
            if not all(test(each) for each in value for test, _ in keys):
                add(errors, failed(value, path, all_keys, sensitive))
            if type_check is None:
                for key, each in value.items():
                    if each is not None:
                        check_value(each, f"{path}.{key[:64]}.member", errors)
                return
            for each in value.values():
                if each is not None:
                    type_check(each)
            if values and not all(test(each) for each in value.values() if each is not None for test, _ in values):
                add(errors, failed(value, path, all_values, sensitive))

        return check_map


def scalar(shape: Shape) -> Check:
    type_check, constraints, sensitive = plain_type(shape), constraints_of(shape), shape.sensitive
    if not constraints:
        return lambda value, path, errors: type_check(value)

    def check_scalar(value: Any, path: str, errors: Errors) -> None:
        type_check(value)
        tell(value, path, constraints, sensitive, errors)

    return check_scalar


def tell(value: Any, path: str, constraints: list[Constraint], sensitive: bool, errors: Errors) -> None:
    for test, text in constraints:
        if not test(value):
            add(errors, failed(value, path, text, sensitive))


def add(errors: Errors, error: str) -> None:
    if len(errors) < MOST_ERRORS:
        errors.append(error)


def constraints_of(shape: Shape) -> list[Constraint]:
    """What a scalar must satisfy, in the order AWS tells it: most, least, pattern, enum."""
    if shape.type in ("string", "blob"):
        found = length_constraints(shape)
        if shape.type == "string":
            found += text_constraints(shape)
        return found
    return value_constraints(shape) if shape.type in ("integer", "long", "float", "double") else []


def length_constraints(shape: Shape) -> list[Constraint]:
    return bounds(shape, len, "Member must have length")


def size_constraints(shape: Shape) -> list[Constraint]:
    return bounds(shape, len, "Member must have length")


def value_constraints(shape: Shape) -> list[Constraint]:
    return bounds(shape, lambda value: value, "Member must have value")


def bounds(shape: Shape, measure: Callable[[Any], float], what: str) -> list[Constraint]:
    most, least = shape.max, shape.min
    found: list[Constraint] = []
    if most is not None:
        found.append((lambda value: measure(value) <= most, f"{what} less than or equal to {most}"))
    if least is not None and not (least == 0 and what.endswith("length")):
        found.append((lambda value: measure(value) >= least, f"{what} greater than or equal to {least}"))
    return found


def text_constraints(shape: Shape) -> list[Constraint]:
    found: list[Constraint] = []
    if shape.pattern is not None:
        compiled = pattern(shape.pattern)
        if compiled is not None:
            found.append((compiled.matches, f"Member must satisfy regular expression pattern: {shape.pattern}"))
    if shape.enum:
        values = frozenset(shape.enum)
        found.append((values.__contains__, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"))
    return found


TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "blob": (bytes,),
    "boolean": (bool,),
    "timestamp": (datetime,),
    "integer": (int,),
    "long": (int,),
    "float": (float, int),
    "double": (float, int),
    "bigdecimal": (float, int),
}
"""Python's types of params."""


def plain_type(shape: Shape) -> Callable[[Any], None]:
    """A function that raises SerializationException where a scalar is not of its type."""
    types, wanted = TYPES[shape.type], shape.type
    if shape.streaming:
        return lambda value: None
    low, high = INTEGER_BOUNDS.get(wanted, (None, None))
    number = bool not in types

    def check_type(value: Any) -> None:
        if not isinstance(value, types) or (number and value is True) or (number and value is False):
            raise unconvertible(value, wanted)
        if low is not None and not low <= value <= high:
            raise SerializationException(f"{value} is out of range for {article(wanted)}"[:MOST_ECHOED])

    return check_type


JAVA_TYPES = {
    "string": "a String",
    "character": "a String",
    "integer": "an Integer",
    "long": "a Long",
    "float": "a Float",
    "double": "a Double",
    "boolean": "a Boolean",
    "timestamp": "a Date",
    "blob": "a ByteBuffer",
}


def article(wanted: str) -> str:
    return JAVA_TYPES.get(wanted, f"a {wanted}")


def unconvertible(value: Any, wanted: str) -> SerializationException:
    """What AWS answers to a value of another type. Values are not repeated: they may be secret."""
    if isinstance(value, list):
        return SerializationException("Start of list found where not expected")
    if isinstance(value, dict):
        return SerializationException("Start of structure or map found where not expected.")
    if wanted in ("structure", "list", "map"):
        return SerializationException(f"Unexpected {token(value)}: {article(wanted)} was expected")
    return SerializationException(f"{token(value)} can not be converted to {article(wanted)}")


def token(value: Any) -> str:
    """A JSON token's name in AWS's parser."""
    if value is None:
        return "NULL_VALUE"
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if isinstance(value, int | float):
        return "DECIMAL_VALUE" if isinstance(value, float) else "NUMBER_VALUE"
    return "STRING_VALUE"
