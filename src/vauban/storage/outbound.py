"""What a worker has to say to the writer, gathered into batches: one under way, the next one filling."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from vauban.kernel.errors import AuditUnavailable, Conflict, StorageUnavailable
from vauban.kernel.events import AuditEvent
from vauban.kernel.records import Identity
from vauban.storage.audit import batch
from vauban.storage.links import Link
from vauban.storage.messages import Batch, Commit, Reply, encode
from vauban.storage.segments import Segment

AUDIT_SECONDS = 0.04
"""How long audit events of calls that changed nothing gather before they are sent."""
_RETRY_SECONDS = 0.25
_EVENTS_HELD = 100_000
"""So many events that are not yet durable, and calls fail."""

Written = Mapping[Identity, Any | None]
"""Records by identity, None where one was forgotten."""


@dataclass(slots=True)
class _Work:
    """One batch: what it holds, and who waits for it."""

    commits: list[tuple[msgspec.Raw, Written, asyncio.Future]] = field(default_factory=list)
    events: list[AuditEvent] = field(default_factory=list)
    forget: list[int] = field(default_factory=list)
    prune_before: float | None = None
    segment: Segment | None = None
    done: asyncio.Future | None = None
    """Resolved with the writer's reply, where somebody asked for it."""

    def message(self) -> Batch:
        audit = batch(self.events) if self.events else None
        commits = [commit[0] for commit in self.commits]
        return Batch(commits, audit, self.forget, self.prune_before, self.segment)


class Outbound:
    """Sends at the loop's next tick, or as soon as what is under way was answered; audit events can wait 40 ms."""

    def __init__(self, link: Link, keep: Callable[[list[Written], Reply], None]):
        self._loop = asyncio.get_running_loop()
        self._link = link
        self._keep = keep
        self._next = _Work()
        self._under_way: _Work | None = None
        self._wanted = False
        self._timer: asyncio.TimerHandle | None = None
        self._writing: dict[Identity, asyncio.Future] = {}
        self._fault = ""

    def writing(self, identities: Iterable[Identity]) -> asyncio.Future | None:
        """A commit that has not been answered and changes one of these."""
        if not self._writing:
            return None
        return next((self._writing[each] for each in identities if each in self._writing), None)

    def commit(self, commit: Commit, written: Written) -> asyncio.Future:
        """The future has the position of its last event, or raises Conflict or StorageUnavailable.

        Raises TypeError or ValueError for what cannot be encoded.
        """
        encoded = msgspec.Raw(encode(commit))
        durable = self._loop.create_future()
        self._writing.update(dict.fromkeys(written, durable))
        self._next.commits.append((encoded, written, durable))
        self._want()
        return durable

    def audit(self, event: AuditEvent) -> None:
        """Raises AuditUnavailable while the writer cannot write."""
        events = self._next.events
        if self._fault or len(events) >= _EVENTS_HELD:
            raise AuditUnavailable(self._fault or "the writer does not keep up")
        events.append(event)
        if self._timer is None:
            self._timer = self._loop.call_later(AUDIT_SECONDS, self._want)

    async def audited(self) -> None:
        """Raises AuditUnavailable."""
        try:
            if self._next.events:
                await self._sent()
            elif self._under_way is not None and self._under_way.events:
                await self._answer(self._under_way)
        except StorageUnavailable as error:
            raise AuditUnavailable(str(error)) from error

    async def forget(self, positions: Sequence[int]) -> None:
        self._next.forget += positions
        await self._sent()

    async def prune(self, before: float) -> int:
        """How many chunks went; there may be more."""
        self._next.prune_before = before
        return (await self._sent()).pruned

    async def keep_segment(self, segment: Segment) -> None:
        self._next.segment = segment
        await self._sent()

    async def flush(self) -> None:
        """Wait until nothing is left to send."""
        while self._under_way is not None or self._next.commits or self._next.events:
            await (self._answer(self._under_way) if self._under_way else self._sent())

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._link.close()

    async def _sent(self) -> Reply:
        self._want()
        return await self._answer(self._next)

    async def _answer(self, work: _Work) -> Reply:
        if work.done is None:
            work.done = self._loop.create_future()
        reply = await asyncio.shield(work.done)
        if reply.fault:
            raise StorageUnavailable(reply.fault)
        return reply

    def _want(self) -> None:
        if not self._wanted:
            self._wanted = True
            if self._under_way is None:
                self._loop.call_soon(self._send)

    def _send(self) -> None:
        self._wanted = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        work, self._next = self._next, _Work()
        self._under_way = work
        self._link.send(work.message(), partial(self._answered, work))

    def _answered(self, work: _Work, reply: Reply) -> None:
        self._under_way = None
        self._fault = reply.fault
        if reply.fault:
            self._next.events[:0] = work.events
            self._timer = self._timer or self._loop.call_later(_RETRY_SECONDS, self._want)
        self._settle(work, reply)
        if self._wanted:
            self._send()
        if work.commits and not reply.fault:
            conflicts = set(reply.conflicts)
            self._keep([each[1] for number, each in enumerate(work.commits) if number not in conflicts], reply)

    def _settle(self, work: _Work, reply: Reply) -> None:
        """Tell everybody who waits; they go on at the loop's next tick."""
        for number, (_, written, durable) in enumerate(work.commits):
            for identity in written:
                del self._writing[identity]
            if reply.fault:
                durable.set_exception(StorageUnavailable(reply.fault))
            elif number in reply.conflicts:
                durable.set_exception(Conflict("a record has moved"))
            else:
                durable.set_result(reply.events[number])
        if work.done is not None:
            work.done.set_result(reply)
