"""How much is in a queue, and how much may be in flight."""

import pytest
from botocore.exceptions import ClientError

from vauban.services.sqs import boxes


@pytest.fixture
def counts(sqs):
    """Messages that can be received, that are in flight, and that are delayed."""

    def count(url: str) -> tuple[int, ...]:
        names = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return tuple(int(told[name]) for name in names)

    return count


def test_the_counts_of_a_standard_queue_are_exact(sqs, url, counts, received, vauban):
    for number in range(5):
        sqs.send_message(QueueUrl=url, MessageBody=str(number), DelaySeconds=60 if number == 4 else 0)
    first, _ = received(url, MaxNumberOfMessages=2)
    assert counts(url) == (2, 2, 1)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert counts(url) == (2, 1, 1)
    vauban.advance(seconds=61)
    assert counts(url) == (4, 0, 0)


def test_the_counts_of_a_fifo_queue_are_exact(sqs, a_queue, counts, received, vauban):
    url = a_queue("slow.fifo", ContentBasedDeduplication="true", DelaySeconds="60")
    for number in range(4):
        sqs.send_message(QueueUrl=url, MessageBody=str(number), MessageGroupId=f"g{number % 2}")
    assert counts(url) == (0, 0, 4)
    vauban.advance(seconds=61)
    sqs.send_message(QueueUrl=url, MessageBody="late", MessageGroupId="g2")
    assert counts(url) == (4, 0, 1)
    (first,) = received(url, MaxNumberOfMessages=1)
    assert counts(url) == (3, 1, 1)
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)
    assert counts(url) == (4, 0, 1)


def test_a_standard_queue_says_when_too_much_is_in_flight(sqs, url, received, monkeypatch):
    monkeypatch.setattr(boxes, "MOST_IN_FLIGHT", 2)
    for number in range(4):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    first, _ = received(url, MaxNumberOfMessages=2)
    with pytest.raises(ClientError) as caught:
        sqs.receive_message(QueueUrl=url)
    assert caught.value.response["Error"]["Code"] == "OverLimit"
    assert received(url, WaitTimeSeconds=1) == []
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert len(received(url, MaxNumberOfMessages=1)) == 1


def test_a_fifo_queue_gives_nothing_while_too_much_is_in_flight(sqs, fifo, received, monkeypatch):
    monkeypatch.setattr(boxes, "MOST_IN_FLIGHT", 2)
    for number in range(4):
        sqs.send_message(QueueUrl=fifo, MessageBody=str(number), MessageGroupId=str(number))
    assert len(received(fifo, MaxNumberOfMessages=2)) == 2
    assert received(fifo) == []
