"""Health checks, really made: one process's view of each target that traffic may go to."""

import asyncio
from typing import Any

from vauban.edge.heads import RequestHead, ResponseHead
from vauban.edge.pools import Member, Pool, Pools
from vauban.edge.upstreams import TargetFailed, Upstream, connect, target_tls
from vauban.kernel.traffic import HealthCheck

_LOOK_SECONDS = 0.25
_MOST_ANSWER_BYTES = 1024 * 1024


class Checks:
    """Checks every member of every pool that is used, each at its own interval."""

    def __init__(self, pools: Pools):
        self._pools = pools
        self._tasks: dict[Member, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """For as long as the process lives."""
        while True:
            self.adjust()
            await asyncio.sleep(_LOOK_SECONDS)

    def adjust(self) -> None:
        """Begin with members that are new, leave off with those that are gone."""
        members = {each for pool in self._pools if _is_checked(pool) for each in pool.members.values()}
        for gone in self._tasks.keys() - members:
            self._tasks.pop(gone).cancel()
        for member in members - self._tasks.keys():
            self._tasks[member] = asyncio.create_task(_check_repeatedly(member))

    def close(self) -> None:
        for task in self._tasks.values():
            task.cancel()


def _is_checked(pool: Pool) -> bool:
    return pool.used and pool.group.health_check.enabled and pool.group.target_type == "ip"


async def _check_repeatedly(member: Member) -> None:
    while True:
        await check(member)
        await asyncio.sleep(member.group.health_check.interval_seconds)


async def check(member: Member) -> None:
    """One check; the member is told what came of it."""
    how = member.group.health_check
    try:
        async with asyncio.timeout(how.timeout_seconds):
            status = await _ask(member, how)
    except TimeoutError:
        member.judge(False, "Target.Timeout", "Request timed out")
    except (TargetFailed, OSError):
        member.judge(False, "Target.FailedHealthChecks", "Health checks failed")
    else:
        passed = _matches(status, how.matcher)
        member.judge(passed, "Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{status}]")


async def _ask(member: Member, how: HealthCheck) -> int:
    host, port = member.target.id, how.port or member.target.port
    named = (f"[{host}]" if ":" in host else host) + f":{port}"
    path = how.path.encode()
    upstream = await connect(host, port, target_tls() if how.protocol == "HTTPS" else None)
    try:
        head = (
            b"GET %b HTTP/1.1\r\nHost: %b\r\nConnection: close\r\nUser-Agent: ELB-HealthChecker/2.0\r\n"
            b"Accept-Encoding: gzip, compressed\r\n\r\n" % (path, named.encode())
        )
        heard = _Heard(upstream)
        answered = upstream.begin(head, RequestHead(b"GET", path, b"1.1", [(b"Host", named.encode())]), heard)
        await asyncio.wait([answered, heard.status], return_when=asyncio.FIRST_COMPLETED)
        if not heard.status.done():
            await answered
        answered.cancel()
        return await heard.status
    finally:
        upstream.close()


class _Heard:
    """Hears the status and lets the rest pass."""

    def __init__(self, upstream: Upstream) -> None:
        self.status: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._upstream = upstream

    def take_head(self, head: ResponseHead) -> None:
        self.status.set_result(head.status)

    def take_data(self, data: bytes) -> None:
        if self._upstream.received_bytes > _MOST_ANSWER_BYTES:
            self._upstream.close()

    def take_end(self) -> None:
        pass

    def let_body(self, flowing: bool) -> None:
        pass

    def take_switch(self, head: ResponseHead, upstream: Any, rest: bytes) -> None:
        self.status.set_result(head.status)


def _matches(status: int, matcher: str) -> bool:
    """``200``, ``200,202``, ``200-299``."""
    for each in matcher.split(","):
        low, _, high = each.strip().partition("-")
        if int(low) <= status <= int(high or low):
            return True
    return False
