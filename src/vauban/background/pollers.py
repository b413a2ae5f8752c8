"""What is done for as long as something is there to be done: queues that functions are to be given the messages of."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from vauban.kernel.calls import ServiceCall
from vauban.kernel.errors import AwsError
from vauban.kernel.operations import POLLS, CarryOut, Poll
from vauban.kernel.records import Identity, kind_of
from vauban.kernel.stores import Store

log = logging.getLogger("vauban.pollers")

_PAUSE_SECONDS = 1.0
"""Before it is asked again where nothing was waited for."""
_TROUBLE_SECONDS = 10.0
"""Before it is asked again where that was refused, or failed."""


class Pollers:
    """One task for each record of the declared kinds, and one for each thing that it has to do."""

    def __init__(self, store: Store, carry_out: CarryOut, now: Callable[[], float], polls: list[Poll] = POLLS):
        self._store = store
        self._carry_out = carry_out
        self._now = now
        self._polls = polls
        self._tasks: dict[Identity, asyncio.Task[None]] = {}
        self._handling: set[asyncio.Task[None]] = set()

    def feed(self) -> None:
        """Begin what is not begun; what is over ends by itself."""
        self._tasks = {identity: task for identity, task in self._tasks.items() if not task.done()}
        for poll, record in self._records():
            identity = kind_of(record).identity(record)
            if identity not in self._tasks:
                self._tasks[identity] = asyncio.create_task(self._go_on(poll, identity))

    async def run(self) -> int:
        """Do at once all that there is to do, and wait for nothing; how many things were done."""
        done = 0
        for poll, record in self._records():
            try:
                while (held := await self._taken(poll, record, patient=False)) is not None:
                    await self._handle(poll, record, held)
                    done += 1
            except AwsError as refusal:
                log.info("%s is left alone for now: %s", kind_of(record).identity(record), refusal)
        return done

    def close(self) -> None:
        """Do nothing more."""
        for task in (*self._tasks.values(), *self._handling):
            task.cancel()

    def _records(self) -> list[tuple[Poll, Any]]:
        records = self._store.begin().at("", "")
        return [(poll, record) for poll in self._polls for record in records.list(poll.kind)]

    async def _go_on(self, poll: Poll, identity: Identity) -> None:
        """Until the record is another one, or gone."""
        loop, record = asyncio.get_running_loop(), self._store.load(identity)
        places = asyncio.Semaphore(record.at_once)
        while self._store.load(identity) == record:
            await places.acquire()
            begun = loop.time()
            held = await self._taken_or_left(poll, record)
            if held is None:
                places.release()
                await asyncio.sleep(max(0.0, begun + _PAUSE_SECONDS - loop.time()))
                continue
            task = loop.create_task(self._handle(poll, record, held))
            self._handling.add(task)
            task.add_done_callback(self._handling.discard)
            task.add_done_callback(lambda _: places.release())

    async def _taken_or_left(self, poll: Poll, record: Any) -> Any:
        try:
            return await self._taken(poll, record, patient=True)
        except AwsError:
            await asyncio.sleep(_TROUBLE_SECONDS)
        except Exception:
            log.exception("%s cannot be polled", kind_of(record).identity(record))
            await asyncio.sleep(_TROUBLE_SECONDS)
        return None

    async def _taken(self, poll: Poll, record: Any, *, patient: bool) -> Any:
        held = await self._done(record, lambda call: poll.take(call, record, None, patient))
        while held is not None and not held.ready:
            held = await self._done(record, partial(_take_more, poll, record, held, patient))
        return held

    async def _handle(self, poll: Poll, record: Any, held: Any) -> None:
        try:
            await self._done(record, lambda call: poll.handle(call, record, held))
        except AwsError as refusal:
            log.info("what was taken for %s is left: %s", kind_of(record).identity(record), refusal)
        except Exception:
            log.exception("what was taken for %s is left", kind_of(record).identity(record))

    async def _done(self, record: Any, act: Callable[[ServiceCall], Any]) -> Any:
        """What ``act`` says, once its changes are kept."""
        said: list[Any] = []

        def keep(call: ServiceCall) -> None:
            said[:] = [act(call)]

        call = ServiceCall(kind_of(record).name.split(":")[0], record.account, record.region, self._now())
        await self._carry_out(call, keep)
        return said[0]


def _take_more(poll: Poll, record: Any, held: Any, patient: bool, call: ServiceCall) -> Any:
    return poll.take(call, record, held, patient)
