"""What falls due, done: in order, each once, on Vauban's clock."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from vauban.background.clocks import VirtualClock
from vauban.background.jobs import Jobs
from vauban.kernel.calls import ServiceCall
from vauban.kernel.operations import DUE, WAITING, CarryOut, ServiceEvent
from vauban.kernel.records import KINDS, Identity, RecordKind, kind_of
from vauban.kernel.stores import Store

log = logging.getLogger("vauban.timers")

AT_ONCE = 8
"""So many records whose work waits for others are worked on at a time."""
_RETRY_SECONDS = 60.0
"""How long a record whose work failed is left alone."""

Due = tuple[float, Identity]


class Timers:
    """Runs the ``@when_due`` functions. A record is done with when its own ``due`` has moved on or gone.

    Work that waits for others is in hands of its own: each takes one record at a time, until nothing more of it is due.
    """

    def __init__(
        self,
        store: Store,
        carry_out: CarryOut,
        settle: Callable[[], Awaitable[Any]],
        now: Callable[[], float],
        jobs: Jobs,
    ):
        """``settle`` delivers the events of what was done; ``jobs`` are run where the clock arrives."""
        self._store = store
        self._carry_out = carry_out
        self._settle = settle
        self._now = now
        self._jobs = jobs
        self._failed: dict[Identity, float] = {}
        self._taken: set[Identity] = set()
        """What the hands are at."""
        self._hands: set[asyncio.Task] = set()
        self._done = 0

    async def advance(self, clock: VirtualClock, moment: float) -> int:
        """Move the clock to ``moment`` (epoch seconds), stopping wherever something falls due; how many did."""
        before = self._done
        while (due := self._next(moment)) is not None or self._hands:
            if due is None or (self._hands and due[0] > self._now()):
                await self._until_a_hand_is_free()
            else:
                await clock.move_to(due[0])
                await self._begin(due, max(due[0], self._now()))
            await self._settle()
        await clock.move_to(moment)
        await self._jobs.run(moment)
        await self._settle()
        return self._done - before

    async def run(self, until: float) -> int:
        """Do all that is due at ``until``, and begin what waits for others; how many were done."""
        before = self._done
        waiting = _waiting_kinds()
        while len(self._hands) < AT_ONCE and (due := self._next(until, waiting)) is not None:
            self._hand(due[1], until)
        while (due := self._next(until, KINDS.keys() - waiting)) is not None:
            await self._act(due[1], until)
        return self._done - before

    def close(self) -> None:
        """Begin nothing more, and wait for nobody: what is due stays so for the next start."""
        for hand in self._hands:
            hand.cancel()

    def _next(self, until: float, kinds: frozenset[str] | set[str] | None = None) -> Due | None:
        """The earliest due record but for those in hand, and those whose work failed a moment ago."""
        now = asyncio.get_running_loop().time()
        failed = {identity for identity, again in self._failed.items() if again > now}
        return self._store.due(until, self._taken | failed, kinds)

    async def _begin(self, due: Due, moment: float) -> None:
        _, identity = due
        if identity[0] not in _waiting_kinds():
            await self._act(identity, moment)
        elif len(self._hands) < AT_ONCE:
            self._hand(identity, moment)
        else:
            await self._until_a_hand_is_free()

    async def _until_a_hand_is_free(self) -> None:
        await asyncio.wait(self._hands, return_when=asyncio.FIRST_COMPLETED)

    def _hand(self, identity: Identity, moment: float) -> None:
        self._taken.add(identity)
        hand = asyncio.create_task(self._work(identity, moment))
        self._hands.add(hand)
        hand.add_done_callback(self._hands.discard)

    async def _work(self, identity: Identity, moment: float) -> None:
        """The record's turns, and then those of the next one that is due."""
        try:
            while await self._act(identity, moment):
                moment = max(moment, self._now())
                if not _is_due(KINDS[identity[0]], self._store.load(identity), moment):
                    break
        finally:
            self._taken.discard(identity)
        due = self._next(moment, _waiting_kinds())
        if due is not None:
            self._hand(due[1], moment)

    async def _act(self, identity: Identity, moment: float) -> bool:
        try:
            await self._do_due(identity, moment)
        except Exception:
            log.exception("what was due for %s failed; it is tried again in %d s", identity, _RETRY_SECONDS)
            self._failed[identity] = asyncio.get_running_loop().time() + _RETRY_SECONDS
            return False
        self._failed.pop(identity, None)
        self._done += 1
        return True

    async def _do_due(self, identity: Identity, moment: float) -> None:
        """One ``@when_due`` function over one record: its changes, events and audit in one commit."""
        kind, account, region, record_id = identity
        record = self._store.load(identity)
        if record is None:
            return
        where = getattr(record, "account", account), getattr(record, "region", region)
        call = ServiceCall(kind.split(":")[0], *where, moment)
        await self._carry_out(call, partial(_act_if_due, KINDS[kind], record_id))


def _waiting_kinds() -> set[str]:
    return {kind_of(kind).name for kind in WAITING}


def _act_if_due(kind: RecordKind, record_id: str, call: ServiceCall) -> ServiceEvent | None:
    """What was due may have been done, or called off, in the meantime."""
    record = call.store.get(kind.type, record_id)
    return DUE[kind.type](call, record) if _is_due(kind, record, call.time) else None


def _is_due(kind: RecordKind, record: Any | None, moment: float) -> bool:
    due = None if record is None else kind.due_at(record)
    return due is not None and due.timestamp() <= moment
