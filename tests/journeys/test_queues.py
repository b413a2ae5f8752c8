"""Queues over two workers: who waits is woken from the other one, and what was acknowledged outlives `kill -9`."""

import json
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .running import client, eventually


def test_whoever_waits_is_woken_whichever_worker_is_sent_to(server):
    exported = server.credentials()
    clients = [client(server.url, "sqs", exported) for _ in range(12)]
    url = clients[0].create_queue(QueueName="orders")["QueueUrl"]
    waited: list[float] = []

    def wait(sqs) -> None:
        (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
        waited.append(time.monotonic())
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    threads = [threading.Thread(target=wait, args=(each,)) for each in clients[:6]]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    began = time.monotonic()
    for each in clients[6:]:
        each.send_message(QueueUrl=url, MessageBody="x")
    for thread in threads:
        thread.join()
    assert len(waited) == 6
    assert max(waited) - began < 15


def test_no_message_is_given_to_two_receivers_or_lost(server):
    exported = server.credentials()
    clients = [client(server.url, "sqs", exported) for _ in range(8)]
    url = clients[0].create_queue(QueueName="busy")["QueueUrl"]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: clients[n % 8].send_message(QueueUrl=url, MessageBody=str(n)), range(80)))

        def drain(sqs) -> list[str]:
            found = []
            while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=3).get("Messages"):
                found += [message["Body"] for message in messages]
            return found

        given = [body for each in threads.map(drain, clients) for body in each]
    assert sorted(given, key=int) == [str(number) for number in range(80)]


def test_who_waits_is_answered_when_the_server_stops(server):
    sqs = client(server.url, "sqs", server.credentials())
    url = sqs.create_queue(QueueName="idle")["QueueUrl"]
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=20)
        time.sleep(0.5)
        assert server.stop() == 0
        assert "Messages" not in waiting.result()


def test_a_message_that_was_acknowledged_outlives_a_kill(server):
    sqs = client(server.url, "sqs", server.credentials())
    url = sqs.create_queue(QueueName="kept.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    for number in range(20):
        sqs.send_message(QueueUrl=url, MessageBody=str(number), MessageGroupId="g", MessageDeduplicationId=str(number))
    server.kill()
    server.start()
    sqs = client(server.url, "sqs", server.credentials())
    bodies = [
        message["Body"]
        for _ in range(2)
        for message in _deleted(sqs, url, sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"])
    ]
    assert bodies == [str(number) for number in range(20)]


def test_a_kill_amid_sending_publishing_and_deleting_loses_nothing_that_was_acknowledged(server):
    exported = server.credentials()
    sqs, sns = client(server.url, "sqs", exported), client(server.url, "sns", exported)
    busy, told = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("busy", "told"))
    topic = _topic_to(sns, sqs, told)
    work = _Work(server.url, exported)
    with ThreadPoolExecutor(6) as threads:
        for _ in range(2):
            threads.submit(work.repeat, "sqs", lambda sqs: work.send(sqs, busy))
            threads.submit(work.repeat, "sns", lambda sns: work.publish(sns, topic))
            threads.submit(work.repeat, "sqs", lambda sqs: work.delete(sqs, busy))
        eventually(lambda: len(work.published) > 20 and len(work.deleted) > 20)
        server.kill()
    server.start()
    left, handed_out = work.drained(busy), work.drained(told)
    assert work.sent - work.given_up <= left
    assert not work.deleted & left
    assert work.published <= handed_out


class _Work:
    """What is asked of a server until it is gone, and what of that it acknowledged."""

    def __init__(self, url: str, exported: dict[str, str]):
        self.sent: set[str] = set()
        self.published: set[str] = set()
        self.given_up: set[str] = set()
        """What it was asked to delete, acknowledged or not."""
        self.deleted: set[str] = set()
        self._url = url
        self._exported = exported

    def repeat(self, service: str, act: Callable[[Any], None]) -> None:
        asking = client(self._url, service, self._exported)
        with suppress(BotoCoreError, ClientError):
            while True:
                act(asking)

    def send(self, sqs: Any, url: str) -> None:
        body = uuid.uuid4().hex
        sqs.send_message(QueueUrl=url, MessageBody=body)
        self.sent.add(body)

    def publish(self, sns: Any, topic: str) -> None:
        body = uuid.uuid4().hex
        sns.publish(TopicArn=topic, Message=body)
        self.published.add(body)

    def delete(self, sqs: Any, url: str) -> None:
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=2, VisibilityTimeout=2, WaitTimeSeconds=1)
        for message in received.get("Messages", []):
            self.given_up.add(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            self.deleted.add(message["Body"])

    def drained(self, url: str) -> set[str]:
        sqs = client(self._url, "sqs", self._exported)
        found: set[str] = set()
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=4).get("Messages"):
            found |= {message["Body"] for message in messages}
        return found


def _topic_to(sns: Any, sqs: Any, url: str) -> str:
    """A topic that hands what is published to a queue, as it is."""
    topic = sns.create_topic(Name="told")["TopicArn"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return topic


def _deleted(sqs, url: str, messages: list[dict]) -> list[dict]:
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return messages
