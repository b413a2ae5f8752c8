"""The audit log on disk: tampering is noticed, retention keeps the chain."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from vauban.storage.sqlite import open_store
from vauban.storage.sqlite.databases import FILE

from ..conftest import Driver
from ..samples import TestSealer, audit_event


@pytest.fixture
def driver(tmp_path: Path, loops: asyncio.Runner):
    """A store with ten chunks of two events, the second of each a denial."""
    driver = Driver(loops, lambda: open_store(tmp_path, TestSealer()))
    for number in range(10):
        denied = audit_event(f"denied-{number}", number + 0.5, authorization_id=f"id{number}")
        driver.audited(audit_event(f"fine-{number}", float(number)), denied)
    yield driver
    driver.run(driver.store.close())


@pytest.fixture
def tamper(tmp_path: Path, driver: Driver):
    """Run SQL behind the server's back."""
    connection = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    yield connection.execute
    connection.close()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_chunks SET body = zeroblob(length(body)) WHERE sequence = 4", "4 was altered"),
        ("UPDATE audit_chunks SET first = 0 WHERE sequence = 4", "4 was altered"),
        ("UPDATE audit_chunks SET count = 1 WHERE sequence = 4", "4 was altered"),
        ("DELETE FROM audit_chunks WHERE sequence = 4", "4 is missing"),
        ("DELETE FROM audit_chunks WHERE sequence <= 4", "1 is missing"),
        ("DELETE FROM audit_chunks WHERE sequence > 7", "after 7 are missing"),
        ("UPDATE audit_chunks SET previous = hash WHERE sequence = 4", "4 does not follow"),
        ("UPDATE state SET anchor_hash = tip_hash", "1 does not follow"),
    ],
)
def test_tampering_is_noticed(driver: Driver, tamper, statement: str, fault: str):
    assert driver.store.trail.verify().intact
    tamper(statement)
    verification = driver.store.trail.verify()
    assert not verification.intact
    assert fault in verification.fault


def test_pruning_forgets_whole_chunks_and_keeps_the_chain(driver: Driver):
    tip = driver.store.trail.verify().tip
    assert driver.run(driver.store.prune_trail(before=4.2)) == 4
    verification = driver.store.trail.verify()
    assert (verification.intact, verification.chunks, verification.tip) == (True, 6, tip)
    assert next(driver.store.trail.events(newest_first=False)).request_id == "fine-4"
    assert driver.store.trail.find("id3") is None
    assert driver.store.trail.find("id4").request_id == "denied-4"
    driver.audited(audit_event("more", 11.0))
    assert driver.store.trail.verify().intact
    assert driver.run(driver.store.prune_trail(before=100.0)) == 7
    assert driver.store.trail.verify().intact
    assert list(driver.store.trail.events()) == []


def test_pruning_goes_on_until_all_is_gone(driver: Driver, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("vauban.storage.sqlite.writers._CHUNKS_PRUNED_AT_ONCE", 3)
    assert driver.run(driver.store.prune_trail(before=8.0)) == 8
    assert driver.store.trail.verify().chunks == 2


def test_times_out_of_order_are_found_all_the_same(driver: Driver):
    driver.audited(audit_event("early", 2.25), audit_event("far", 50.0))
    driver.audited(audit_event("back", 3.25))
    found = driver.store.trail.events(since=2.0, until=4.0, newest_first=False)
    assert [e.request_id for e in found] == ["fine-2", "denied-2", "fine-3", "denied-3", "early", "back"]


def test_reading_is_lazy(driver: Driver):
    reading = driver.store.trail.events()
    assert next(reading).request_id == "denied-9"
    driver.audited(audit_event("newer", 20.0))
    assert [event.request_id for event in reading][:2] == ["fine-9", "denied-8"]
