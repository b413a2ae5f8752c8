"""What the attributes of a topic may be."""

import json
import re
from collections.abc import Callable, Sequence

from vauban.services.sns.errors import invalid, unsupported
from vauban.services.sns.resources import Subscription, Topic
from vauban.services.sns.retries import require_topic_policy

NAME = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
FIFO_NAME = re.compile(r"[A-Za-z0-9_-]{1,251}\.fifo", re.ASCII)
LARGEST_MESSAGE = 262_144
"""Bytes, where a topic does not say otherwise."""
LARGEST_OF_ALL = 1_048_576
MOST_OF_LARGE = 100
"""Subscriptions of a topic whose messages may be larger than usual."""
LONGEST_KEY_ID = 2048
_ABSENT = frozenset({"ArchivePolicy", "DataProtectionPolicy"})
"""Refused unless empty."""
_FEEDBACK = re.compile(
    r"(HTTP|Firehose|Lambda|Application|SQS)((?:Success|Failure)FeedbackRoleArn|SuccessFeedbackSampleRate)"
)
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
_PERCENTAGE = re.compile(r"100|[1-9]?[0-9]", re.ASCII)


def require_name(name: str, fifo: bool) -> None:
    """Raises InvalidParameterException."""
    if fifo and not FIFO_NAME.fullmatch(name):
        raise invalid(
            "Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, "
            "numbers, underscores, and hyphens, and must be between 1 and 256 characters long."
        )
    if not fifo and not NAME.fullmatch(name):
        raise invalid("Topic Name")


def most_bytes(topic: Topic) -> int:
    """Of a message."""
    return int(topic.attributes.get("MaximumMessageSize", LARGEST_MESSAGE))


def require_large(topic: Topic, subscriptions: Sequence[Subscription]) -> None:
    """Where messages may be large there are few subscriptions, of kinds that take them.

    Raises InvalidParameterException.
    """
    if most_bytes(topic) <= LARGEST_MESSAGE:
        return
    if len(subscriptions) > MOST_OF_LARGE:
        raise invalid(
            f"MaximumMessageSize Reason: above {LARGEST_MESSAGE} a topic has {MOST_OF_LARGE} subscriptions or less"
        )
    if not {each.protocol for each in subscriptions} <= {"firehose", "lambda", "sqs"}:
        raise invalid(
            f"MaximumMessageSize Reason: above {LARGEST_MESSAGE} subscriptions are of sqs, firehose or lambda"
        )


def checked(name: str, value: str, fifo: bool) -> str:
    """The value as it is kept. Raises InvalidParameterException."""
    feedback = _FEEDBACK.fullmatch(name)
    if feedback:
        return _feedback(name, value, feedback[1], feedback[2])
    if name in _ABSENT:
        if value:
            raise unsupported(f"Attributes Reason: {name}")
        return ""
    check = _CHECKS.get(name)
    if check is None or (name in _OF_FIFO and not fifo):
        raise invalid("AttributeName" if check is None else name)
    if value and not check(value):
        raise invalid(f"Attributes Reason: {name}: Invalid value [{value}].")
    return value


def is_role_attribute(name: str) -> bool:
    """Whether an attribute names a role that SNS writes delivery statuses in."""
    feedback = _FEEDBACK.fullmatch(name)
    return feedback is not None and feedback[2].endswith("RoleArn")


def _feedback(name: str, value: str, kind: str, what: str) -> str:
    """Statuses of kinds of subscriptions that there are none of may be asked for: there are none to write."""
    valid = _PERCENTAGE if what == "SuccessFeedbackSampleRate" else _ROLE
    if value and not valid.fullmatch(value):
        raise invalid(f"Attributes Reason: {name}: Invalid value [{value}].")
    if value and kind in ("Firehose", "Application") and what.endswith("RoleArn"):
        raise unsupported(f"Attributes Reason: {name}")
    return value


def _display_name(value: str) -> bool:
    return len(value) <= 100 and value.isprintable()


def _size(value: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,9}", value)) and 1024 <= int(value) <= LARGEST_OF_ALL


def _tracing(value: str) -> bool:
    if value == "Active":
        raise unsupported("Attributes Reason: TracingConfig: Active")
    return value == "PassThrough"


def _delivery_policy(value: str) -> bool:
    try:
        require_topic_policy(json.loads(value))
    except (ValueError, RecursionError):
        raise invalid("DeliveryPolicy: JSON is not valid") from None
    return True


_OF_FIFO = frozenset({"ContentBasedDeduplication", "FifoThroughputScope"})
_CHECKS: dict[str, Callable[[str], bool]] = {
    "ContentBasedDeduplication": lambda value: value in ("true", "false"),
    "DeliveryPolicy": _delivery_policy,
    "DisplayName": _display_name,
    "FifoThroughputScope": lambda value: value in ("Topic", "MessageGroup"),
    "KmsMasterKeyId": lambda value: len(value) <= LONGEST_KEY_ID,
    "MaximumMessageSize": _size,
    "SignatureVersion": lambda value: value in ("1", "2"),
    "TracingConfig": _tracing,
}
