"""What is published, checked, and how it looks to those who take it."""

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vauban.services.sns.errors import InvalidParameterValueException, invalid
from vauban.services.sns.resources import Subscription, Topic
from vauban.services.sns.topic_attributes import most_bytes

VERSION = "2010-03-31"
"""Of the API: by it links are known at whatever host."""
_SUBJECT = re.compile("[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,100}")
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,256}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_GROUP = re.compile(r"[!-~]{1,128}", re.ASCII)
_TYPES = ("Binary", "Number", "String")

Attributes = Mapping[str, Mapping[str, Any]]


def require_subject(subject: str | None) -> None:
    """Raises InvalidParameterException."""
    if subject is not None and not _SUBJECT.fullmatch(subject):
        raise invalid("Subject")


def require_size(topic: Topic, message: str, attributes: Attributes) -> int:
    """Bytes of a message with its attributes. Raises InvalidParameterException."""
    size = size_of(message, attributes)
    if size > most_bytes(topic):
        raise invalid("Message too long")
    return size


def size_of(message: str, attributes: Attributes) -> int:
    size = len(message.encode())
    for name, value in attributes.items():
        content = value.get("BinaryValue") or value.get("StringValue", "").encode()
        size += len(name) + len(value["DataType"]) + len(content)
    return size


def by_protocol(message: str, structure: str | None) -> dict[str, str]:
    """The message for each protocol, and under ``default`` for all others. Raises InvalidParameterException."""
    if not message:
        raise invalid("Empty message")
    if structure is None:
        return {"default": message}
    if structure != "json":
        raise invalid("MessageStructure")
    try:
        parsed = json.loads(message)
        json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise invalid("Message Structure - JSON message body failed to parse")
    if not isinstance(parsed.get("default"), str):
        raise invalid("Message Structure - No default entry in JSON message body")
    return {protocol: text for protocol, text in parsed.items() if isinstance(text, str)}


def require_attributes(attributes: Attributes) -> None:
    """Raises InvalidParameterValueException."""
    for name, value in attributes.items():
        if not _ATTRIBUTE_NAME.fullmatch(name) or name.startswith(".") or name.endswith(".") or ".." in name:
            raise InvalidParameterValueException(f"Invalid attribute name: {name}")
        _require_attribute(name, value)


def _require_attribute(name: str, value: Mapping[str, Any]) -> None:
    data_type = value["DataType"]
    kind = data_type.partition(".")[0]
    if kind not in _TYPES:
        raise InvalidParameterValueException(
            f"The message attribute '{name}' has an invalid message attribute type, the set of supported type "
            "prefixes is Binary, Number, and String."
        )
    content = value.get("BinaryValue" if kind == "Binary" else "StringValue")
    if not content:
        raise InvalidParameterValueException(
            f"The message attribute '{name}' must contain non-empty message attribute value for message attribute "
            f"type '{data_type}'."
        )
    if kind == "Number" and not _NUMBER.fullmatch(content):
        raise InvalidParameterValueException(f"Could not cast message attribute '{name}' value to number.")


def require_group(name: str, value: str) -> None:
    """Raises InvalidParameterException for what is no id of a group or a deduplication."""
    if not _GROUP.fullmatch(value):
        raise invalid(f"{name} can only include alphanumeric and punctuation characters. 1 to 128 in length")


def moment(time: datetime) -> str:
    """``2012-05-02T00:54:06.655Z``."""
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"


def kept(attributes: Attributes) -> dict[str, dict[str, str]]:
    """Attributes as JSON can hold them: a type and a value, bytes in base64."""
    found = {}
    for name, value in attributes.items():
        binary = value.get("BinaryValue")
        text = base64.b64encode(binary).decode() if binary else value["StringValue"]
        found[name] = {"Type": value["DataType"], "Value": text}
    return found


def envelope(message: Mapping[str, Any], subscription: Subscription) -> dict[str, Any]:
    """The JSON of a notification, in AWS's order."""
    told = {
        "Type": "Notification",
        "MessageId": message["MessageId"],
        "SequenceNumber": message.get("SequenceNumber"),
        "TopicArn": subscription.topic_arn,
        "Subject": message.get("Subject"),
        "Message": text_for(message, subscription.protocol),
        "Timestamp": message["Timestamp"],
        **dict(message.get("signed", {}).get(told_by(message, subscription), {}).items()),
        "UnsubscribeURL": unsubscribe_url(subscription),
        "MessageAttributes": message["Attributes"] or None,
    }
    if "SigningCertURL" in told:
        told["SigningCertURL"] = subscription.base + told["SigningCertURL"]
    return {name: value for name, value in told.items() if value is not None}


def unsubscribe_url(subscription: Subscription) -> str:
    """Nobody has to sign it."""
    return f"{subscription.base}/?Action=Unsubscribe&SubscriptionArn={subscription.arn}&Version={VERSION}"


def told_by(message: Mapping[str, Any], subscription: Subscription) -> str:
    """Under which protocol of a structured message a subscription's text stands."""
    return subscription.protocol if subscription.protocol in message["Texts"] else "default"


def text_for(message: Mapping[str, Any], protocol: str) -> str:
    texts = message["Texts"]
    return texts.get(protocol, texts["default"])
