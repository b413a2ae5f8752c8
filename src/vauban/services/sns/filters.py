"""Which messages a subscription wants: filter policies, over a message's attributes or its body.

Source: https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

import json
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

from vauban.patterns import InvalidPattern, compiled
from vauban.services.sns.errors import invalid
from vauban.services.sns.resources import Subscription

LARGEST = 256 * 1024
MOST_KEYS = 5
MOST_COMBINATIONS = 150


def require_filter(policy: str, scope: str) -> None:
    """Raises InvalidParameterException."""
    try:
        document = json.loads(policy)
    except (ValueError, RecursionError):
        raise invalid("FilterPolicy: failed to parse JSON.") from None
    if not isinstance(document, dict) or len(policy) > LARGEST:
        raise invalid("FilterPolicy: Filter policy must be an object of at most 256 KB")
    if not document:
        return
    if len(document) > MOST_KEYS:
        raise invalid("FilterPolicy: Filter policy can not have more than 5 keys")
    if scope == "MessageAttributes" and any(isinstance(value, dict) for value in document.values()):
        raise invalid("FilterPolicy: Filter policy scope MessageAttributes does not support nested filter policy")
    try:
        compiled(policy)
    except InvalidPattern as error:
        raise invalid(f"FilterPolicy: {error}") from None
    if prod(_combinations(document, 1)) > MOST_COMBINATIONS:
        raise invalid("FilterPolicy: Filter policy is too complex")


def _combinations(policy: Mapping[str, Any], level: int) -> Iterator[int]:
    """What each field multiplies a policy's combinations by: its values, times how deep it is nested."""
    for value in policy.values():
        if isinstance(value, dict):
            yield from _combinations(value, level + 1)
        else:
            yield len(value) * level


def wants(subscription: Subscription, text: str, attributes: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether a message (its text, its attributes as they are kept) is for a subscription."""
    policy = subscription.attributes.get("FilterPolicy", "{}")
    if json.loads(policy) == {}:
        return True
    pattern = compiled(policy)
    if subscription.attributes.get("FilterPolicyScope") != "MessageBody":
        return pattern.matches({name: _value(each) for name, each in attributes.items() if each["Type"] != "Binary"})
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(body, dict) and pattern.matches(body)


def _value(attribute: Mapping[str, str]) -> Any:
    kind, value = attribute["Type"].partition(".")[0], attribute["Value"]
    if kind == "Number":
        return float(value)
    if attribute["Type"] == "String.Array":
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
