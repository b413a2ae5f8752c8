"""Subscriptions: made, listed, told of, changed, ended."""

import json
import re
from collections.abc import Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.operations import Evaluate, operation, when_due
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.services.sns.confirmations import ask_to_confirm
from vauban.services.sns.emails import EMAIL, is_mailbox, require_mail
from vauban.services.sns.errors import AuthorizationErrorException, invalid, no_subscription, unsupported
from vauban.services.sns.functions import FUNCTION_ARN
from vauban.services.sns.pages import page
from vauban.services.sns.resolvers import a_subscription, a_topic
from vauban.services.sns.resources import Delivery, Subscription, Topic, attributes_of
from vauban.services.sns.retries import effective
from vauban.services.sns.subscription_attributes import HTTP, QUEUE_ARN, checked
from vauban.services.sns.topic_attributes import require_large

_KNOWN = frozenset({"application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"})
_OFFERED = frozenset({"email", "email-json", "http", "https", "lambda", "sqs"})
_URL = re.compile(r"https?://[^\s/?#@]+(?:/[!-~]*)?(?:\?[!-~]*)?", re.ASCII)


@operation("Subscribe", on=a_topic)
def subscribe(
    call: Call,
    topic: Topic,
    protocol: str,
    endpoint: str | None = None,
    attributes: dict[str, str] | None = None,
    return_subscription_arn: bool = False,
) -> dict[str, Any]:
    _require_endpoint(topic, protocol, endpoint)
    if protocol in EMAIL:
        require_mail(call, protocol)
    owner = call.principal.account or topic.account
    wanted = checked(attributes or {}, protocol, topic.fifo, topic.region, owner)
    found = _same(call, topic, protocol, endpoint)
    if found is not None and attributes and found.attributes != wanted:
        raise invalid("Attributes Reason: Subscription already exists with different attributes")
    subscription = found or _made(call, topic, protocol, endpoint, owner, wanted)
    if found is None and "MaximumMessageSize" in topic.attributes:
        require_large(topic, [*call.store.list(Subscription, index="topic", value=topic.name), subscription])
    if subscription.pending:
        ask_to_confirm(call, topic, subscription)
    elif found is None:
        call.store.put(subscription)
    told = subscription.pending and not return_subscription_arn
    return {"SubscriptionArn": "pending confirmation" if told else subscription.arn}


@operation("ListSubscriptions")
def list_subscriptions(call: Call, next_token: str | None = None) -> dict[str, Any]:
    return _listed(call, "owner", call.account, next_token)


@operation("ListSubscriptionsByTopic", on=a_topic)
def list_subscriptions_by_topic(call: Call, topic: Topic, next_token: str | None = None) -> dict[str, Any]:
    return _listed(call, "topic", topic.name, next_token)


