"""Who may: identity policies, queue policies, other accounts; and what of it is on the trail."""

import json
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from vauban.testing import InProcess

OTHER_ACCOUNT = "444455556666"


@pytest.fixture
def neighbours() -> Iterator[InProcess]:
    running = InProcess(accounts=("111122223333", OTHER_ACCOUNT))
    yield running
    running.close()


def test_what_a_message_says_is_not_on_the_trail(sqs, url, vauban, received):
    sqs.send_message(
        QueueUrl=url,
        MessageBody="a secret of mine",
        MessageAttributes={"a": {"DataType": "String", "StringValue": "a secret of mine"}},
    )
    sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "a secret of mine"}])
    assert len(received(url, MessageAttributeNames=["All"])) == 2
    assert "a secret of mine" not in json.dumps(vauban.trail())


def test_an_account_that_is_given_permission_may_send_and_no_more(neighbours):
    owner, stranger = neighbours.client("sqs"), neighbours.client("sqs", account=OTHER_ACCOUNT)
    url = owner.create_queue(QueueName="shared")["QueueUrl"]
    with pytest.raises(ClientError) as caught:
        stranger.send_message(QueueUrl=url, MessageBody="x")
    assert caught.value.response["Error"]["Code"] == "AccessDenied"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)
    owner.add_permission(QueueUrl=url, Label="send", AWSAccountIds=[OTHER_ACCOUNT], Actions=["SendMessage"])
    policy = json.loads(owner.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"])
    assert policy["Statement"] == [
        {
            "Sid": "send",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"},
            "Action": "SQS:SendMessage",
            "Resource": "arn:aws:sqs:us-east-1:111122223333:shared",
        }
    ]
    stranger.send_message(QueueUrl=url, MessageBody="x")
    with pytest.raises(ClientError):
        stranger.receive_message(QueueUrl=url)
    owner.remove_permission(QueueUrl=url, Label="send")
    with pytest.raises(ClientError):
        stranger.send_message(QueueUrl=url, MessageBody="x")


def test_a_batch_needs_the_permission_of_what_it_does(vauban, url):
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    vauban.user("sender", {"Version": "2012-10-17", "Statement": statement})
    sender = vauban.client("sqs", user="sender")
    assert sender.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "x"}])["Successful"]
    with pytest.raises(ClientError):
        sender.receive_message(QueueUrl=url)


def test_messages_under_a_key_need_the_key_to_be_sent_and_received(vauban, sqs, received):
    kms = vauban.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    url = sqs.create_queue(QueueName="sealed", Attributes={"KmsMasterKeyId": key})["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["KmsDataKeyReusePeriodSeconds"] == "300"
    assert attributes["SqsManagedSseEnabled"] == "false"
    for body in "12":
        sqs.send_message(QueueUrl=url, MessageBody=body)
    vauban.user(
        "worker", {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}
    )
    worker = vauban.client("sqs", user="worker")
    for ask in (
        lambda: worker.send_message(QueueUrl=url, MessageBody="x"),
        lambda: worker.receive_message(QueueUrl=url),
    ):
        with pytest.raises(ClientError) as caught:
            ask()
        assert caught.value.response["Error"]["Code"] == "KMS.AccessDeniedException"
    assert [each["Body"] for each in received(url)] == ["1", "2"]
    asked = [each["eventName"] for each in vauban.trail() if each["eventSource"] == "kms.amazonaws.com"]
    assert asked.count("GenerateDataKey") == 2
    kms.disable_key(KeyId=key)
    vauban.advance(seconds=301)
    with pytest.raises(ClientError) as caught:
        sqs.send_message(QueueUrl=url, MessageBody="x")
    assert caught.value.response["Error"]["Code"] == "KMS.DisabledException"
