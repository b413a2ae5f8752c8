"""Whether params satisfy a shape, in AWS's own words where they do not.

    1 validation error detected: Value 'x' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have …

A constraint of a list's or a map's scalar elements is told of the whole: ``Member must satisfy constraint: […]``.
"""

from collections.abc import Callable
from typing import Any

from vauban.aws.compilers import Compiler
from vauban.aws.constraints import MOST_ECHOED_OF_A_KEY, Constraint, all_hold, constraints, failed, listed
from vauban.aws.names import camel_case
from vauban.aws.shapes import Shape
from vauban.aws.types import SerializationException, type_check, unconvertible
from vauban.kernel.errors import ValidationException

MOST_ERRORS = 50

Errors = list[str]
Check = Callable[[Any, str, Errors], None]
"""Given a value, its path and the errors so far; adds to them."""


def validator(shape: Shape | None) -> Callable[[dict[str, Any]], None]:
    """Compile a shape into a function that raises ValidationException or SerializationException for bad params."""
    if shape is None:
        return lambda params: None
    check = Checks().compiled(shape)

    def validate(params: dict[str, Any]) -> None:
        errors: Errors = []
        check(params, "", errors)
        if errors:
            noun = "error" if len(errors) == 1 else "errors"
            raise ValidationException(f"{len(errors)} validation {noun} detected: {'; '.join(errors)}")

    return validate


class Checks(Compiler):
    """Compiles shapes into checks."""

    def document(self, shape: Shape) -> Check:
        return lambda value, path, errors: None

    def structure(self, shape: Shape) -> Check:
        checks = {name: (self.compiled(member), camel_case(name)) for name, member in shape.members.items()}
        required = tuple((name, camel_case(name)) for name in shape.required)
        union = shape.union

        def check(value: Any, path: str, errors: Errors) -> None:
            if not isinstance(value, dict):
                raise unconvertible(value, "structure")
            prefix = f"{path}." if path else ""
            for name, spelled in required:
                if value.get(name) is None:
                    add(errors, failed(None, prefix + spelled, "Member must not be null", False))
            for name, each in value.items():
                if name in checks and each is not None:
                    check_member, spelled = checks[name]
                    check_member(each, prefix + spelled, errors)
            if union and sum(each is not None for each in value.values()) != 1:
                raise SerializationException(f"Exactly one member must be set at '{path}', a union")

        return check

    def list(self, shape: Shape) -> Check:
        own, sensitive = constraints(shape), shape.sensitive or shape.member.sensitive
        check_elements = self.scalar_elements(shape.member) or self.nested_elements(shape.member)

        def check(value: Any, path: str, errors: Errors) -> None:
            if not isinstance(value, list):
                raise unconvertible(value, "list")
            tell(value, path, own, sensitive, errors)
            check_elements(value, enumerate(value, 1), path, "Member must satisfy constraint: ", errors)

        return check

    def map(self, shape: Shape) -> Check:
        own = constraints(shape)
        keys, sensitive = constraints(shape.key), shape.sensitive or shape.value.sensitive or shape.key.sensitive
        check_values = self.scalar_elements(shape.value, sensitive) or self.nested_elements(shape.value)
        told_of_keys = f"Map keys must satisfy constraint: {listed(keys)}"

        def check(value: Any, path: str, errors: Errors) -> None:
            if not isinstance(value, dict):
                raise unconvertible(value, "map")
            if not all(isinstance(key, str) for key in value):
                raise SerializationException("Unexpected key type: a String was expected")
            tell(value, path, own, sensitive, errors)
            if not all_hold(keys, value):
                add(errors, failed(value, path, told_of_keys, sensitive))
            check_values(value, value.items(), path, "Map value must satisfy constraint: ", errors)

        return check

    def scalar_elements(self, element: Shape, sensitive: bool = False) -> Callable[..., None] | None:
        """Checks a list's or a map's elements where those are scalars: told of as one."""
        if element.type in ("structure", "list", "map"):
            return None
        check_type, inner, sensitive = type_check(element), constraints(element), sensitive or element.sensitive
        told = listed(inner)

        def check(whole: Any, elements: Any, path: str, said: str, errors: Errors) -> None:
            values = [each for _, each in elements if each is not None]
            for each in values:
                check_type(each)
            if inner and not all_hold(inner, values):
                add(errors, failed(whole, path, said + told, sensitive))

        return check

    def nested_elements(self, element: Shape) -> Callable[..., None]:
        """Checks a list's or a map's elements where those have members of their own: each by its path."""
        check_element = self.compiled(element)

        def check(whole: Any, elements: Any, path: str, said: str, errors: Errors) -> None:
            for key, each in elements:
                if each is not None:
                    check_element(each, f"{path}.{str(key)[:MOST_ECHOED_OF_A_KEY]}.member", errors)

        return check

    def scalar(self, shape: Shape) -> Check:
        check_type, own, sensitive = type_check(shape), constraints(shape), shape.sensitive
        if not own:
            return lambda value, path, errors: check_type(value)

        def check(value: Any, path: str, errors: Errors) -> None:
            check_type(value)
            tell(value, path, own, sensitive, errors)

        return check


def tell(value: Any, path: str, own: list[Constraint], sensitive: bool, errors: Errors) -> None:
    for holds, told in own:
        if not holds(value):
            add(errors, failed(value, path, told, sensitive))


def add(errors: Errors, error: str) -> None:
    if len(errors) < MOST_ERRORS:
        errors.append(error)