def owned(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """Policies on topics say nothing of subscriptions: who owns one, or its topic, may what identity policies let."""
    (resource,) = resources
    mine = {resource.account, resource.record.owner if resource.record else ""}
    account = "" if call.principal.account in mine else resource.account
    return evaluate(f"sns:{call.operation.name}", Resource("*", account=account))


def may_unsubscribe(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """The link in a notification needs no signature, unless who confirmed wanted it so."""
    subscription = resources[0].record
    if call.principal.kind == "anonymous" and subscription and not subscription.guarded and not subscription.pending:
        return Decision(True, "sns:Unsubscribe", subscription.arn, ())
    return owned(call, resources, evaluate)


@operation("GetSubscriptionAttributes", on=a_subscription, decide=owned)
def get_subscription_attributes(call: Call, subscription: Subscription | None) -> dict[str, Any]:
    if subscription is None:
        raise no_subscription()
    told = {
        **attributes_of(subscription),
        "SubscriptionArn": subscription.arn,
        "PendingConfirmation": str(subscription.pending).lower(),
        "ConfirmationWasAuthenticated": str(subscription.authenticated).lower(),
        "RawMessageDelivery": "false",
        "SubscriptionPrincipal": subscription.principal,
        **subscription.attributes,
    }
    if "FilterPolicy" in told:
        told.setdefault("FilterPolicyScope", "MessageAttributes")
    if subscription.protocol in HTTP:
        topic = call.store.get(Topic, subscription.topic)
        told["EffectiveDeliveryPolicy"] = json.dumps(effective(topic, subscription), separators=(",", ":"))
    return {"Attributes": told}


@operation("SetSubscriptionAttributes", on=a_subscription, decide=owned)
def set_subscription_attributes(
    call: Call, subscription: Subscription | None, attribute_name: str, attribute_value: str = ""
) -> None:
    if subscription is None:
        raise no_subscription()
    attributes = {**subscription.attributes, attribute_name: attribute_value}
    fifo = subscription.topic.endswith(".fifo")
    kept = checked(attributes, subscription.protocol, fifo, subscription.region, subscription.owner)
    call.store.put(replace(subscription, attributes=kept))


@operation("Unsubscribe", on=a_subscription, decide=may_unsubscribe, anonymous=True)
def unsubscribe(call: Call, subscription: Subscription | None) -> None:
    """Once more is no error."""
    if subscription is None:
        return
    if subscription.pending:
        raise invalid("SubscriptionArn Reason: the subscription is pending confirmation")
    if call.principal.kind == "anonymous" and subscription.guarded:
        raise AuthorizationErrorException("Unsubscribing has to be authenticated")
    _forget(call, subscription)


@when_due(Subscription)
def give_up(call: Call, subscription: Subscription) -> None:
    """Nobody confirmed it in time."""
    _forget(call, subscription)


def _forget(call: Call, subscription: Subscription) -> None:
    for delivery in call.store.list(Delivery, index="subscription", value=subscription.id):
        call.store.delete(delivery)
    call.store.delete(subscription)
    topic = call.store.get(Topic, subscription.topic)
    if topic is not None:
        call.store.put(replace(topic, deleted=topic.deleted + 1))


def _listed(call: Call, index: str, value: str, next_token: str | None) -> dict[str, Any]:
    return page(
        call,
        "Subscriptions",
        lambda after, limit: call.store.list(Subscription, index=index, value=value, after=after, limit=limit),
        lambda subscription: subscription.id,
        attributes_of,
        next_token,
        of=value,
    )


def _require_endpoint(topic: Topic, protocol: str, endpoint: str | None) -> None:
    if protocol not in _KNOWN:
        raise invalid(f"Amazon SNS does not support this protocol string: {protocol}")
    if topic.fifo and protocol != "sqs":
        raise invalid(f"Invalid protocol type: {protocol}")
    if protocol not in _OFFERED:
        raise unsupported(f"Protocol Reason: {protocol}")
    if not endpoint:
        raise invalid("Endpoint Reason: an endpoint is needed")
    if protocol in HTTP and not (_URL.fullmatch(endpoint) and endpoint.startswith(f"{protocol}://")):
        raise invalid("Endpoint must match the specified protocol")
    if protocol in EMAIL and not is_mailbox(endpoint):
        raise invalid("Email address")
    if protocol == "lambda" and not FUNCTION_ARN.fullmatch(endpoint):
        raise invalid("Lambda endpoint ARN")
    if protocol == "sqs":
        _require_queue(topic, endpoint)


def _require_queue(topic: Topic, endpoint: str) -> None:
    if not QUEUE_ARN.fullmatch(endpoint):
        raise invalid("SQS endpoint ARN")
    if endpoint.endswith(".fifo") and not topic.fifo:
        raise invalid(
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"
        )


def _same(call: Call, topic: Topic, protocol: str, endpoint: str) -> Subscription | None:
    found = call.store.list(Subscription, index="topic", value=topic.name)
    return next((each for each in found if (each.protocol, each.endpoint) == (protocol, endpoint)), None)


def _made(
    call: Call, topic: Topic, protocol: str, endpoint: str, owner: str, attributes: Mapping[str, str]
) -> Subscription:
    """A queue needs no confirmation where its own account subscribes it, and a function none: its policy says it."""
    theirs = QUEUE_ARN.fullmatch(endpoint)
    at_once = protocol == "lambda" or (theirs is not None and theirs[2] == owner)
    scheme = "https" if call.request.secure else "http"
    return Subscription(
        topic.name,
        call.uuid(),
        topic.account,
        topic.region,
        owner,
        protocol,
        endpoint,
        call.second,
        f"{scheme}://{call.request.headers.get('host') or f'sns.{topic.region}.amazonaws.com'}",
        call.principal.issuer_arn or call.principal.arn,
        dict(attributes),
        pending=not at_once,
        authenticated=at_once,
    )
