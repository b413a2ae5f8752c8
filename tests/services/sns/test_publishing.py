"""What may be published, and what is answered."""

import pytest
from botocore.exceptions import ClientError


def text(**value):
    return {"name": {"DataType": "String", "StringValue": "value", **value}}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"Message": ""}, "Empty message"),
        ({"Message": "a" * 262_145}, "Message too long"),
        ({"Message": "a", "Subject": "a" * 101}, "Subject"),
        ({"Message": "a", "Subject": "two\nlines"}, "Subject"),
        ({"Message": "a", "MessageStructure": "json"}, "JSON message body failed to parse"),
        ({"Message": r'{"default": "\ud800"}', "MessageStructure": "json"}, "JSON message body failed to parse"),
        ({"Message": "{}", "MessageStructure": "json"}, "No default entry in JSON message body"),
        ({"Message": "a", "MessageStructure": "xml"}, "MessageStructure"),
        ({"Message": "a", "MessageAttributes": text(DataType="Other")}, "invalid message attribute type"),
        ({"Message": "a", "MessageAttributes": text(StringValue="")}, "must contain non-empty"),
        ({"Message": "a", "MessageAttributes": text(DataType="Number")}, "Could not cast"),
        ({"Message": "a", "MessageDeduplicationId": "a"}, "MessageDeduplicationId"),
    ],
)
def test_what_is_no_message_is_refused(sns, topic, params, message):
    with pytest.raises(ClientError, match=message):
        sns.publish(TopicArn=topic, **params)


def test_a_topic_is_named_by_one_member_or_another(sns, topic):
    assert sns.publish(TargetArn=topic, Message="a")["MessageId"]
    with pytest.raises(ClientError, match="TopicArn or TargetArn Reason: no value for required parameter"):
        sns.publish(Message="a")
    with pytest.raises(ClientError, match="PhoneNumber is not supported"):
        sns.publish(TopicArn=topic, PhoneNumber="+12065550100", Message="a")


def test_a_batch_says_for_each_entry_how_it_went(sns, topic):
    answer = sns.publish_batch(
        TopicArn=topic,
        PublishBatchRequestEntries=[{"Id": "1", "Message": "a"}, {"Id": "2", "Message": "", "Subject": "b"}],
    )
    assert [each["Id"] for each in answer["Successful"]] == ["1"]
    assert [(each["Id"], each["Code"], each["SenderFault"]) for each in answer["Failed"]] == [
        ("2", "InvalidParameter", True)
    ]


@pytest.mark.parametrize(
    ("ids", "code"),
    [
        ([], "EmptyBatchRequest"),
        (["1", "1"], "BatchEntryIdsNotDistinct"),
        (["with space"], "InvalidBatchEntryId"),
        ([str(each) for each in range(11)], "TooManyEntriesInBatchRequest"),
    ],
)
def test_batches_that_are_none_are_refused_whole(sns, topic, ids, code):
    with pytest.raises(ClientError) as caught:
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": each, "Message": "a"} for each in ids])
    assert caught.value.response["Error"]["Code"] == code


def test_a_fifo_topic_numbers_its_messages_and_takes_none_twice_in_five_minutes(vauban, sns):
    attributes = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    topic = sns.create_topic(Name="orders.fifo", Attributes=attributes)["TopicArn"]
    first = sns.publish(TopicArn=topic, Message="a", MessageGroupId="g")
    again = sns.publish(TopicArn=topic, Message="a", MessageGroupId="g")
    other = sns.publish(TopicArn=topic, Message="b", MessageGroupId="g")
    assert first["MessageId"] == again["MessageId"]
    assert int(other["SequenceNumber"]) > int(first["SequenceNumber"])
    vauban.advance(minutes=6)
    assert sns.publish(TopicArn=topic, Message="a", MessageGroupId="g")["MessageId"] != first["MessageId"]


def test_a_fifo_topic_wants_a_group_and_a_way_to_know_a_message_again(sns):
    topic = sns.create_topic(Name="orders.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    with pytest.raises(ClientError, match="The MessageGroupId parameter is required for FIFO topics"):
        sns.publish(TopicArn=topic, Message="a")
    with pytest.raises(ClientError, match="ContentBasedDeduplication enabled or MessageDeduplicationId provided"):
        sns.publish(TopicArn=topic, Message="a", MessageGroupId="g")
    assert sns.publish(TopicArn=topic, Message="a", MessageGroupId="g", MessageDeduplicationId="d")["SequenceNumber"]
