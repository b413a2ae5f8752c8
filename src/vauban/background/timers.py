"""What falls due, done: in order, each once, on Vauban's clock."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from vauban.background.clocks import VirtualClock
from vauban.background.jobs import Jobs
from vauban.kernel.calls import ServiceCall
from vauban.kernel.operations import DUE, CarryOut, ServiceEvent
from vauban.kernel.records import KINDS, Identity, RecordKind
from vauban.kernel.stores import Store

log = logging.getLogger("vauban.timers")

_RETRY_SECONDS = 60.0
"""How long a record whose work failed is left alone."""


class Timers:
    """Runs the ``@when_due`` functions. A record is done with when its own ``due`` has moved on or gone."""

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

    async def advance(self, clock: VirtualClock, moment: float) -> int:
        """Move the clock to ``moment`` (epoch seconds), stopping wherever something falls due; how many did."""
        done = 0
        while (due := self._next(moment)) is not None:
            at, identity = due
            await clock.move_to(at)
            done += await self._act(identity, max(at, self._now()))
            await self._settle()
        await clock.move_to(moment)
        await self._jobs.run(moment)
        await self._settle()
        return done

    async def run(self, until: float) -> int:
        """Do all that is due at ``until``; how many were done."""
        done = 0
        while (due := self._next(until)) is not None:
            done += await self._act(due[1], until)
        return done

    def _next(self, until: float) -> tuple[float, Identity] | None:
        """The earliest due record but for those whose work failed a moment ago."""
        now = asyncio.get_running_loop().time()
        return self._store.due(until, {identity for identity, again in self._failed.items() if again > now})

    async def _act(self, identity: Identity, moment: float) -> bool:
        try:
            await self._do_due(identity, moment)
        except Exception:
            log.exception("what was due for %s failed; it is tried again in %d s", identity, _RETRY_SECONDS)
            self._failed[identity] = asyncio.get_running_loop().time() + _RETRY_SECONDS
            return False
        self._failed.pop(identity, None)
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


def _act_if_due(kind: RecordKind, record_id: str, call: ServiceCall) -> ServiceEvent | None:
    """What was due may have been done, or called off, in the meantime."""
    record = call.store.get(kind.type, record_id)
    due = None if record is None else kind.due_at(record)
    if due is None or due.timestamp() > call.time:
        return None
    return DUE[kind.type](call, record)
