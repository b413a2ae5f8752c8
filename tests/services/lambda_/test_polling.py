"""Messages of queues, as functions are given them."""

import json
import time

import pytest
from botocore.exceptions import ClientError

from vauban.services.lambda_.event_filters import wants

from .conftest import allow, received

QUEUE = "arn:aws:sqs:us-east-1:111122223333:work"
READING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


@pytest.fixture
def sqs(vauban):
    return vauban.client("sqs")


@pytest.fixture
def work(sqs):
    return sqs.create_queue(QueueName="work")["QueueUrl"]


def counts(sqs, queue) -> tuple[int, int]:
    """Messages that can be received, and messages in flight."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return int(told[names[0]]), int(told[names[1]])


def written(vauban) -> list[dict]:
    """Events that the function has printed."""
    events = vauban.client("logs").filter_log_events(logGroupName="/aws/lambda/job", filterPattern="Records")["events"]
    return [json.loads(each["message"]) for each in events]


def map_queue(client, **more):
    return client.create_event_source_mapping(FunctionName="job", EventSourceArn=QUEUE, **more)


def test_messages_are_given_in_batches_and_deleted(vauban, client, make, sqs, work):
    allow(vauban, *READING, "logs:*")
    make("import json\ndef handler(event, context): print(json.dumps(event))")
    map_queue(client)
    attributes = {
        "kind": {"DataType": "String", "StringValue": "a"},
        "raw": {"DataType": "Binary", "BinaryValue": b"x"},
    }
    sent = sqs.send_message(QueueUrl=work, MessageBody="one", MessageAttributes=attributes)
    vauban.advance(seconds=1)
    assert counts(sqs, work) == (0, 0)
    (event,) = written(vauban)
    (record,) = event["Records"]
    assert (record["messageId"], record["body"], record["md5OfBody"]) == (
        sent["MessageId"],
        "one",
        sent["MD5OfMessageBody"],
    )
    assert (record["eventSource"], record["eventSourceARN"], record["awsRegion"]) == ("aws:sqs", QUEUE, "us-east-1")
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    lists = {"stringListValues": [], "binaryListValues": []}
    assert record["messageAttributes"] == {
        "kind": {"stringValue": "a", "dataType": "String", **lists},
        "raw": {"binaryValue": "eA==", "dataType": "Binary", **lists},
    }


def test_what_a_function_fails_on_comes_again_and_ends_among_the_dead_letters(vauban, client, make, sqs, work):
    allow(vauban, *READING)
    letters = sqs.create_queue(QueueName="letters")["QueueUrl"]
    redrive = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:111122223333:letters", "maxReceiveCount": 2}
    sqs.set_queue_attributes(QueueUrl=work, Attributes={"RedrivePolicy": json.dumps(redrive)})
    make("def handler(event, context): raise ValueError")
    map_queue(client)
    sqs.send_message(QueueUrl=work, MessageBody="bad")
    vauban.advance(seconds=1)
    assert counts(sqs, work) == (0, 1)
    vauban.advance(seconds=31)
    assert counts(sqs, work) == (0, 1)
    vauban.advance(seconds=31)
    assert [each["Body"] for each in received(vauban, letters)()] == ["bad"]


def test_a_function_says_which_messages_it_failed_on(vauban, client, make, sqs, work):
    allow(vauban, *READING)
    make(
        "def handler(event, context):\n"
        "    bad = [each['messageId'] for each in event['Records'] if each['body'] == 'bad']\n"
        "    return {'batchItemFailures': [{'itemIdentifier': each} for each in bad]}"
    )
    map_queue(client, FunctionResponseTypes=["ReportBatchItemFailures"])
    for body in ("good", "bad", "good"):
        sqs.send_message(QueueUrl=work, MessageBody=body)
    vauban.advance(seconds=1)
    assert counts(sqs, work) == (0, 1)


def test_what_no_filter_asks_for_is_deleted_and_not_given(vauban, client, make, sqs, work):
    allow(vauban, *READING, "logs:*")
    make("import json\ndef handler(event, context): print(json.dumps(event))")
    map_queue(client, FilterCriteria={"Filters": [{"Pattern": '{"body": {"kind": ["a"]}}'}]})
    for body in ('{"kind": "a"}', '{"kind": "b"}', "text"):
        sqs.send_message(QueueUrl=work, MessageBody=body)
    vauban.advance(seconds=1)
    assert counts(sqs, work) == (0, 0)
    given = [record["body"] for event in written(vauban) for record in event["Records"]]
    assert given == ['{"kind": "a"}']


@pytest.mark.parametrize(
    ("pattern", "body", "fits"),
    [
        ('{"body": ["text"]}', "text", True),
        ('{"body": ["text"]}', "other", False),
        ('{"body": ["text"]}', '{"a": 1}', False),
        ('{"body": {"a": [{"numeric": [">", 0]}]}}', '{"a": 1}', True),
        ('{"body": {"a": [1]}}', "text", False),
        ('{"messageAttributes": {"k": {"stringValue": ["v"]}}}', "text", True),
        ('{"messageAttributes": {"k": {"stringValue": ["w"]}}}', "text", False),
    ],
)
def test_filters_ask_for_texts_for_fields_and_for_attributes(pattern, body, fits):
    message = {"body": body, "messageAttributes": {"k": {"stringValue": "v"}}}
    assert wants((pattern,), message) is fits


def test_a_disabled_mapping_gives_nothing_until_it_is_enabled(vauban, client, make, sqs, work):
    allow(vauban, *READING)
    make()
    uuid = map_queue(client, Enabled=False)["UUID"]
    sqs.send_message(QueueUrl=work, MessageBody="one")
    vauban.advance(seconds=1)
    assert counts(sqs, work) == (1, 0)
    client.update_event_source_mapping(UUID=uuid, Enabled=True)
    vauban.advance(seconds=1)
    assert counts(sqs, work) == (0, 0)


def test_more_than_a_receive_gives_make_one_batch(vauban, client, make, sqs, work):
    allow(vauban, *READING, "logs:*")
    make("def handler(event, context): print('Records', len(event['Records']))")
    map_queue(client, BatchSize=25, MaximumBatchingWindowInSeconds=1)
    for start in range(0, 30, 10):
        entries = [{"Id": str(each), "MessageBody": str(start + each)} for each in range(10)]
        sqs.send_message_batch(QueueUrl=work, Entries=entries)
    vauban.advance(seconds=1)
    events = vauban.client("logs").filter_log_events(logGroupName="/aws/lambda/job", filterPattern="Records")["events"]
    assert sorted(each["message"] for each in events) == ["Records 25\n", "Records 5\n"]


def test_a_role_that_may_not_read_reads_nothing(vauban, client, make, sqs, work):
    make()
    map_queue(client)
    sqs.send_message(QueueUrl=work, MessageBody="one")
    vauban.advance(seconds=1)
    assert counts(sqs, work) == (1, 0)


def test_a_queue_that_shows_messages_too_soon_or_is_not_there_is_refused(vauban, client, make, sqs, work):
    allow(vauban, *READING)
    make(Timeout=60)
    with pytest.raises(ClientError) as refused:
        map_queue(client)
    expected = "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds"
    assert refused.value.response["Error"]["Message"] == expected
    sqs.delete_queue(QueueUrl=work)
    with pytest.raises(ClientError) as refused:
        map_queue(client)
    assert "NonExistentQueue" in refused.value.response["Error"]["Message"]


def test_a_message_that_comes_while_it_is_waited_for_is_given_without_the_clock_being_moved(
    vauban, client, make, sqs, work
):
    allow(vauban, *READING)
    make()
    map_queue(client)
    vauban._loop.call_soon_threadsafe(vauban.vauban.pollers.feed)
    time.sleep(0.3)
    sqs.send_message(QueueUrl=work, MessageBody="one")
    try:
        for _ in range(500):
            if counts(sqs, work) == (0, 0):
                return
            time.sleep(0.02)
        raise AssertionError("it is not given")
    finally:
        vauban._loop.call_soon_threadsafe(vauban.vauban.pollers.close)
