"""What is in a queue's box, and what is left of one that nobody can receive from any more."""

from datetime import timedelta

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation, when_due
from vauban.kernel.records import replace
from vauban.services.sqs.errors import PurgeQueueInProgress
from vauban.services.sqs.resolvers import a_queue
from vauban.services.sqs.resources import Message, Queue, Remains, Slot

PURGE_SECONDS = 60
MOST_IN_FLIGHT = 120_000
AT_ONCE = 200
"""How many messages of a box are forgotten in one commit."""


@operation("PurgeQueue", on=a_queue)
def purge_queue(call: Call, queue: Queue) -> None:
    if queue.purged is not None and call.now < queue.purged + timedelta(seconds=PURGE_SECONDS):
        raise PurgeQueueInProgress(
            f"Only one PurgeQueue operation on {queue.name} is allowed every {PURGE_SECONDS} seconds."
        )
    leave(call, queue)
    call.store.put(replace(queue, box=call.uuid().replace("-", ""), purged=call.now))


def leave(call: Call, queue: Queue) -> None:
    """Have the box emptied."""
    call.store.put(Remains(queue.box, queue.account, queue.region, call.now))


@when_due(Remains)
def empty(call: Call, remains: Remains) -> None:
    slots = call.store.list(Slot, prefix=f"{remains.box}/", limit=AT_ONCE)
    for slot in slots:
        message = call.store.get(Message, slot.message_key)
        if message is not None:
            call.store.delete(message)
        call.store.delete(slot)
    if len(slots) == AT_ONCE:
        call.store.put(replace(remains, due_at=call.now + timedelta(milliseconds=1)))
    else:
        call.store.delete(remains)


def counts(call: Call, queue: Queue) -> tuple[int, int, int]:
    """How many messages can be received, are in flight, and are delayed."""
    total = call.store.count(Slot, index="box", value=queue.box)
    hidden = [slot for slot in hidden_slots(call, queue) if slot.visible > call.time]
    in_flight = sum(1 for slot in hidden if slot.receive_count)
    return total - len(hidden), in_flight, len(hidden) - in_flight


def is_full(call: Call, queue: Queue) -> bool:
    """Whether as many messages are in flight as may be. Looks at them only where there could be so many."""
    if call.store.count(Slot, index="box", value=queue.box) < MOST_IN_FLIGHT:
        return False
    return counts(call, queue)[1] >= MOST_IN_FLIGHT


def hidden_slots(call: Call, queue: Queue) -> list[Slot]:
    """Slots among which are all that cannot be received now."""
    if queue.is_fifo:
        return call.store.list(Slot, index="hidden", value=queue.box)
    prefix = f"{queue.box}/"
    return call.store.list(Slot, prefix=prefix, after=f"{prefix}{moment(call.time)}~")


def moment(time: float) -> str:
    """A time (seconds since the epoch) as slots are in order of it."""
    return f"{int(time * 1e6):017d}"


def slot_of(call: Call, message_key: str) -> Slot | None:
    found = call.store.list(Slot, index="message", value=message_key, limit=1)
    return found[0] if found else None
