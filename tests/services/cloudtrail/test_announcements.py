"""Recorded calls that reach rules."""

import json
from datetime import UTC, datetime

import pytest

from vauban.events.audiences import Audience

CALLS = json.dumps({"detail-type": ["AWS API Call via CloudTrail"]})
EVERYTHING = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
HEARD = "arn:aws:sqs:us-east-1:111122223333:heard"


@pytest.fixture
def events(vauban):
    return vauban.client("events")


@pytest.fixture
def kms(vauban):
    return vauban.client("kms")


@pytest.fixture
def told(vauban):
    """What recorded calls came to be as events, a second later."""

    def told():
        vauban.advance(seconds=1)
        return [event for event in vauban.events if event.detail_type.endswith("via CloudTrail")]

    return told


@pytest.fixture
def trail(vauban):
    client = vauban.client("cloudtrail")
    client.create_trail(Name="audit", S3BucketName="logs")
    client.start_logging(Name="audit")
    return client


def audiences(vauban):
    return vauban.vauban.store.begin().at("", "").list(Audience)


def test_a_call_that_changes_something_reaches_the_rule_that_asks_for_it(vauban, events, kms, trail):
    sqs = vauban.client("sqs")
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
        },
    }
    url = sqs.create_queue(QueueName="heard", Attributes={"Policy": json.dumps(policy)})["QueueUrl"]
    pattern = {"source": ["aws.kms"], "detail": {"eventName": ["CreateKey"]}}
    events.put_rule(Name="keys", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="keys", Targets=[{"Id": "1", "Arn": HEARD}])
    key = kms.create_key()["KeyMetadata"]
    kms.describe_key(KeyId=key["KeyId"])
    vauban.advance(seconds=1)
    (message,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    event = json.loads(message["Body"])
    assert (event["source"], event["detail-type"]) == ("aws.kms", "AWS API Call via CloudTrail")
    assert (event["account"], event["region"], event["resources"]) == ("111122223333", "us-east-1", [])
    assert event["time"] == event["detail"]["eventTime"]
    assert event["detail"]["eventSource"] == "kms.amazonaws.com"
    assert event["detail"]["responseElements"]["keyMetadata"]["keyId"] == key["KeyId"]
    vauban.advance(seconds=10)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_a_call_that_only_reads_reaches_a_rule_that_asks_for_all(events, kms, trail, told):
    events.put_rule(Name="all", EventPattern=CALLS, State=EVERYTHING)
    kms.list_keys()
    assert "ListKeys" in [event.detail["eventName"] for event in told()]
    events.put_rule(Name="all", EventPattern=CALLS)
    before = len(told())
    kms.list_keys()
    assert "ListKeys" not in [event.detail["eventName"] for event in told()[before:]]


def test_a_refused_call_is_told_with_its_error(vauban, events, trail, told):
    vauban.user("nobody")
    events.put_rule(Name="denials", EventPattern=json.dumps({"detail": {"errorCode": ["AccessDeniedException"]}}))
    with pytest.raises(vauban.client("kms").exceptions.ClientError):
        vauban.client("kms", user="nobody").create_key()
    (event,) = told()
    assert event.detail["userIdentity"]["userName"] == "nobody"


def test_a_call_with_times_in_it_is_told_as_json(vauban, events, trail, told):
    sqs = vauban.client("sqs")
    url = sqs.create_queue(QueueName="heard")["QueueUrl"]
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": allow})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events.put_rule(Name="replays", EventPattern=json.dumps({"detail": {"eventName": ["StartReplay"]}}))
    events.put_targets(Rule="replays", Targets=[{"Id": "1", "Arn": HEARD}])
    bus = "arn:aws:events:us-east-1:111122223333:event-bus/default"
    with pytest.raises(events.exceptions.ClientError):
        events.start_replay(
            ReplayName="r",
            EventSourceArn=bus.replace("event-bus/default", "archive/none"),
            EventStartTime=datetime(2030, 1, 1, tzinfo=UTC),
            EventEndTime=datetime(2030, 1, 2, tzinfo=UTC),
            Destination={"Arn": bus},
        )
    vauban.advance(seconds=1)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["detail"]["requestParameters"]["eventStartTime"].startswith("2030-01-01")


def test_without_a_trail_that_logs_nothing_is_told(vauban, events, kms, told):
    events.put_rule(Name="calls", EventPattern=CALLS)
    kms.create_key()
    assert told() == []
    client = vauban.client("cloudtrail")
    client.create_trail(Name="audit", S3BucketName="logs")
    kms.create_key()
    client.start_logging(Name="audit")
    kms.create_key()
    assert [event.detail["eventName"] for event in told()] == ["StartLogging", "CreateKey"]
    client.stop_logging(Name="audit")
    kms.create_key()
    assert [event.detail["eventName"] for event in told()][2:] == ["StopLogging"]


def test_what_a_trail_does_not_take_is_not_told(vauban, events, kms, trail, told):
    selector = {"ReadWriteType": "All", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}
    trail.put_event_selectors(TrailName="audit", EventSelectors=[selector])
    events.put_rule(Name="calls", EventPattern=CALLS)
    told()
    kms.create_key()
    vauban.client("sqs").create_queue(QueueName="q")
    assert "CreateQueue" in [event.detail["eventName"] for event in told()]
    assert "CreateKey" not in [event.detail["eventName"] for event in told()]


def test_calls_of_another_region_and_account_are_not_told_here(vauban, events, trail, told):
    events.put_rule(Name="calls", EventPattern=CALLS)
    told()
    vauban.client("kms", region="eu-west-1").create_key()
    assert "CreateKey" not in [event.detail["eventName"] for event in told()]


def test_what_a_service_does_by_itself_is_told_as_such(vauban, events, kms, trail, told):
    events.put_rule(Name="service", EventPattern=json.dumps({"detail-type": ["AWS Service Event via CloudTrail"]}))
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    vauban.advance(days=91)
    assert {"RotateKey"} == {event.detail["eventName"] for event in told()}


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["shop"]},
        {"source": ["aws.ssm"], "detail-type": ["Parameter Store Change"]},
        {"detail-type": [{"prefix": "EC2"}]},
    ],
)
def test_where_no_rule_wants_calls_nobody_looks_for_any(vauban, events, pattern):
    events.put_rule(Name="other", EventPattern=json.dumps(pattern))
    assert audiences(vauban) == []


def test_when_the_last_rule_goes_nobody_looks_any_longer(vauban, events):
    events.put_rule(Name="calls", EventPattern=CALLS)
    assert len(audiences(vauban)) == 1
    events.disable_rule(Name="calls")
    assert audiences(vauban) == []
    events.enable_rule(Name="calls")
    assert len(audiences(vauban)) == 1
    events.delete_rule(Name="calls")
    assert audiences(vauban) == []


def test_rules_of_other_buses_hear_of_calls_only_what_is_put_there(vauban, events):
    events.create_event_bus(Name="shop")
    events.put_rule(Name="calls", EventBusName="shop", EventPattern=CALLS)
    assert audiences(vauban) == []
