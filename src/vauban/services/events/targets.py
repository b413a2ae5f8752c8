"""Targets: who is told of the events that a rule matches. Reached by what ``deliveries`` asks."""

import json
from collections.abc import Iterator
from typing import Any

from vauban.kernel.arns import parts_of
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.services.events.errors import invalid_parameter, too_many
from vauban.services.events.lists import page
from vauban.services.events.paths import parse
from vauban.services.events.resolvers import RuleResolver
from vauban.services.events.resources import Rule
from vauban.services.events.rules import passed_role, require_own

MAXIMUM = 5
"""Of a rule."""
_KINDS = (
    ("sqs", "", "queue"),
    ("sns", "", "topic"),
    ("lambda", "function:", "function"),
    ("events", "event-bus/", "event-bus"),
    ("logs", "log-group:", "log-group"),
    ("events", "api-destination/", "api-destination"),
)
"""The services that are told of events, how what they are told by is named, and what it is."""
_NOT_HERE = (
    "KinesisParameters",
    "RunCommandParameters",
    "EcsParameters",
    "BatchParameters",
    "RedshiftDataParameters",
    "SageMakerPipelineParameters",
    "AppSyncParameters",
)
_INPUTS = ("Input", "InputPath", "InputTransformer")
a_targets_rule = RuleResolver("Rule")


def may_pass_roles(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """Putting targets, and handing over each role that is to reach one."""
    decision = evaluate("events:PutTargets", resources[0])
    for role_arn in {target["RoleArn"] for target in call.params["Targets"] if "RoleArn" in target}:
        if decision.allowed:
            decision = evaluate("iam:PassRole", passed_role(role_arn))
    return decision


@operation("PutTargets", on=a_targets_rule, decide=may_pass_roles)
def put_targets(call: Call, rule: Rule, targets: list[dict[str, Any]]) -> dict[str, Any]:
    """Targets of the same id are replaced. What cannot be reached here is refused, each by itself."""
    require_own(rule)
    for target in targets:
        _require_valid(target)
    refused = {target["Id"]: reason for target in targets if (reason := _unreachable(target))}
    kept = {target["Id"]: target for target in rule.targets}
    kept |= {target["Id"]: target for target in targets if target["Id"] not in refused}
    if len(kept) > MAXIMUM:
        raise too_many()
    call.store.put(replace(rule, targets=tuple(kept.values())))
    return _failures((each, "ValidationException", reason) for each, reason in refused.items())


@operation("RemoveTargets", on=a_targets_rule)
def remove_targets(call: Call, rule: Rule, ids: list[str], force: bool = False) -> dict[str, Any]:
    """``force`` is for rules that a service keeps."""
    require_own(rule, force)
    there = {target["Id"] for target in rule.targets}
    call.store.put(replace(rule, targets=tuple(each for each in rule.targets if each["Id"] not in ids)))
    missing = [each for each in ids if each not in there]
    reason = f"Rule {rule.name} does not have a target with the Id %s."
    return _failures((each, "ResourceNotFoundException", reason % each) for each in missing)


@operation("ListTargetsByRule", on=a_targets_rule)
def list_targets_by_rule(
    call: Call, rule: Rule, next_token: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    entries = [(target["Id"], target) for target in rule.targets]
    return page(call, "Targets", entries, limit, next_token, of=rule.key)


def kind_of(arn: str) -> str | None:
    """What kind of target it is; None for those that are not reached here."""
    service, _, _, named = parts_of(arn) or ("", "", "", "")
    return next((kind for of, noun, kind in _KINDS if of == service and named.startswith(noun)), None)


def _failures(entries: Iterator[tuple[str, str, str]]) -> dict[str, Any]:
    failed = [{"TargetId": each, "ErrorCode": code, "ErrorMessage": message} for each, code, message in entries]
    return {"FailedEntryCount": len(failed), "FailedEntries": failed}


def _unreachable(target: dict[str, Any]) -> str:
    """Why a valid target cannot be one here."""
    for name in _NOT_HERE:
        if name in target:
            return f"{name} is not supported here."
    if kind_of(target["Arn"]) is None:
        return f"{target['Arn']} is not of a kind of target that is supported here."
    return ""


def _require_valid(target: dict[str, Any]) -> None:
    """Raises ValidationException."""
    parts = parts_of(target["Arn"])
    if parts is None:
        raise invalid_parameter(target["Arn"], "Provided Arn is not in correct format.")
    if "RoleArn" in target and parts_of(target["RoleArn"]) is None:
        raise invalid_parameter("RoleArn", "Provided Arn is not in correct format.")
    if sum(name in target for name in _INPUTS) > 1:
        raise ValidationException(
            f"Only one of Input, InputPath, or InputTransformer must be provided for target {target['Id']}."
        )
    group = target.get("SqsParameters", {}).get("MessageGroupId")
    if parts[0] == "sqs" and parts[3].endswith(".fifo") and not group:
        raise ValidationException(f"Parameter(s) SqsParameters must be specified for target: {target['Id']}.")
    if kind_of(target["Arn"]) == "api-destination" and "RoleArn" not in target:
        raise ValidationException(f"RoleArn is required for target {target['Arn']}.")
    if "HttpParameters" in target and kind_of(target["Arn"]) != "api-destination":
        raise ValidationException(f"HttpParameters cannot be used with target {target['Arn']}.")
    _require_input(target)
    require_queue(target.get("DeadLetterConfig"))


def _require_input(target: dict[str, Any]) -> None:
    if "Input" in target:
        try:
            json.loads(target["Input"])
        except (ValueError, RecursionError):
            raise ValidationException(f"JSON syntax error in input for target {target['Id']}.") from None
    paths = list(target.get("InputTransformer", {}).get("InputPathsMap", {}).items())
    if "InputPath" in target:
        paths.append(("InputPath", target["InputPath"]))
    for name, path in paths:
        if name.lower().startswith("aws."):
            raise ValidationException(f"Key {name} of the InputPathsMap starts with AWS., which is reserved.")
        try:
            parse(path)
        except ValueError:
            raise ValidationException(f"Invalid JSON path {path} for target {target['Id']}.") from None


def require_queue(config: dict[str, str] | None) -> None:
    """A dead-letter queue is a standard queue. Raises ValidationException."""
    letters = (config or {}).get("Arn")
    if letters is None:
        return
    parts = parts_of(letters)
    if parts is None or parts[0] != "sqs" or letters.endswith(".fifo"):
        raise invalid_parameter("DeadLetterConfig", "Provided Arn is not of a standard SQS queue.")
