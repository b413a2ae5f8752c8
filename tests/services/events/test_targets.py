import json

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
PATTERN = '{"source": ["shop"]}'
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:heard"


@pytest.fixture
def put(events):
    """Put targets on the rule ``r``."""
    events.put_rule(Name="r", EventPattern=PATTERN)
    return lambda *targets: events.put_targets(Rule="r", Targets=list(targets))


def test_targets_are_put_replaced_listed_and_removed(events, put):
    assert put({"Id": "1", "Arn": QUEUE}, {"Id": "2", "Arn": QUEUE})["FailedEntryCount"] == 0
    put({"Id": "1", "Arn": QUEUE, "InputPath": "$.detail"})
    assert events.list_targets_by_rule(Rule="r")["Targets"] == [
        {"Id": "1", "Arn": QUEUE, "InputPath": "$.detail"},
        {"Id": "2", "Arn": QUEUE},
    ]
    told = events.remove_targets(Rule="r", Ids=["1", "3"])
    assert told["FailedEntryCount"] == 1
    assert told["FailedEntries"][0]["TargetId"] == "3"
    assert told["FailedEntries"][0]["ErrorCode"] == "ResourceNotFoundException"
    assert [each["Id"] for each in events.list_targets_by_rule(Rule="r")["Targets"]] == ["2"]


def test_a_rule_has_five_targets_at_most(events, put):
    put(*({"Id": str(number), "Arn": QUEUE} for number in range(5)))
    with pytest.raises(events.exceptions.LimitExceededException):
        put({"Id": "6", "Arn": QUEUE})


def test_what_cannot_be_reached_here_is_refused_by_itself(events, put):
    stream = f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/s"
    told = put(
        {"Id": "1", "Arn": QUEUE},
        {"Id": "2", "Arn": stream},
        {"Id": "3", "Arn": QUEUE, "KinesisParameters": {"PartitionKeyPath": "$.id"}},
    )
    assert told["FailedEntryCount"] == 2
    assert {each["TargetId"]: "not" in each["ErrorMessage"] for each in told["FailedEntries"]} == {"2": True, "3": True}
    assert [each["Id"] for each in events.list_targets_by_rule(Rule="r")["Targets"]] == ["1"]


@pytest.mark.parametrize(
    "members",
    [
        {"Arn": "nonsense"},
        {"RoleArn": "nonsense"},
        {"Input": "{"},
        {"Input": "1", "InputPath": "$"},
        {"InputPath": "detail"},
        {"InputPath": "$..x"},
        {"InputTransformer": {"InputPathsMap": {"aws.x": "$.id"}, "InputTemplate": "x"}},
        {"Arn": f"{QUEUE}.fifo"},
        {"DeadLetterConfig": {"Arn": f"{QUEUE}.fifo"}},
        {"DeadLetterConfig": {"Arn": "arn:aws:sns:us-east-1:111122223333:t"}},
    ],
)
def test_what_is_no_target_is_refused(put, members):
    with pytest.raises(ClientError, match="ValidationException"):
        put({"Id": "1", "Arn": QUEUE, **members})


def test_a_role_is_handed_over_by_who_may(vauban, events, put):
    role = f"arn:aws:iam::{ACCOUNT}:role/sender"
    allow = {"Effect": "Allow", "Action": "events:PutTargets", "Resource": "*"}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": allow})
    alice = vauban.client("events", user="alice")
    targets = [{"Id": "1", "Arn": QUEUE, "RoleArn": role}]
    with pytest.raises(ClientError, match="iam:PassRole"):
        alice.put_targets(Rule="r", Targets=targets)
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": role}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": [allow, passing]})
    assert alice.put_targets(Rule="r", Targets=targets)["FailedEntryCount"] == 0


def test_a_rule_that_is_not_there_has_no_targets(events):
    for ask in (
        lambda: events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": QUEUE}]),
        lambda: events.remove_targets(Rule="r", Ids=["1"]),
        lambda: events.list_targets_by_rule(Rule="r"),
    ):
        with pytest.raises(events.exceptions.ResourceNotFoundException, match="Rule r does not exist on EventBus"):
            ask()


def test_an_input_is_kept_as_it_was_given(events, put):
    text = json.dumps({"a": [1, "é"]})
    put({"Id": "1", "Arn": QUEUE, "Input": text})
    assert events.list_targets_by_rule(Rule="r")["Targets"][0]["Input"] == text
