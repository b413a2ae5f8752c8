"""Targets: templated ones by the ARN of a queue, topic, function or bus, and universal ones by an operation's name.

Source: EventBridge Scheduler User Guide, "Managing targets".
"""

import json
import re
from importlib.util import find_spec
from typing import Any, NamedTuple

from vauban.aws.models import OperationModel, load
from vauban.kernel.arns import parts_of
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException

LARGEST_INPUT = 262_144
"""Bytes."""
_UNIVERSAL = re.compile(r"arn:aws[a-z-]*:scheduler:::aws-sdk:([a-z0-9-]+):([A-Za-z0-9]+)")
_TEMPLATES = (("sqs", ""), ("sns", ""), ("lambda", "function:"), ("events", "event-bus/"))
"""The services of templated targets, and how what they invoke is named."""
_SDK_NAMES = {"cloudwatchlogs": "logs", "eventbridge": "events"}
"""Where AWS's SDK for Java calls a service otherwise than boto3."""
_READING = re.compile(
    r"(get|describe|list|poll|receive|search|scan|query|select|read|head|batchGet|batchDescribe)(?=[A-Z]|$)"
)
_NOT_HERE = (
    "EcsParameters",
    "EventBridgePutEventsV2Parameters",
    "EventBridgePutRawEventsParameters",
    "KinesisParameters",
    "SageMakerPipelineParameters",
)


class Universal(NamedTuple):
    """An operation that a universal target invokes."""

    service: str
    """As boto3 names it."""
    operation: OperationModel


def require_target(call: Call, target: dict[str, Any]) -> None:
    """Raises ValidationException."""
    for name in _NOT_HERE:
        if name in target:
            raise ValidationException(f"{name} is not supported here.")
    if len(target.get("Input", "").encode()) > LARGEST_INPUT:
        raise ValidationException("The Input of a target is at most 256 KB.")
    if ":aws-sdk:" in target["Arn"]:
        universal_of(target["Arn"])
        params_of(target)
    else:
        _require_template(call, target)


def universal_of(arn: str) -> Universal:
    """Raises ValidationException for one that is not there, or only reads."""
    matched = _UNIVERSAL.fullmatch(arn)
    service = matched and _SDK_NAMES.get(matched[1], matched[1])
    if not service or not _is_here(service):
        raise ValidationException(f"{arn} is not a service that can be invoked here.")
    if _READING.match(matched[2]):
        raise ValidationException(f"Read-only API actions such as {matched[2]} are not supported.")
    operations = load(service).operations
    name = next((each for each in operations if each[:1].lower() + each[1:] == matched[2]), None)
    if name is None:
        raise ValidationException(f"{matched[2]} is not an API action of {service}.")
    return Universal(service, operations[name])


def params_of(target: dict[str, Any]) -> dict[str, Any]:
    """What a universal target's operation is asked with. Raises ValidationException."""
    try:
        found = json.loads(target.get("Input", "{}"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValidationException("Invalid RequestJson provided. Reason: The Input is not a JSON object.")
    return found


def _require_template(call: Call, target: dict[str, Any]) -> None:
    parts = parts_of(target["Arn"])
    if parts is None:
        raise ValidationException("Provided Arn is not in correct format.")
    if not any(parts.service == service and parts.named.startswith(noun) for service, noun in _TEMPLATES):
        raise ValidationException(f"{target['Arn']} is not of a kind of target that is supported here.")
    if parts.region != call.region:
        raise ValidationException("The target must be in the Region of the schedule.")
    if parts.service == "events" and "EventBridgeParameters" not in target:
        raise ValidationException("EventBridgeParameters must be specified for a target that is an event bus.")
    if parts.service != "events" and "EventBridgeParameters" in target:
        raise ValidationException("EventBridgeParameters are for targets that are event buses.")
    group = target.get("SqsParameters", {}).get("MessageGroupId")
    if parts.service == "sqs" and parts.named.endswith(".fifo") != bool(group):
        raise ValidationException("A MessageGroupId must be specified for a FIFO queue, and for no other.")
    if parts.service in ("lambda", "events"):
        _require_json(target)


def _require_json(target: dict[str, Any]) -> None:
    try:
        json.loads(target.get("Input", "{}"))
    except (ValueError, RecursionError):
        raise ValidationException("The Input of this kind of target must be well-formed JSON.") from None


def _is_here(service: str) -> bool:
    package = service.replace("-", "_")
    return any(find_spec(f"vauban.services.{each}") for each in (package, f"{package}_"))
