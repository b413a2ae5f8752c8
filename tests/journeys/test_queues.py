"""Queues over two workers: who waits is woken from the other one, and what was acknowledged outlives `kill -9`."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from .running import client


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


def _deleted(sqs, url: str, messages: list[dict]) -> list[dict]:
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return messages
