"""Form fields and params, by shape: ``Tags.member.1.Key=a`` for query, ``Tag.1.Key=a`` for EC2."""

from collections.abc import Callable, Mapping
from typing import Any

from vauban.aws.compilers import Compiler
from vauban.aws.shapes import Shape
from vauban.aws.types import SerializationException, unconvertible
from vauban.wire import scalars

DEEPEST = 100
"""Dots in a field's name."""
LONGEST_INDEX = 9


class Branch:
    """The fields under one name: its own value, and what stands behind a dot."""

    __slots__ = ("branches", "value")

    def __init__(self) -> None:
        self.value: str | None = None
        self.branches: dict[str, Branch] = {}


def tree(form: Mapping[str, str]) -> Branch:
    """Fields by their dotted names."""
    root = Branch()
    for name, value in form.items():
        branch, parts = root, name.split(".")
        if len(parts) > DEEPEST:
            raise SerializationException("A parameter is nested too deeply")
        for part in parts:
            branch = branch.branches.setdefault(part, Branch())
        branch.value = value
    return root


Read = Callable[[Branch], Any]


class Readers(Compiler):
    """Compiles shapes into functions from branches to params."""

    def __init__(self, ec2: bool = False):
        super().__init__()
        self.ec2 = ec2

    def structure(self, shape: Shape) -> Read:
        members = {self.name(name, member): (name, self.compiled(member)) for name, member in shape.members.items()}

        def read(branch: Branch) -> dict[str, Any]:
            found = {}
            for wire_name, each in branch.branches.items():
                if member := members.get(wire_name):
                    found[member[0]] = member[1](each)
            return found

        return read

    def name(self, name: str, shape: Shape) -> str:
        """What a member is called: in EC2 by its query name, or its XML name capitalized."""
        if self.ec2:
            spelled = shape.traits.get("queryName")
            return spelled or capitalized(shape.location_name or name)
        return shape.flattened_item_name or shape.location_name or name

    def list(self, shape: Shape) -> Read:
        element = self.compiled(shape.member)
        wrapper = None if self.ec2 or shape.flattened else shape.member.location_name or "member"

        def read(branch: Branch) -> list[Any]:
            held = branch if wrapper is None else branch.branches.get(wrapper, Branch())
            return [element(each) for each in numbered(held)]

        return read

    def map(self, shape: Shape) -> Read:
        key, value = self.compiled(shape.key), self.compiled(shape.value)
        key_name, value_name = shape.key.location_name or "key", shape.value.location_name or "value"
        wrapper = None if shape.flattened else "entry"

        def read(branch: Branch) -> dict[str, Any]:
            held = branch if wrapper is None else branch.branches.get(wrapper, Branch())
            found = {}
            for each in numbered(held):
                if key_name not in each.branches or value_name not in each.branches:
                    raise SerializationException("An entry of a map must have a key and a value")
                found[key(each.branches[key_name])] = value(each.branches[value_name])
            return found

        return read

    def scalar(self, shape: Shape) -> Read:
        parse, wanted = scalars.parser(shape), shape.type

        def read(branch: Branch) -> Any:
            if branch.value is None:
                raise unconvertible({}, wanted)
            return parse(branch.value)

        return read


def numbered(branch: Branch) -> list[Branch]:
    """The branches of a list in order of their numbers, which may have gaps."""
    numbers = {}
    for part, each in branch.branches.items():
        if not (part.isascii() and part.isdecimal() and len(part) <= LONGEST_INDEX):
            raise SerializationException("Key of a list must be a number")
        numbers[int(part)] = each
    return [numbers[number] for number in sorted(numbers)]


def capitalized(name: str) -> str:
    return name[:1].upper() + name[1:]
