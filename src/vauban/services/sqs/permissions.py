"""Statements of the queue's policy, put and taken away by label."""

import json
import re

from vauban.kernel.arns import PARTITION
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.sqs.errors import InvalidParameterValueException, OverLimit, invalid_value, missing
from vauban.services.sqs.policies import bound, read, require_well_formed, statements
from vauban.services.sqs.resolvers import a_queue
from vauban.services.sqs.resources import Queue

MOST_STATEMENTS, MOST_ACTIONS = 20, 7
ACTIONS = {
    "*",
    "ChangeMessageVisibility",
    "DeleteMessage",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListDeadLetterSourceQueues",
    "PurgeQueue",
    "ReceiveMessage",
    "SendMessage",
}
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,80}\Z")


@operation("AddPermission", on=a_queue)
def add_permission(call: Call, queue: Queue, label: str, aws_account_ids: list[str], actions: list[str]) -> None:
    _require_label(label)
    _require_actions(actions)
    if not aws_account_ids:
        raise missing("AWSAccountIds")
    document = (
        read(queue.policy)
        if queue.policy
        else {
            "Version": "2012-10-17",
            "Id": f"{queue.arn}/SQSDefaultPolicy",
            "Statement": [],
        }
    )
    kept = statements(document)
    if any(each.get("Sid") == label for each in kept):
        raise invalid_value(label, "Label", "Already exists.")
    if len(kept) >= MOST_STATEMENTS:
        raise OverLimit(f"{MOST_STATEMENTS + 1} statements were found, maximum allowed is {MOST_STATEMENTS}.")
    _put(call, queue, {**document, "Statement": [*kept, _statement(queue, label, aws_account_ids, actions)]})


@operation("RemovePermission", on=a_queue)
def remove_permission(call: Call, queue: Queue, label: str) -> None:
    document = read(queue.policy) if queue.policy else {}
    kept = statements(document)
    left = [each for each in kept if each.get("Sid") != label]
    if len(left) == len(kept):
        raise invalid_value(label, "Label", "can't find label on existing policy.")
    if left:
        _put(call, queue, {**document, "Statement": left})
    else:
        call.store.put(replace(queue, policy="", policy_principals={}, changed=call.second))


def _statement(queue: Queue, label: str, accounts: list[str], actions: list[str]) -> dict:
    principals = [f"arn:{PARTITION}:iam::{account}:root" for account in accounts]
    named = [f"SQS:{action}" for action in actions]
    return {
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": principals[0] if len(principals) == 1 else principals},
        "Action": named[0] if len(named) == 1 else named,
        "Resource": queue.arn,
    }


def _put(call: Call, queue: Queue, document: dict) -> None:
    policy = json.dumps(document, separators=(",", ":"))
    require_well_formed(policy)
    call.store.put(replace(queue, policy=policy, policy_principals=bound(call, policy), changed=call.second))


def _require_label(label: str) -> None:
    if not _LABEL.match(label):
        raise invalid_value(
            label, "Label", "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )


def _require_actions(actions: list[str]) -> None:
    if not actions:
        raise missing("Actions")
    if len(actions) > MOST_ACTIONS:
        raise OverLimit(f"{len(actions)} Actions were found, maximum allowed is {MOST_ACTIONS}.")
    for action in actions:
        if action not in ACTIONS:
            raise InvalidParameterValueException(
                f"Value SQS:{action} for parameter ActionName is invalid. Reason: Only the queue owner is allowed to "
                "invoke this action."
            )
