"""Events out of the outbox, to the services that react to them: at least once, and in order for each place.

An event's place is the account and region that it was sent to, or happened in. Each place has a queue of its own, and
each lane of a place, so one where nothing goes well holds up no other.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import islice

import msgspec

from vauban.kernel.calls import ServiceCall
from vauban.kernel.errors import AuditUnavailable, StorageUnavailable
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import REACTIONS, CarryOut, Reaction, ServiceEvent
from vauban.kernel.records import record, secret
from vauban.kernel.regions import EVERY_REGION, Regions
from vauban.kernel.stores import Store

log = logging.getLogger("vauban.relay")

_TRIES = 5
_FIRST_PAUSE_SECONDS = 0.1
_STORAGE_PAUSE_SECONDS = 1.0
_AT_ONCE = 100
"""So many events of a place are forgotten together."""
_HELD = 10_000
"""So many events at most wait in memory."""

Place = tuple[str, str, str]
"""Account, region and lane."""


@record("background:DeadLetter", id="event_id")
class DeadLetter:
    """An event that a reaction failed on each time, kept for somebody to look at."""

    event_id: str
    account: str
    region: str
    event: DomainEvent
    """Without its secrets."""
    service: str
    """Whose reaction failed."""
    error: str
    secrets: bytes = secret(b"")
    """The event's secrets by name, as MessagePack."""


class Relay:
    """Hands each event to every reaction that wants it, then forgets it. A reaction may see an event again after a
    crash, and so must do no harm the second time."""

    def __init__(
        self,
        store: Store,
        carry_out: CarryOut,
        reactions: list[Reaction] = REACTIONS,
        regions: Regions = EVERY_REGION,
    ):
        self._store = store
        self._carry_out = carry_out
        self._reactions = reactions
        self._regions = regions
        self._read: int | None = None
        """The position up to which the outbox has been read; None before the first time."""
        self._queues: dict[Place, deque[tuple[int, DomainEvent]]] = {}
        self._tasks: set[asyncio.Task] = set()
        self._delivered = 0
        self.listeners: list[Callable[[DomainEvent], None]] = []
        """Told of each event as it leaves the outbox, whoever reacts to it."""

    async def deliver(self) -> int:
        """Deliver all that is in the outbox, and what comes of it; how many events there were."""
        before = self._delivered
        self.feed()
        while self._tasks:
            await asyncio.wait(self._tasks)
            self.feed()
        return self._delivered - before

    def feed(self) -> None:
        """Take in what is new in the outbox; it is delivered in the background. Costs nothing where nothing is new."""
        newest = self._store.newest()
        if self._read is not None and newest <= self._read:
            return
        self._read = self._read or 0
        while sum(map(len, self._queues.values())) < _HELD:
            waiting = self._store.outbox(self._read)
            if not waiting:
                self._read = max(self._read, newest)
                return
            for position, event in waiting:
                self._take(position, event)
            self._read = waiting[-1][0]

    def close(self) -> None:
        """Deliver nothing more: what is in the outbox stays there for the next start."""
        for task in self._tasks:
            task.cancel()

    def _take(self, position: int, event: DomainEvent) -> None:
        """What is for a Region that a peer holds is left to the link with it."""
        for listener in self.listeners:
            listener(event)
        if event.to is None or self._regions.holds(event.to[1]):
            self._enqueue(position, event)

    def _enqueue(self, position: int, event: DomainEvent) -> None:
        place = (*event.place, event.lane)
        if place not in self._queues:
            self._queues[place] = deque()
            task = asyncio.create_task(self._drain(place))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._queues[place].append((position, event))

    async def _drain(self, place: Place) -> None:
        queue = self._queues[place]
        try:
            while queue:
                await self._deliver_first(queue)
        finally:
            del self._queues[place]

    async def _deliver_first(self, queue: deque[tuple[int, DomainEvent]]) -> None:
        """The first events of a queue; they stay there where they cannot be forgotten now."""
        first = list(islice(queue, _AT_ONCE))
        try:
            for _, event in first:
                for reaction in self._reactions:
                    if reaction.wants(event):
                        await self._hand_over(event, reaction)
            await self._store.forget([position for position, _ in first])
        except (StorageUnavailable, AuditUnavailable) as fault:
            log.error("events have to wait: %s", fault)
            await asyncio.sleep(_STORAGE_PAUSE_SECONDS)
            return
        for _ in first:
            queue.popleft()
        self._delivered += len(first)

    async def _hand_over(self, event: DomainEvent, reaction: Reaction) -> None:
        """Try, pausing longer each time; in the end the event becomes a dead letter, and the next one has its turn."""
        for attempt in range(_TRIES):
            call = ServiceCall(reaction.service, *event.place, event.time, event.cause)
            try:
                await self._carry_out(call, partial(_react, reaction, event))
                return
            except Exception as error:
                log.exception("%s failed on %s", reaction.service, event.detail_type)
                failure = error
                await asyncio.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
        await self._bury(event, reaction, failure)

    async def _bury(self, event: DomainEvent, reaction: Reaction, error: Exception) -> None:
        changes = self._store.begin()
        secrets = msgspec.msgpack.encode(event.secrets) if event.secrets else b""
        told = msgspec.structs.replace(event, secrets={})
        letter = DeadLetter(event.id, *event.place, told, reaction.service, repr(error), secrets)
        changes.at(*event.place).put(letter)
        await self._store.commit(changes, [])


def _react(reaction: Reaction, event: DomainEvent, call: ServiceCall) -> ServiceEvent | None:
    return reaction.act(call, event)
