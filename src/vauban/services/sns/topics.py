"""Topics: made, listed, deleted, and their attributes."""

import json
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.sns.errors import invalid
from vauban.services.sns.pages import page
from vauban.services.sns.policies import default_policy, require_valid
from vauban.services.sns.resolvers import a_name, a_topic
from vauban.services.sns.resources import Delivery, Sequence, Subscription, Topic, standing
from vauban.services.sns.retries import effective_of_topic
from vauban.services.sns.statuses import may_pass_roles
from vauban.services.sns.tags import tagged
from vauban.services.sns.topic_attributes import checked, require_large, require_name


@operation("CreateTopic", on=a_name, decide=may_pass_roles, unsupported=("DataProtectionPolicy",))
def create_topic(
    call: Call,
    existing: Topic | None,
    name: str,
    attributes: dict[str, str] | None = None,
    tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    given = dict(attributes or {})
    fifo = given.pop("FifoTopic", "false") == "true"
    require_name(name, fifo)
    policy = given.pop("Policy", "")
    given = {key: checked(key, value, fifo) for key, value in given.items()}
    wanted = tagged({}, tags or [])
    if existing is not None:
        _require_same(existing, given, policy, wanted)
        return {"TopicArn": existing.arn}
    topic = Topic(name, call.account, call.region, default_policy(call, name), attributes=given, tags=wanted)
    if policy:
        topic = replace(topic, policy=policy, policy_principals=require_valid(call, policy))
    call.store.put(topic)
    return {"TopicArn": topic.arn}


@operation("DeleteTopic", on=a_topic)
def delete_topic(call: Call, topic: Topic) -> None:
    for subscription in call.store.list(Subscription, index="topic", value=topic.name):
        for delivery in call.store.list(Delivery, index="subscription", value=subscription.id):
            call.store.delete(delivery)
        call.store.delete(subscription)
    sequence = call.store.get(Sequence, topic.name)
    if sequence is not None:
        call.store.delete(sequence)
    call.store.delete(topic)


@operation("ListTopics")
def list_topics(call: Call, next_token: str | None = None) -> dict[str, Any]:
    return page(
        call,
        "Topics",
        lambda after, limit: call.store.list(Topic, after=after, limit=limit),
        lambda topic: topic.name,
        lambda topic: {"TopicArn": topic.arn},
        next_token,
    )


@operation("GetTopicAttributes", on=a_topic)
def get_topic_attributes(call: Call, topic: Topic) -> dict[str, Any]:
    counts = {
        pending: call.store.count(Subscription, index="standing", value=standing(topic.name, pending))
        for pending in (True, False)
    }
    own = {
        "Policy": topic.policy,
        "Owner": topic.account,
        "TopicArn": topic.arn,
        "DisplayName": "",
        "SubscriptionsPending": str(counts[True]),
        "SubscriptionsConfirmed": str(counts[False]),
        "SubscriptionsDeleted": str(topic.deleted),
        "EffectiveDeliveryPolicy": json.dumps(effective_of_topic(topic), separators=(",", ":")),
    }
    if topic.fifo:
        own |= {"FifoTopic": "true", "ContentBasedDeduplication": "false", "FifoThroughputScope": "Topic"}
    return {"Attributes": own | topic.attributes}


@operation("SetTopicAttributes", on=a_topic, decide=may_pass_roles)
def set_topic_attributes(call: Call, topic: Topic, attribute_name: str, attribute_value: str = "") -> None:
    if attribute_name == "Policy":
        policy = attribute_value or default_policy(call, topic.name)
        call.store.put(replace(topic, policy=policy, policy_principals=require_valid(call, policy)))
        return
    if attribute_name == "FifoTopic":
        raise invalid("AttributeName")
    attributes = dict(topic.attributes)
    attributes.pop(attribute_name, None)
    value = checked(attribute_name, attribute_value, topic.fifo)
    if value:
        attributes[attribute_name] = value
    changed = replace(topic, attributes=attributes)
    require_large(changed, call.store.list(Subscription, index="topic", value=topic.name))
    call.store.put(changed)


def _require_same(topic: Topic, attributes: dict[str, str], policy: str, tags: dict[str, str]) -> None:
    """CreateTopic again is no error, so long as it says nothing new."""
    if any(topic.attributes.get(key, "") != value for key, value in attributes.items()) or policy not in (
        "",
        topic.policy,
    ):
        raise invalid("Attributes Reason: Topic already exists with different attributes")
    if tags and tags != topic.tags:
        raise invalid("Tags Reason: Topic already exists with different tags")
