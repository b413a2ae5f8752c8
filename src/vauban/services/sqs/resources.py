"""What SQS keeps. Read this first; ``resolvers`` says how a call names it.

A queue has a box. What is in it are messages, which never change, and for each a slot, which says when it can be
received next: slots are in the order of that time, so what a receive takes is in front. A purged queue is given
another box, and the old one is emptied behind its back.
"""

from dataclasses import field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

import msgspec

from vauban.identity.bound_documents import compile_bound
from vauban.kernel.arns import arn
from vauban.kernel.records import record, secret
from vauban.policy import Policy

CLOUDTRAIL_TYPE = "AWS::SQS::Queue"
DEFAULTS = {
    "VisibilityTimeout": "30",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "DelaySeconds": "0",
    "ReceiveMessageWaitTimeSeconds": "0",
}
"""Attributes that every queue has."""
FIFO_DEFAULTS = {
    "FifoQueue": "true",
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
}


@lru_cache(maxsize=4096)
def compiled(policy: str, principals: tuple[tuple[str, str], ...] = ()) -> Policy:
    """A queue's policy, compiled once for all queues with the same text. Raises MalformedPolicy."""
    return compile_bound(policy, dict(principals), name="resource policy", kind="resource")


@record("sqs:Queue", id="name", indexes={"dead_letters": "dead_letter_arn"})
class Queue:
    name: str
    account: str
    region: str
    box: str
    """What its messages are found by."""
    created: datetime
    changed: datetime
    attributes: dict[str, str] = field(default_factory=dict)
    """Those that were set, as they were set, but for ``Policy``."""
    tags: dict[str, str] = field(default_factory=dict)
    policy: str = ""
    policy_principals: dict[str, str] = field(default_factory=dict)
    """Unique ids of the users and roles that the policy names, by ARN, as they were when it was put."""
    purged: datetime | None = None

    @cached_property
    def arn(self) -> str:
        return arn("sqs", self.region, self.account, self.name)

    @cached_property
    def compiled_policy(self) -> Policy | None:
        return compiled(self.policy, tuple(self.policy_principals.items())) if self.policy else None

    @property
    def is_fifo(self) -> bool:
        return self.name.endswith(".fifo")

    @cached_property
    def effective(self) -> dict[str, str]:
        """Every attribute that can be set and has a value, the policy apart."""
        found = {**DEFAULTS, **(FIFO_DEFAULTS if self.is_fifo else {}), **self.attributes}
        if "KmsMasterKeyId" in found:
            found.setdefault("KmsDataKeyReusePeriodSeconds", "300")
            return {**found, "SqsManagedSseEnabled": "false"}
        return {"SqsManagedSseEnabled": "true", **found}

    def seconds(self, attribute: str) -> int:
        return int(self.effective[attribute])

    @property
    def deduplicates_by_content(self) -> bool:
        return self.effective.get("ContentBasedDeduplication") == "true"

    @cached_property
    def redrive(self) -> dict[str, Any] | None:
        """Its RedrivePolicy."""
        text = self.attributes.get("RedrivePolicy")
        return msgspec.json.decode(text) if text else None

    @cached_property
    def redrive_allow(self) -> dict[str, Any]:
        """Its RedriveAllowPolicy."""
        text = self.attributes.get("RedriveAllowPolicy")
        return msgspec.json.decode(text) if text else {"redrivePermission": "allowAll"}

    @property
    def dead_letter_arn(self) -> str | None:
        return self.redrive["deadLetterTargetArn"] if self.redrive else None


@record("sqs:Message", id="message_key", due="expires")
class Message:
    """What was sent, as it was sent."""

    message_key: str
    """``box/message id``."""
    account: str
    region: str
    queue: str
    """The queue's name."""
    sent: float
    """Seconds since the epoch."""
    expires: datetime
    sender_id: str
    content: bytes = secret()
    """A ``Content``; under a data key of KMS where there is one."""
    data_key: bytes = b""
    """As KMS gave it, of a queue with a KMS key."""
    sealed_for: str = ""
    """The ARN of the queue that the data key is bound to: the one it was sent to, wherever it is moved."""
    group: str = ""
    deduplication_id: str = ""
    sequence: str = ""
    dead_letter_source: str = ""
    """The ARN of the queue that it was a message of before."""

    @property
    def box(self) -> str:
        return self.message_key.partition("/")[0]

    @property
    def message_id(self) -> str:
        return self.message_key.partition("/")[2]


