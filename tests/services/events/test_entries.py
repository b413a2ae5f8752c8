import json

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
PATTERN = '{"source": ["shop"]}'
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:heard"


def entry(**members):
    return {"Source": "shop", "DetailType": "Order", "Detail": '{"total": 5}', **members}


@pytest.fixture
def rule(events):
    events.put_rule(Name="r", EventPattern=PATTERN)
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": QUEUE}])


def test_an_event_is_told_in_eventbridges_words(vauban, events, rule, parcels):
    told = events.put_events(Entries=[entry(Resources=["arn:x"], Time="2025-01-01T00:00:00Z"), entry(Source="other")])
    assert told["FailedEntryCount"] == 0
    (parcel,) = parcels(vauban)
    assert parcel["event"] == {
        "version": "0",
        "id": told["Entries"][0]["EventId"],
        "detail-type": "Order",
        "source": "shop",
        "account": ACCOUNT,
        "time": "2025-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": ["arn:x"],
        "detail": {"total": 5},
    }
    assert parcel["rule_arn"] == f"arn:aws:events:us-east-1:{ACCOUNT}:rule/r"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"Source": ""}, "InvalidArgument"),
        ({"DetailType": ""}, "InvalidArgument"),
        ({"Detail": ""}, "InvalidArgument"),
        ({"Detail": "{"}, "MalformedDetail"),
        ({"Detail": "[1]"}, "MalformedDetail"),
        ({"Source": "aws.kms"}, "NotAuthorizedForSourceException"),
    ],
)
def test_each_entry_is_taken_or_refused_by_itself(events, members, code):
    told = events.put_events(Entries=[entry(), entry(**members)])
    assert told["FailedEntryCount"] == 1
    assert "EventId" in told["Entries"][0]
    assert told["Entries"][1]["ErrorCode"] == code


def test_a_request_has_its_limits(events):
    with pytest.raises(ClientError, match="over the limit"):
        events.put_events(Entries=[entry(Detail=json.dumps({"x": "y" * 1_048_576}))])
    with pytest.raises(ClientError, match="ValidationException"):
        events.put_events(Entries=[entry()] * 11)


def test_a_bus_that_is_not_there_tells_nobody(vauban, events, rule, parcels):
    assert events.put_events(Entries=[entry(EventBusName="gone")])["FailedEntryCount"] == 0
    assert parcels(vauban) == []


def test_a_disabled_rule_wants_nothing(vauban, events, rule, parcels):
    events.disable_rule(Name="r")
    events.put_events(Entries=[entry()])
    assert parcels(vauban) == []


def test_who_may_put_events_on_one_bus_may_not_on_another(vauban, events):
    events.create_event_bus(Name="shop")
    shop = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/shop"
    allow = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": shop}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": allow})
    alice = vauban.client("events", user="alice")
    assert alice.put_events(Entries=[entry(EventBusName="shop")])["FailedEntryCount"] == 0
    with pytest.raises(ClientError, match="AccessDenied"):
        alice.put_events(Entries=[entry(EventBusName="shop"), entry()])


def test_a_rule_hears_what_services_tell(vauban, events, parcels):
    events.put_rule(Name="parameters", EventPattern='{"source": ["aws.ssm"]}')
    events.put_targets(Rule="parameters", Targets=[{"Id": "1", "Arn": QUEUE}])
    vauban.client("ssm").put_parameter(Name="p", Value="v", Type="String")
    (parcel,) = parcels(vauban)
    assert parcel["event"]["detail-type"] == "Parameter Store Change"
    assert parcel["event"]["detail"]["operation"] == "Create"


def test_an_event_goes_on_to_another_bus(vauban, events, parcels):
    bus = events.create_event_bus(Name="second")["EventBusArn"]
    events.put_rule(Name="on", EventPattern='{"source": ["shop", "aws.ssm"]}')
    events.put_targets(Rule="on", Targets=[{"Id": "1", "Arn": bus}])
    events.put_rule(Name="there", EventBusName="second", EventPattern='{"account": [{"exists": true}]}')
    events.put_targets(Rule="there", EventBusName="second", Targets=[{"Id": "1", "Arn": QUEUE}])
    events.put_events(Entries=[entry()])
    vauban.client("ssm").put_parameter(Name="p", Value="v", Type="String")
    heard = [each["event"] for each in parcels(vauban) if each["target"]["Arn"] == QUEUE]
    assert [each["source"] for each in heard] == ["shop", "aws.ssm"]
    assert heard[0]["detail"] == {"total": 5}


def test_an_event_goes_on_to_another_account_and_region_that_lets_it(neighbours, parcels, failures):
    ours = neighbours.client("events")
    theirs = neighbours.client("events", account=OTHER_ACCOUNT, region="eu-west-1")
    bus = theirs.create_event_bus(Name="shared")["EventBusArn"]
    ours.put_rule(Name="on", EventPattern=PATTERN)
    ours.put_targets(Rule="on", Targets=[{"Id": "1", "Arn": bus}])
    theirs.put_rule(Name="r", EventBusName="shared", EventPattern=PATTERN)
    queue = f"arn:aws:sqs:eu-west-1:{OTHER_ACCOUNT}:q"
    theirs.put_targets(Rule="r", EventBusName="shared", Targets=[{"Id": "1", "Arn": queue}])
    ours.put_events(Entries=[entry()])
    assert [each["code"] for each in failures(neighbours)] == ["NO_PERMISSIONS"]
    theirs.put_permission(EventBusName="shared", Action="events:PutEvents", Principal=ACCOUNT, StatementId="theirs")
    ours.put_events(Entries=[entry()])
    heard = [each for each in parcels(neighbours) if each["target"]["Arn"] == queue]
    assert [each["event"]["account"] for each in heard] == [ACCOUNT]


def test_a_pattern_is_tested(events):
    event = {
        "id": "1",
        "account": ACCOUNT,
        "source": "shop",
        "time": "2025-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail-type": "d",
        "detail": {},
    }
    assert events.test_event_pattern(EventPattern=PATTERN, Event=json.dumps(event))["Result"] is True
    assert events.test_event_pattern(EventPattern='{"source": ["x"]}', Event=json.dumps(event))["Result"] is False
    with pytest.raises(events.exceptions.InvalidEventPatternException, match="Reason: Empty arrays are not allowed"):
        events.test_event_pattern(EventPattern='{"source": []}', Event=json.dumps(event))
    with pytest.raises(ClientError, match="ValidationException"):
        events.test_event_pattern(EventPattern=PATTERN, Event="{}")
