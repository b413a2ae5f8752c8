"""Messages of standard queues: sent, received, hidden, deleted, waited for."""

import threading
import time

import pytest
from botocore.exceptions import ClientError


def code_of(caught) -> str:
    return caught.value.response["Error"]["Code"]


def test_a_message_is_received_as_it_was_sent_and_is_gone_once_deleted(sqs, url, received):
    sent = sqs.send_message(
        QueueUrl=url,
        MessageBody="hello",
        MessageAttributes={
            "kind": {"DataType": "String", "StringValue": "greeting"},
            "data": {"DataType": "Binary.png", "BinaryValue": b"\x00\x01"},
            "count": {"DataType": "Number", "StringValue": "3"},
        },
        MessageSystemAttributes={"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1"}},
    )
    assert sent["MD5OfMessageBody"] == "5d41402abc4b2a76b9719d911017c592"
    (message,) = received(url, AttributeNames=["All"], MessageAttributeNames=["All"])
    assert message["Body"] == "hello"
    assert message["MessageId"] == sent["MessageId"]
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert message["MessageAttributes"]["data"] == {"DataType": "Binary.png", "BinaryValue": b"\x00\x01"}
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert message["Attributes"]["SenderId"] == "111122223333"
    assert message["Attributes"]["AWSTraceHeader"] == "Root=1-5759e988-bd862e3fe1"
    assert received(url) == []
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_a_message_that_nobody_deletes_comes_again(sqs, url, vauban, received):
    sqs.send_message(QueueUrl=url, MessageBody="again")
    (first,) = received(url)
    vauban.advance(seconds=31)
    (second,) = received(url, AttributeNames=["ApproximateReceiveCount"])
    assert second["Attributes"] == {"ApproximateReceiveCount": "2"}
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    vauban.advance(seconds=31)
    assert len(received(url)) == 1


def test_messages_come_in_the_order_they_were_sent(sqs, url, bodies):
    for number in range(12):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    assert bodies(url) == [str(number) for number in range(10)]
    assert bodies(url) == ["10", "11"]


def test_a_visibility_timeout_is_changed_while_the_message_is_in_flight(sqs, url, vauban, received):
    sqs.send_message(QueueUrl=url, MessageBody="x")
    (message,) = received(url)
    handle = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
    sqs.change_message_visibility(**handle, VisibilityTimeout=100)
    vauban.advance(seconds=60)
    assert received(url) == []
    sqs.change_message_visibility(**handle, VisibilityTimeout=0)
    with pytest.raises(ClientError) as caught:
        sqs.change_message_visibility(**handle, VisibilityTimeout=10)
    assert code_of(caught) == "AWS.SimpleQueueService.MessageNotInflight"
    (again,) = received(url)
    with pytest.raises(ClientError) as caught:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"], VisibilityTimeout=43_201)
    assert code_of(caught) == "InvalidParameterValue"


def test_a_delayed_message_comes_later(sqs, url, vauban, bodies):
    sqs.send_message(QueueUrl=url, MessageBody="late", DelaySeconds=60)
    sqs.send_message(QueueUrl=url, MessageBody="now")
    assert bodies(url) == ["now"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert told["ApproximateNumberOfMessagesDelayed"] == "1"
    assert told["ApproximateNumberOfMessagesNotVisible"] == "1"
    assert told["ApproximateNumberOfMessages"] == "0"
    vauban.advance(seconds=60)
    assert sorted(bodies(url)) == ["late", "now"]


def test_a_message_is_kept_for_as_long_as_its_queue_says(sqs, a_queue, vauban, bodies):
    url = a_queue(MessageRetentionPeriod="60")
    sqs.send_message(QueueUrl=url, MessageBody="x")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "120"})
    vauban.advance(seconds=90)
    assert bodies(url, VisibilityTimeout=0) == ["x"]
    vauban.advance(seconds=31)
    assert bodies(url) == []


