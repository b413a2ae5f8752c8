import json

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:"


@pytest.fixture
def user(vauban):
    """A client of a user that may do something under a condition."""

    def user(action, **condition):
        allow = {"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition}
        vauban.user("u", {"Version": "2012-10-17", "Statement": allow})
        return vauban.client("events", user="u")

    return user


def entry(source="shop", kind="Order"):
    return {"Source": source, "DetailType": kind, "Detail": "{}"}


def test_who_may_put_events_of_some_sources(user):
    events = user("events:PutEvents", **{"ForAllValues:StringEquals": {"events:source": ["shop", "bank"]}})
    assert events.put_events(Entries=[entry(), entry("bank")])["FailedEntryCount"] == 0
    with pytest.raises(ClientError, match="not authorized"):
        events.put_events(Entries=[entry(), entry("other")])


def test_who_may_put_events_of_a_detail_type(user):
    events = user("events:PutEvents", StringEquals={"events:detail-type": "Order"})
    assert events.put_events(Entries=[entry()])["FailedEntryCount"] == 0
    with pytest.raises(ClientError, match="not authorized"):
        events.put_events(Entries=[entry(kind="Return")])


def test_who_may_make_rules_for_some_events(user):
    events = user("events:PutRule", StringEquals={"events:source": "shop", "events:detail.service": "x"})
    pattern = {"source": ["shop"], "detail": {"service": ["x"]}}
    events.put_rule(Name="r", EventPattern=json.dumps(pattern))
    for other in ({"source": ["bank"]}, {"source": ["shop"]}, {"source": [{"prefix": "shop"}]}):
        with pytest.raises(ClientError, match="not authorized"):
            events.put_rule(Name="r", EventPattern=json.dumps(other))


def test_who_may_tell_some_targets(vauban, user):
    vauban.client("events").put_rule(Name="r", EventPattern='{"source": ["shop"]}')
    condition = {"ForAllValues:ArnLike": {"events:TargetArn": QUEUE + "a*"}, "Null": {"events:TargetArn": "false"}}
    events = user("events:PutTargets", **condition)
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": QUEUE + "a1"}])
    with pytest.raises(ClientError, match="not authorized"):
        events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": QUEUE + "a1"}, {"Id": "2", "Arn": QUEUE + "b"}])


def test_who_may_delete_rules_of_their_account_that_no_service_keeps(vauban, user):
    root = vauban.client("events")
    bus = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
    root.create_archive(ArchiveName="a", EventSourceArn=bus)
    root.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
    condition = {"StringEquals": {"events:creatorAccount": ACCOUNT}, "Null": {"events:ManagedBy": "true"}}
    events = user("events:DeleteRule", **condition)
    events.delete_rule(Name="r")
    with pytest.raises(ClientError, match="not authorized"):
        events.delete_rule(Name="Events-Archive-a", Force=True)


def test_who_may_pass_roles_to_eventbridge(vauban):
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    vauban.client("events").put_rule(Name="r", EventPattern='{"source": ["shop"]}')

    def passing_to(service):
        allow = {"Effect": "Allow", "Resource": "*"}
        condition = {"StringEquals": {"iam:PassedToService": service}}
        statements = [{**allow, "Action": "events:*"}, {**allow, "Action": "iam:PassRole", "Condition": condition}]
        vauban.user("u", {"Version": "2012-10-17", "Statement": statements})
        return vauban.client("events", user="u")

    targets = [{"Id": "1", "Arn": QUEUE + "q", "RoleArn": role}]
    events = passing_to("events.amazonaws.com")
    events.put_rule(Name="r", EventPattern='{"source": ["shop"]}', RoleArn=role)
    events.put_targets(Rule="r", Targets=targets)
    events = passing_to("lambda.amazonaws.com")
    with pytest.raises(ClientError, match="iam:PassRole"):
        events.put_rule(Name="r", EventPattern='{"source": ["shop"]}', RoleArn=role)
    with pytest.raises(ClientError, match="iam:PassRole"):
        events.put_targets(Rule="r", Targets=targets)
    with pytest.raises(ClientError, match="not authorized"):
        vauban.client("events", user=_tagger(vauban)).put_rule(
            Name="t", EventPattern='{"source": ["shop"]}', Tags=[{"Key": "a", "Value": "b"}]
        )


def _tagger(vauban):
    """A user that may put rules, and not tag them."""
    allow = {"Effect": "Allow", "Action": "events:PutRule", "Resource": "*"}
    vauban.user("t", {"Version": "2012-10-17", "Statement": allow})
    return "t"
