"""What storage costs: durable commits through the writer process beside SQLite committing each by itself, and reads.

    python benchmarks/storage.py [directory]

A commit is an upsert, a new version and an audit event, on disk before it is acknowledged. The peer writes the same two
rows with `sqlite3` in the same mode, one transaction after the other. The ratio is what counts; both run on the same
disk (``directory``, or the temporary one), in turn.
"""

import asyncio
import os
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from timeit import repeat

import uvloop

from vauban.crypto.sealers import AccountSealer
from vauban.kernel.events import AuditEvent
from vauban.kernel.records import record, secret
from vauban.storage.sqlite import Site, open_store
from vauban.storage.sqlite.stores import SqliteStore

ACCOUNT, REGION = "111122223333", "eu-west-3"
SECONDS = 3.0
BARE_SECONDS = 1.0
VALUE = b"x" * 200
SEALER = AccountSealer.ephemeral()


@record("bench:Parameter", id="name", indexes={"owner": "owner"})
class Parameter:
    account: str
    region: str
    name: str
    number: int
    value: bytes = secret()
    owner: str = "somebody"


@record("bench:Version", id="id")
class Version:
    account: str
    region: str
    id: str
    value: bytes = secret()


def audit_event() -> AuditEvent:
    principal = ("root", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "", "AKIAIOSFODNN7EXAMPLE", "")
    return AuditEvent(
        time=time.time(),
        request_id="5b3f2b0e-5c4f-4f8e-9f0a-000000000000",
        service="ssm",
        operation="PutParameter",
        account=ACCOUNT,
        region=REGION,
        principal=principal,
        source_ip="127.0.0.1",
        user_agent="Boto3/1.44.0",
        secure=False,
        read_only=False,
        params={"Name": "/app/db/password", "Overwrite": True},
    )


async def write(store: SqliteStore, tag: str, clients: int) -> list[float]:
    """Commit in closed loops for a while; how long each commit took."""
    took: list[float] = []
    end = time.perf_counter() + SECONDS

    async def client(name: str) -> None:
        while (started := time.perf_counter()) < end:
            changes = store.begin()
            here = changes.at(ACCOUNT, REGION)
            before = here.get(Parameter, name)
            number = before.number + 1 if before else 1
            here.put(Parameter(ACCOUNT, REGION, name, number, VALUE))
            here.put(Version(ACCOUNT, REGION, f"{name}:{number:08}", VALUE))
            await store.commit(changes, [audit_event()])
            took.append(time.perf_counter() - started)

    await asyncio.gather(*(client(f"/{tag}/{number}") for number in range(clients)))
    return took


def fork(work: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return child


def commits(directory: Path, workers: int, clients: int) -> tuple[float, str]:
    """``clients`` closed loops shared among ``workers`` processes: commits per second, and what there is to tell."""
    site = Site(directory)
    site.connect(workers)
    writer = fork(site.write)
    reading, writing = os.pipe()

    async def work(number: int) -> None:
        store = await site.store(number, SEALER)
        took = await write(store, f"{workers}x{clients}w{number}", clients // workers)
        await store.close()
        with os.fdopen(writing, "w") as pipe:
            pipe.writelines(f"{each:.6f}\n" for each in took)

    def run(number: int) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work(number))

    children = [fork(lambda number=number: run(number)) for number in range(workers)]
    site.forked()
    os.close(writing)
    with os.fdopen(reading) as pipe:
        took = sorted(float(line) for line in pipe)
    usages = [os.wait4(child, 0)[2] for child in (*children, writer)]
    site.close()
    busy = [_cpu(usage) / len(took) * 1e6 for usage in usages]
    p50, p99 = (took[int(len(took) * part)] * 1e3 for part in (0.5, 0.99))
    told = f"p50 {p50:6.2f} ms, p99 {p99:6.2f} ms; CPU us: workers {sum(busy[:-1]):4.0f}, writer {busy[-1]:4.0f}"
    return len(took) / SECONDS, told


def _cpu(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def bare_commits(path: Path) -> float:
    """The same rows, each pair its own transaction: commits per second."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS rows (id TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID")
    count, end = 0, time.perf_counter() + BARE_SECONDS
    while time.perf_counter() < end:
        count += 1
        connection.execute("BEGIN")
        connection.execute("INSERT OR REPLACE INTO rows VALUES (?, ?)", (f"/bare/{count % 64}", VALUE))
        connection.execute("INSERT OR REPLACE INTO rows VALUES (?, ?)", (f"/bare/{count % 64}:{count:08}", VALUE))
        connection.execute("COMMIT")
    connection.close()
    return count / BARE_SECONDS


@dataclass
class Reads:
    """What a call's reads cost, in memory and beyond it."""

    store: SqliteStore

    def begin_and_two_gets(self) -> None:
        here = self.store.begin().at(ACCOUNT, REGION)
        here.get(Parameter, "/read/0")
        here.get(Parameter, "/read/1")

    def begin_and_list_ten_by_index(self) -> None:
        self.store.begin().at(ACCOUNT, REGION).list(Parameter, index="owner", value="somebody")

    def begin_and_get_from_disk(self) -> None:
        self.store._source._cache.clear()
        changes = self.store.begin()
        changes.at(ACCOUNT, REGION).get(Parameter, "/read/0")
        self.store.stale(changes)
        self.store._source.release()

    def relaxed_audit(self) -> None:
        self.store.audit(EVENT)


EVENT = audit_event()


async def reads(directory: Path) -> None:
    store = await open_store(directory, SEALER)
    changes = store.begin()
    for number in range(10):
        changes.at(ACCOUNT, REGION).put(Parameter(ACCOUNT, REGION, f"/read/{number}", 1, VALUE))
    await store.commit(changes, [])
    costs = Reads(store)
    for action in (
        costs.begin_and_two_gets,
        costs.begin_and_list_ten_by_index,
        costs.begin_and_get_from_disk,
        costs.relaxed_audit,
    ):
        least = min(repeat(action, number=5_000, repeat=7)) / 5_000 * 1e6
        print(f"  {action.__name__.replace('_', ' '):34} {least:7.2f} us")
    await store.close()


def main() -> None:
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as place:
        asyncio.run(reads(Path(place, "reads")))
        for workers, clients in ((1, 1), (1, 16), (1, 64), (2, 64), (2, 256)):
            bare = bare_commits(Path(place, "bare.sqlite"))
            rate, told = commits(Path(place, f"{workers}x{clients}"), workers, clients)
            print(f"  {workers} workers, {clients:3} clients {rate:7.0f}/s, {rate / bare:4.1f} x sqlite3's; {told}")


if __name__ == "__main__":
    main()
