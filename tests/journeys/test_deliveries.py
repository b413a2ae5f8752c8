"""Events, and recorded calls as events, on their way to a queue and an archive while the server is killed."""

import json
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

from .running import SECONDS, Server, client

KILLS = 3


class Putter:
    """Puts events, a few at once, and remembers those that were taken."""

    def __init__(self, server: Server):
        self.taken: set[str] = set()
        self._events = client(server.url, "events", server.credentials(), connect_timeout=2, read_timeout=20)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._put)

    def __enter__(self) -> "Putter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def wait_for(self, count: int) -> None:
        """Until that many more were taken."""
        enough = len(self.taken) + count
        deadline = time.monotonic() + 60
        while len(self.taken) < enough:
            assert time.monotonic() < deadline, "no more events are taken"
            time.sleep(0.005)

    def _put(self) -> None:
        entry = {"Source": "shop", "DetailType": "Order", "Detail": "{}"}
        while not self._stop.is_set():
            try:
                told = self._events.put_events(Entries=[entry] * 3)
            except (BotoCoreError, ClientError):
                time.sleep(0.02)
            else:
                self.taken |= {each["EventId"] for each in told["Entries"]}


def drained(server: Server, enough) -> list[dict]:
    """What the queue has, until it is enough."""
    sqs = server.client("sqs")
    url = sqs.get_queue_url(QueueName="heard")["QueueUrl"]
    found: list[dict] = []
    deadline = time.monotonic() + SECONDS
    while not enough(found) and time.monotonic() < deadline:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", []):
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def ids(events) -> set[str]:
    return {each["id"] for each in events}


def made_keys(events) -> set[str]:
    """Those that recorded calls tell of."""
    calls = (each["detail"]["responseElements"] for each in events if each["source"] == "aws.kms")
    return {each["keyMetadata"]["keyId"] for each in calls}


def test_no_event_that_was_taken_is_lost_to_a_kill(server):
    letting_in = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
        },
    }
    events, sqs = server.client("events"), server.client("sqs")
    url = sqs.create_queue(QueueName="heard", Attributes={"Policy": json.dumps(letting_in)})["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus = events.describe_event_bus()["Arn"]
    events.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": queue}])
    events.create_archive(ArchiveName="all", EventSourceArn=bus, EventPattern='{"source": ["shop"]}')
    trail = server.client("cloudtrail")
    trail.create_trail(Name="audit", S3BucketName="logs")
    trail.start_logging(Name="audit")
    events.put_rule(Name="calls", EventPattern='{"source": ["aws.kms"], "detail": {"eventName": ["CreateKey"]}}')
    events.put_targets(Rule="calls", Targets=[{"Id": "1", "Arn": queue}])
    keys: set[str] = set()
    with Putter(server) as putter:
        for _ in range(KILLS):
            putter.wait_for(20)
            keys.add(server.client("kms").create_key()["KeyMetadata"]["KeyId"])
            server.kill()
            server.start()
        putter.wait_for(3)
    found = drained(server, lambda found: putter.taken <= ids(found) and keys <= made_keys(found))
    assert putter.taken <= ids(found)
    assert made_keys(found) == keys
    told = server.client("events").describe_archive(ArchiveName="all")
    assert told["EventCount"] >= len(putter.taken)
    assert told["EventCount"] == len(ids(found) - ids(each for each in found if each["source"] == "aws.kms"))
