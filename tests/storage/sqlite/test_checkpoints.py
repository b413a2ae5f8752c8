"""The write-ahead log stays bounded, whatever is written."""

import asyncio
from pathlib import Path

import pytest

from vauban.storage.sqlite import open_store
from vauban.storage.sqlite.databases import FILE

from ..conftest import Driver
from ..samples import TestSealer, Widget, audit_event, widget


@pytest.fixture
def driver(tmp_path: Path, loops: asyncio.Runner, monkeypatch: pytest.MonkeyPatch):
    """A store whose log is full early and checkpointed often."""
    monkeypatch.setattr("vauban.storage.sqlite.checkpoints._FULL_LOG_PAGES", 50)
    monkeypatch.setattr("vauban.storage.sqlite.checkpoints._INTERVAL_SECONDS", 0.01)
    driver = Driver(loops, lambda: open_store(tmp_path, TestSealer()))
    yield driver
    driver.run(driver.store.close())


def test_the_log_starts_over_while_writes_go_on(driver: Driver, tmp_path: Path):
    written = 0

    async def write() -> None:
        nonlocal written
        for number in range(400):
            changes = driver.store.begin()
            changes.at("111122223333", "eu-west-3").put(widget(f"w{number % 50}", notes={"filler": "x" * 3000}))
            await driver.store.commit(changes, [])
            written += 3000
            await asyncio.sleep(0.002)

    driver.run(write())
    assert (tmp_path / f"{FILE}-wal").stat().st_size < written
    assert driver.here().count(Widget) == 50


def test_closing_leaves_one_file_with_everything(driver: Driver, tmp_path: Path):
    driver.put(widget("a"))
    driver.run(driver.store.close())
    assert {each.name for each in tmp_path.iterdir()} == {FILE, "lock"}
    driver.store = driver.run(open_store(tmp_path, TestSealer()))
    assert driver.here().get(Widget, "a") is not None


def test_space_of_pruned_chunks_is_given_back(driver: Driver, tmp_path: Path):
    for _ in range(20):
        driver.audited(*(audit_event("x" * 1000, params={"filler": "y" * 1000}) for _ in range(100)))
    driver.run(driver.store.close())
    before = (tmp_path / FILE).stat().st_size
    driver.store = driver.run(open_store(tmp_path, TestSealer()))
    assert driver.run(driver.store.prune_trail(before=100.0)) == 20
    driver.run(driver.store.close())
    assert (tmp_path / FILE).stat().st_size < before / 4
    driver.store = driver.run(open_store(tmp_path, TestSealer()))
