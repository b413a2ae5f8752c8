"""Messages sent."""

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation, when_due
from vauban.kernel.records import replace
from vauban.services.sqs.boxes import moment, slot_of
from vauban.services.sqs.contents import (
    content,
    digest_of_attributes,
    digest_of_body,
    size,
)
from vauban.services.sqs.encryption import sealed
from vauban.services.sqs.errors import InvalidParameterValueException, invalid_value, missing
from vauban.services.sqs.resolvers import a_queue
from vauban.services.sqs.resources import Content, Deduplication, Message, Queue, Sequence, Slot

DEDUPLICATION = timedelta(minutes=5)
FIRST_SEQUENCE = 18_000_000_000_000_000_000
SEQUENCE_STEP = 256
SEQUENCE_AHEAD = 100_000
"""How far the bound of a queue's numbers is set ahead, so that not every message moves it."""
LONGEST_DELAY = 900
_TOKEN = re.compile(r"[A-Za-z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}\Z")


@operation("SendMessage", on=a_queue)
def send_message(
    call: Call,
    queue: Queue,
    message_body: str,
    delay_seconds: int | None = None,
    message_attributes: dict[str, Any] | None = None,
    message_system_attributes: dict[str, Any] | None = None,
    message_deduplication_id: str | None = None,
    message_group_id: str | None = None,
) -> dict[str, Any]:
    said = content(message_body, message_attributes or {}, message_system_attributes or {})
    require_size(queue, size(said))
    return sent(call, queue, said, delay_seconds, message_deduplication_id, message_group_id)


def require_size(queue: Queue, size: int) -> None:
    most = queue.seconds("MaximumMessageSize")
    if size > most:
        raise InvalidParameterValueException(
            f"One or more parameters are invalid. Reason: Message must be shorter than {most} bytes."
        )


def sent(
    call: Call,
    queue: Queue,
    said: Content,
    delay_seconds: int | None,
    deduplication_id: str | None,
    group: str | None,
    order: int = 0,
) -> dict[str, Any]:
    """Put a message into the queue, unless it is one already; what its sender is told. ``order`` is that in a batch."""
    delay = _delay(queue, delay_seconds)
    if group is not None:
        _require_token("MessageGroupId", group)
    if not queue.is_fifo:
        if deduplication_id is not None:
            raise invalid_value(
                deduplication_id,
                "MessageDeduplicationId",
                "The request includes a parameter that is not valid for this queue type.",
            )
        return _answer(said, _put(call, queue, said, delay, group or "", "", "", order), "")
    if not group:
        raise missing("MessageGroupId")
    deduplication_id = _deduplication_id(queue, said, deduplication_id)
    known = _deduplication(call, queue, deduplication_id, group)
    if known is not None:
        return _answer(said, known.message_id, known.sequence)
    sequence = next_sequence(call, queue)
    message_id = _put(call, queue, said, delay, group, deduplication_id, sequence, order)
    token = _deduplication_token(queue, deduplication_id, group)
    expires = call.now + DEDUPLICATION
    call.store.put(Deduplication(token, queue.account, queue.region, message_id, sequence, expires))
    return _answer(said, message_id, sequence)


@when_due(Deduplication)
def forget(call: Call, deduplication: Deduplication) -> None:
    call.store.delete(deduplication)


@when_due(Message)
def expire(call: Call, message: Message) -> None:
    """Forget a message whose retention is over; it may have been made longer since it was sent."""
    queue = call.store.get(Queue, message.queue)
    if queue is not None and queue.box == message.box:
        expires = retained_until(queue, message.sent)
        if expires > call.time:
            call.store.put(replace(message, expires=at(expires)))
            return
    slot = slot_of(call, message.message_key)
    if slot is not None:
        call.store.delete(slot)
    call.store.delete(message)


def retained_until(queue: Queue, sent: float) -> float:
    return sent + queue.seconds("MessageRetentionPeriod")


