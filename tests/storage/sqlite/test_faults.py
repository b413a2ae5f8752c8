"""Disks that are full, damaged, not ours, or from the future."""

import asyncio
import os
import resource
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from vauban.kernel.errors import AuditUnavailable, StorageUnavailable
from vauban.storage.sqlite import Site, open_store
from vauban.storage.sqlite.databases import FILE

from ..conftest import Driver, written_by_a_process
from ..samples import TestSealer, Widget, audit_event, widget


@pytest.fixture
def small_disk(tmp_path: Path):
    """A directory with little room beneath it."""
    place = tmp_path / "small"
    place.mkdir()
    as_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    options = f"size=1m,uid={os.geteuid()}"
    subprocess.run([*as_root, "mount", "-t", "tmpfs", "-o", options, "tmpfs", place], check=True)
    yield place
    subprocess.run([*as_root, "umount", "--lazy", place], check=True)


def test_a_full_disk_fails_calls_and_recovers(small_disk: Path, loops: asyncio.Runner):
    directory = small_disk / "data"
    with written_by_a_process(directory) as (site, _):
        driver = Driver(loops, lambda: site.store(0, TestSealer()))
        driver.put(widget("first"))
        ballast = small_disk / "ballast"
        with open(ballast, "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
        kept = ["first"]
        fillers = (widget(f"w{number:04}", notes={"filler": "x" * 1000}) for number in range(1000))
        with pytest.raises(StorageUnavailable, match="full"):
            kept.extend(_kept(driver, each) for each in fillers)
        with pytest.raises(AuditUnavailable, match="full"):
            driver.audited(audit_event("refused"))
        assert [each.name for each in driver.here().list(Widget)] == kept
        ballast.unlink()

        async def until_recovered() -> None:
            while True:
                try:
                    return driver.store.audit(audit_event("recovered"))
                except AuditUnavailable:
                    await asyncio.sleep(0.05)

        driver.run(until_recovered())
        driver.put(widget("last"))
        driver.run(driver.store.audited())
        assert [each.name for each in driver.here().list(Widget)] == sorted([*kept, "last"])
        assert "recovered" in {event.request_id for event in driver.store.trail.events()}
        assert driver.store.trail.verify().intact
        driver.run(driver.store.close())


def test_audit_events_of_answered_calls_wait_for_a_full_disk(tmp_path: Path, loops: asyncio.Runner):
    """Under a limit on the size of files: what was taken before the disk was full is written once there is room."""
    driver = Driver(loops, lambda: open_store(tmp_path / "data", TestSealer()))
    driver.put(widget("a"))
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "data" / f"{FILE}-wal").stat().st_size, limits[1]))
    try:
        driver.store.audit(audit_event("answered"))
        with pytest.raises(AuditUnavailable):
            driver.run(driver.store.audited())
        with pytest.raises(AuditUnavailable):
            driver.store.audit(audit_event("refused"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    driver.run(asyncio.sleep(0.4))
    driver.audited(audit_event("after"))
    assert [event.request_id for event in driver.store.trail.events(newest_first=False)] == ["answered", "after"]
    driver.run(driver.store.close())


def test_a_newer_release_s_database_is_refused_with_advice(tmp_path: Path):
    Site(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StorageUnavailable, match="newer release"):
        Site(tmp_path)


def test_another_application_s_database_is_left_alone(tmp_path: Path):
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(StorageUnavailable, match="another application"):
        Site(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("damage", [b"not a database, surely" * 300, b"SQLite format 3\0" + bytes(5000)])
def test_a_damaged_database_is_refused_with_advice(damage: bytes, tmp_path: Path):
    (tmp_path / FILE).write_bytes(damage)
    with pytest.raises(StorageUnavailable, match=r"backup|another application"):
        Site(tmp_path)


def test_a_page_that_was_overwritten_is_noticed_at_the_start(tmp_path: Path, loops: asyncio.Runner):
    driver = Driver(loops, lambda: open_store(tmp_path, TestSealer()))
    driver.put(*(widget(f"w{number}", notes={"filler": "x" * 500}) for number in range(100)))
    driver.run(driver.store.close())
    size = (tmp_path / FILE).stat().st_size
    with open(tmp_path / FILE, "r+b") as file:
        file.seek(size // 4096 // 2 * 4096)
        file.write(os.urandom(4096))
    with pytest.raises(StorageUnavailable, match="backup"):
        Site(tmp_path)


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageUnavailable, match="cannot be written"):
        Site(tmp_path / "file" / "data")


def _kept(driver: Driver, record: Widget) -> str:
    driver.put(record)
    return record.name
