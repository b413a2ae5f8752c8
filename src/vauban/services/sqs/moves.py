"""Messages moved from one queue to another: among the dead letters, and back by message move tasks."""

from vauban.kernel.calls import Call
from vauban.kernel.records import replace
from vauban.services.sqs.resources import Message, Queue, Slot
from vauban.services.sqs.sends import at, next_sequence, retained_until, slot_id


def moved(call: Call, message: Message, slot: Slot, source: Queue, target: Queue, *, dead_letter_source: str) -> None:
    """Put a message of ``source`` into ``target`` as it is. A standard queue's keeps its age, a FIFO queue's is new."""
    sequence = next_sequence(call, target) if target.is_fifo else ""
    key = f"{target.box}/{message.message_id}"
    sent = call.time if target.is_fifo else message.sent
    call.store.delete(message)
    call.store.delete(slot)
    call.store.put(
        replace(
            message,
            message_key=key,
            queue=target.name,
            sent=sent,
            expires=at(retained_until(target, sent)),
            sequence=sequence,
            dead_letter_source=dead_letter_source,
        )
    )
    place = slot_id(call, target, call.time, sequence)
    call.store.put(replace(slot, slot_id=place, message_key=key, visible=call.time, last_received=0.0))
