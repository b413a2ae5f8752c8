"""Backups and restores."""

import asyncio
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from vauban.kernel.errors import StorageUnavailable
from vauban.storage.sqlite import Site, open_store
from vauban.storage.sqlite.backups import back_up, restore, verify
from vauban.storage.sqlite.databases import FILE

from ..conftest import Driver
from ..samples import ACCOUNT, REGION, Safe, TestSealer, Widget, audit_event, domain_event, moment, widget


@pytest.fixture
def live(tmp_path: Path, loops: asyncio.Runner):
    """A store with one of everything, in use."""
    driver = Driver(loops, lambda: open_store(tmp_path / "live", TestSealer()))
    driver.put(widget("a", owner="ada", due_at=moment(5)), Safe(ACCOUNT, REGION, "1", b"gold"))
    changes = driver.store.begin()
    changes.at(ACCOUNT, REGION).emit(domain_event("e"))
    driver.commit(changes, audit_event("x", authorization_id="denied"))
    yield driver
    driver.run(driver.store.close())


def test_a_restored_backup_is_what_was_backed_up(live: Driver, loops: asyncio.Runner, tmp_path: Path):
    live.run(live.store.back_up(tmp_path / "backup"))
    live.put(widget("later"))
    verification = restore(tmp_path / "backup", tmp_path / "restored")
    assert (verification.intact, verification.events) == (True, 1)
    driver = Driver(loops, lambda: open_store(tmp_path / "restored", TestSealer()))
    assert [each.name for each in driver.here().list(Widget, index="owner", value="ada")] == ["a"]
    assert driver.here().get(Safe, "1").content == b"gold"
    assert driver.here().get(Widget, "later") is None
    assert driver.store.due(10)[1][3] == "a"
    assert [event.id for _, event in driver.store.outbox()] == ["e"]
    assert driver.store.trail.find("denied").request_id == "x"
    driver.put(widget("b"))
    driver.audited(audit_event("y"))
    assert driver.store.trail.verify().intact
    driver.run(driver.store.close())


def test_a_backup_made_while_others_write_is_one_state(live: Driver, tmp_path: Path):
    async def write_and_back_up() -> None:
        stop = asyncio.Event()

        async def write() -> None:
            count = 0
            while not stop.is_set():
                count += 1
                changes = live.store.begin()
                for name in ("left", "right"):
                    changes.at(ACCOUNT, REGION).put(widget(name, size=count))
                await live.store.commit(changes, [audit_event(str(count))])

        writing = asyncio.create_task(write())
        for number in range(5):
            await asyncio.sleep(0.02)
            await live.store.back_up(tmp_path / f"backup{number}")
        stop.set()
        await writing

    live.run(write_and_back_up())
    for number in range(5):
        assert verify(tmp_path / f"backup{number}" / FILE).intact
        restore(tmp_path / f"backup{number}", tmp_path / f"restored{number}")
        driver = Driver(live._runner, lambda number=number: open_store(tmp_path / f"restored{number}", TestSealer()))
        here = driver.here()
        left, right = here.get(Widget, "left"), here.get(Widget, "right")
        assert left == (right and widget("left", size=right.size))
        events = {event.request_id for event in driver.store.trail.events()} - {"x"}
        assert len(events) == (left.size if left else 0)
        driver.run(driver.store.close())


def test_files_named_beside_go_along_and_no_others(live: Driver, tmp_path: Path):
    (tmp_path / "live" / "seal.json").write_text("{}")
    (tmp_path / "live" / "root.key").write_text("never")
    live.run(live.store.back_up(tmp_path / "backup", beside=("seal.json", "absent.json")))
    assert sorted(each.name for each in (tmp_path / "backup").iterdir()) == ["seal.json", FILE]
    restore(tmp_path / "backup", tmp_path / "restored", beside=("seal.json",))
    assert (tmp_path / "restored" / "seal.json").read_text() == "{}"
    (tmp_path / "third").mkdir()
    (tmp_path / "third" / "seal.json").write_text("mine")
    with pytest.raises(StorageUnavailable, match=r"seal\.json already"):
        restore(tmp_path / "backup", tmp_path / "third", beside=("seal.json",))


def test_a_backup_is_for_its_owner_only(live: Driver, tmp_path: Path):
    live.run(live.store.back_up(tmp_path / "backup"))
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "backup" / FILE).stat().st_mode) == 0o600


def test_a_backup_overwrites_nothing(live: Driver, tmp_path: Path):
    (tmp_path / "backup").mkdir()
    with pytest.raises(FileExistsError):
        live.run(live.store.back_up(tmp_path / "backup"))


def test_a_restore_overwrites_nothing_and_disturbs_nobody(live: Driver, tmp_path: Path):
    live.run(live.store.back_up(tmp_path / "backup"))
    with pytest.raises(StorageUnavailable, match="in use"):
        restore(tmp_path / "backup", tmp_path / "live")
    Site(tmp_path / "idle").close()
    with pytest.raises(StorageUnavailable, match="already"):
        restore(tmp_path / "backup", tmp_path / "idle")


def test_a_backup_that_was_altered_is_not_restored(live: Driver, tmp_path: Path):
    live.run(live.store.back_up(tmp_path / "backup"))
    shutil.copytree(tmp_path / "backup", tmp_path / "altered")
    with sqlite3.connect(tmp_path / "altered" / FILE) as connection:
        connection.execute("UPDATE audit_chunks SET body = zeroblob(10)")
    with pytest.raises(StorageUnavailable, match="chunk 1 was altered"):
        restore(tmp_path / "altered", tmp_path / "restored")
    (tmp_path / "altered" / FILE).write_bytes(b"nonsense" * 1000)
    with pytest.raises(StorageUnavailable, match="damaged"):
        restore(tmp_path / "altered", tmp_path / "restored")
    with pytest.raises(StorageUnavailable, match="there is no"):
        restore(tmp_path / "nowhere", tmp_path / "restored")
    restore(tmp_path / "backup", tmp_path / "restored")


def test_a_backup_of_nothing_fails_and_leaves_nothing(tmp_path: Path):
    with pytest.raises(StorageUnavailable):
        back_up(tmp_path / "empty", tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []
