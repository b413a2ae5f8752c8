"""Searches of the audit log in a process of their own."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from vauban.kernel.errors import StorageUnavailable
from vauban.kernel.stores import Trail as AuditLog
from vauban.services.cloudtrail.lookups import look_up
from vauban.storage.sqlite import open_store
from vauban.storage.sqlite import searches as module
from vauban.storage.sqlite.databases import FILE
from vauban.storage.sqlite.searches import ProcessSearcher
from vauban.storage.trails import Trail

from ..conftest import Driver
from ..samples import ACCOUNT, REGION, TestSealer, audit_event


@pytest.fixture
def driver(tmp_path: Path, loops: asyncio.Runner):
    """A store of one event, searched by another process."""

    async def open_searched_apart():
        store = await open_store(tmp_path, TestSealer())
        store._searcher = ProcessSearcher(tmp_path / FILE)
        return store

    driver = Driver(loops, open_searched_apart)
    driver.audited(audit_event("a", 3.0))
    yield driver
    driver.run(driver.store.close())


def look(driver: Driver):
    return driver.store.search(look_up, ACCOUNT, REGION, ("EventName", "MakeWidget"), 0.0, float("inf"), "", 10)


def process_of(driver: Driver):
    return driver.store._searcher._process


def test_what_is_found_comes_back_as_it_is(driver: Driver):
    (event,) = driver.run(look(driver))
    assert event == next(driver.store.trail.events())
    assert process_of(driver).pid != os.getpid()


def test_many_searches_share_a_process_and_do_not_meet(driver: Driver):
    found = driver.all_together(*(look(driver) for _ in range(8)))
    assert all(events == found[0] for events in found)
    first = process_of(driver).pid
    driver.run(look(driver))
    assert process_of(driver).pid == first


def test_what_goes_wrong_is_raised_here(driver: Driver):
    with pytest.raises(TypeError):
        driver.run(driver.store.search(look_up, "too few"))
    assert driver.run(driver.store.search(AuditLog.start)) is None


def test_a_search_whose_process_ends_is_told_so_and_the_next_one_has_another(driver: Driver):
    async def kill_meanwhile() -> object:
        task = asyncio.ensure_future(driver.store.search(os.path.exists))
        await asyncio.sleep(0)
        while process_of(driver) is None:
            await asyncio.sleep(0.01)
        os.kill(process_of(driver).pid, signal.SIGKILL)
        return await task

    with pytest.raises(StorageUnavailable):
        driver.run(kill_meanwhile())
    assert len(driver.run(look(driver))) == 1


def test_a_process_with_nothing_to_do_goes(driver: Driver, monkeypatch: pytest.MonkeyPatch):
    async def wait(process: asyncio.subprocess.Process) -> int:
        return await asyncio.wait_for(process.wait(), 30)

    monkeypatch.setattr(module, "IDLE_SECONDS", 0.01)
    driver.run(look(driver))
    process = process_of(driver)
    if process is not None:
        driver.run(wait(process))
    assert len(driver.run(look(driver))) == 1


def test_the_log_is_summarized_there_too(driver: Driver, monkeypatch: pytest.MonkeyPatch):
    driver.audited(*(audit_event(f"{number}", float(number)) for number in range(5000)))
    assert driver.run(driver.store.segment_trail()) == 1
    assert len(list(driver.store.trail.lookup(ACCOUNT, REGION, ("EventName", "MakeWidget")))) == 5001
    assert driver.run(driver.store.search(Trail.end)) == driver.store.trail.end()
