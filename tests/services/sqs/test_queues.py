"""Queues: made, found, changed, listed and deleted."""

import json

import pytest
from botocore.exceptions import ClientError

ARN = "arn:aws:sqs:us-east-1:111122223333:"


def code_of(caught) -> str:
    return caught.value.response["Error"]["Code"]


def test_a_queue_has_the_address_of_the_endpoint_and_the_attributes_of_its_day(sqs, url):
    assert url == "http://vauban.test/111122223333/orders"
    assert sqs.get_queue_url(QueueName="orders")["QueueUrl"] == url
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert told["QueueArn"] == f"{ARN}orders"
    assert told["VisibilityTimeout"] == "30"
    assert told["MaximumMessageSize"] == "1048576"
    assert told["SqsManagedSseEnabled"] == "true"
    assert told["CreatedTimestamp"] == told["LastModifiedTimestamp"]
    assert "Policy" not in told


def test_a_queue_is_found_by_an_address_at_aws(sqs, url):
    there = "https://sqs.us-east-1.amazonaws.com/111122223333/orders"
    sqs.send_message(QueueUrl=there, MessageBody="x")
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"] == {
        "ApproximateNumberOfMessages": "1"
    }


def test_what_is_no_address_and_what_is_not_there_are_told_apart(sqs):
    with pytest.raises(ClientError) as caught:
        sqs.send_message(QueueUrl="orders", MessageBody="x")
    assert code_of(caught) == "InvalidAddress"
    for ask in (
        lambda: sqs.get_queue_url(QueueName="absent"),
        lambda: sqs.send_message(QueueUrl="http://x/111122223333/absent", MessageBody="x"),
    ):
        with pytest.raises(sqs.exceptions.QueueDoesNotExist) as caught:
            ask()
        assert caught.value.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
        assert caught.value.response["Error"]["QueryErrorCode"] == "QueueDoesNotExist"


def test_the_same_queue_may_be_made_again_but_no_other_of_its_name(sqs, a_queue, url):
    assert a_queue() == url
    assert a_queue(VisibilityTimeout="30") == url
    with pytest.raises(sqs.exceptions.QueueNameExists, match="VisibilityTimeout"):
        a_queue(VisibilityTimeout="31")


def test_a_name_can_be_used_again_a_minute_after_its_queue_was_deleted(sqs, a_queue, url, vauban, received):
    sqs.send_message(QueueUrl=url, MessageBody="x")
    sqs.delete_queue(QueueUrl=url)
    with pytest.raises(sqs.exceptions.QueueDeletedRecently):
        a_queue()
    vauban.advance(seconds=61)
    assert received(a_queue()) == []


@pytest.mark.parametrize(
    ("name", "attributes", "code"),
    [
        ("a b", {}, "InvalidParameterValue"),
        ("x" * 81, {}, "InvalidParameterValue"),
        ("x.fifo", {}, "InvalidParameterValue"),
        ("x", {"FifoQueue": "true"}, "InvalidParameterValue"),
        ("x", {"VisibilityTimeout": "43201"}, "InvalidAttributeValue"),
        ("x", {"MaximumMessageSize": "1023"}, "InvalidAttributeValue"),
        ("x", {"DelaySeconds": "-1"}, "InvalidAttributeValue"),
        ("x", {"Foo": "1"}, "InvalidAttributeName"),
        ("x", {"ContentBasedDeduplication": "true"}, "InvalidAttributeName"),
        ("x", {"Policy": "{}"}, "InvalidAttributeValue"),
        ("x", {"RedrivePolicy": "{}"}, "InvalidParameterValue"),
        ("x", {"RedriveAllowPolicy": '{"redrivePermission": "byQueue"}'}, "InvalidAttributeValue"),
        ("x.fifo", {"FifoQueue": "true", "FifoThroughputLimit": "perMessageGroupId"}, "InvalidAttributeValue"),
    ],
)
def test_what_no_queue_can_be_is_refused(sqs, name, attributes, code):
    with pytest.raises(ClientError) as caught:
        sqs.create_queue(QueueName=name, Attributes=attributes)
    assert code_of(caught) == code


def test_attributes_are_changed_and_taken_away(sqs, url, a_queue):
    dead = a_queue("dead")
    policy = json.dumps({"deadLetterTargetArn": f"{ARN}dead", "maxReceiveCount": 3})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "5", "RedrivePolicy": policy})
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (told["VisibilityTimeout"], told["RedrivePolicy"]) == ("5", policy)
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [url]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": ""})
    assert "RedrivePolicy" not in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == []


def test_queues_are_listed_in_pages_by_prefix(sqs, a_queue):
    urls = [a_queue(f"q-{number}") for number in range(5)]
    a_queue("other")
    assert sqs.list_queues(QueueNamePrefix="q-")["QueueUrls"] == urls
    first = sqs.list_queues(QueueNamePrefix="q-", MaxResults=3)
    rest = sqs.list_queues(QueueNamePrefix="q-", MaxResults=3, NextToken=first["NextToken"])
    assert first["QueueUrls"] + rest["QueueUrls"] == urls
    assert "NextToken" not in rest
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix="none")
    assert sqs.list_queues(QueueNamePrefix="q-4")["QueueUrls"] == urls[4:]


def test_a_purged_queue_is_empty_and_is_not_purged_again_at_once(sqs, url, vauban, received):
    sqs.send_message(QueueUrl=url, MessageBody="x")
    sqs.purge_queue(QueueUrl=url)
    assert received(url) == []
    with pytest.raises(sqs.exceptions.PurgeQueueInProgress):
        sqs.purge_queue(QueueUrl=url)
    vauban.advance(seconds=61)
    sqs.purge_queue(QueueUrl=url)


def test_tags_are_put_and_taken_away(sqs):
    url = sqs.create_queue(QueueName="tagged", tags={"a": "1"})["QueueUrl"]
    sqs.tag_queue(QueueUrl=url, Tags={"b": "2"})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "1", "b": "2"}
    sqs.untag_queue(QueueUrl=url, TagKeys=["a"])
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"b": "2"}


def test_what_is_received_too_often_goes_among_the_dead_letters(sqs, url, a_queue, vauban, received):
    dead = a_queue("dead")
    policy = json.dumps({"deadLetterTargetArn": f"{ARN}dead", "maxReceiveCount": "2"})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
    sent = sqs.send_message(QueueUrl=url, MessageBody="x")
    for _ in range(2):
        assert len(received(url)) == 1
        vauban.advance(seconds=31)
    assert received(url) == []
    (message,) = received(dead, AttributeNames=["All"])
    assert message["MessageId"] == sent["MessageId"]
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == f"{ARN}orders"


def test_a_dead_letter_queue_may_refuse_to_be_one(sqs, url, a_queue):
    a_queue("dead", RedriveAllowPolicy='{"redrivePermission": "denyAll"}')
    policy = json.dumps({"deadLetterTargetArn": f"{ARN}dead", "maxReceiveCount": "2"})
    with pytest.raises(ClientError, match="not allowed"):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