def test_who_waits_is_given_a_message_as_soon_as_it_is_sent(sqs, url, bodies):
    began = time.monotonic()
    found = []
    waiting = threading.Thread(target=lambda: found.extend(bodies(url, WaitTimeSeconds=20)))
    waiting.start()
    time.sleep(0.1)
    sqs.send_message(QueueUrl=url, MessageBody="at last")
    waiting.join()
    assert found == ["at last"]
    assert time.monotonic() - began < 15


def test_who_waits_in_vain_is_told_so(url, received):
    assert received(url, WaitTimeSeconds=1) == []


def test_who_waits_is_given_a_delayed_message_when_its_time_comes(sqs, url, bodies):
    sqs.send_message(QueueUrl=url, MessageBody="x", DelaySeconds=1)
    assert bodies(url, WaitTimeSeconds=10) == ["x"]


def test_no_message_is_given_to_two(sqs, url, bodies):
    for number in range(10):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.extend(bodies(url, MaxNumberOfMessages=1))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [str(number) for number in range(10)]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"MessageBody": ""}, "MissingParameter"),
        ({"MessageBody": "\x00"}, "InvalidMessageContents"),
        ({"MessageBody": "x" * 1_048_577}, "InvalidParameterValue"),
        ({"DelaySeconds": 901}, "InvalidParameterValue"),
        ({"MessageDeduplicationId": "x"}, "InvalidParameterValue"),
        ({"MessageAttributes": {"a": {"DataType": "Text", "StringValue": "x"}}}, "InvalidParameterValue"),
        ({"MessageAttributes": {"a": {"DataType": "Number", "StringValue": "x"}}}, "InvalidParameterValue"),
        ({"MessageAttributes": {"a": {"DataType": "String", "StringValue": ""}}}, "InvalidParameterValue"),
        ({"MessageAttributes": {"aws.a": {"DataType": "String", "StringValue": "x"}}}, "InvalidParameterValue"),
    ],
)
def test_what_is_no_message_is_refused(sqs, url, more, code):
    with pytest.raises(ClientError) as caught:
        sqs.send_message(**{"QueueUrl": url, "MessageBody": "x", **more})
    assert code_of(caught) == code


def test_a_receipt_handle_is_of_one_queue(sqs, url, a_queue, received):
    sqs.send_message(QueueUrl=url, MessageBody="x")
    (message,) = received(url)
    other = a_queue("other")
    for handle in (message["ReceiptHandle"], "x"):
        with pytest.raises(ClientError) as caught:
            sqs.delete_message(QueueUrl=other, ReceiptHandle=handle)
        assert code_of(caught) == "ReceiptHandleIsInvalid"


def test_what_a_batch_cannot_do_is_told_entry_by_entry(sqs, url, received):
    told = sqs.send_message_batch(
        QueueUrl=url,
        Entries=[{"Id": "a", "MessageBody": "1"}, {"Id": "b", "MessageBody": "2", "DelaySeconds": 1000}],
    )
    assert [each["Id"] for each in told["Successful"]] == ["a"]
    assert told["Failed"][0]["Code"] == "InvalidParameterValue"
    (message,) = received(url)
    entries = [{"Id": "a", "ReceiptHandle": message["ReceiptHandle"]}, {"Id": "b", "ReceiptHandle": "x"}]
    hidden = sqs.change_message_visibility_batch(
        QueueUrl=url, Entries=[{**each, "VisibilityTimeout": 60} for each in entries]
    )
    deleted = sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    for each in (hidden, deleted):
        assert [entry["Id"] for entry in each["Successful"]] == ["a"]
        assert [entry["Code"] for entry in each["Failed"]] == ["ReceiptHandleIsInvalid"]


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequest"),
        ([{"Id": str(number), "MessageBody": "x"} for number in range(11)], "TooManyEntriesInBatchRequest"),
        ([{"Id": "a", "MessageBody": "x"}] * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": "a.b", "MessageBody": "x"}], "InvalidBatchEntryId"),
        ([{"Id": str(number), "MessageBody": "x" * 600_000} for number in range(2)], "BatchRequestTooLong"),
    ],
)
def test_what_is_no_batch_is_refused(sqs, url, entries, code):
    with pytest.raises(ClientError) as caught:
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert code_of(caught) == f"AWS.SimpleQueueService.{code}"
