"""Endpoints asked whether they want what they were subscribed to, and their answers."""

import json
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.services.sns.deliveries import deliver, posted
from vauban.services.sns.emails import EMAIL, confirmation
from vauban.services.sns.errors import invalid
from vauban.services.sns.messages import VERSION, moment
from vauban.services.sns.queues import send_to_queue
from vauban.services.sns.resolvers import a_topic
from vauban.services.sns.resources import Subscription, Topic
from vauban.services.sns.retries import CONTENT_TYPE
from vauban.services.sns.signatures import signed
from vauban.services.sns.subscription_attributes import HTTP

KIND = "SubscriptionConfirmation"


def has_token(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """The token is what lets a stranger confirm; the topic's own account needs the permission."""
    (resource,) = resources
    if call.principal.account != resource.account:
        return Decision(True, "sns:ConfirmSubscription", resource.arn, ())
    return evaluate("sns:ConfirmSubscription", resource)


@operation("ConfirmSubscription", on=a_topic, decide=has_token, anonymous=True)
def confirm_subscription(
    call: Call, topic: Topic, token: str, authenticate_on_unsubscribe: str = "false"
) -> dict[str, Any]:
    found = call.store.list(Subscription, index="token", value=_hash(token), limit=1)
    if not found or found[0].topic != topic.name:
        raise invalid("Token")
    subscription = found[0]
    authenticated = call.principal.kind != "anonymous"
    if subscription.pending:
        guarded = authenticated and authenticate_on_unsubscribe.lower() == "true"
        confirmed = replace(subscription, pending=False, authenticated=authenticated, guarded=guarded)
        call.store.put(confirmed)
    return {"SubscriptionArn": subscription.arn}


def ask_to_confirm(call: Call, topic: Topic, subscription: Subscription) -> None:
    """Give a subscription a new token, and tell its endpoint alone."""
    token = call.once("token", lambda: call.random(128).hex())
    asked = replace(subscription, token_hash=_hash(token))
    call.store.put(asked)
    message = _message(call, topic, asked, token)
    if subscription.protocol in EMAIL:
        deliver(call, asked, KIND, message["MessageId"], confirmation(message, subscription.protocol))
    elif subscription.protocol in HTTP:
        deliver(call, asked, KIND, message["MessageId"], posted(json.dumps(message, indent=2), CONTENT_TYPE))
    else:
        send_to_queue(call, subscription.endpoint, topic.arn, {"MessageBody": json.dumps(message, indent=2)})


def _message(call: Call, topic: Topic, subscription: Subscription, token: str) -> dict[str, str]:
    link = urlencode(
        {"Action": "ConfirmSubscription", "TopicArn": topic.arn, "Token": token, "Version": VERSION}, safe=":"
    )
    text = (
        f"You have chosen to subscribe to the topic {topic.arn}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message."
    )
    message = {
        "Type": KIND,
        "MessageId": call.uuid(),
        "Token": token,
        "TopicArn": arn("sns", topic.region, topic.account, topic.name),
        "Message": text,
        "SubscribeURL": f"{subscription.base}/?{link}",
        "Timestamp": moment(call.now),
    }
    told = signed(call, message, topic.attributes.get("SignatureVersion", "1"))
    return {**message, **told, "SigningCertURL": subscription.base + told["SigningCertURL"]}


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
