"""FIFO queues: order within groups, one receiver a group at a time, nothing twice."""

import pytest
from botocore.exceptions import ClientError

from vauban.kernel.calls import Call


@pytest.fixture
def send(sqs, fifo):
    return lambda body, group="g", **more: sqs.send_message(
        QueueUrl=fifo, MessageBody=body, MessageGroupId=group, **more
    )


def test_a_group_is_given_in_order_to_one_receiver_at_a_time(sqs, fifo, send, received):
    numbers = [int(send(body, group)["SequenceNumber"]) for body, group in [("1", "a"), ("2", "a"), ("3", "b")]]
    assert numbers == sorted(numbers)
    (first,) = received(fifo, MaxNumberOfMessages=1, AttributeNames=["All"])
    assert first["Body"] == "1"
    assert first["Attributes"]["MessageGroupId"] == "a"
    assert first["Attributes"]["SequenceNumber"] == str(numbers[0])
    assert [each["Body"] for each in received(fifo)] == ["3"]
    assert received(fifo) == []
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=first["ReceiptHandle"])
    assert [each["Body"] for each in received(fifo)] == ["2"]


def test_a_message_that_is_let_go_comes_before_those_behind_it(sqs, fifo, send, received):
    for body in "123":
        send(body)
    first, second = received(fifo, MaxNumberOfMessages=2)
    sqs.change_message_visibility(QueueUrl=fifo, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)
    assert received(fifo) == []
    sqs.change_message_visibility(QueueUrl=fifo, ReceiptHandle=second["ReceiptHandle"], VisibilityTimeout=0)
    assert [each["Body"] for each in received(fifo)] == ["1", "2", "3"]


def test_what_is_sent_twice_within_five_minutes_is_there_once(sqs, fifo, send, vauban, received):
    sent = [send("same")["MessageId"] for _ in range(2)]
    assert sent[0] == sent[1]
    (message,) = received(fifo)
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=message["ReceiptHandle"])
    send("same")
    assert received(fifo) == []
    vauban.advance(minutes=5)
    send("same")
    assert len(received(fifo)) == 1


def test_a_message_is_told_from_another_by_the_id_that_it_is_given(fifo, send, received):
    send("same", MessageDeduplicationId="1")
    send("same", MessageDeduplicationId="2")
    send("other", MessageDeduplicationId="2")
    assert [each["Body"] for each in received(fifo)] == ["same", "same"]


def test_groups_may_deduplicate_each_by_itself(sqs, a_queue, received):
    url = a_queue("grouped.fifo", DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    for group in "ab":
        sqs.send_message(QueueUrl=url, MessageBody=group, MessageGroupId=group, MessageDeduplicationId="1")
    assert [each["Body"] for each in received(url)] == ["a", "b"]


def test_a_receipt_that_is_over_deletes_nothing(sqs, fifo, send, vauban, received):
    send("x")
    (message,) = received(fifo)
    vauban.advance(seconds=31)
    with pytest.raises(ClientError, match="The receipt handle has expired") as caught:
        sqs.delete_message(QueueUrl=fifo, ReceiptHandle=message["ReceiptHandle"])
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValue"
    assert len(received(fifo)) == 1


def test_who_asks_again_for_the_same_receive_is_given_the_same(fifo, send, received):
    send("1", "a")
    send("2", "b")
    first = received(fifo, MaxNumberOfMessages=1, ReceiveRequestAttemptId="once")
    again = received(fifo, MaxNumberOfMessages=1, ReceiveRequestAttemptId="once")
    assert [each["MessageId"] for each in again] == [each["MessageId"] for each in first]
    assert [each["Body"] for each in received(fifo, ReceiveRequestAttemptId="twice")] == ["2"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"MessageBody": "x"}, "MissingParameter"),
        ({"MessageBody": "x", "MessageGroupId": "g g"}, "InvalidParameterValue"),
        ({"MessageBody": "x", "MessageGroupId": "g", "DelaySeconds": 5}, "InvalidParameterValue"),
    ],
)
def test_what_no_fifo_queue_takes_is_refused(sqs, fifo, params, code):
    with pytest.raises(ClientError) as caught:
        sqs.send_message(QueueUrl=fifo, **params)
    assert caught.value.response["Error"]["Code"] == code


def test_a_message_needs_something_to_be_told_from_others_by(sqs, a_queue):
    url = a_queue("bare.fifo")
    with pytest.raises(ClientError, match="ContentBasedDeduplication"):
        sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="g")


def test_the_delay_of_a_fifo_queue_is_that_of_all_its_messages(sqs, a_queue, vauban, bodies):
    url = a_queue("slow.fifo", ContentBasedDeduplication="true", DelaySeconds="30")
    sqs.send_message(QueueUrl=url, MessageBody="1", MessageGroupId="g")
    vauban.advance(seconds=20)
    sqs.send_message(QueueUrl=url, MessageBody="2", MessageGroupId="g")
    assert bodies(url) == []
    vauban.advance(seconds=11)
    assert bodies(url) == ["1"]


def test_numbers_only_grow_also_where_the_clock_goes_back(sqs, fifo, send, monkeypatch):
    times = iter([1000.0, 1000.01, 1000.01, 5.0, 5.0, 1000.05, 1000.2, 2000.0])
    monkeypatch.setattr(Call, "real_time", property(lambda call: next(times)))
    numbers = [send(str(number))["SequenceNumber"] for number in range(8)]
    assert numbers == sorted(set(numbers))
    assert {len(number) for number in numbers} == {20}
