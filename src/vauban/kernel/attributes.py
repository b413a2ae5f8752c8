"""By what a recorded call is looked up: CloudTrail's lookup attributes.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupAttribute.html
"""

from vauban.kernel.event_names import event_name, operation_named
from vauban.kernel.events import AuditEvent

LEADING_REGION = "us-east-1"
"""Where CloudTrail records what belongs to no Region."""
GLOBAL_SERVICES = frozenset({"iam", "organizations"})
_OF_MESSAGES = ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility")
_OF_BATCHES = ("SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch")
DATA_EVENTS = frozenset(
    {
        ("events", "PutEvents"),
        ("lambda", "Invoke"),
        ("lambda", "InvokeAsync"),
        ("logs", "PutLogEvents"),
        ("sns", "Publish"),
        ("sns", "PublishBatch"),
        *(("sqs", operation) for operation in (*_OF_MESSAGES, *_OF_BATCHES)),
    }
)
"""Calls that are no management events: trails have them where a selector asks, and lookups never."""

Attribute = tuple[str, str]
"""``AttributeKey`` and ``AttributeValue``."""


def source_of(event: AuditEvent) -> str:
    """``kms.amazonaws.com``."""
    return f"{event.service}.amazonaws.com"


def region_of(event: AuditEvent) -> str:
    """The Region whose trail it is on."""
    return LEADING_REGION if event.service in GLOBAL_SERVICES else event.region


def is_data_event(event: AuditEvent) -> bool:
    return (event.service, event.operation) in DATA_EVENTS


def username_of(event: AuditEvent) -> str:
    """A user's name, a session's name, ``root``; empty for whoever has none."""
    kind, _, _, unique_id, name, _, _ = event.principal
    if kind == "root":
        return "root"
    return name or (unique_id.partition(":")[2] if kind in ("assumed-role", "federated-user") else "")


def attributes_of(event: AuditEvent) -> list[Attribute]:
    """Everything but its id that it is found by."""
    found = [
        ("EventName", event_name(event.service, event.operation)),
        ("EventSource", source_of(event)),
        ("ReadOnly", "true" if event.read_only else "false"),
    ]
    if username := username_of(event):
        found.append(("Username", username))
    if event.principal[5]:
        found.append(("AccessKeyId", event.principal[5]))
    for arn, resource_type, _ in event.resources:
        found += (("ResourceName", arn), ("ResourceType", resource_type))
    return found


def text_of(attribute: Attribute) -> str:
    """What every recorded call with this attribute holds letter for letter."""
    key, value = attribute
    if key == "EventName":
        return operation_named(value)
    return {"EventSource": value.removesuffix(".amazonaws.com"), "ReadOnly": ""}.get(key, value)
