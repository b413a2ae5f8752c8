"""What is done every so often by the clock, whether or not anything falls due."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from vauban.kernel.calls import ServiceCall
from vauban.kernel.operations import JOBS, CarryOut, Job
from vauban.kernel.records import kind_of
from vauban.kernel.sinks import Sink
from vauban.kernel.stores import Store

log = logging.getLogger("vauban.jobs")


class Jobs:
    """Runs the ``@every`` functions, one at a time."""

    def __init__(
        self,
        store: Store,
        carry_out: CarryOut,
        now: Callable[[], float],
        sink: Sink | None = None,
        jobs: list[Job] = JOBS,
    ):
        self._store = store
        self._carry_out = carry_out
        self._sink = sink
        self._jobs = jobs
        self._begun = now()
        self._last: dict[int, float] = {}
        """When each job was last run, by its place in the list."""
        self._lock = asyncio.Lock()

    async def run(self, moment: float) -> None:
        """Do what the clock has passed a multiple of its seconds for."""
        async with self._lock:
            for place, job in enumerate(self._jobs):
                if moment // job.seconds > self._last.get(place, self._begun) // job.seconds:
                    self._last[place] = moment
                    await self._run(job, moment)

    async def _run(self, job: Job, moment: float) -> None:
        """Over each record, as long as there is more to do. One that fails holds up none of the others."""
        for record in self._store.begin().at("", "").list(job.kind):
            try:
                while await self._act(job, record, moment):
                    pass
            except Exception:
                log.exception("%s failed over %s", job.act.__qualname__, kind_of(record).identity(record))

    async def _act(self, job: Job, record: Any, moment: float) -> bool:
        kind = kind_of(record)
        more = [False]

        def act(call: ServiceCall) -> None:
            newest = call.store.get(kind.type, kind.identity(record)[3])
            more[0] = newest is not None and job.act(call, newest)

        call = ServiceCall(kind.name.split(":")[0], record.account, record.region, moment, sink=self._sink)
        await self._carry_out(call, act)
        return more[0]
