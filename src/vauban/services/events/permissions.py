"""The policy of a bus: who else may put events there. Put statement by statement, or whole."""

import json
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.policy import MalformedPolicy, Policy
from vauban.services.events.errors import PolicyLengthExceededException, ResourceNotFoundException
from vauban.services.events.resolvers import a_bus
from vauban.services.events.resources import EventBus

LONGEST = 10_240
"""Characters of a policy."""
VERSION = "2012-10-17"
PUT_EVENTS = "events:PutEvents"


@operation("PutPermission", on=a_bus)
def put_permission(
    call: Call,
    bus: EventBus,
    action: str | None = None,
    principal: str | None = None,
    statement_id: str | None = None,
    condition: dict[str, str] | None = None,
    policy: str | None = None,
) -> None:
    """Raises ValidationException or PolicyLengthExceededException."""
    parts = (action, principal, statement_id, condition)
    if policy is not None:
        if any(part is not None for part in parts):
            raise ValidationException("Policy cannot be combined with Action, Principal, StatementId or Condition.")
        _keep(call, bus, policy)
        return
    if action is None or principal is None or statement_id is None:
        raise ValidationException("Parameters Action, Principal and StatementId must be specified.")
    if action != PUT_EVENTS:
        raise ValidationException("Provided value in parameter 'action' is not supported.")
    added = _statement(bus, action, principal, statement_id, condition)
    kept = [each for each in _statements(bus) if each.get("Sid") != statement_id]
    _keep(call, bus, json.dumps({"Version": VERSION, "Statement": [*kept, added]}))


@operation("RemovePermission", on=a_bus)
def remove_permission(
    call: Call, bus: EventBus, statement_id: str | None = None, remove_all_permissions: bool = False
) -> None:
    if remove_all_permissions:
        _keep(call, bus, "")
        return
    if statement_id is None:
        raise ValidationException("Parameter StatementId must be specified.")
    if not bus.policy:
        raise ResourceNotFoundException("EventBus does not have a policy.")
    statements = _statements(bus)
    kept = [each for each in statements if each.get("Sid") != statement_id]
    if len(kept) == len(statements):
        raise ResourceNotFoundException("Statement with the provided id does not exist.")
    _keep(call, bus, json.dumps({"Version": VERSION, "Statement": kept}) if kept else "")


def _statement(
    bus: EventBus, action: str, principal: str, statement_id: str, condition: dict[str, str] | None
) -> dict[str, Any]:
    who: Any = "*" if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"}
    statement = {"Sid": statement_id, "Effect": "Allow", "Principal": who, "Action": action, "Resource": bus.arn}
    if condition is None:
        return statement
    return {**statement, "Condition": {condition["Type"]: {condition["Key"]: condition["Value"]}}}


def _statements(bus: EventBus) -> list[dict[str, Any]]:
    found = json.loads(bus.policy)["Statement"] if bus.policy else []
    return found if isinstance(found, list) else [found]


def _keep(call: Call, bus: EventBus, policy: str) -> None:
    if len(policy) > LONGEST:
        raise PolicyLengthExceededException("The permission policy on the event bus is longer than 10 KB.")
    if policy:
        try:
            Policy.parse(policy, name="event bus policy", kind="resource")
        except MalformedPolicy as error:
            raise ValidationException(str(error)) from None
    call.store.put(replace(bus, policy=policy, modified=call.second))
