import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from vauban.kernel.errors import AwsError
from vauban.services.events import deliveries
from vauban.services.events.resources import ArchivedEvent, Delivery

ACCOUNT = "111122223333"
BUS = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/shop"
LETTERS = f"arn:aws:sqs:us-east-1:{ACCOUNT}:letters"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:heard"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


ROOT = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*"}
EVENTBRIDGE = {
    "Effect": "Allow",
    "Principal": {"Service": "events.amazonaws.com"},
    "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
    "Resource": "*",
    "Condition": {"StringEquals": {"kms:EncryptionContext:aws:events:event-bus:arn": BUS, "aws:SourceArn": BUS}},
}


@pytest.fixture
def kms(vauban):
    return vauban.client("kms")


@pytest.fixture
def key(kms):
    """A key that EventBridge may use for the bus."""
    return kms.create_key(Policy=policy(ROOT, EVENTBRIDGE))["KeyMetadata"]["Arn"]


@pytest.fixture
def queues(vauban):
    """What a queue was sent."""
    sqs = vauban.client("sqs")
    allow = {**ROOT, "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    urls = {
        name: sqs.create_queue(QueueName=name, Attributes={"Policy": policy(allow)})["QueueUrl"]
        for name in ("heard", "letters")
    }
    return lambda name: sqs.receive_message(QueueUrl=urls[name], MessageAttributeNames=["All"]).get("Messages", [])


@pytest.fixture
def bus(events, key, queues):
    """With that key, and a rule that tells the queue ``heard``."""
    made = events.create_event_bus(Name="shop", KmsKeyIdentifier=key, DeadLetterConfig={"Arn": LETTERS})
    assert (made["KmsKeyIdentifier"], made["DeadLetterConfig"]) == (key, {"Arn": LETTERS})
    events.put_rule(Name="r", EventBusName="shop", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="r", EventBusName="shop", Targets=[{"Id": "1", "Arn": QUEUE}])
    return BUS


def put(events):
    entry = {"EventBusName": "shop", "Source": "shop", "DetailType": "Order", "Detail": '{"total": 5}'}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0


def test_a_bus_has_a_key_and_a_dead_letter_queue_until_it_is_said_otherwise(events, bus, key):
    told = events.describe_event_bus(Name="shop")
    assert (told["KmsKeyIdentifier"], told["DeadLetterConfig"]) == (key, {"Arn": LETTERS})
    assert "KmsKeyIdentifier" not in events.list_event_buses(NamePrefix="shop")["EventBuses"][0]
    events.update_event_bus(Name="shop", Description="d")
    assert not {"KmsKeyIdentifier", "DeadLetterConfig"} & set(events.describe_event_bus(Name="shop"))


def test_a_key_or_a_queue_that_is_none_is_refused(events):
    with pytest.raises(ClientError, match="KmsKeyIdentifier is not valid"):
        events.create_event_bus(Name="b", KmsKeyIdentifier="alias/none")
    with pytest.raises(ClientError, match="DeadLetterConfig is not valid"):
        events.create_event_bus(Name="b", DeadLetterConfig={"Arn": LETTERS + ".fifo"})


def test_an_event_passes_under_the_key_of_the_bus(events, bus, queues):
    put(events)
    assert len(queues("heard")) == 1


def test_an_event_that_the_key_does_not_keep_is_a_dead_letter_of_the_bus(events, kms, bus, key, queues):
    kms.put_key_policy(KeyId=key, Policy=policy(ROOT))
    put(events)
    assert queues("heard") == []
    (letter,) = queues("letters")
    said = {name: each["StringValue"] for name, each in letter["MessageAttributes"].items()}
    assert (said["EVENT_BUS_ARN"], said["ERROR_CODE"]) == (BUS, "AccessDeniedException")
    assert json.loads(letter["Body"])["detail"] == {"total": 5}


def test_what_waits_to_be_tried_again_is_under_the_key(vauban, events, bus, queues, monkeypatch):
    def down(call, parcel):
        raise AwsError("down", code="ServiceUnavailable", status=503)

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "hand_over", down)
        put(events)
    (waiting,) = vauban.vauban.store.begin().at(ACCOUNT, "us-east-1").list(Delivery)
    assert waiting.data_key
    assert b"total" not in waiting.content
    vauban.advance(minutes=1)
    assert len(queues("heard")) == 1


def test_what_an_archive_has_under_a_key_is_replayed_as_long_as_the_key_may_be_used(
    vauban, events, kms, bus, key, queues
):
    made = events.create_archive(ArchiveName="a", EventSourceArn=BUS, KmsKeyIdentifier=key)["ArchiveArn"]
    assert events.describe_archive(ArchiveName="a")["KmsKeyIdentifier"] == key
    put(events)
    (kept,) = vauban.vauban.store.begin().at(ACCOUNT, "us-east-1").list(ArchivedEvent)
    assert kept.data_key
    assert b"total" not in kept.content
    now = datetime.now(UTC)
    asked = {
        "EventSourceArn": made,
        "EventStartTime": now - timedelta(minutes=5),
        "EventEndTime": now + timedelta(minutes=5),
        "Destination": {"Arn": BUS},
    }
    events.start_replay(ReplayName="first", **asked)
    vauban.advance(seconds=10)
    assert events.describe_replay(ReplayName="first")["State"] == "COMPLETED"
    assert sum(len(queues("heard")) for _ in range(3)) == 2
    kms.put_key_policy(KeyId=key, Policy=policy(ROOT))
    events.start_replay(ReplayName="second", **asked)
    vauban.advance(seconds=10)
    told = events.describe_replay(ReplayName="second")
    assert (told["State"], "key cannot be used" in told["StateReason"]) == ("FAILED", True)
