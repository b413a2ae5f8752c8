"""Messages into Lambda functions, asked for as the topic: the function's policy decides."""

import json
import re
from collections.abc import Mapping
from typing import Any

from vauban.kernel.calls import ServiceCall
from vauban.kernel.errors import AwsError
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import on
from vauban.services.sns.queues import send_to_queue
from vauban.services.sns.statuses import Told, report

INVOKE = "SNS Function Invocation"
FUNCTION_ARN = re.compile(
    r"arn:aws[a-z-]*:lambda:([a-z0-9-]+):(\d{12}):function:[A-Za-z0-9_-]{1,64}(?::[A-Za-z0-9_$-]{1,128})?"
)
_RENAMED = {"SigningCertURL": "SigningCertUrl", "UnsubscribeURL": "UnsubscribeUrl"}


def invoke(
    call: ServiceCall, function: str, topic: str, event: str, dead_letters: str = "", told: Told | None = None
) -> None:
    """Invoke, in the function's own Region, not waiting for it; what it does not take is a dead letter."""
    region = FUNCTION_ARN.fullmatch(function)[1]
    if region == call.region:
        _invoke(call, function, topic, event, dead_letters, told)
        return
    content = json.dumps(
        {"function": function, "topic": topic, "event": event, "dead_letters": dead_letters, "told": told}
    )
    call.send(INVOKE, topic, region=region, secrets={"content": content.encode()})


@on("sns", "aws.sns", INVOKE)
def invoke_here(call: ServiceCall, event: DomainEvent) -> None:
    """A message that comes from elsewhere, into a function here."""
    content = json.loads(event.secrets["content"])
    _invoke(call, content["function"], content["topic"], content["event"], content["dead_letters"], content["told"])


def event_of(envelope: Mapping[str, Any], subscription: str) -> str:
    """What a function is given of a notification."""
    told = {_RENAMED.get(name, name): value for name, value in {"Subject": None, **envelope}.items()}
    told.setdefault("MessageAttributes", {})
    record = {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": subscription, "Sns": told}
    return json.dumps({"Records": [record]})


def _invoke(call: ServiceCall, function: str, topic: str, event: str, dead_letters: str, told: Told | None) -> None:
    asking = call.as_service(topic)
    try:
        asking.ask("lambda:Invoke", FunctionName=function, InvocationType="Event", Payload=event.encode())
        report(call, told, function, "", 202)
    except AwsError as error:
        report(call, told, function, f"{error.code}: {error.message}", error.status, failed=True)
        if dead_letters:
            body = json.dumps(json.loads(event)["Records"][0]["Sns"], indent=2)
            send_to_queue(call, dead_letters, topic, {"MessageBody": body})
