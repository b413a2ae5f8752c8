"""Messages to endpoints outside and to mailboxes, tried again as the policy has it, each in a lane of its own."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import on, when_due
from vauban.kernel.records import replace
from vauban.outside.mail import Letter, MailFailed, send
from vauban.outside.webhooks import WebhookFailed, post
from vauban.services.sns.emails import EMAIL
from vauban.services.sns.queues import send_to_queue
from vauban.services.sns.resources import Delivery, Subscription, Topic
from vauban.services.sns.retries import waits_of
from vauban.services.sns.statuses import Told, report
from vauban.services.sns.subscription_attributes import queue_of

POST = "SNS Delivery"
LEASE = timedelta(minutes=5)
"""When a delivery is looked after again whose try never came to an end."""


def posted(body: str, content_type: str, raw: bool = False, told: Told | None = None) -> dict[str, Any]:
    """What is posted, as a delivery keeps it."""
    return {"body": body, "content_type": content_type, "raw": raw, "told": told}


def deliver(call: Call, subscription: Subscription, kind: str, message_id: str, content: Mapping[str, Any]) -> None:
    """Post or mail, soon, and again if need be."""
    delivery = Delivery(
        call.uuid(),
        subscription.account,
        subscription.region,
        subscription.id,
        kind,
        call.now,
        call.now,
        message_id,
        content=json.dumps(content).encode(),
    )
    _try_soon(call, delivery)


@when_due(Delivery)
def try_again(call: ServiceCall, delivery: Delivery) -> None:
    _try_soon(call, delivery)


@on("sns", "aws.sns", POST)
def attempt(call: ServiceCall, event: DomainEvent) -> None:
    """One try."""
    delivery = call.store.get(Delivery, event.detail["delivery"])
    if delivery is None or delivery.tries != event.detail["tries"]:
        return
    subscription = call.store.get(Subscription, delivery.subscription)
    topic = subscription and call.store.get(Topic, subscription.topic)
    if topic is None:
        call.store.delete(delivery)
        return
    try:
        _tried(call, delivery, subscription, json.loads(delivery.content))
    except (WebhookFailed, MailFailed) as failure:
        _failed(call, delivery, topic, subscription, failure)
    else:
        call.store.delete(delivery)
        _report(call, delivery, subscription, "HTTP 200", 200)


def _report(
    call: ServiceCall,
    delivery: Delivery,
    subscription: Subscription,
    response: str,
    status: int,
    failed: bool = False,
) -> None:
    told = json.loads(delivery.content).get("told")
    report(call, told, subscription.endpoint, response, status, failed=failed, attempts=delivery.tries + 1)


def _tried(call: ServiceCall, delivery: Delivery, subscription: Subscription, content: Mapping[str, Any]) -> None:
    """Raises WebhookFailed or MailFailed."""
    to = subscription.endpoint
    if subscription.protocol in EMAIL:
        sender, subject, text = content["sender"], content["subject"], content["body"]
        call.outside(send, Letter(delivery.delivery_id, to, sender, subject, text, delivery.made))
    else:
        call.outside(post, to, _headers(delivery, subscription, content), content["body"].encode())


def _try_soon(call: Call, delivery: Delivery) -> None:
    call.store.put(replace(delivery, due_at=call.now + LEASE))
    call.send(POST, lane=delivery.subscription, delivery=delivery.delivery_id, tries=delivery.tries)


def _failed(
    call: ServiceCall,
    delivery: Delivery,
    topic: Topic,
    subscription: Subscription,
    failure: WebhookFailed | MailFailed,
) -> None:
    """Wait for the next try; where there is none, it is a dead letter."""
    waits = waits_of(topic, subscription)
    if not failure.lasting and delivery.tries < len(waits):
        due = call.now + timedelta(seconds=waits[delivery.tries])
        call.store.put(replace(delivery, tries=delivery.tries + 1, due_at=due))
        return
    call.store.delete(delivery)
    _report(call, delivery, subscription, str(failure), getattr(failure, "status", 0), failed=True)
    if "RedrivePolicy" in subscription.attributes and delivery.kind == "Notification":
        queue = queue_of(subscription.attributes["RedrivePolicy"])
        content = json.loads(delivery.content)
        send_to_queue(call, queue, topic.arn, {"MessageBody": content.get("envelope", content["body"])})


def _headers(delivery: Delivery, subscription: Subscription, content: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    headers = {
        "Content-Type": content["content_type"],
        "User-Agent": "Amazon Simple Notification Service Agent",
        "x-amz-sns-message-type": delivery.kind,
        "x-amz-sns-message-id": delivery.message_id,
        "x-amz-sns-topic-arn": subscription.topic_arn,
    }
    if delivery.kind == "Notification":
        headers["x-amz-sns-subscription-arn"] = subscription.arn
    if content["raw"]:
        headers["x-amz-sns-rawdelivery"] = "true"
    return tuple(headers.items())
