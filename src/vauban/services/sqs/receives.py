"""Messages received."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation, when_due
from vauban.kernel.records import replace
from vauban.services.sqs.attributes import allows, target_of
from vauban.services.sqs.boxes import is_full, moment, slot_of
from vauban.services.sqs.contents import (
    TRACE_HEADER,
    chosen,
    digest_of_attributes,
    digest_of_body,
)
from vauban.services.sqs.encryption import opened
from vauban.services.sqs.errors import InvalidAttributeName, OverLimit, invalid_value
from vauban.services.sqs.handles import Receipt, handle_of
from vauban.services.sqs.moves import moved
from vauban.services.sqs.resolvers import a_queue
from vauban.services.sqs.resources import Message, Queue, ReceiveAttempt, Slot
from vauban.services.sqs.sends import retained_until, slot_id
from vauban.services.sqs.tenants import fairly

MOST = 10
LONGEST_WAIT = 20
LONGEST_INVISIBLE = 43_200
AT_ONCE = 50
"""Slots of a FIFO queue that are looked at in one go."""
FIFO_DEPTH = 120_000
"""How far SQS looks for a group that is free."""
MOST_WAKES = 50
"""How often a receive that waits looks again; then it is answered without messages."""
PLACE = "place"
"""Noted by a receive from a standard queue: after what it looked, what it found first, and how often that was gone."""
TIDIED = "tidied"
"""Noted where a receive takes messages out of the queue that it gives to nobody: it is answered rather than waits."""
ATTEMPT = timedelta(minutes=5)
SYSTEM_ATTRIBUTES = {
    "All",
    "SenderId",
    "SentTimestamp",
    "ApproximateReceiveCount",
    "ApproximateFirstReceiveTimestamp",
    "SequenceNumber",
    "MessageDeduplicationId",
    "MessageGroupId",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
}


@operation("ReceiveMessage", on=a_queue)
def receive_message(
    call: Call,
    queue: Queue,
    attribute_names: list[str] | None = None,
    message_system_attribute_names: list[str] | None = None,
    message_attribute_names: list[str] | None = None,
    max_number_of_messages: int | None = None,
    visibility_timeout: int | None = None,
    wait_time_seconds: int | None = None,
    receive_request_attempt_id: str | None = None,
) -> dict[str, Any]:
    most = 1 if max_number_of_messages is None else max_number_of_messages
    if not 1 <= most <= MOST:
        raise invalid_value(most, "MaxNumberOfMessages", "Must be between 1 and 10, if provided.")
    invisible = queue.seconds("VisibilityTimeout") if visibility_timeout is None else visibility_timeout
    require_timeout(invisible)
    wait = queue.seconds("ReceiveMessageWaitTimeSeconds") if wait_time_seconds is None else wait_time_seconds
    if not 0 <= wait <= LONGEST_WAIT:
        raise invalid_value(wait, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.")
    wanted = _system_names(attribute_names, message_system_attribute_names)
    attempt_id = _attempt_id(queue, receive_request_attempt_id)
    taken = [] if _is_full(call, queue, wait) else _taken(call, queue, most, invisible, attempt_id)
    if not taken:
        _wait(call, queue, wait)
        return {}
    return {"Messages": [_told(call, queue, *each, wanted, message_attribute_names or []) for each in taken]}


def _is_full(call: Call, queue: Queue, wait: int) -> bool:
    """Raises OverLimit, where somebody asks a standard queue without waiting; else there are no messages for now."""
    full = is_full(call, queue)
    if full and not queue.is_fifo and not wait:
        raise OverLimit("Too many messages are in flight: delete some that were received, or let them time out.")
    return full


def require_timeout(seconds: int) -> None:
    if not 0 <= seconds <= LONGEST_INVISIBLE:
        raise invalid_value(seconds, "VisibilityTimeout", "Must be between 0 and 43200, if provided.")


def hidden_until(call: Call, queue: Queue, slot: Slot, visible: float, **changes: Any) -> Slot:
    """Give a message another time when it can be received; its new slot."""
    if queue.is_fifo:
        moved_slot = replace(slot, visible=visible, **changes)
    else:
        call.store.delete(slot)
        moved_slot = replace(slot, slot_id=slot_id(call, queue, visible, ""), visible=visible, **changes)
    call.store.put(moved_slot)
    return moved_slot


@when_due(ReceiveAttempt)
def forget(call: Call, attempt: ReceiveAttempt) -> None:
    call.store.delete(attempt)


def _wait(call: Call, queue: Queue, seconds: int) -> None:
    """Wait until something changes in the box, or the time is over; the handler is run again then."""
    until = call.once("until", lambda: call.real_time + seconds)
    wakes = call.computed["wakes"] = call.computed.get("wakes", 0) + 1
    call.computed.pop(PLACE, None)
    left = until - call.real_time
    if left <= 0 or wakes > MOST_WAKES or call.computed.pop(TIDIED, False):
        return
    call.wait(Slot, index="box", value=queue.box, seconds=min(left, _next_visible(call, queue)))


def _next_visible(call: Call, queue: Queue) -> float:
    """In how many seconds the next message of the box can be received, at the earliest."""
    if queue.is_fifo:
        times = [slot.visible for slot in call.store.list(Slot, prefix=f"{queue.box}/", limit=AT_ONCE)]
    else:
        times = [slot.visible for slot in call.store.list(Slot, prefix=f"{queue.box}/", limit=1)]
    ahead = [time - call.time for time in times if time > call.time]
    return min(ahead, default=LONGEST_WAIT) + 0.002


def _taken(call: Call, queue: Queue, most: int, invisible: int, attempt_id: str) -> list[tuple[Message, Slot]]:
    """Messages, now in flight."""
    again = _given_before(call, queue, attempt_id, invisible)
    if again:
        return again
    taken: list[tuple[Message, Slot]] = []
    seen: set[str] = set()
    for slot in _fifo_slots(call, queue) if queue.is_fifo else fairly(call, queue, _slots(call, queue, most), most):
        message = None if slot.message_key in seen else _receivable(call, queue, slot)
        if message is None:
            continue
        seen.add(slot.message_key)
        first = slot.first_received or call.time
        counted = {"receive_count": slot.receive_count + 1, "first_received": first, "last_received": call.time}
        taken.append((message, hidden_until(call, queue, slot, call.time + invisible, **counted)))
        if len(taken) == most:
            break
    if attempt_id and taken:
        receipts = {message.message_key: slot.receive_count for message, slot in taken}
        call.store.put(ReceiveAttempt(attempt_id, queue.account, queue.region, receipts, call.now + ATTEMPT))
    return taken


def _slots(call: Call, queue: Queue, most: int) -> Iterator[Slot]:
    """Those of a standard queue that can be received, the one that can be for longest first.

    Where somebody else was faster, those from somewhere behind: not all are to run after the same.
    """
    after, first, tries = call.computed.get(PLACE, ("", "", 0))
    if first and call.store.get(Slot, first) is None:
        tries += 1
        after = _somewhere(call, queue, first, most * 2**tries)
    found = list(islice(_in_order(call, queue, most, after), most))
    if after and not found:
        after = ""
        found = list(islice(_in_order(call, queue, most), most))
    if found:
        call.computed[PLACE] = (after, found[0].slot_id, tries)
        yield from found
        yield from _in_order(call, queue, most, found[-1].slot_id)


def _somewhere(call: Call, queue: Queue, first: str, spread: int) -> str:
    """A place among about ``spread`` slots from the first on, by the time that they could be received."""
    begin = int(first.split("/")[1]) / 1e6
    share = min(1.0, spread / max(1, call.store.count(Slot, index="box", value=queue.box)))
    chance = int.from_bytes(call.random(4), "big") / 2**32
    return f"{queue.box}/{moment(begin + (call.time - begin) * share * chance)}"


def _in_order(call: Call, queue: Queue, most: int, after: str = "") -> Iterator[Slot]:
    """Those that can be received, in order of when they could be."""
    prefix = f"{queue.box}/"
    after = after or prefix
    while True:
        found = call.store.list(Slot, prefix=prefix, after=after, limit=most)
        for slot in found:
            if slot.visible > call.time:
                return
            yield slot
        if len(found) < most:
            return
        after = found[-1].slot_id


def _fifo_slots(call: Call, queue: Queue) -> Iterator[Slot]:
    """Those of a FIFO queue that can be received, in order: of a group of which a message is in flight, none."""
    free: dict[str, bool] = {}
    after = prefix = f"{queue.box}/"
    for _ in range(FIFO_DEPTH // AT_ONCE):
        found = call.store.list(Slot, prefix=prefix, after=after, limit=AT_ONCE)
        for slot in found:
            if slot.group not in free:
                free[slot.group] = _is_free(call, slot)
            if free[slot.group] and slot.visible > call.time:
                free[slot.group] = False
            if free[slot.group]:
                yield slot
        if len(found) < AT_ONCE:
            return
        after = found[-1].slot_id


def _is_free(call: Call, slot: Slot) -> bool:
    first = call.store.list(Slot, index="group", value=slot.box_and_group, limit=MOST)
    return not any(each.receive_count and each.visible > call.time for each in first)


def _receivable(call: Call, queue: Queue, slot: Slot) -> Message | None:
    """The slot's message, unless its time is over or it belongs among the dead letters; then it is gone from here."""
    message = call.store.get(Message, slot.message_key)
    if message is None or retained_until(queue, message.sent) <= call.time:
        call.computed[TIDIED] = True
        call.store.delete(slot)
        if message is not None:
            call.store.delete(message)
        return None
    redrive = queue.redrive
    if redrive is None or slot.receive_count < int(redrive["maxReceiveCount"]):
        return message
    target = target_of(call.store, redrive["deadLetterTargetArn"])
    if target is None or not allows(target, queue.name):
        return message
    call.computed[TIDIED] = True
    moved(call, message, slot, queue, target, dead_letter_source=queue.arn)
    return None


