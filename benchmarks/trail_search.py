"""What searching a large trail costs: those who ask, and those who call meanwhile.

    python -m benchmarks.trail_search [events]

A day's worth of calls (a million, unless said otherwise) is written as a server writes it, summarized, and searched.
Then a worker's event loop is watched while queries are answered, first in a thread of the worker, then in a process of
their own: how late the loop gets to what it has to do is what a caller waits.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from itertools import islice
from pathlib import Path

import uvloop

from vauban.crypto.sealers import AccountSealer
from vauban.kernel.events import AuditEvent
from vauban.services.cloudtrail.queries import Scan, run_query
from vauban.services.cloudtrail.resources import Ingestion, Period
from vauban.storage.sqlite import open_store, stores
from vauban.storage.sqlite.databases import FILE
from vauban.storage.sqlite.searches import ProcessSearcher, Searcher, ThreadSearcher

ACCOUNT, REGIONS = "111122223333", ("us-east-1", "eu-west-1")
DAY = 86400
TICK = 0.001
STORE = "0233062a-1e5c-4c7e-9f0a-000000000000"
EVERYTHING = '[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]'
LOOKUPS = {
    "the newest": None,
    "by a common operation": ("EventName", "Decrypt"),
    "by one of 2000 keys": ("ResourceName", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{77:036}"),
    "by a user of two calls": ("Username", "rare"),
    "by nobody": ("Username", "nobody"),
}


def call(number: int, count: int, began: float) -> AuditEvent:
    user = "rare" if number in (5, count // 2) else f"user-{random.randrange(50)}"
    return AuditEvent(
        time=began + number * DAY / count,
        request_id=f"5b3f2b0e-5c4f-4f8e-9f0a-{number:012x}",
        service="kms",
        operation=random.choice(("Encrypt", "Decrypt", "GenerateDataKey")),
        account=ACCOUNT,
        region=random.choice(REGIONS),
        principal=("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/{user}", f"AIDA{user}", user, f"AKIA{user}", ""),
        source_ip="127.0.0.1",
        user_agent="Boto3/1.44.8 md/Botocore#1.44.8",
        secure=False,
        read_only=True,
        params={"keyId": f"{number % 2000:036}", "encryptionContext": {"app": "shop"}},
        resources=((f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{number % 2000:036}", "AWS::KMS::Key", ACCOUNT),),
    )


async def fill(store: stores.SqliteStore, count: int) -> None:
    began = time.time() - DAY
    for number in range(count):
        store.audit(call(number, count, began))
        if number % 200 == 199:
            await store.audited()
    await store.audited()


async def summarize(store: stores.SqliteStore, count: int) -> None:
    stores._PAUSES = 0
    cpu = time.process_time()
    made = await store.segment_trail()
    spent = time.process_time() - cpu
    print(f"summaries   {made} segments, {spent / count * 1e6:5.1f} us CPU an event, none of it in a worker's way")


def look_up(store: stores.SqliteStore) -> None:
    for name, attribute in LOOKUPS.items():
        cpu = time.process_time()
        found = list(islice(store.trail.lookup(ACCOUNT, REGIONS[0], attribute), 50))
        print(f"look up     {name:<24} {len(found):3} events in {(time.process_time() - cpu) * 1e3:7.1f} ms CPU")


async def lateness(work: Callable[[], Awaitable[object]]) -> tuple[float, list[float]]:
    """How long the work takes, and how late a loop that ticks every millisecond is meanwhile, in seconds, sorted."""
    late: list[float] = []
    begun = time.perf_counter()
    task = asyncio.ensure_future(work())
    while not task.done():
        due = time.perf_counter() + TICK
        await asyncio.sleep(TICK)
        late.append(time.perf_counter() - due)
    await task
    return time.perf_counter() - begun, sorted(late)


async def watch(name: str, searcher: Searcher) -> None:
    sql = f'SELECT eventName, count(*) AS n FROM "{STORE}" GROUP BY eventName'
    scan = Scan(sql, frozenset((ACCOUNT,)), "", time.time() - DAY / 5, (Ingestion(Period(0.0), EVERYTHING),))
    took, late = await lateness(lambda: searcher.run(run_query, scan))
    p50, p99 = (late[int(len(late) * part)] * 1e3 for part in (0.5, 0.99))
    print(f"a query     {name:<24} {took:6.1f} s; callers wait p50 {p50:5.2f} ms, p99 {p99:6.2f} ms longer")
    await searcher.close()


async def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        store = await open_store(Path(name), AccountSealer.ephemeral())
        await fill(store, count)
        size = (Path(name) / FILE).stat().st_size
        print(f"a trail     of {count} events, {size / 2**20:.0f} MiB")
        await summarize(store, count)
        look_up(store)
        await watch("in a worker's thread", ThreadSearcher(Path(name) / FILE))
        await watch("in its own process", ProcessSearcher(Path(name) / FILE))
        await store.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