def next_sequence(call: Call, queue: Queue) -> str:
    """Twenty digits, greater than those of all messages that had been acknowledged when this was sent.

    Taken of the clock, so that who sends to a queue at the same time need not wait for each other. Where the clock has
    gone back, numbers are counted until it has caught up.
    """
    known = call.store.get(Sequence, queue.box) or Sequence(queue.box, queue.account, queue.region, 0, 0)
    number = max(int(call.real_time * 1e6), call.computed.get(Sequence, 0) + 1)
    while call.store.get(Slot, f"{queue.box}/{_sequence(number)}") is not None:
        number += 1
    if number <= known.floor:
        number = known.bound + 1
        call.store.put(replace(known, floor=number, bound=number))
    elif number > known.bound:
        call.store.put(replace(known, floor=number, bound=number + SEQUENCE_AHEAD))
    call.computed[Sequence] = number
    return _sequence(number)


def _sequence(number: int) -> str:
    return str(FIRST_SEQUENCE + SEQUENCE_STEP * number)


def slot_id(call: Call, queue: Queue, visible: float, sequence: str, order: int = 0) -> str:
    """A place in the box: of a FIFO queue in the order of sending, else in that of when it can be received."""
    if queue.is_fifo:
        return f"{queue.box}/{sequence}"
    return f"{queue.box}/{moment(visible)}/{moment(call.real_time)}/{order:02d}/{call.random(4).hex()}"


def at(time: float) -> datetime:
    return datetime.fromtimestamp(time, UTC)


def _put(
    call: Call, queue: Queue, said: Content, delay: int, group: str, deduplication_id: str, sequence: str, order: int
) -> str:
    """The new message's id."""
    message_id = call.uuid()
    key = f"{queue.box}/{message_id}"
    kept, data_key = sealed(call, queue, message_id, said)
    call.store.put(
        Message(
            key,
            queue.account,
            queue.region,
            queue.name,
            call.time,
            at(retained_until(queue, call.time)),
            call.principal.unique_id,
            kept,
            data_key,
            queue.arn if data_key else "",
            group,
            deduplication_id,
            sequence,
        )
    )
    visible = call.time + delay
    place = slot_id(call, queue, visible, sequence, order)
    whose = {"group": group, "delayed": bool(delay)} if queue.is_fifo else {"tenant": group}
    call.store.put(Slot(place, queue.account, queue.region, key, visible, **whose))
    return message_id


def _answer(said: Content, message_id: str, sequence: str) -> dict[str, Any]:
    told = {"MD5OfMessageBody": digest_of_body(said.body), "MessageId": message_id}
    if said.attributes:
        told["MD5OfMessageAttributes"] = digest_of_attributes(said.attributes)
    if said.system_attributes:
        told["MD5OfMessageSystemAttributes"] = digest_of_attributes(said.system_attributes)
    return {**told, "SequenceNumber": sequence} if sequence else told


def _delay(queue: Queue, asked: int | None) -> int:
    if asked is None:
        return queue.seconds("DelaySeconds")
    if queue.is_fifo and asked:
        raise invalid_value(
            asked, "DelaySeconds", "The request include parameter that is not valid for this queue type."
        )
    if not 0 <= asked <= LONGEST_DELAY:
        raise invalid_value(asked, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.")
    return queue.seconds("DelaySeconds") if queue.is_fifo else asked


def _require_token(parameter: str, value: str) -> None:
    if not _TOKEN.match(value):
        raise invalid_value(
            value,
            parameter,
            f"{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.",
        )


def _deduplication_id(queue: Queue, said: Content, given: str | None) -> str:
    if given is not None:
        _require_token("MessageDeduplicationId", given)
        return given
    if queue.deduplicates_by_content:
        return sha256(said.body.encode()).hexdigest()
    raise InvalidParameterValueException(
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
    )


def _deduplication_token(queue: Queue, deduplication_id: str, group: str) -> str:
    scope = group if queue.effective["DeduplicationScope"] == "messageGroup" else ""
    return f"{queue.box}/{scope} {deduplication_id}"


def _deduplication(call: Call, queue: Queue, deduplication_id: str, group: str) -> Deduplication | None:
    known = call.store.get(Deduplication, _deduplication_token(queue, deduplication_id, group))
    return known if known is not None and known.expires > call.now else None
