"""Invocations: a target's operation asked for in the execution role, tried again until it is taken or given up.

Source: EventBridge Scheduler User Guide, "Configuring a dead-letter queue" and "Adding context attributes".
"""

import json
from datetime import UTC, datetime
from typing import Any

from vauban.aws.shapes import Shape
from vauban.kernel.arns import parts_of, queue_url
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AwsError, UnknownOperationException
from vauban.kernel.operations import when_due
from vauban.kernel.records import replace
from vauban.services.scheduler.resources import LONGEST_AGE_SECONDS, MOST_RETRIES, Invocation
from vauban.services.scheduler.roles import session_of
from vauban.services.scheduler.sealing import Sealed, opened
from vauban.services.scheduler.targets import params_of, universal_of

LARGEST_LETTER = 200_000
"""Characters of a dead letter; what is longer is cut."""


@when_due(Invocation)
def attempt(call: ServiceCall, invocation: Invocation) -> None:
    target: dict[str, Any] = {}
    asking: Call | None = None
    try:
        asking = _in_role(call, invocation)
        target = opened(asking, invocation.schedule_arn, Sealed(invocation.target, invocation.data_key))
        target = _filled(target, invocation)
        _invoke(asking, target)
    except AwsError as error:
        _failed(call, asking, invocation, target, error)
    else:
        call.store.delete(invocation)


def _in_role(call: ServiceCall, invocation: Invocation) -> ServiceCall:
    """Raises what STS says."""
    name = invocation.invocation_id.replace("-", "")
    return call.on_behalf_of(session_of(call, invocation.role_arn, invocation.group, name))


def _invoke(asking: Call, target: dict[str, Any]) -> None:
    """Raises what the target's service says."""
    arn, text = target["Arn"], target["Input"]
    if ":aws-sdk:" in arn:
        universal = universal_of(arn)
        params = as_params(universal.operation.input, params_of(target))
        asking.ask(f"{universal.service}:{universal.operation.name}", **params)
        return
    match parts_of(arn).service:
        case "sqs":
            asking.ask("sqs:SendMessage", QueueUrl=queue_url(arn), MessageBody=text, **target.get("SqsParameters", {}))
        case "sns":
            asking.ask("sns:Publish", TopicArn=arn, Message=text)
        case "lambda":
            asking.ask("lambda:Invoke", FunctionName=arn, InvocationType="Event", Payload=text.encode())
        case "events":
            _put_event(asking, target)


def _put_event(asking: Call, target: dict[str, Any]) -> None:
    entry = {"EventBusName": target["Arn"], "Detail": target["Input"], **target["EventBridgeParameters"]}
    (told,) = asking.ask("events:PutEvents", Entries=[entry])["Entries"]
    if "ErrorCode" in told:
        raise AwsError(told["ErrorMessage"], code=told["ErrorCode"])


def as_params(shape: Shape | None, value: Any) -> Any:
    """What was JSON, as operations take it: times and bytes are no strings."""
    kind = shape.type if shape else ""
    if kind == "structure" and isinstance(value, dict):
        return {name: as_params(shape.members.get(name), each) for name, each in value.items()}
    if kind == "map" and isinstance(value, dict):
        return {name: as_params(shape.value, each) for name, each in value.items()}
    if kind == "list" and isinstance(value, list):
        return [as_params(shape.member, each) for each in value]
    if kind == "blob" and isinstance(value, str):
        return value.encode()
    return _moment(value) if kind == "timestamp" else value


def _moment(value: Any) -> Any:
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return value


def _filled(target: dict[str, Any], invocation: Invocation) -> dict[str, Any]:
    """The target with the input it has this time."""
    told = {
        "<aws.scheduler.schedule-arn>": invocation.schedule_arn,
        "<aws.scheduler.scheduled-time>": _text(invocation.scheduled),
        "<aws.scheduler.execution-id>": invocation.invocation_id,
        "<aws.scheduler.attempt-number>": str(invocation.tries + 1),
    }
    text = target.get("Input")
    if text is None:
        text = "{}" if ":aws-sdk:" in target["Arn"] else _notification(invocation)
    for name, value in told.items():
        text = text.replace(name, value)
    return {**target, "Input": text}


def _notification(invocation: Invocation) -> str:
    """What targets are told that no input is given for."""
    return json.dumps(
        {
            "version": "0",
            "id": invocation.invocation_id,
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": invocation.account,
            "time": _text(invocation.scheduled),
            "region": invocation.region,
            "resources": [invocation.schedule_arn],
            "detail": "{}",
        }
    )


def _failed(
    call: ServiceCall, asking: Call | None, invocation: Invocation, target: dict[str, Any], error: AwsError
) -> None:
    """Try again later, or give up."""
    policy = target.get("RetryPolicy", {})
    failed = replace(invocation, tries=invocation.tries + 1)
    again = call.now + failed.pause
    age = (again - invocation.since).total_seconds()
    if _is_lasting(error):
        _give_up(call, asking, invocation, target, error, "")
    elif invocation.tries >= policy.get("MaximumRetryAttempts", MOST_RETRIES):
        _give_up(call, asking, invocation, target, error, "MaximumRetryAttempts")
    elif age > policy.get("MaximumEventAgeInSeconds", LONGEST_AGE_SECONDS):
        _give_up(call, asking, invocation, target, error, "MaximumEventAgeInSeconds")
    else:
        call.store.put(replace(failed, due_at=again))


def _is_lasting(error: AwsError) -> bool:
    if isinstance(error, UnknownOperationException):
        return True
    return error.status < 500 and "Throttl" not in error.code and "TooManyRequests" not in error.code


def _give_up(
    call: ServiceCall,
    asking: Call | None,
    invocation: Invocation,
    target: dict[str, Any],
    error: AwsError,
    exhausted: str,
) -> None:
    """To the dead-letter queue, in the execution role; without either it is dropped."""
    call.store.delete(invocation)
    letters = target.get("DeadLetterConfig", {}).get("Arn")
    if letters is None or asking is None:
        return
    body = target["Input"]
    said = {
        "ERROR_CODE": error.code,
        "ERROR_MESSAGE": error.message,
        "EXECUTION_ID": invocation.invocation_id,
        "EXHAUSTED_RETRY_CONDITION": exhausted,
        "IS_PAYLOAD_TRUNCATED": "true" if len(body) > LARGEST_LETTER else "false",
        "RETRY_ATTEMPTS": str(invocation.tries),
        "SCHEDULED_TIME": _text(invocation.scheduled),
        "SCHEDULE_ARN": invocation.schedule_arn,
        "TARGET_ARN": target["Arn"],
    }
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in said.items() if value}
    letter = {"MessageBody": body[:LARGEST_LETTER], "MessageAttributes": attributes}
    try:
        asking.ask("sqs:SendMessage", QueueUrl=queue_url(letters), **letter)
    except AwsError:
        return


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
