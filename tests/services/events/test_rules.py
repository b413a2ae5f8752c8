import json

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
PATTERN = '{"source": ["shop"]}'
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:heard"

ARN = f"arn:aws:events:us-east-1:{ACCOUNT}:rule"


def test_a_rule_is_what_was_put_last(events):
    assert events.put_rule(Name="r", EventPattern=PATTERN, Description="d")["RuleArn"] == f"{ARN}/r"
    told = events.describe_rule(Name="r")
    told.pop("ResponseMetadata")
    assert told == {
        "Name": "r",
        "Arn": f"{ARN}/r",
        "EventPattern": PATTERN,
        "State": "ENABLED",
        "Description": "d",
        "EventBusName": "default",
        "CreatedBy": ACCOUNT,
    }
    events.put_rule(Name="r", ScheduleExpression="rate(5 minutes)", State="DISABLED")
    told = events.describe_rule(Name="r")
    assert (told["State"], told["ScheduleExpression"]) == ("DISABLED", "rate(5 minutes)")
    assert "EventPattern" not in told
    assert "Description" not in told
    events.enable_rule(Name="r")
    assert events.describe_rule(Name="r")["State"] == "ENABLED"
    events.disable_rule(Name="r")
    assert events.describe_rule(Name="r")["State"] == "DISABLED"


def test_a_rule_belongs_to_a_bus(events):
    with pytest.raises(events.exceptions.ResourceNotFoundException, match=r"Event bus shop does not exist\."):
        events.put_rule(Name="r", EventBusName="shop", EventPattern=PATTERN)
    events.create_event_bus(Name="shop")
    assert events.put_rule(Name="r", EventBusName="shop", EventPattern=PATTERN)["RuleArn"] == f"{ARN}/shop/r"
    with pytest.raises(events.exceptions.ResourceNotFoundException, match="Rule r does not exist on EventBus default"):
        events.describe_rule(Name="r")
    assert [rule["Name"] for rule in events.list_rules(EventBusName="shop")["Rules"]] == ["r"]
    assert events.list_rules()["Rules"] == []
    events.tag_resource(ResourceARN=f"{ARN}/shop/r", Tags=[{"Key": "a", "Value": "b"}])
    assert events.list_tags_for_resource(ResourceARN=f"{ARN}/shop/r")["Tags"] == [{"Key": "a", "Value": "b"}]
    events.untag_resource(ResourceARN=f"{ARN}/shop/r", TagKeys=["a"])
    assert events.list_tags_for_resource(ResourceARN=f"{ARN}/shop/r")["Tags"] == []


@pytest.mark.parametrize(
    "expression", ["rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "cron(0 12 * * * *)", "at(2030)", "rate(5)"]
)
def test_what_is_no_schedule_is_refused(events, expression):
    with pytest.raises(ClientError, match=r"Parameter ScheduleExpression is not valid\."):
        events.put_rule(Name="r", ScheduleExpression=expression)


def test_a_rule_asks_for_something(events):
    with pytest.raises(ClientError, match=r"EventPattern or ScheduleExpression must be specified\."):
        events.put_rule(Name="r")
    with pytest.raises(events.exceptions.InvalidEventPatternException, match=r"Event pattern is not valid\. Reason: "):
        events.put_rule(Name="r", EventPattern='{"source": "shop"}')
    events.create_event_bus(Name="shop")
    with pytest.raises(ClientError, match="only on the default event bus"):
        events.put_rule(Name="r", EventBusName="shop", ScheduleExpression="rate(1 day)")


def test_a_rule_is_deleted_once_its_targets_are(events):
    events.put_rule(Name="r", EventPattern=PATTERN)
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": QUEUE}])
    with pytest.raises(ClientError, match=r"Rule can't be deleted since it has targets\."):
        events.delete_rule(Name="r")
    assert events.list_rule_names_by_target(TargetArn=QUEUE)["RuleNames"] == ["r"]
    events.remove_targets(Rule="r", Ids=["1"])
    for _ in range(2):
        events.delete_rule(Name="r")
    assert events.list_rules()["Rules"] == []


def test_rules_are_listed_by_prefix_and_page(events):
    for name in ("a1", "a2", "b1"):
        events.put_rule(Name=name, EventPattern=PATTERN)
    assert [rule["Name"] for rule in events.list_rules(NamePrefix="a")["Rules"]] == ["a1", "a2"]
    first = events.list_rules(Limit=2)
    rest = events.list_rules(Limit=2, NextToken=first["NextToken"])
    assert [rule["Name"] for rule in rest["Rules"]] == ["b1"]
    with pytest.raises(ClientError, match="NextToken"):
        events.list_rules(NextToken="nonsense")


def test_a_schedule_fires_by_the_clock(vauban, events, parcels):
    events.put_rule(Name="often", ScheduleExpression="rate(5 minutes)")
    events.put_targets(Rule="often", Targets=[{"Id": "1", "Arn": QUEUE, "Input": '{"go": 1}'}])
    vauban.advance(minutes=16)
    fired = [each["event"] for each in parcels(vauban)]
    assert len(fired) == 3
    assert {each["detail-type"] for each in fired} == {"Scheduled Event"}
    assert fired[0]["resources"] == [f"{ARN}/often"]
    assert (fired[0]["source"], fired[0]["detail"]) == ("aws.events", {})
    events.disable_rule(Name="often")
    vauban.advance(hours=1)
    assert len(parcels(vauban)) == 3


def test_a_cron_expression_fires_on_its_days(vauban, events, parcels):
    events.put_rule(Name="daily", ScheduleExpression="cron(0 12 * * ? *)")
    events.put_targets(Rule="daily", Targets=[{"Id": "1", "Arn": QUEUE}])
    vauban.advance(days=3)
    assert [each["event"]["time"][11:] for each in parcels(vauban)] == ["12:00:00Z"] * 3


@pytest.mark.parametrize(
    ("pattern", "wants"),
    [
        ({"source": ["shop"]}, True),
        ({"source": ["bank", "shop"], "detail": {"a": [1]}}, True),
        ({"source": [{"prefix": "sh"}]}, True),
        ({"source": ["bank", {"suffix": "op"}]}, True),
        ({"source": [None, "shop"]}, True),
        ({"detail-type": ["Order"]}, True),
        ({"$or": [{"source": ["bank"]}, {"detail": {"a": [1]}}]}, True),
        ({"source": ["bank"]}, False),
        ({"source": ["shop "]}, False),
        ({"$or": [{"source": ["bank"]}, {"source": ["mint"]}]}, False),
    ],
)
def test_rules_are_asked_by_the_source_of_an_event_and_none_is_forgotten(vauban, events, parcels, pattern, wants):
    events.put_rule(Name="r", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": QUEUE}])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "Order", "Detail": '{"a": 1}'}])
    assert len(parcels(vauban)) == wants
    events.disable_rule(Name="r")
    events.put_events(Entries=[{"Source": "shop", "DetailType": "Order", "Detail": '{"a": 1}'}])
    assert len(parcels(vauban)) == wants
