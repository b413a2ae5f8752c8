"""EventBridge's own condition keys, and what IAM asks of roles that are passed to it.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon EventBridge".
"""

import json
from functools import partial
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import Conditions
from vauban.kernel.resources import Resource
from vauban.services.events.resolvers import Draft, by_eventbridge
from vauban.services.events.resources import Rule

Path = tuple[str, ...]
PASSED_TO = "events.amazonaws.com"


def asked_for(path: Path, member: str, call: Call, _: Resource) -> list[str] | None:
    """What events have that are put, or what a rule's pattern asks them to have."""
    if member and "Entries" in call.params:
        return [entry[member] for entry in call.params["Entries"] if member in entry]
    found = _pattern(call)
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else None


def creator_account(call: Call, resource: Resource) -> str | None:
    rule = _rule(resource)
    return rule.created_by if rule else None


def managed_by(call: Call, resource: Resource) -> str | None:
    rule = _rule(resource)
    return rule.managed_by or None if rule else None


def target_arns(call: Call, resource: Resource) -> list[str] | None:
    targets = call.params.get("Targets")
    return [target["Arn"] for target in targets] if targets else None


def _pattern(call: Call) -> Any:
    try:
        return json.loads(call.params.get("EventPattern", "null"))
    except (ValueError, RecursionError):
        return None


def _rule(resource: Resource) -> Rule | None:
    found = resource.record.existing if isinstance(resource.record, Draft) else resource.record
    return found if isinstance(found, Rule) else None


CONDITIONS = Conditions(
    {
        "iam:passedtoservice": lambda call, resource: PASSED_TO if resource.type == "role" else None,
        "events:source": partial(asked_for, ("source",), "Source"),
        "events:detail-type": partial(asked_for, ("detail-type",), "DetailType"),
        "events:detail.service": partial(asked_for, ("detail", "service"), ""),
        "events:detail.eventtypecode": partial(asked_for, ("detail", "eventTypeCode"), ""),
        "events:detail.useridentity.principalid": partial(asked_for, ("detail", "userIdentity", "principalId"), ""),
        "events:creatoraccount": creator_account,
        "events:managedby": managed_by,
        "events:targetarn": target_arns,
        "events:eventbusinvocation": lambda call, resource: "true" if by_eventbridge(call) else "false",
    },
    {},
)
