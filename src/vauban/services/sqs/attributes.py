"""What the attributes of a queue may be.

Source: CreateQueue and SetQueueAttributes, Amazon SQS API Reference.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from vauban.kernel.calls import Call
from vauban.kernel.stores import Records
from vauban.services.sqs.errors import InvalidAttributeName, InvalidAttributeValue, invalid_value
from vauban.services.sqs.resolvers import parse_arn
from vauban.services.sqs.resources import FIFO_DEFAULTS, Queue

RANGES = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1_024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
}
CHOICES = {
    "FifoQueue": ("true", "false"),
    "ContentBasedDeduplication": ("true", "false"),
    "SqsManagedSseEnabled": ("true", "false"),
    "DeduplicationScope": ("messageGroup", "queue"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
}
SETTABLE = {*RANGES, *CHOICES, "Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"}
TOLD = {
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
}
"""What SQS tells of a queue, and nobody sets."""
REMOVABLE = {"Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"}
"""Attributes that an empty value takes away."""
MOST_SOURCES = 10
MOST_RECEIVES = 1_000
_NUMBER = re.compile(r"\d{1,9}\Z", re.ASCII)


def checked(call: Call, name: str, given: Mapping[str, str]) -> dict[str, str]:
    """The attributes given for a queue, each on its own valid. Raises InvalidAttributeName, InvalidAttributeValue."""
    for attribute, value in given.items():
        if attribute not in SETTABLE:
            raise InvalidAttributeName(f"Unknown Attribute {attribute}.")
        if attribute in FIFO_DEFAULTS and not name.endswith(".fifo"):
            _refuse_of_standard(attribute, value)
        if value or attribute not in REMOVABLE:
            _require_value(call, name, attribute, value)
    return {name: value for name, value in given.items() if value or name in REMOVABLE}


def require_consistent(queue: Queue) -> None:
    """What the attributes of a queue must be together. Raises InvalidAttributeValue."""
    found = queue.effective
    if found.get("FifoThroughputLimit") == "perMessageGroupId" and found["DeduplicationScope"] != "messageGroup":
        raise InvalidAttributeValue(
            "Invalid value for the parameter FifoThroughputLimit. Reason: The perMessageGroupId value is allowed only "
            "when the value for DeduplicationScope is messageGroup."
        )


def _refuse_of_standard(attribute: str, value: str) -> None:
    if attribute == "FifoQueue" and value != "false":
        raise invalid_value("true", "FifoQueue", "The name of a FIFO queue can only end with the .fifo suffix.")
    raise InvalidAttributeName(f"Unknown Attribute {attribute}.")


def _require_value(call: Call, name: str, attribute: str, value: str) -> None:
    if attribute in RANGES:
        least, most = RANGES[attribute]
        if not _NUMBER.match(value) or not least <= int(value) <= most:
            raise _invalid(attribute)
    elif attribute in CHOICES:
        if value not in CHOICES[attribute]:
            raise _invalid(attribute)
        if attribute == "FifoQueue" and value == "false":
            raise invalid_value("false", "FifoQueue", "The name of a FIFO queue must have FifoQueue set to true.")
    elif attribute == "RedrivePolicy":
        _require_redrive_policy(call, name, value)
    elif attribute == "RedriveAllowPolicy":
        _require_redrive_allow_policy(value)


def _require_redrive_policy(call: Call, name: str, text: str) -> None:
    policy = _object("RedrivePolicy", text)
    if "maxReceiveCount" not in policy:
        raise _redrive(text, "Redrive policy does not contain mandatory attribute: maxReceiveCount.")
    if "deadLetterTargetArn" not in policy:
        raise _redrive(text, "Redrive policy does not contain mandatory attribute: deadLetterTargetArn.")
    if set(policy) - {"maxReceiveCount", "deadLetterTargetArn"}:
        raise _redrive(text, "Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].")
    count = str(policy["maxReceiveCount"])
    if not _NUMBER.match(count) or not 1 <= int(count) <= MOST_RECEIVES:
        raise _redrive(
            text, f"Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000 both inclusive."
        )
    _require_target(call, name, text, str(policy["deadLetterTargetArn"]))


def _require_target(call: Call, name: str, text: str, target: str) -> None:
    parsed = parse_arn(target)
    if parsed is None:
        raise _redrive(text, "Invalid value for deadLetterTargetArn.")
    queue = target_of(call.store, target)
    if queue is None:
        raise _redrive(text, "Dead letter target does not exist.")
    if queue.is_fifo != name.endswith(".fifo"):
        kind = "FIFO" if name.endswith(".fifo") else "standard"
        raise _redrive(text, f"Dead-letter queue must be same type of queue as the source: the source is {kind}.")
    if not allows(queue, name):
        raise _redrive(text, "Queue is not allowed to use the specified dead letter queue by its RedriveAllowPolicy.")


def target_of(records: Records, target: str) -> Queue | None:
    """The dead-letter queue of an ARN, which must be of the same account and Region."""
    parsed = parse_arn(target)
    if parsed is None or parsed[:2] != (records.region, records.account):
        return None
    return records.get(Queue, parsed[2])


def allows(target: Queue, name: str) -> bool:
    """Whether a dead-letter queue takes the messages of the queue of that name."""
    rule = target.redrive_allow
    source = f"{target.arn.rpartition(':')[0]}:{name}"
    match rule["redrivePermission"]:
        case "byQueue":
            return source in rule.get("sourceQueueArns", ())
        case permission:
            return permission == "allowAll"


def _require_redrive_allow_policy(text: str) -> None:
    policy = _object("RedriveAllowPolicy", text)
    permission = policy.get("redrivePermission")
    sources = policy.get("sourceQueueArns")
    if permission not in ("allowAll", "denyAll", "byQueue") or set(policy) - {"redrivePermission", "sourceQueueArns"}:
        raise _invalid("RedriveAllowPolicy")
    if (permission == "byQueue") != (sources is not None):
        raise _invalid("RedriveAllowPolicy")
    if sources is not None and not _are_sources(sources):
        raise _invalid("RedriveAllowPolicy")


def _are_sources(sources: Any) -> bool:
    if not isinstance(sources, list) or not 1 <= len(sources) <= MOST_SOURCES:
        return False
    return all(isinstance(each, str) and parse_arn(each) for each in sources)


def _object(attribute: str, text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        raise _invalid(attribute) from None


def _invalid(attribute: str) -> InvalidAttributeValue:
    return InvalidAttributeValue(f"Invalid value for the parameter {attribute}.")


def _redrive(text: str, reason: str) -> Exception:
    return invalid_value(text, "RedrivePolicy", reason)
