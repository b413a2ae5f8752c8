"""The policy of a queue: put as an attribute, or built of permissions with labels."""

import json
from typing import Any

from vauban.identity.policy_principals import UnknownPrincipal, as_shown, bind
from vauban.kernel.calls import Call
from vauban.policy import MalformedPolicy
from vauban.services.sqs.errors import InvalidAttributeValue
from vauban.services.sqs.resources import Queue, compiled

INVALID = "Invalid value for the parameter Policy."


def require_well_formed(policy: str) -> None:
    """Raises InvalidAttributeValue."""
    try:
        compiled(policy)
    except MalformedPolicy:
        raise InvalidAttributeValue(INVALID) from None


def bound(call: Call, policy: str) -> dict[str, str]:
    """Unique ids of those whom the policy names. Raises InvalidAttributeValue where one is not there."""
    try:
        return bind(compiled(policy), call.world, call.account)
    except UnknownPrincipal:
        raise InvalidAttributeValue(INVALID) from None


def shown(call: Call, queue: Queue) -> str:
    """The queue's policy as it reads today."""
    return as_shown(queue.policy, queue.policy_principals, call.world)


def statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = document.get("Statement", [])
    return found if isinstance(found, list) else [found]


def read(policy: str) -> dict[str, Any]:
    return json.loads(policy)