def _attempt_id(queue: Queue, given: str | None) -> str:
    if not given:
        return ""
    if not queue.is_fifo:
        raise invalid_value(
            given, "ReceiveRequestAttemptId", "The request include parameter that is not valid for this queue type."
        )
    return f"{queue.box}/{given}"


def _given_before(call: Call, queue: Queue, attempt_id: str, invisible: int) -> list[tuple[Message, Slot]]:
    """What the attempt was given before, if all of it is still in flight; its visibility timeout begins anew."""
    known = call.store.get(ReceiveAttempt, attempt_id) if attempt_id else None
    if known is None or known.expires <= call.now:
        return []
    found: list[tuple[Message, Slot]] = []
    for key, count in known.receipts.items():
        message, slot = call.store.get(Message, key), slot_of(call, key)
        if message is None or slot is None or slot.receive_count != count or slot.visible <= call.time:
            return []
        found.append((message, slot))
    return [(message, hidden_until(call, queue, slot, call.time + invisible)) for message, slot in found]


def _system_names(*lists: list[str] | None) -> set[str]:
    names = {name for each in lists for name in each or ()}
    for name in names - SYSTEM_ATTRIBUTES:
        raise InvalidAttributeName(f"Unknown Attribute {name}.")
    return names


def _told(
    call: Call, queue: Queue, message: Message, slot: Slot, wanted: set[str], attribute_names: list[str]
) -> dict[str, Any]:
    said = opened(call, queue, message)
    told: dict[str, Any] = {
        "MessageId": message.message_id,
        "ReceiptHandle": handle_of(call, queue, Receipt(message.message_key, slot.receive_count)),
        "MD5OfBody": digest_of_body(said.body),
        "Body": said.body,
    }
    system = _system_attributes(message, slot)
    if TRACE_HEADER in said.system_attributes:
        system[TRACE_HEADER] = said.system_attributes[TRACE_HEADER]["StringValue"]
    attributes = system if "All" in wanted else {name: system[name] for name in system if name in wanted}
    if attributes:
        told["Attributes"] = attributes
    asked = chosen(said.attributes, attribute_names)
    if asked:
        told |= {"MessageAttributes": asked, "MD5OfMessageAttributes": digest_of_attributes(asked)}
    return told


def _system_attributes(message: Message, slot: Slot) -> dict[str, str]:
    known = {
        "SenderId": message.sender_id,
        "SentTimestamp": str(int(message.sent * 1000)),
        "ApproximateReceiveCount": str(slot.receive_count),
        "ApproximateFirstReceiveTimestamp": str(int(slot.first_received * 1000)),
        "SequenceNumber": message.sequence,
        "MessageDeduplicationId": message.deduplication_id,
        "MessageGroupId": message.group,
        "DeadLetterQueueSourceArn": message.dead_letter_source,
    }
    return {name: value for name, value in known.items() if value}
