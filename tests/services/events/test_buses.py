import json

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
ARN = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus"


def test_the_default_bus_is_always_there(events):
    told = events.describe_event_bus()
    assert (told["Name"], told["Arn"]) == ("default", f"{ARN}/default")
    assert "Policy" not in told
    assert [each["Name"] for each in events.list_event_buses()["EventBuses"]] == ["default"]
    with pytest.raises(ClientError, match=r"Cannot delete event bus default\."):
        events.delete_event_bus(Name="default")
    with pytest.raises(events.exceptions.ResourceAlreadyExistsException):
        events.create_event_bus(Name="default")


def test_a_bus_of_ones_own_is_made_changed_and_deleted(events):
    made = events.create_event_bus(Name="shop", Description="orders", Tags=[{"Key": "team", "Value": "blue"}])
    assert made["EventBusArn"] == f"{ARN}/shop"
    assert events.list_tags_for_resource(ResourceARN=f"{ARN}/shop")["Tags"] == [{"Key": "team", "Value": "blue"}]
    with pytest.raises(events.exceptions.ResourceAlreadyExistsException, match=r"Event bus shop already exists\."):
        events.create_event_bus(Name="shop")
    assert events.update_event_bus(Name="shop", Description="all orders")["Description"] == "all orders"
    assert events.describe_event_bus(Name=f"{ARN}/shop")["Description"] == "all orders"
    for _ in range(2):
        events.delete_event_bus(Name="shop")
    with pytest.raises(events.exceptions.ResourceNotFoundException, match=r"Event bus shop does not exist\."):
        events.describe_event_bus(Name="shop")


def test_what_is_not_here_is_refused(events):
    for member in (
        {"LogConfig": {"Level": "INFO"}},
        {"EventSourceName": "aws.partner/a/b"},
    ):
        with pytest.raises(ClientError, match="not supported"):
            events.create_event_bus(Name="shop", **member)


def test_a_bus_with_rules_stays(events):
    events.create_event_bus(Name="shop")
    events.put_rule(Name="r", EventBusName="shop", EventPattern='{"source": ["a"]}')
    with pytest.raises(ClientError, match=r"Event bus can't be deleted since it has rules\."):
        events.delete_event_bus(Name="shop")


def test_buses_are_listed_by_prefix_and_page(events):
    for name in ("b1", "b2", "c1"):
        events.create_event_bus(Name=name)
    assert [bus["Name"] for bus in events.list_event_buses(NamePrefix="b")["EventBuses"]] == ["b1", "b2"]
    first = events.list_event_buses(Limit=3)
    rest = events.list_event_buses(Limit=3, NextToken=first["NextToken"])
    assert [bus["Name"] for bus in first["EventBuses"] + rest["EventBuses"]] == ["b1", "b2", "c1", "default"]


def test_permissions_are_put_statement_by_statement_or_whole(events):
    allowed = {"Action": "events:PutEvents", "Principal": OTHER_ACCOUNT, "StatementId": "theirs"}
    events.put_permission(**allowed)
    (statement,) = json.loads(events.describe_event_bus()["Policy"])["Statement"]
    assert statement == {
        "Sid": "theirs",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"},
        "Action": "events:PutEvents",
        "Resource": f"{ARN}/default",
    }
    condition = {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-1234567890"}
    events.put_permission(Action="events:PutEvents", Principal="*", StatementId="org", Condition=condition)
    assert len(json.loads(events.describe_event_bus()["Policy"])["Statement"]) == 2
    events.remove_permission(StatementId="theirs")
    with pytest.raises(events.exceptions.ResourceNotFoundException, match="id does not exist"):
        events.remove_permission(StatementId="theirs")
    events.remove_permission(RemoveAllPermissions=True)
    with pytest.raises(events.exceptions.ResourceNotFoundException, match="does not have a policy"):
        events.remove_permission(StatementId="theirs")
    whole = {"Version": "2012-10-17", "Statement": [{**statement, "Sid": "whole"}]}
    events.put_permission(Policy=json.dumps(whole))
    assert json.loads(events.describe_event_bus()["Policy"]) == whole
    with pytest.raises(ClientError, match="ValidationException"):
        events.put_permission(Policy="{}")
    with pytest.raises(ClientError, match="ValidationException"):
        events.put_permission(Policy=json.dumps(whole), StatementId="x")
    with pytest.raises(ClientError, match="ValidationException"):
        events.put_permission(StatementId="x")


def test_another_account_puts_events_where_the_bus_lets_it(neighbours):
    ours, theirs = neighbours.client("events"), neighbours.client("events", account=OTHER_ACCOUNT)
    entry = {"EventBusName": f"{ARN}/default", "Source": "shop", "DetailType": "d", "Detail": "{}"}
    with pytest.raises(ClientError, match="AccessDenied"):
        theirs.put_events(Entries=[entry])
    ours.put_permission(Action="events:PutEvents", Principal=OTHER_ACCOUNT, StatementId="theirs")
    assert theirs.put_events(Entries=[entry])["FailedEntryCount"] == 0
