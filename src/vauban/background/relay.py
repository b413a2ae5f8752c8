"""Domain events out of the outbox, to whatever reacts to them: in order, at least once."""

import asyncio
import logging
from dataclasses import dataclass

from vauban.kernel.calls import Call
from vauban.kernel.events import DomainEvent
from vauban.kernel.ids import request_id as new_id
from vauban.kernel.operations import BY_ITSELF, REACTIONS, Reaction
from vauban.kernel.principals import service_principal
from vauban.kernel.records import record
from vauban.kernel.requests import Request
from vauban.kernel.stores import Store

log = logging.getLogger("vauban.relay")

_TRIES = 5
_FIRST_PAUSE_SECONDS = 0.1


@record("background:DeadLetter", id="event_id")
class DeadLetter:
    """An event that a reaction failed on each time, kept for somebody to look at."""

    event_id: str
    account: str
    region: str
    event: DomainEvent
    service: str
    """Whose reaction failed."""
    error: str


@dataclass(frozen=True)
class _Delivery:
    event: DomainEvent
    reaction: Reaction


class Relay:
    """Hands each event to every reaction that wants it, then forgets it. A reaction may see an event again after a
    crash, and so must do no harm the second time."""

    def __init__(self, store: Store, reactions: list[Reaction] = REACTIONS):
        self._store = store
        self._reactions = reactions

    async def deliver(self) -> int:
        """Deliver all that is in the outbox; how many events there were."""
        delivered = 0
        while waiting := self._store.outbox():
            for _, event in waiting:
                for reaction in self._reactions:
                    if reaction.wants(event):
                        await self._hand_over(_Delivery(event, reaction))
            await self._store.forget(waiting[-1][0])
            delivered += len(waiting)
        return delivered

    async def _hand_over(self, delivery: _Delivery) -> None:
        """Try, pausing longer each time; in the end the event becomes a dead letter, and the next one has its turn."""
        for attempt in range(_TRIES):
            try:
                await self._react(delivery)
                return
            except Exception as error:
                log.exception("%s failed on %s", delivery.reaction.service, delivery.event.detail_type)
                failure = error
                await asyncio.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
        await self._bury(delivery, failure)

    async def _react(self, delivery: _Delivery) -> None:
        event, reaction = delivery.event, delivery.reaction
        changes = self._store.begin()
        principal = service_principal(reaction.service)
        where = (event.account, event.region)
        call = Call(reaction.service, BY_ITSELF, {}, principal, *where, event.time, Request("", ""), new_id())
        call.store = changes.at(*where)
        reaction.act(call, event)
        await self._store.commit(changes, [])

    async def _bury(self, delivery: _Delivery, error: Exception) -> None:
        event = delivery.event
        changes = self._store.begin()
        letter = DeadLetter(event.id, event.account, event.region, event, delivery.reaction.service, repr(error))
        changes.at(event.account, event.region).put(letter)
        await self._store.commit(changes, [])
