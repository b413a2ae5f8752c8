"""The implementations of the store, each driven from ordinary test functions."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from vauban.kernel.events import AuditEvent
from vauban.storage.changesets import Changeset, Records
from vauban.storage.memory import MemoryStore
from vauban.storage.sqlite import Site, open_store

from .samples import ACCOUNT, REGION, TestSealer


class Driver:
    """A store with its event loop, waited for where a test calls it."""

    def __init__(self, runner: asyncio.Runner, open_store: Callable[[], Coroutine[Any, Any, Any]]):
        self._runner = runner
        self.store = self.run(open_store())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)

    def commit(self, changes: Changeset, *audit: AuditEvent) -> None:
        self.run(self.store.commit(changes, audit))

    def put(self, *records: Any) -> None:
        """Each in the place where it belongs, in one commit."""
        changes = self.store.begin()
        for each in records:
            place(changes, each).put(each)
        self.commit(changes)

    def delete(self, *records: Any) -> None:
        changes = self.store.begin()
        for each in records:
            place(changes, each).delete(each)
        self.commit(changes)

    def here(self) -> Records:
        """A new snapshot of where most samples live."""
        return self.store.begin().at(ACCOUNT, REGION)

    def audited(self, *events: AuditEvent) -> None:
        async def write() -> None:
            for event in events:
                self.store.audit(event)
            await self.store.audited()

        self.run(write())

    def all_together(self, *work: Coroutine[Any, Any, Any]) -> Sequence[Any]:
        """Results and exceptions of work done at once."""

        async def gather() -> Sequence[Any]:
            return await asyncio.gather(*work, return_exceptions=True)

        return self.run(gather())


def place(changes: Changeset, record: Any) -> Records:
    return changes.at(getattr(record, "account", ACCOUNT), getattr(record, "region", REGION))


@pytest.fixture
def sealer() -> TestSealer:
    return TestSealer()


@pytest.fixture
def loops() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def fork(work: Callable[[], None]) -> int:
    """A child that does ``work``; its process id."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return child


@contextmanager
def written_by_a_process(directory: Path, workers: int = 1) -> Iterator[tuple[Site, int]]:
    """A site whose writer is another process, with that process's id."""
    site = Site(directory)
    site.connect(workers)
    writer = fork(site.write)
    try:
        yield site, writer
    finally:
        site.close()
        os.waitpid(writer, 0)


@pytest.fixture(params=["memory", "sqlite", "sqlite with a writer process"])
def driver(
    request: pytest.FixtureRequest, loops: asyncio.Runner, sealer: TestSealer, tmp_path: Any
) -> Iterator[Driver]:
    """Every implementation in turn, empty."""
    with ExitStack() as stack:
        driver = Driver(loops, opener(request.param, stack, sealer, tmp_path / "data"))
        stack.callback(lambda: driver.run(driver.store.close()))
        yield driver


def opener(name: str, stack: ExitStack, sealer: TestSealer, directory: Path) -> Callable[[], Coroutine[Any, Any, Any]]:
    async def memory() -> MemoryStore:
        return MemoryStore(sealer)

    if name == "memory":
        return memory
    if name == "sqlite":
        return lambda: open_store(directory, sealer)
    site, _ = stack.enter_context(written_by_a_process(directory))
    return lambda: site.store(0, sealer)
