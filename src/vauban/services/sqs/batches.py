"""Up to ten at once, each of which may fail by itself."""

import re
from collections.abc import Callable
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.operations import operation
from vauban.services.sqs.contents import content, size
from vauban.services.sqs.errors import (
    BatchEntryIdsNotDistinct,
    BatchRequestTooLong,
    EmptyBatchRequest,
    InvalidBatchEntryId,
    InvalidParameterValueException,
    MissingRequiredParameterException,
    TooManyEntriesInBatchRequest,
)
from vauban.services.sqs.receipts import changed, deleted
from vauban.services.sqs.resolvers import a_queue
from vauban.services.sqs.resources import Queue
from vauban.services.sqs.sends import require_size, sent

MOST_ENTRIES = 10
LARGEST = 1_048_576
"""Bytes of all messages of a batch."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}\Z")
_CODES = {
    InvalidParameterValueException: "InvalidParameterValue",
    MissingRequiredParameterException: "MissingParameter",
}
"""How an entry's errors are spelled, where that is not by name."""

Entry = dict[str, Any]


@operation("SendMessageBatch", on=a_queue, action="sqs:SendMessage")
def send_message_batch(call: Call, queue: Queue, entries: list[Entry]) -> dict[str, Any]:
    _require_batch(entries)
    total = sum(_size(entry) for entry in entries)
    if total > LARGEST:
        raise BatchRequestTooLong(f"Batch requests cannot be longer than {LARGEST} bytes. You have sent {total} bytes.")
    order = {entry["Id"]: number for number, entry in enumerate(entries)}
    return _each(entries, lambda entry: _sent(call, queue, entry, order[entry["Id"]]))


@operation("DeleteMessageBatch", on=a_queue, action="sqs:DeleteMessage")
def delete_message_batch(call: Call, queue: Queue, entries: list[Entry]) -> dict[str, Any]:
    _require_batch(entries)
    return _each(entries, lambda entry: deleted(call, queue, entry["ReceiptHandle"]))


@operation("ChangeMessageVisibilityBatch", on=a_queue, action="sqs:ChangeMessageVisibility")
def change_message_visibility_batch(call: Call, queue: Queue, entries: list[Entry]) -> dict[str, Any]:
    _require_batch(entries)
    return _each(entries, lambda entry: _changed(call, queue, entry))


def _sent(call: Call, queue: Queue, entry: Entry, order: int) -> dict[str, Any]:
    said = content(entry["MessageBody"], entry.get("MessageAttributes", {}), entry.get("MessageSystemAttributes", {}))
    require_size(queue, size(said))
    return sent(
        call,
        queue,
        said,
        entry.get("DelaySeconds"),
        entry.get("MessageDeduplicationId"),
        entry.get("MessageGroupId"),
        order,
    )


def _changed(call: Call, queue: Queue, entry: Entry) -> None:
    seconds = entry.get("VisibilityTimeout")
    changed(call, queue, entry["ReceiptHandle"], queue.seconds("VisibilityTimeout") if seconds is None else seconds)


def _size(entry: Entry) -> int:
    attributes = entry.get("MessageAttributes", {})
    held = (
        len(name.encode())
        + len(value.get("DataType", "").encode())
        + len(value.get("BinaryValue", b""))
        + len(value.get("StringValue", "").encode())
        for name, value in attributes.items()
    )
    return len(entry["MessageBody"].encode()) + sum(held)


def _each(entries: list[Entry], act: Callable[[Entry], dict[str, Any] | None]) -> dict[str, Any]:
    """What came of each entry. What its act proposed before it failed is nothing: acts fail first."""
    successful: list[Entry] = []
    failed: list[Entry] = []
    for entry in entries:
        try:
            successful.append({"Id": entry["Id"], **(act(entry) or {})})
        except AwsError as error:
            code = _CODES.get(type(error), error.code)
            failed.append({"Id": entry["Id"], "SenderFault": True, "Code": code, "Message": error.message})
    return {"Successful": successful, "Failed": failed}


def _require_batch(entries: list[Entry]) -> None:
    if not entries:
        raise EmptyBatchRequest("There should be at least one entry in the request.")
    if len(entries) > MOST_ENTRIES:
        raise TooManyEntriesInBatchRequest(
            f"Maximum number of entries per request are {MOST_ENTRIES}. You have sent {len(entries)}."
        )
    ids = [entry["Id"] for entry in entries]
    if any(not _ID.match(each) for each in ids):
        raise InvalidBatchEntryId(
            "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 "
            "letters long."
        )
    twice = next((each for number, each in enumerate(ids) if each in ids[:number]), None)
    if twice is not None:
        raise BatchEntryIdsNotDistinct(f"Id {twice} repeated.")
