"""Searches of the audit log, beside the worker that asks: in a thread, or in a process of their own.

A search reads, decodes and filters for as long as it takes. In a thread of a worker it would fight the worker's loop
for the interpreter, a few milliseconds at a time, which every caller feels; a process at a low priority is given what
the processors have left. It is started when something is first searched for and ended once nothing has been for a
while. It is given no environment but what Python needs, and never a key: what is on the log is redacted.
"""

import asyncio
import os
import pickle
import sys
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from vauban.kernel.errors import StorageUnavailable
from vauban.storage.sqlite.readers import ChunkReader
from vauban.storage.trails import Trail

IDLE_SECONDS = 30.0
"""How long the process stays with nothing to do."""
PREFIX = 4
_ENVIRONMENT = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ")


class Searcher(Protocol):
    """Runs ``function(trail, *arguments)`` off the loop."""

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any: ...

    async def close(self) -> None: ...


def search(path: Path, function: Callable[..., Any], *arguments: Any) -> Any:
    """Over a connection of its own."""
    with closing(ChunkReader(path)) as chunks:
        return function(Trail(chunks), *arguments)


class ThreadSearcher:
    """For a process that does nothing else worth waiting for."""

    def __init__(self, path: Path):
        self._path = path

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.to_thread(search, self._path, function, *arguments)

    async def close(self) -> None:
        """Threads end by themselves."""


class ProcessSearcher:
    """``function`` and what it is given and gives must be such that ``pickle`` can carry them."""

    def __init__(self, path: Path):
        self._path = path
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task | None = None
        self._starting = asyncio.Lock()
        self._waiting: dict[int, asyncio.Future] = {}
        self._numbers = count()
        self._rest: asyncio.TimerHandle | None = None

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Raises what ``function`` raises, and StorageUnavailable where the process ends meanwhile."""
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            process = await self._running()
            body = pickle.dumps((number, function, arguments))
            process.stdin.write(len(body).to_bytes(PREFIX, "big") + body)
            return await answer
        finally:
            del self._waiting[number]
            if not self._waiting:
                self._rest = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._end)

    async def _running(self) -> asyncio.subprocess.Process:
        async with self._starting:
            if self._rest is not None:
                self._rest.cancel()
            if self._process is None:
                kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
                self._process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "vauban.storage.sqlite.searching", str(self._path)),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    env={**kept, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)},
                )
                self._listening = asyncio.create_task(self._listen(self._process))
            return self._process

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Hand on the answers, until there are none any more."""
        try:
            while True:
                size = int.from_bytes(await process.stdout.readexactly(PREFIX), "big")
                number, fault, value = pickle.loads(await process.stdout.readexactly(size))
                answer = self._waiting.get(number)
                if answer is not None and not answer.done():
                    answer.set_exception(fault) if fault is not None else answer.set_result(value)
        except (asyncio.IncompleteReadError, ConnectionError):
            await process.wait()
        if self._process is process:
            self._process = None
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(StorageUnavailable("the process that searches the audit log has ended"))

    async def close(self) -> None:
        self._end()
        if self._rest is not None:
            self._rest.cancel()
        if self._listening is not None:
            await self._listening

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
