"""Where it is told what came of events that nobody waits for: queues, topics, functions and event buses.

All of it is asked for as the function's role. What the role may not, or is not there, is not told; the refusal is on
the trail. Source: Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations".
"""

import json
from datetime import UTC, datetime
from typing import Any

from vauban.kernel.arns import queue_url
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AwsError
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import on
from vauban.outside.functions import Outcome
from vauban.services.lambda_.errors import InvalidParameterValueException
from vauban.services.lambda_.resources import LATEST, Function, QueuedEvent, Version
from vauban.services.lambda_.roles import as_role

SENT = "Word For A Destination"
_SERVICES = frozenset({"sqs", "sns", "lambda", "events"})
_LETTERS = frozenset({"sqs", "sns"})
_MOST_ERROR = 1_024


def require_destination(call: Call, function: Function, destination: str) -> None:
    """Raises InvalidParameterValueException for what cannot be one; the empty string is none."""
    if not destination:
        return
    service, _, _, named = _parts(destination)
    if service not in _SERVICES or named.endswith(".fifo"):
        raise InvalidParameterValueException(f"The destination ARN {destination} is invalid.")
    if destination == function.arn or destination.startswith(f"{function.arn}:"):
        raise InvalidParameterValueException("You can't specify the function as a destination for itself.")


def dead_letters_of(config: dict[str, Any]) -> str:
    """The ARN in a ``DeadLetterConfig``. Raises InvalidParameterValueException for what is no queue or topic."""
    target = config.get("TargetArn", "")
    if target and (_parts(target)[0] not in _LETTERS or target.endswith(".fifo")):
        raise InvalidParameterValueException(f"The dead letter queue ARN {target} is invalid: it is no queue or topic.")
    return target


def tell(call: Call, version: Version, destination: str, record: dict[str, Any]) -> None:
    """Have an invocation record sent, where there is a destination."""
    if not destination:
        return
    service = _parts(destination)[0]
    text = json.dumps(record, separators=(",", ":"))
    if service == "sqs":
        _send(call, version, destination, "sqs:SendMessage", QueueUrl=queue_url(destination), MessageBody=text)
    elif service == "sns":
        _send(call, version, destination, "sns:Publish", TopicArn=destination, Message=text)
    elif service == "lambda":
        _send(
            call, version, destination, "lambda:Invoke", FunctionName=destination, InvocationType="Event", Payload=text
        )
    else:
        _send(call, version, destination, "events:PutEvents", Entries=[_entry(destination, record, text)])


def bury(call: Call, version: Version, queued: QueuedEvent, status: int, error: str) -> None:
    """Send the event itself where the dead letters of its function are sent, with why it is dead."""
    if not version.dead_letters:
        return
    said = {"RequestID": queued.request_id, "ErrorCode": str(status), "ErrorMessage": _shortened(error)}
    attributes = {
        name: {"DataType": "Number" if name == "ErrorCode" else "String", "StringValue": value}
        for name, value in said.items()
        if value
    }
    text = (queued.payload or b"{}").decode()
    if _parts(version.dead_letters)[0] == "sqs":
        asked = {"QueueUrl": queue_url(version.dead_letters), "MessageBody": text}
        _send(call, version, version.dead_letters, "sqs:SendMessage", **asked, MessageAttributes=attributes)
    else:
        asked = {"TopicArn": version.dead_letters, "Message": text}
        _send(call, version, version.dead_letters, "sns:Publish", **asked, MessageAttributes=attributes)


def record_of(
    call: Call, function: Function, queued: QueuedEvent, condition: str, attempts: int, outcome: Outcome | None
) -> dict[str, Any]:
    """The invocation record that destinations are sent."""
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": _moment(call.now),
        "requestContext": {
            "requestId": queued.request_id,
            "functionArn": function.arn_of(queued.qualifier or LATEST),
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": json.loads(queued.payload or b"{}"),
    }
    if outcome is None:
        return record
    context: dict[str, Any] = {"statusCode": 200, "executedVersion": queued.version}
    if outcome.failed:
        context["functionError"] = "Unhandled"
    return {**record, "responseContext": context, "responsePayload": _payload(outcome)}


@on("lambda", "aws.lambda", SENT)
def deliver(call: ServiceCall, event: DomainEvent) -> None:
    asked = json.loads(event.secrets["asked"])
    asking = as_role(call, asked["role"], asked["name"])
    params = asked["params"]
    if "Payload" in params:
        params["Payload"] = params["Payload"].encode()
    try:
        if asking is not None:
            asking.ask(asked["action"], **params)
    except AwsError:
        return


def _send(call: Call, version: Version, destination: str, action: str, **params: Any) -> None:
    """It waits, sealed, until the commit; then the destination's service is asked in its own Region."""
    asked = json.dumps({"role": version.role, "name": version.name, "action": action, "params": params})
    call.send(SENT, version.arn, destination, region=_parts(destination)[1], secrets={"asked": asked.encode()})


def _entry(bus: str, record: dict[str, Any], text: str) -> dict[str, Any]:
    context = record["requestContext"]
    how = "Success" if context["condition"] == "Success" else "Failure"
    return {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {how}",
        "Resources": [bus, context["functionArn"]],
        "Detail": text,
        "EventBusName": bus,
    }


def _payload(outcome: Outcome) -> Any:
    """What the function answered; as text where that is no JSON."""
    try:
        return json.loads(outcome.payload or b"null")
    except ValueError:
        return outcome.payload.decode(errors="replace")


def _parts(destination: str) -> tuple[str, str, str, str]:
    """Service, Region, account and name. Raises InvalidParameterValueException."""
    parts = destination.split(":", 5)
    if len(parts) != 6:
        raise InvalidParameterValueException(f"The destination ARN {destination} is invalid.")
    return parts[2], parts[3], parts[4], parts[5]


def _shortened(text: str) -> str:
    return text.encode()[:_MOST_ERROR].decode(errors="ignore")


def _moment(at: datetime) -> str:
    """``2026-11-25T09:41:06.123Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
