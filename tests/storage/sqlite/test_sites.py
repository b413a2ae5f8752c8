"""Processes that share a data directory: what they see of each other, and what is left when one is killed."""

import asyncio
import os
import random
import signal
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from vauban.kernel.errors import AuditUnavailable, Conflict, StorageUnavailable
from vauban.storage.sqlite import Site, open_store
from vauban.storage.sqlite.databases import FILE

from ..conftest import Driver, fork, written_by_a_process
from ..samples import ACCOUNT, REGION, Safe, TestSealer, Widget, audit_event, domain_event, widget


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "data"


def reopened(loops: asyncio.Runner, directory: Path) -> Driver:
    return Driver(loops, lambda: open_store(directory, TestSealer()))


async def write_and_tell(site: Site, number: int, pipe: int) -> None:
    """Commit as fast as can be, a line to ``pipe`` for each commit acknowledged, until the writer is gone."""
    store = await site.store(number, TestSealer())

    async def client(name: str) -> None:
        for count in range(1_000_000):
            changes = store.begin()
            here = changes.at(ACCOUNT, REGION)
            here.put(widget(f"{name}-{count}", size=count, owner=name))
            here.put(replace(here.get(Widget, name) or widget(name), size=count))
            here.emit(domain_event(f"{name}-{count}"))
            await store.commit(changes, [audit_event(f"{name}-{count}")])
            os.write(pipe, f"{name} {count}\n".encode())

    clients = [client(f"w{number}c{each}") for each in range(4)]
    await asyncio.gather(*clients, return_exceptions=True)


@pytest.mark.parametrize("attempt", range(5))
def test_what_was_acknowledged_outlives_a_killed_writer(attempt: int, directory: Path, loops: asyncio.Runner):
    reading, writing = os.pipe()
    site = Site(directory)
    site.connect(2)
    writer = fork(site.write)
    workers = [fork(lambda each=each: asyncio.run(write_and_tell(site, each, writing))) for each in range(2)]
    site.forked()
    os.close(writing)
    acknowledged = b""
    while len({line.split()[0] for line in acknowledged.splitlines()}) < 8:
        acknowledged += os.read(reading, 65536)
    time.sleep(random.uniform(0.05, 0.3))
    os.kill(writer, signal.SIGKILL)
    while data := os.read(reading, 65536):
        acknowledged += data
    for child in (writer, *workers):
        os.waitpid(child, 0)
    site.close()
    lines = [line.split() for line in acknowledged.decode().splitlines()]
    newest = {name: int(count) for name, count in lines}

    driver = reopened(loops, directory)
    here = driver.here()
    for name, count in lines:
        assert here.get(Widget, f"{name}-{count}").size == int(count)
    for name, count in newest.items():
        kept = here.get(Widget, name).size
        assert kept in (count, count + 1)
        assert here.count(Widget, index="owner", value=name) == kept + 1
    made = {f"{each.owner}-{each.size}" for each in here.list(Widget) if each.owner}
    assert {event.id for _, event in driver.store.outbox(limit=10**6)} == made
    assert {event.request_id for event in driver.store.trail.events()} == made
    assert driver.store.trail.verify().intact
    driver.put(widget("after"))
    driver.run(driver.store.close())


def test_a_worker_whose_writer_is_gone_acknowledges_nothing(directory: Path, loops: asyncio.Runner):
    with written_by_a_process(directory) as (site, writer):
        driver = Driver(loops, lambda: site.store(0, TestSealer()))
        driver.put(widget("a"))
        os.kill(writer, signal.SIGKILL)
        with pytest.raises(StorageUnavailable, match="gone"):
            driver.put(widget("b"))
        with pytest.raises(AuditUnavailable):
            driver.store.audit(audit_event("c"))
        assert driver.here().get(Widget, "a") is not None
        assert driver.here().get(Widget, "b") is None
        driver.run(driver.store.close())


def test_new_processes_go_on_where_killed_ones_stopped(directory: Path, loops: asyncio.Runner):
    site = Site(directory)
    for round in range(3):
        site.connect(1)
        writer = fork(site.write)
        driver = Driver(loops, lambda: site.store(0, TestSealer()))
        assert driver.here().count(Widget) == round
        driver.put(widget(f"w{round}"))
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        driver.run(driver.store.close())
    site.close()


def test_whatever_one_worker_was_told_every_worker_sees(directory: Path, loops: asyncio.Runner):
    """Each worker, when its turn comes, must find what the one before was just told is kept."""
    pipes = [os.pipe() for _ in range(3)]

    async def take_turns(number: int) -> None:
        store = await site.store(number, TestSealer(), cached_records=50)
        reading, writing = pipes[number][0], pipes[(number + 1) % 3][1]
        while turn := int.from_bytes(await asyncio.to_thread(os.read, reading, 4), "big"):
            changes = store.begin()
            here = changes.at(ACCOUNT, REGION)
            baton = here.get(Widget, "baton")
            assert (baton.size if baton else 0) == turn - 1
            assert here.count(Widget, index="owner", value="all") == min(turn - 1, 100)
            assert (here.get(Widget, f"w{turn % 100}") is not None) == (turn > 100)
            here.put(widget("baton", size=turn))
            here.put(widget(f"w{turn % 100}", owner="all"))
            await store.commit(changes, [])
            os.write(writing, (turn + 1 if turn < 400 else 0).to_bytes(4, "big"))
        os.write(writing, bytes(4))
        await store.close()

    with written_by_a_process(directory, workers=3) as (site, _):
        children = [fork(lambda each=each: asyncio.run(take_turns(each))) for each in range(3)]
        site.forked()
        os.write(pipes[0][1], (1).to_bytes(4, "big"))
        assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    driver = reopened(loops, directory)
    assert driver.here().get(Widget, "baton").size == 400
    driver.run(driver.store.close())


