"""A published message, to each subscription that wants it."""

import json
from typing import Any

from vauban.kernel.calls import ServiceCall
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import on
from vauban.services.sns.deliveries import deliver, posted
from vauban.services.sns.emails import EMAIL, notification
from vauban.services.sns.encryption import opened
from vauban.services.sns.filters import wants
from vauban.services.sns.functions import event_of, invoke
from vauban.services.sns.messages import envelope, text_for, told_by
from vauban.services.sns.queues import attributes_for_queue, send_to_queue
from vauban.services.sns.resources import Subscription, Topic
from vauban.services.sns.retries import CONTENT_TYPE, effective
from vauban.services.sns.signatures import signed
from vauban.services.sns.statuses import told_of
from vauban.services.sns.subscription_attributes import queue_of

PUBLISHED = "SNS Message Published"


@on("sns", "aws.sns", PUBLISHED)
def fan_out(call: ServiceCall, event: DomainEvent) -> None:
    """All in one commit: to each queue once, in the order in which messages were published."""
    topic = call.store.get(Topic, event.detail["topic"])
    if topic is None:
        return
    message = json.loads(opened(call, topic, event))
    for subscription in call.store.list(Subscription, index="topic", value=topic.name):
        text = text_for(message, subscription.protocol)
        if not subscription.pending and wants(subscription, text, message["Attributes"]):
            if not (topic.fifo or subscription.raw):
                _sign(call, topic, subscription, message)
            _hand_out(call, topic, subscription, message)


def _hand_out(call: ServiceCall, topic: Topic, subscription: Subscription, message: dict[str, Any]) -> None:
    raw = subscription.raw
    redrive = subscription.attributes.get("RedrivePolicy")
    dead_letters = queue_of(redrive) if redrive else ""
    told = told_of(topic, subscription.protocol, message, text_for(message, subscription.protocol))
    if subscription.protocol == "lambda":
        event = event_of(envelope(message, subscription), subscription.arn)
        invoke(call, subscription.endpoint, topic.arn, event, dead_letters, told)
        return
    if subscription.protocol in EMAIL:
        deliver(call, subscription, "Notification", message["MessageId"], notification(message, topic, subscription))
        return
    body = text_for(message, subscription.protocol) if raw else json.dumps(envelope(message, subscription), indent=2)
    if subscription.protocol != "sqs":
        content_type = effective(topic, subscription)["requestPolicy"].get("headerContentType", CONTENT_TYPE)
        deliver(call, subscription, "Notification", message["MessageId"], posted(body, content_type, raw, told))
        return
    params: dict[str, Any] = {"MessageBody": body}
    if raw and message["Attributes"]:
        params["MessageAttributes"] = attributes_for_queue(message["Attributes"])
    params |= {name: message[name] for name in _queue_members(topic, subscription) if name in message}
    send_to_queue(call, subscription.endpoint, topic.arn, params, dead_letters, told)


def _queue_members(topic: Topic, subscription: Subscription) -> tuple[str, ...]:
    """A standard topic's groups make a queue fair; a FIFO topic's are for FIFO queues."""
    if not topic.fifo:
        return ("MessageGroupId",)
    return ("MessageGroupId", "MessageDeduplicationId") if subscription.endpoint.endswith(".fifo") else ()


def _sign(call: ServiceCall, topic: Topic, subscription: Subscription, message: dict[str, Any]) -> None:
    """Once for all subscriptions that are told the same."""
    known = message.setdefault("signed", {})
    protocol = told_by(message, subscription)
    if protocol not in known:
        told = {
            **message,
            "Type": "Notification",
            "TopicArn": topic.arn,
            "Message": text_for(message, subscription.protocol),
        }
        known[protocol] = signed(call, told, topic.attributes.get("SignatureVersion", "1"))
