"""What the attributes of a subscription may be."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from vauban.services.sns.errors import invalid, unsupported
from vauban.services.sns.filters import require_filter
from vauban.services.sns.retries import require_policy

QUEUE_ARN = re.compile(r"arn:aws[a-z-]*:sqs:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_.-]{1,80})", re.ASCII)
RAW_PROTOCOLS = frozenset({"http", "https", "sqs"})
HTTP = frozenset({"http", "https"})
_ABSENT = frozenset({"ReplayPolicy", "SubscriptionRoleArn"})


def checked(attributes: Mapping[str, str], protocol: str, fifo: bool, region: str, account: str) -> dict[str, str]:
    """The attributes as they are kept, those that are empty left out. Raises InvalidParameterException."""
    for name, value in attributes.items():
        if name in _ABSENT:
            raise unsupported(f"Attributes Reason: {name}")
        if name not in _CHECKS:
            raise invalid("AttributeName")
        if value and not _CHECKS[name](value):
            raise invalid(f"Attributes Reason: {name}: Invalid value [{value}].")
    _require_fitting(attributes, protocol, fifo, region, account)
    kept = {name: value for name, value in attributes.items() if value}
    if "FilterPolicy" in kept:
        require_filter(kept["FilterPolicy"], kept.get("FilterPolicyScope", "MessageAttributes"))
    return kept


def queue_of(redrive_policy: str) -> str:
    """The ARN of the dead-letter queue. Raises InvalidParameterException."""
    parsed = _json("RedrivePolicy", redrive_policy)
    target = parsed.get("deadLetterTargetArn")
    if set(parsed) != {"deadLetterTargetArn"} or not isinstance(target, str):
        raise invalid("RedrivePolicy: failed to deserialize JSON.")
    if not QUEUE_ARN.fullmatch(target):
        raise invalid("RedrivePolicy: deadLetterTargetArn is an invalid arn")
    return target


def _require_fitting(attributes: Mapping[str, str], protocol: str, fifo: bool, region: str, account: str) -> None:
    """Attributes that not every subscription may have."""
    if attributes.get("RawMessageDelivery") == "true" and protocol not in RAW_PROTOCOLS:
        raise invalid(f"Delivery protocol [{protocol}] does not support raw message delivery.")
    if attributes.get("DeliveryPolicy") and protocol not in HTTP:
        raise invalid(f"Delivery protocol [{protocol}] does not support DeliveryPolicy.")
    if attributes.get("RedrivePolicy"):
        _, where, owner, name = ("", *QUEUE_ARN.fullmatch(queue_of(attributes["RedrivePolicy"])).groups())
        if (where, owner) != (region, account):
            raise invalid("RedrivePolicy: deadLetterTargetArn must be a queue in the subscription's account and Region")
        if name.endswith(".fifo") != fifo:
            raise invalid("RedrivePolicy: must use a FIFO queue as DLQ for a FIFO topic, and only for such")


def _json(name: str, text: str) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise invalid(f"{name}: failed to deserialize JSON.")
    return parsed


def _delivery_policy(value: str) -> bool:
    require_policy(_json("DeliveryPolicy", value))
    return True


_CHECKS: dict[str, Callable[[str], bool]] = {
    "DeliveryPolicy": _delivery_policy,
    "FilterPolicy": lambda value: True,
    "FilterPolicyScope": lambda value: value in ("MessageAttributes", "MessageBody"),
    "RawMessageDelivery": lambda value: value in ("true", "false"),
    "RedrivePolicy": lambda value: bool(queue_of(value)),
}
