"""Messages published: checked, numbered, and handed to the topic's subscriptions after the commit."""

import hashlib
import json
import re
from typing import Any

from vauban.aws.names import snake_case
from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.operations import operation, when_due
from vauban.kernel.records import replace
from vauban.services.sns.encryption import sealed
from vauban.services.sns.errors import (
    BatchEntryIdsNotDistinctException,
    BatchRequestTooLongException,
    EmptyBatchRequestException,
    InvalidBatchEntryIdException,
    TooManyEntriesInBatchRequestException,
    invalid,
)
from vauban.services.sns.fan_out import PUBLISHED
from vauban.services.sns.messages import (
    by_protocol,
    kept,
    moment,
    require_attributes,
    require_group,
    require_size,
    require_subject,
    size_of,
)
from vauban.services.sns.resolvers import a_target, a_topic
from vauban.services.sns.resources import DEDUPLICATED_FOR, Deduplication, Sequence, Topic
from vauban.services.sns.topic_attributes import most_bytes

MOST_ENTRIES = 10
FIRST_NUMBER = 10_000_000_000_000_000_000
_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}", re.ASCII)


@operation("Publish", on=a_target, unsupported=("PhoneNumber",))
def publish(
    call: Call,
    topic: Topic,
    message: str,
    subject: str | None = None,
    message_structure: str | None = None,
    message_attributes: dict[str, dict[str, Any]] | None = None,
    message_deduplication_id: str | None = None,
    message_group_id: str | None = None,
) -> dict[str, str]:
    attributes = message_attributes or {}
    require_subject(subject)
    texts = by_protocol(message, message_structure)
    require_attributes(attributes)
    require_size(topic, message, attributes)
    told = {
        "MessageId": call.uuid(),
        "Subject": subject,
        "Texts": texts,
        "Timestamp": moment(call.now),
        "Attributes": kept(attributes),
    }
    return _taken(call, topic, told, message_group_id, message_deduplication_id)


@operation("PublishBatch", on=a_topic, action="sns:Publish")
def publish_batch(call: Call, topic: Topic, publish_batch_request_entries: list[dict[str, Any]]) -> dict[str, Any]:
    entries = publish_batch_request_entries
    _require_batch(topic, entries)
    done: dict[str, list[dict[str, Any]]] = {"Successful": [], "Failed": []}
    for entry in entries:
        members = {name: value for name, value in entry.items() if name != "Id"}
        try:
            result = publish(call, topic, **{snake_case(name): value for name, value in members.items()})
        except AwsError as error:
            failed = {
                "Id": entry["Id"],
                "Code": error.code.removesuffix("Exception"),
                "Message": error.message,
                "SenderFault": True,
            }
            done["Failed"].append(failed)
        else:
            done["Successful"].append({"Id": entry["Id"], **result})
    return done


@when_due(Deduplication)
def forget(call: Call, deduplication: Deduplication) -> None:
    call.store.delete(deduplication)


def _taken(
    call: Call, topic: Topic, message: dict[str, Any], group: str | None, deduplication_id: str | None
) -> dict[str, str]:
    if group is not None:
        require_group("MessageGroupId", group)
        message["MessageGroupId"] = group
    if not topic.fifo:
        if deduplication_id is not None:
            raise invalid(
                "MessageDeduplicationId Reason: The request includes a parameter that is not valid for this topic type"
            )
        _hand_over(call, topic, message)
        return {"MessageId": message["MessageId"]}
    if group is None:
        raise invalid("The MessageGroupId parameter is required for FIFO topics")
    return _numbered(call, topic, message, deduplication_id or _of_content(topic, message))


def _numbered(call: Call, topic: Topic, message: dict[str, Any], deduplication_id: str) -> dict[str, str]:
    """A message into a FIFO topic; one that came within five minutes is answered as it was then."""
    require_group("MessageDeduplicationId", deduplication_id)
    per_group = topic.attributes.get("FifoThroughputScope") == "MessageGroup"
    scope = f"{message['MessageGroupId']} " if per_group else ""
    identity = f"{topic.name} {scope}{deduplication_id}"
    before = call.store.get(Deduplication, identity)
    if before is not None and before.ends > call.now:
        return {"MessageId": before.message_id, "SequenceNumber": before.sequence_number}
    last = call.store.get(Sequence, topic.name) or Sequence(topic.name, topic.account, topic.region, FIRST_NUMBER)
    call.store.put(replace(last, number=last.number + 1))
    number = str(last.number + 1)
    ends = call.now + DEDUPLICATED_FOR
    call.store.put(Deduplication(identity, topic.account, topic.region, ends, message["MessageId"], number))
    _hand_over(call, topic, {**message, "SequenceNumber": number, "MessageDeduplicationId": deduplication_id})
    return {"MessageId": message["MessageId"], "SequenceNumber": number}


def _of_content(topic: Topic, message: dict[str, Any]) -> str:
    if topic.attributes.get("ContentBasedDeduplication") != "true":
        raise invalid(
            "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
            "explicitly"
        )
    return hashlib.sha256(message["Texts"]["default"].encode()).hexdigest()


def _hand_over(call: Call, topic: Topic, message: dict[str, Any]) -> None:
    secrets = sealed(call, topic, json.dumps(message).encode())
    call.send(PUBLISHED, topic.arn, secrets=secrets, lane=topic.name, topic=topic.name)


def _require_batch(topic: Topic, entries: list[dict[str, Any]]) -> None:
    if not entries:
        raise EmptyBatchRequestException("The batch request doesn't contain any entries.")
    if len(entries) > MOST_ENTRIES:
        raise TooManyEntriesInBatchRequestException("The batch request contains more entries than permissible.")
    ids = [each["Id"] for each in entries]
    if not all(_ENTRY_ID.fullmatch(each) for each in ids):
        raise InvalidBatchEntryIdException(
            "The Id of a batch entry in a batch request doesn't abide by the specification."
        )
    if len(set(ids)) != len(ids):
        raise BatchEntryIdsNotDistinctException("Two or more batch entries in the request have the same Id.")
    if sum(size_of(each["Message"], each.get("MessageAttributes") or {}) for each in entries) > most_bytes(topic):
        raise BatchRequestTooLongException("The length of all the messages put together is more than the limit.")
