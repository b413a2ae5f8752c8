"""Coroutines driven on the spot: a Task is made only for one that really has to wait.

What runs before the first wait runs outside any Task, so ``asyncio.timeout`` and ``TaskGroup`` cannot be entered there.
"""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")


def start(coroutine: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop) -> T | asyncio.Task[T]:
    """Run ``coroutine`` to its first wait: its result where it never waits, else the Task that carries it on.

    Raises what the coroutine raises before it waits.
    """
    try:
        awaited = coroutine.send(None)
    except StopIteration as finished:
        return finished.value
    return loop.create_task(Started(coroutine, awaited))


class Started(Coroutine[Any, Any, T]):
    """A coroutine already driven to its first wait, for a Task to carry on: what it waits for is handed on first."""

    __slots__ = ("_awaited", "_coroutine", "_handed_on")

    def __init__(self, coroutine: Coroutine[Any, Any, T], awaited: Any):
        self._coroutine = coroutine
        self._awaited = awaited
        self._handed_on = False

    def send(self, value: Any) -> Any:
        if self._handed_on:
            return self._coroutine.send(value)
        self._handed_on = True
        return self._awaited

    def throw(self, kind: Any, value: BaseException | None = None, traceback: TracebackType | None = None) -> Any:
        self._abandon()
        return self._coroutine.throw(kind if value is None else value)

    def close(self) -> None:
        self._abandon()
        self._coroutine.close()

    def __await__(self) -> "Started[T]":
        return self

    def _abandon(self) -> None:
        """A Task cancels the future that it waits for; one that was never handed on is ours to cancel."""
        if not self._handed_on and asyncio.isfuture(self._awaited):
            self._awaited.cancel()
        self._handed_on = True
