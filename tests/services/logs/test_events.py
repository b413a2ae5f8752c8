"""Log events, as writers and readers know them."""

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def logs(vauban):
    client = vauban.client("logs")
    client.create_log_group(logGroupName="/app", tags={"team": "x"})
    client.create_log_stream(logGroupName="/app", logStreamName="a")
    return client


def put(vauban, logs, *messages, stream="a"):
    now = int(vauban.vauban.clock.now() * 1000)
    events = [{"timestamp": now + number, "message": message} for number, message in enumerate(messages)]
    return logs.put_log_events(logGroupName="/app", logStreamName=stream, logEvents=events)


def code_of(refused) -> str:
    return refused.value.response["Error"]["Code"]


def test_events_come_back_in_order_and_in_pages(vauban, logs):
    put(vauban, logs, "one", "two", "three")
    named = {"logGroupName": "/app", "logStreamName": "a"}
    first = logs.get_log_events(**named, limit=2, startFromHead=True)
    assert [each["message"] for each in first["events"]] == ["one", "two"]
    second = logs.get_log_events(**named, limit=2, nextToken=first["nextForwardToken"])
    assert [each["message"] for each in second["events"]] == ["three"]
    end = logs.get_log_events(**named, nextToken=second["nextForwardToken"])
    assert (end["events"], end["nextForwardToken"]) == ([], second["nextForwardToken"])
    assert [each["message"] for each in logs.get_log_events(**named, limit=1)["events"]] == ["three"]


def test_a_group_is_searched_over_all_of_its_streams(vauban, logs):
    logs.create_log_stream(logGroupName="/app", logStreamName="b")
    put(vauban, logs, "ERROR disk full", "fine")
    put(vauban, logs, "ERROR network", stream="b")
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName="/app", filterPattern="ERROR", PaginationConfig={"PageSize": 1}
    )
    assert {each["message"] for page in pages for each in page["events"]} == {"ERROR disk full", "ERROR network"}
    for pattern, count in (('"disk full"', 1), ("ERROR -disk", 1), ("?disk ?network", 2), ("", 3)):
        assert len(logs.filter_log_events(logGroupName="/app", filterPattern=pattern)["events"]) == count
    with pytest.raises(ClientError) as refused:
        logs.filter_log_events(logGroupName="/app", filterPattern="{ $.a = 1 }")
    assert code_of(refused) == "InvalidParameterException"


def test_what_is_out_of_date_is_not_shown_and_is_forgotten(vauban, logs):
    logs.put_retention_policy(logGroupName="/app", retentionInDays=1)
    put(vauban, logs, "old")
    vauban.advance(days=2)
    assert logs.filter_log_events(logGroupName="/app")["events"] == []
    assert logs.describe_log_groups()["logGroups"][0]["storedBytes"] == 0


def test_events_that_are_too_old_are_rejected(vauban, logs):
    old = int((vauban.vauban.clock.now() - 20 * 86400) * 1000)
    answer = logs.put_log_events(logGroupName="/app", logStreamName="a", logEvents=[{"timestamp": old, "message": "x"}])
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    assert logs.filter_log_events(logGroupName="/app")["events"] == []


def test_groups_and_streams_are_described_and_deleted(vauban, logs):
    put(vauban, logs, "one")
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/a")["logGroups"]
    assert group["arn"] == "arn:aws:logs:us-east-1:111122223333:log-group:/app:*"
    assert group["storedBytes"] == 29
    assert logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"] == {"team": "x"}
    (stream,) = logs.describe_log_streams(logGroupName="/app")["logStreams"]
    assert stream["logStreamName"] == "a"
    assert "lastEventTimestamp" in stream
    with pytest.raises(ClientError) as refused:
        logs.create_log_group(logGroupName="/app")
    assert code_of(refused) == "ResourceAlreadyExistsException"
    logs.delete_log_group(logGroupName="/app")
    with pytest.raises(ClientError) as refused:
        logs.describe_log_streams(logGroupName="/app")
    assert code_of(refused) == "ResourceNotFoundException"
