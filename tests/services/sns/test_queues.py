"""Queues that are subscribed, with policies that say so."""

import json

import pytest

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"


def allowing(queue: str, topic: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def queue_for(sqs, topic: str, name: str = "orders", **attributes: str) -> tuple[str, str]:
    """The URL and ARN of a new queue that takes what the topic sends."""
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": allowing(arn, topic)})
    return url, arn


def received(sqs, url: str) -> list[dict]:
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    return answer.get("Messages", [])


@pytest.fixture
def sqs(vauban):
    return vauban.client("sqs")


def test_a_queue_of_the_same_account_gets_messages_at_once(sns, sqs, topic):
    url, arn = queue_for(sqs, topic)
    assert sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"].startswith(f"{topic}:")
    sns.publish(TopicArn=topic, Message="hello")
    (message,) = received(sqs, url)
    assert json.loads(message["Body"])["Message"] == "hello"


def test_raw_messages_keep_their_attributes(sns, sqs, topic):
    url, arn = queue_for(sqs, topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    attributes = {
        "text": {"DataType": "String", "StringValue": "red"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    }
    sns.publish(TopicArn=topic, Message="hello", MessageAttributes=attributes)
    (message,) = received(sqs, url)
    assert message["Body"] == "hello"
    assert message["MessageAttributes"] == attributes


def test_a_queue_whose_policy_names_another_topic_gets_nothing_and_the_dead_letter_queue_gets_it(sns, sqs, topic):
    url, arn = queue_for(sqs, f"{topic}-other")
    dead_url, dead_arn = queue_for(sqs, topic, "dead")
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_arn})}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=redrive)
    sns.publish(TopicArn=topic, Message="hello")
    assert received(sqs, url) == []
    (message,) = received(sqs, dead_url)
    assert json.loads(message["Body"])["Message"] == "hello"


def test_what_an_endpoint_does_not_take_is_a_dead_letter_in_the_end(vauban, sns, sqs, endpoint, topic, confirmed):
    url, arn = queue_for(sqs, topic, "dead")
    policy = json.dumps({"deadLetterTargetArn": arn})
    sns.set_subscription_attributes(SubscriptionArn=confirmed, AttributeName="RedrivePolicy", AttributeValue=policy)
    endpoint.statuses[:] = [500] * 4
    sns.publish(TopicArn=topic, Message="hello")
    vauban.advance(minutes=2)
    assert len(endpoint.received) == 4
    (message,) = received(sqs, url)
    assert json.loads(message["Body"])["Message"] == "hello"


def test_a_queue_in_another_region_is_reached_there(vauban, sns, topic):
    sqs = vauban.client("sqs", region="eu-west-1")
    url, arn = queue_for(sqs, topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="hello")
    assert len(received(sqs, url)) == 1


def test_a_queue_of_another_account_is_asked_first(vauban, sns, topic):
    sqs = vauban.client("sqs", account=OTHER_ACCOUNT)
    url, arn = queue_for(sqs, topic)
    assert sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"] == "pending confirmation"
    (asked,) = received(sqs, url)
    other = vauban.client("sns", account=OTHER_ACCOUNT)
    token = json.loads(asked["Body"])["Token"]
    assert other.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"].split(":")[4] == ACCOUNT
    sns.publish(TopicArn=topic, Message="hello")
    assert json.loads(received(sqs, url)[0]["Body"])["Message"] == "hello"


def test_fifo_topics_hand_messages_to_fifo_queues_in_order(sns, sqs):
    fifo = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    topic = sns.create_topic(Name="orders.fifo", Attributes=fifo)["TopicArn"]
    url, arn = queue_for(sqs, topic, "orders.fifo", FifoQueue="true")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    for number in (1, 2, 2, 3):
        sns.publish(TopicArn=topic, Message=str(number), MessageGroupId="g")
    assert [each["Body"] for each in received(sqs, url)] == ["1", "2", "3"]


def test_a_group_makes_a_standard_queue_fair(sns, sqs, topic):
    url, arn = queue_for(sqs, topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="hello", MessageGroupId="tenant")
    answer = sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["MessageGroupId"])
    assert answer["Messages"][0]["Attributes"] == {"MessageGroupId": "tenant"}
