"""Topics with a KMS key."""

import pytest
from botocore.exceptions import ClientError

from .test_queues import queue_for, received

ALL_OF_SNS = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sns:*", "Resource": "*"}}


@pytest.fixture
def kms(vauban):
    return vauban.client("kms")


@pytest.fixture
def key(kms) -> str:
    return kms.create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def sealed(sns, key) -> str:
    return sns.create_topic(Name="sealed", Attributes={"KmsMasterKeyId": key})["TopicArn"]


@pytest.fixture
def queue(vauban, sns, sealed) -> str:
    """The URL of one that gets what is published."""
    url, arn = queue_for(vauban.client("sqs"), sealed)
    sns.subscribe(TopicArn=sealed, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return url


def asked_of_kms(vauban) -> list[dict]:
    return [each for each in vauban.trail() if each["eventSource"] == "kms.amazonaws.com"]


def refusal(sns, topic) -> str:
    with pytest.raises(ClientError) as caught:
        sns.publish(TopicArn=topic, Message="x")
    return caught.value.response["Error"]["Code"]


def test_a_message_goes_under_a_data_key_that_is_bound_to_the_topic(vauban, sns, sealed, key, queue):
    assert sns.get_topic_attributes(TopicArn=sealed)["Attributes"]["KmsMasterKeyId"] == key
    before = len(asked_of_kms(vauban))
    sns.publish(TopicArn=sealed, Message="one")
    sns.publish(TopicArn=sealed, Message="two")
    assert [each["Body"] for each in received(vauban.client("sqs"), queue)] == ["one", "two"]
    asked = asked_of_kms(vauban)[before:]
    assert [each["eventName"] for each in asked] == ["GenerateDataKey", "Decrypt"]
    for each in asked:
        assert each["requestParameters"]["encryptionContext"] == {"aws:sns:topicArn": sealed}
    vauban.advance(seconds=301)
    sns.publish(TopicArn=sealed, Message="three")
    assert len(asked_of_kms(vauban)) == before + 4


def test_what_waits_to_be_handed_out_is_not_to_be_read_without_the_key(vauban, sns, sealed, queue):
    waiting = []
    vauban.vauban.relay.listeners.append(lambda event: waiting.append(event))
    sns.publish(TopicArn=sealed, Message="quite secret")
    (event,) = [each for each in waiting if each.detail_type == "SNS Message Published"]
    assert b"quite secret" not in event.secrets["message"]
    assert event.secrets["data_key"]


def test_who_publishes_needs_the_key(vauban, sealed):
    vauban.user("publisher", ALL_OF_SNS)
    assert refusal(vauban.client("sns", user="publisher"), sealed) == "KMSAccessDenied"


def test_to_seal_without_being_able_to_open_is_not_enough(vauban, sealed):
    seal = {"Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": "*"}
    vauban.user("publisher", ALL_OF_SNS, {"Version": "2012-10-17", "Statement": seal})
    assert refusal(vauban.client("sns", user="publisher"), sealed) == "KMSAccessDenied"


def test_a_key_that_is_disabled_or_not_there_takes_nothing(sns, kms, key, sealed):
    kms.disable_key(KeyId=key)
    assert refusal(sns, sealed) == "KMSDisabled"
    sns.set_topic_attributes(TopicArn=sealed, AttributeName="KmsMasterKeyId", AttributeValue="alias/none")
    assert refusal(sns, sealed) == "KMSNotFound"
    entries = [{"Id": "1", "Message": "x"}]
    (failed,) = sns.publish_batch(TopicArn=sealed, PublishBatchRequestEntries=entries)["Failed"]
    assert failed["Code"] == "KMSNotFound"
    sns.set_topic_attributes(TopicArn=sealed, AttributeName="KmsMasterKeyId", AttributeValue="")
    sns.publish(TopicArn=sealed, Message="x")


def test_the_managed_key_is_there_when_it_is_needed(vauban, sns, kms):
    topic = sns.create_topic(Name="managed", Attributes={"KmsMasterKeyId": "alias/aws/sns"})["TopicArn"]
    sns.publish(TopicArn=topic, Message="x")
    assert "alias/aws/sns" in [each["AliasName"] for each in kms.list_aliases()["Aliases"] if "TargetKeyId" in each]
