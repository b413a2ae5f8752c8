"""Messages of queues, given to functions: received, given, and deleted once the function has handled them.

Whatever is not deleted can be received again after the queue's visibility timeout: what a function fails on, and what
was in hand when Vauban ended. Source: Lambda Developer Guide, "Handling errors for an SQS event source".
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vauban.kernel.arns import queue_url
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.operations import POLLS, Poll
from vauban.outside.functions import Event, Outcome, invoke, invoke_anew
from vauban.services.lambda_.event_filters import wants
from vauban.services.lambda_.invocations import MOST_PAYLOAD, chosen, performed
from vauban.services.lambda_.log_streams import keep_log
from vauban.services.lambda_.resolvers import Target, target_of
from vauban.services.lambda_.resources import EventSourceMapping, Function, Poller
from vauban.services.lambda_.roles import as_role

PATIENCE_SECONDS = 20
_MOST_AT_ONCE = 10
"""Messages that SQS gives, or takes back, in one call."""
_ROOM = 1024
"""Bytes that are around the records of an event."""

Message = dict[str, Any]


@dataclass(frozen=True)
class Batch:
    """Messages in hand, as functions are given them."""

    messages: tuple[Message, ...]
    until: float
    """When more of them are waited for no longer, in seconds since the epoch."""
    ready: bool


def take(call: ServiceCall, poller: Poller, held: Batch | None, patient: bool) -> Batch | None:
    """Receive as many messages as a batch may have, or as come in its window."""
    mapping, target = _mapped(call, poller)
    if mapping is None or target is None:
        return held and Batch(held.messages, held.until, ready=True)
    before = held.messages if held else ()
    wait = _wait(call, held) if patient else 0
    received = _received(call, mapping, target, mapping.batch_size - len(before), wait)
    messages = (*before, *received)
    if not messages:
        return None
    until = held.until if held else call.time + mapping.window
    is_over = call.time >= until if patient else not received
    is_ready = len(messages) >= mapping.batch_size or is_over
    return Batch(messages, until, is_ready)


def handle(call: ServiceCall, poller: Poller, held: Batch) -> None:
    """Delete what nobody wants and what the function has handled."""
    mapping, target = _mapped(call, poller)
    if mapping is None or target is None:
        return
    wanted = [each for each in held.messages if wants(mapping.filters, each)]
    done = [each for each in held.messages if each not in wanted]
    for number, part in enumerate(_parts(wanted)):
        done += _handled(call, mapping, target, part, number)
    _delete(call, mapping, target, done)


POLLS.append(Poll(Poller, take, handle))


def _mapped(call: ServiceCall, poller: Poller) -> tuple[EventSourceMapping | None, Target | None]:
    mapping = call.store.get(EventSourceMapping, poller.uuid)
    if mapping is None or not mapping.enabled:
        return None, None
    function = call.store.get(Function, mapping.function)
    return mapping, target_of(call.store, function, mapping.qualifier) if function else None


def _wait(call: ServiceCall, held: Batch | None) -> int:
    """Whole seconds, as SQS takes them."""
    if held is None:
        return PATIENCE_SECONDS
    return min(PATIENCE_SECONDS, max(0, int(held.until - call.time + 0.999)))


def _received(call: ServiceCall, mapping: EventSourceMapping, target: Target, most: int, wait: int) -> list[Message]:
    asking = as_role(call, target.version.role, target.function.name)
    if asking is None:
        return []
    answer = asking.ask(
        "sqs:ReceiveMessage",
        QueueUrl=queue_url(mapping.source),
        MessageSystemAttributeNames=["All"],
        MessageAttributeNames=["All"],
        MaxNumberOfMessages=min(most, _MOST_AT_ONCE),
        WaitTimeSeconds=wait,
    )
    return [_given(mapping, each) for each in answer.get("Messages", ())]


def _given(mapping: EventSourceMapping, message: dict[str, Any]) -> Message:
    """A message as functions see it."""
    given = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {name: _attribute(each) for name, each in message.get("MessageAttributes", {}).items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": mapping.source,
        "awsRegion": mapping.region,
    }
    if "MD5OfMessageAttributes" in message:
        given["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return given


def _attribute(attribute: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": attribute["DataType"]}
    if "BinaryValue" in attribute:
        return {"binaryValue": base64.b64encode(attribute["BinaryValue"]).decode(), **told}
    return {"stringValue": attribute["StringValue"], **told}


def _parts(messages: list[Message]) -> Iterator[list[Message]]:
    """In as many events as they need."""
    part, size = [], _ROOM
    for each in messages:
        length = len(json.dumps(each)) + 1
        if part and size + length > MOST_PAYLOAD:
            yield part
            part, size = [], _ROOM
        part.append(each)
        size += length
    if part:
        yield part


def _handled(
    call: ServiceCall, mapping: EventSourceMapping, target: Target, messages: list[Message], number: int
) -> list[Message]:
    """Have the function handle them; those that it has."""
    payload = json.dumps({"Records": messages}, separators=(",", ":")).encode()
    request_id = call.once(f"request {number}", call.uuid)
    version = chosen(call, target)
    event = Event(request_id, payload, "", call.once("begun", lambda: call.time), target.arn, target.function.reserved)
    outcome = performed(call, version, event, invoke, invoke_anew)
    keep_log(call, version, outcome)
    if outcome.failed:
        return []
    failures = _failures(outcome, messages) if mapping.reports_failures else set()
    return [each for each in messages if each["messageId"] not in failures]


def _failures(outcome: Outcome, messages: list[Message]) -> set[str]:
    """Ids of what the function says it has failed on; of all, where what it says makes no sense."""
    ids = {each["messageId"] for each in messages}
    try:
        told = json.loads(outcome.payload or b"null")
        named = {each["itemIdentifier"] for each in (told or {}).get("batchItemFailures") or ()}
    except (ValueError, AttributeError, KeyError, TypeError):
        return ids
    return named if named <= ids else ids


def _delete(call: Call, mapping: EventSourceMapping, target: Target, messages: list[Message]) -> None:
    asking = as_role(call, target.version.role, target.function.name)
    for start in range(0, len(messages), _MOST_AT_ONCE):
        entries = [
            {"Id": str(number), "ReceiptHandle": each["receiptHandle"]}
            for number, each in enumerate(messages[start : start + _MOST_AT_ONCE])
        ]
        asking.ask("sqs:DeleteMessageBatch", QueueUrl=queue_url(mapping.source), Entries=entries)
