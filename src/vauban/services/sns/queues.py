"""Messages into queues, asked for as the topic: the queue's policy decides."""

import base64
import json
from typing import Any

from vauban.kernel.arns import queue_url
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AwsError
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import on
from vauban.services.sns.statuses import Told, report
from vauban.services.sns.subscription_attributes import QUEUE_ARN

SEND = "SNS Queue Delivery"


def send_to_queue(
    call: Call, queue: str, topic: str, params: dict[str, Any], dead_letters: str = "", told: Told | None = None
) -> None:
    """Send, in the queue's own Region; to ``dead_letters`` (an ARN, or none) where the queue does not take it."""
    region = QUEUE_ARN.fullmatch(queue)[1]
    if region == call.region and isinstance(call, ServiceCall):
        _send(call, queue, topic, params, dead_letters, told)
        return
    content = json.dumps({"queue": queue, "topic": topic, "params": params, "dead_letters": dead_letters, "told": told})
    call.send(SEND, topic, region=region, secrets={"content": content.encode()})


@on("sns", "aws.sns", SEND)
def send(call: ServiceCall, event: DomainEvent) -> None:
    """A message that comes from elsewhere, into a queue here."""
    content = json.loads(event.secrets["content"])
    _send(call, content["queue"], content["topic"], content["params"], content["dead_letters"], content["told"])


def attributes_for_queue(attributes: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Attributes in SQS's shape; bytes are in base64 on their way."""
    return {
        name: {
            "DataType": each["Type"],
            ("BinaryValue" if each["Type"].startswith("Binary") else "StringValue"): each["Value"],
        }
        for name, each in attributes.items()
    }


def _send(
    call: ServiceCall, queue: str, topic: str, params: dict[str, Any], dead_letters: str, told: Told | None
) -> None:
    asking = call.as_service(topic)
    try:
        sent = asking.ask("sqs:SendMessage", QueueUrl=queue_url(queue), **_with_bytes(params))
        report(call, told, queue, json.dumps({"sqsMessageId": sent["MessageId"]}), 200)
    except AwsError as error:
        report(call, told, queue, f"{error.code}: {error.message}", error.status, failed=True)
        if dead_letters:
            send_to_queue(call, dead_letters, topic, params)


def _with_bytes(params: dict[str, Any]) -> dict[str, Any]:
    given = params.get("MessageAttributes")
    if not given:
        return params
    binary = {
        name: {**each, "BinaryValue": base64.b64decode(each["BinaryValue"])} if "BinaryValue" in each else each
        for name, each in given.items()
    }
    return {**params, "MessageAttributes": binary}
