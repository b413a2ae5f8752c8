"""Shapes compiled into functions, each shape once."""

from collections.abc import Callable
from typing import Any

from vauban.aws.shapes import Shape

Function = Callable[..., Any]


class Compiler:
    """Makes one function per shape. What a recursive shape is compiled to calls itself."""

    def __init__(self) -> None:
        self.made: dict[tuple[Any, ...], Function] = {}

    def compiled(self, shape: Shape, *more: Any) -> Function:
        """The function of a shape; ``more`` is whatever else it depends on."""
        key = (shape, *more)
        known = self.made.get(key)
        if known is None:
            pending: list[Function] = []
            self.made[key] = lambda *arguments: pending[0](*arguments)
            known = self.compile(shape, *more)
            pending.append(known)
            self.made[key] = known
        return known

    def compile(self, shape: Shape, *more: Any) -> Function:
        if shape.document or shape.event_stream:
            return self.document(shape, *more)
        if shape.type == "structure":
            return self.structure(shape, *more)
        if shape.type == "list":
            return self.list(shape, *more)
        if shape.type == "map":
            return self.map(shape, *more)
        return self.scalar(shape, *more)

    def document(self, shape: Shape, *more: Any) -> Function:
        """Of any JSON, and of event streams; as it is."""
        return lambda value, *_: value

    def structure(self, shape: Shape, *more: Any) -> Function:
        raise NotImplementedError

    def list(self, shape: Shape, *more: Any) -> Function:
        raise NotImplementedError

    def map(self, shape: Shape, *more: Any) -> Function:
        raise NotImplementedError

    def scalar(self, shape: Shape, *more: Any) -> Function:
        raise NotImplementedError
