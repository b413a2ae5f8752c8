"""What a message says: its body and attributes, what they may be, and their MD5 digests.

Source: "Amazon SQS message metadata" and "Calculating the MD5 message digest for message attributes", Amazon SQS
Developer Guide; SendMessage, Amazon SQS API Reference.
"""

import re
from collections.abc import Mapping
from hashlib import md5
from typing import Any

from vauban.services.sqs.errors import InvalidMessageContents, InvalidParameterValueException, missing
from vauban.services.sqs.resources import Content

MOST_ATTRIBUTES = 10
LONGEST_NAME = 256
TRACE_HEADER = "AWSTraceHeader"
_OUTSIDE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no message can have."""
_NAME = re.compile(r"(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]+(?<!\.)\Z")
_RESERVED = re.compile(r"(?i:aws\.|amazon\.)")
_TYPE = re.compile(r"(String|Number|Binary)(\..+)?\Z", re.DOTALL)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)

Attributes = Mapping[str, Mapping[str, Any]]


def content(body: str, attributes: Attributes, system_attributes: Attributes) -> Content:
    """A message, as it is kept. Raises InvalidMessageContents, InvalidParameterValueException."""
    if not body:
        raise missing("MessageBody")
    if _OUTSIDE.search(body):
        raise InvalidMessageContents(
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to "
            "#xFFFD | #x10000 to #x10FFFF"
        )
    if len(attributes) > MOST_ATTRIBUTES:
        raise InvalidParameterValueException(
            f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{MOST_ATTRIBUTES}]."
        )
    for name, value in attributes.items():
        _require_name(name)
        _require_value(name, value)
    for name, value in system_attributes.items():
        _require_system_attribute(name, value)
    return Content(body, _kept(attributes), _kept(system_attributes))


def size(kept: Content) -> int:
    """Bytes that count toward MaximumMessageSize: body, names, types and values."""
    total = len(kept.body.encode())
    for name, value in kept.attributes.items():
        total += len(name.encode()) + len(value["DataType"].encode()) + len(_bytes(value))
    return total


def digest_of_body(body: str) -> str:
    return md5(body.encode(), usedforsecurity=False).hexdigest()


def digest_of_attributes(attributes: Attributes) -> str:
    """In order of name: name, data type, kind (1 for text, 2 for bytes) and value; lengths as 4 bytes, big-endian."""
    digest = md5(usedforsecurity=False)
    for name in sorted(attributes):
        value = attributes[name]
        for part in (name.encode(), value["DataType"].encode()):
            digest.update(len(part).to_bytes(4, "big") + part)
        held = _bytes(value)
        kind = b"\x02" if value["DataType"].startswith("Binary") else b"\x01"
        digest.update(kind + len(held).to_bytes(4, "big") + held)
    return digest.hexdigest()


def chosen(attributes: Attributes, names: list[str]) -> dict[str, Any]:
    """The attributes that a receiver asks for: by name, by ``prefix.*``, or ``All`` of them."""
    if "All" in names or ".*" in names:
        return dict(attributes)
    prefixes = tuple(name[:-1] for name in names if name.endswith(".*"))
    return {name: attributes[name] for name in attributes if name in names or name.startswith(prefixes or ("\0",))}


def _require_name(name: str) -> None:
    if len(name) > LONGEST_NAME:
        raise InvalidParameterValueException("Length of message attribute name must be less than 256 bytes.")
    if not _NAME.match(name):
        raise InvalidParameterValueException(
            "The message attribute name can contain only letters, digits, hyphens, underscores and single periods, "
            "which neither begin nor end it."
        )
    if _RESERVED.match(name):
        raise InvalidParameterValueException(
            "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for "
            "internal use."
        )


def _require_value(name: str, value: Mapping[str, Any]) -> None:
    kind = value.get("DataType", "")
    matched = _TYPE.match(kind)
    if not kind:
        raise InvalidParameterValueException(
            f"The message attribute '{name}' must contain non-empty message attribute type."
        )
    if matched is None or len(kind) > LONGEST_NAME:
        raise InvalidParameterValueException(
            f"The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes "
            "is Binary, Number, and String."
        )
    if value.get("StringListValues") or value.get("BinaryListValues"):
        raise InvalidParameterValueException(
            "Message attribute list values in SendMessage operation are not supported."
        )
    member = "BinaryValue" if matched[1] == "Binary" else "StringValue"
    held = value.get(member)
    if not held:
        raise InvalidParameterValueException(
            f"The message attribute '{name}' must contain non-empty message attribute value for message attribute type "
            f"'{kind}'."
        )
    if member == "StringValue" and _OUTSIDE.search(held):
        raise InvalidParameterValueException(f"The message attribute '{name}' has characters that no message can have.")
    if matched[1] == "Number" and not _NUMBER.match(held):
        raise InvalidParameterValueException(f"Can't cast the value of message (user) attribute '{name}' to a number.")


def _require_system_attribute(name: str, value: Mapping[str, Any]) -> None:
    if name != TRACE_HEADER:
        raise InvalidParameterValueException(f"Message system attribute name '{name}' is invalid.")
    if value.get("DataType") != "String" or not value.get("StringValue"):
        raise InvalidParameterValueException(f"The message system attribute '{name}' must be a non-empty String.")


def _kept(attributes: Attributes) -> dict[str, Any]:
    kept = {}
    for name, value in attributes.items():
        member = "BinaryValue" if value["DataType"].startswith("Binary") else "StringValue"
        kept[name] = {member: value[member], "DataType": value["DataType"]}
    return kept


def _bytes(value: Mapping[str, Any]) -> bytes:
    return value["BinaryValue"] if value["DataType"].startswith("Binary") else value["StringValue"].encode()