def test_workers_that_count_up_together_lose_nothing(directory: Path, loops: asyncio.Runner):
    async def count_up(number: int) -> None:
        store = await site.store(number, TestSealer())

        async def once() -> None:
            while True:
                changes = store.begin()
                here = changes.at(ACCOUNT, REGION)
                counter = here.get(Widget, "counter") or widget("counter")
                here.put(replace(counter, size=counter.size + 1))
                try:
                    return await store.commit(changes, [])
                except Conflict:
                    continue

        await asyncio.gather(*(once() for _ in range(50)))
        await store.close()

    with written_by_a_process(directory, workers=3) as (site, _):
        children = [fork(lambda each=each: asyncio.run(count_up(each))) for each in range(3)]
        site.forked()
        assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    driver = reopened(loops, directory)
    assert driver.here().get(Widget, "counter").size == 150
    driver.run(driver.store.close())


def test_states_are_never_mixed_while_others_write(directory: Path, loops: asyncio.Runner):
    """Two records always change together; a reader that finds them different must be told that it is stale."""

    async def write() -> None:
        store = await site.store(0, TestSealer())
        for count in range(600):
            changes = store.begin()
            for name in ("left", "right"):
                changes.at(ACCOUNT, REGION).put(widget(name, size=count, owner="pair"))
            await store.commit(changes, [])
        await store.close()

    async def read() -> None:
        store = await site.store(1, TestSealer(), cached_records=1)
        size = mixed = 0
        while size < 599:
            changes = store.begin()
            here = changes.at(ACCOUNT, REGION)
            found = [
                here.get(Widget, "left"),
                here.get(Widget, "right"),
                *here.list(Widget, index="owner", value="pair"),
            ]
            sizes = {each.size for each in found if each is not None}
            if len(sizes) > 1:
                assert store.stale(changes)
                mixed += 1
            size = max(sizes, default=0)
            await asyncio.sleep(0)
        await store.close()

    with written_by_a_process(directory, workers=2) as (site, _):
        children = [fork(lambda each=each: asyncio.run(each())) for each in (write, read)]
        site.forked()
        assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]


def test_a_directory_serves_one_server(directory: Path):
    site = Site(directory)
    with pytest.raises(StorageUnavailable, match=f"in use by process {os.getpid()}"):
        Site(directory)
    site.close()
    Site(directory).close()


def test_a_directory_is_in_use_as_long_as_a_process_of_its_server_lives(directory: Path):
    reading, writing = os.pipe()
    site = Site(directory)
    child = fork(lambda: os.read(reading, 1))
    site.close()
    with pytest.raises(StorageUnavailable, match="in use"):
        Site(directory)
    os.write(writing, b".")
    os.waitpid(child, 0)
    Site(directory).close()


def test_a_site_knows_whether_anything_is_kept(directory: Path, loops: asyncio.Runner):
    site = Site(directory)
    assert site.empty
    site.close()
    driver = reopened(loops, directory)
    driver.put(widget("a"))
    driver.run(driver.store.close())
    site = Site(directory)
    assert not site.empty
    site.close()


def test_only_the_owner_can_read_the_files(directory: Path, loops: asyncio.Runner):
    driver = reopened(loops, directory)
    driver.put(widget("a"))
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (directory, *directory.iterdir())}
    driver.run(driver.store.close())
    assert modes["data"] == 0o700
    assert {name: mode & 0o077 for name, mode in modes.items()} == dict.fromkeys(modes, 0)
    assert {FILE, f"{FILE}-wal", "lock"} <= modes.keys()


def test_no_secret_is_found_in_any_file(directory: Path, loops: asyncio.Runner):
    canaries = [b"canary-" + os.urandom(8).hex().encode() for _ in range(4)]
    driver = reopened(loops, directory)
    changes = driver.store.begin()
    changes.at(ACCOUNT, REGION).emit(structs.replace(domain_event("e"), secrets={"material": canaries[3]}))
    driver.commit(changes)
    driver.put(Safe(ACCOUNT, REGION, "1", canaries[0], canaries[1]))
    driver.put(Safe(ACCOUNT, REGION, "1", canaries[2]))
    for _ in range(2):
        for path in directory.iterdir():
            assert not any(canary in path.read_bytes() for canary in canaries)
        driver.run(driver.store.back_up(directory / "backup"))
        assert not any(canary in (directory / "backup" / FILE).read_bytes() for canary in canaries)
        for path in sorted((directory / "backup").iterdir()):
            path.unlink()
        (directory / "backup").rmdir()
    driver.run(driver.store.close())
    for path in directory.iterdir():
        assert not any(canary in path.read_bytes() for canary in canaries)
    driver = reopened(loops, directory)
    assert driver.here().get(Safe, "1") == Safe(ACCOUNT, REGION, "1", canaries[2])
    assert [event.secrets for _, event in driver.store.outbox()] == [{"material": canaries[3]}]
    driver.run(driver.store.close())