class Content(msgspec.Struct, array_like=True, frozen=True):
    """What of a message only its sender and its receivers know."""

    body: str
    attributes: dict[str, Any] = {}
    system_attributes: dict[str, Any] = {}


@record(
    "sqs:Slot",
    id="slot_id",
    indexes={
        "box": "box",
        "message": "message_key",
        "group": "box_and_group",
        "hidden": "hidden_in",
        "taken": "taken_from",
    },
    counted=("box", "taken"),
)
class Slot:
    """A message's place in its box, and when it can be received."""

    slot_id: str
    """``box/…``: of a FIFO queue by sequence number, else by the time it can be received."""
    account: str
    region: str
    message_key: str
    visible: float
    """Seconds since the epoch."""
    receive_count: int = 0
    first_received: float = 0.0
    last_received: float = 0.0
    group: str = ""
    """Of a FIFO queue's message."""
    delayed: bool = False
    """Of a FIFO queue's message: whether it could not be received at once."""
    tenant: str = ""
    """The group of a standard queue's message, which makes that a fair queue."""

    @property
    def box(self) -> str:
        return self.slot_id.partition("/")[0]

    @property
    def hidden_in(self) -> str | None:
        """The box of a FIFO queue's message that may be such as cannot be received now."""
        return self.box if self.group and (self.receive_count or self.delayed) else None

    @property
    def taken_from(self) -> str | None:
        """Box and tenant of a message that was received, and may be in flight."""
        return f"{self.box}/{self.tenant}" if self.tenant and self.receive_count else None

    @property
    def box_and_group(self) -> str | None:
        return f"{self.box}/{self.group}" if self.group else None


@record("sqs:Sequence", id="box")
class Sequence:
    """How far the sequence numbers of a FIFO queue may have gone."""

    box: str
    account: str
    region: str
    floor: int
    """Numbers are greater from here on. In microseconds of real time, which is what they are taken of."""
    bound: int
    """None that was given is greater."""


@record("sqs:Deduplication", id="token", due="expires")
class Deduplication:
    """A message that is not to be taken a second time within five minutes."""

    token: str
    account: str
    region: str
    message_id: str
    sequence: str
    expires: datetime


@record("sqs:ReceiveAttempt", id="attempt", due="expires")
class ReceiveAttempt:
    """What a receive gave out, to be given again to who asks with the same ReceiveRequestAttemptId."""

    attempt: str
    account: str
    region: str
    receipts: dict[str, int]
    """By message key, how often it had been received then."""
    expires: datetime


@record("sqs:DataKey", id="key", due="expires")
class DataKey:
    """A data key of KMS, kept for the principal that was given it for as long as the queue says."""

    key: str
    account: str
    region: str
    expires: datetime
    blob: bytes
    plaintext: bytes = secret()


@record("sqs:Tombstone", id="name", due="expires")
class Tombstone:
    """The name of a queue that was deleted a moment ago."""

    name: str
    account: str
    region: str
    expires: datetime


@record("sqs:Remains", id="box", due="due_at")
class Remains:
    """A box whose messages nobody can receive any more; they are forgotten a few hundred at a time."""

    box: str
    account: str
    region: str
    due_at: datetime


@record("sqs:MoveTask", id="task_id", due="due_at")
class MoveTask:
    """Messages on their way from a dead-letter queue to others."""

    task_id: str
    """``box/…``, in order of their start."""
    account: str
    region: str
    queue: str
    started: float
    """Seconds since the epoch."""
    due_at: datetime
    count: int
    """How many messages there were to move."""
    destination: str = ""
    """An ARN; empty for where each message came from."""
    rate: int = 0
    """Messages a second; 0 for as many as go."""
    moved: int = 0
    status: str = "RUNNING"
    failure: str = ""

    @property
    def box(self) -> str:
        return self.task_id.partition("/")[0]
