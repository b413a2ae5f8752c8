"""The policy of a topic, and the statements that AddPermission writes into it."""

import json
import re
from typing import Any

from vauban.identity.policy_principals import UnknownPrincipal, bind
from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.policy import MalformedPolicy
from vauban.services.sns.errors import invalid
from vauban.services.sns.resolvers import a_topic
from vauban.services.sns.resources import Topic, compiled

OWNERS = (
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
)
"""The actions that policies of topics may speak of one by one."""
_LARGEST = 30_720
_ACTIONS = re.compile(r"sns:", re.IGNORECASE)


def default_policy(call: Call, name: str) -> str:
    """What a topic gets where none is given."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{each}" for each in OWNERS],
        "Resource": arn("sns", call.region, call.account, name),
        "Condition": {"StringEquals": {"AWS:SourceOwner": call.account}},
    }
    return _written({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]})


def require_valid(call: Call, policy: str) -> dict[str, str]:
    """The unique ids of those it names. Raises InvalidParameterException for what cannot be a topic's policy."""
    if len(policy) > _LARGEST:
        raise invalid("Policy Reason: Policy length exceeds the limit")
    try:
        parsed = compiled(policy)
        _require_own_actions(json.loads(policy))
        return bind(parsed, call.world, call.account)
    except MalformedPolicy as error:
        raise invalid(f"Policy Error: {error}") from None
    except UnknownPrincipal:
        raise invalid("Policy Error: PrincipalNotFound") from None


def _require_own_actions(document: dict[str, Any]) -> None:
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        actions = statement.get("Action", [])
        for action in [actions] if isinstance(actions, str) else actions:
            if action != "*" and not _ACTIONS.match(action):
                raise invalid("Policy statement action out of service scope!")


@operation("AddPermission", on=a_topic)
def add_permission(
    call: Call,
    topic: Topic,
    label: str,
    aws_account_id: list[str],
    action_name: list[str],
) -> None:
    if not aws_account_id or not all(re.fullmatch(r"[0-9]{12}", each) for each in aws_account_id):
        raise invalid("AWSAccountId")
    if not action_name or not set(action_name) <= {*OWNERS, "*"}:
        raise invalid("Policy statement action out of service scope!")
    document = json.loads(topic.policy)
    statements = _statements(document)
    if any(each.get("Sid") == label for each in statements):
        raise invalid("Statement already exists")
    named = [f"arn:aws:iam::{each}:root" for each in aws_account_id]
    actions = [f"SNS:{each}" for each in action_name]
    statement = {
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": named if len(named) > 1 else named[0]},
        "Action": actions if len(actions) > 1 else actions[0],
        "Resource": topic.arn,
    }
    _keep(call, topic, {**document, "Statement": [*statements, statement]})


@operation("RemovePermission", on=a_topic)
def remove_permission(call: Call, topic: Topic, label: str) -> None:
    document = json.loads(topic.policy)
    left = [each for each in _statements(document) if each.get("Sid") != label]
    if not left:
        raise invalid("Policy Reason: the last statement of a policy cannot be removed")
    _keep(call, topic, {**document, "Statement": left})


def _statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    given = document["Statement"]
    return given if isinstance(given, list) else [given]


def _keep(call: Call, topic: Topic, document: dict[str, Any]) -> None:
    policy = _written(document)
    call.store.put(replace(topic, policy=policy, policy_principals=require_valid(call, policy)))


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))
