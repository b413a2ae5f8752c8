import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
BUS = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
ARCHIVE = f"arn:aws:events:us-east-1:{ACCOUNT}:archive/orders"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:heard"
RULE = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/"


@pytest.fixture
def put(events):
    def put(**detail):
        events.put_events(Entries=[{"Source": "shop", "DetailType": "Order", "Detail": json.dumps(detail)}])

    return put


@pytest.fixture
def archived(events, put):
    """An archive with three events in it, and two rules made since."""
    events.create_archive(ArchiveName="orders", EventSourceArn=BUS)
    for total in range(3):
        put(total=total)
    for name in ("a", "b"):
        events.put_rule(Name=name, EventPattern='{"source": ["shop"]}')
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": QUEUE}])


@pytest.fixture
def start(events):
    def start(name="again", since=None, until=None, **destination):
        now = datetime.now(UTC)
        return events.start_replay(
            ReplayName=name,
            EventSourceArn=ARCHIVE,
            EventStartTime=since or now - timedelta(minutes=5),
            EventEndTime=until or now + timedelta(minutes=5),
            Destination={"Arn": BUS, **destination},
        )

    return start


def test_what_was_archived_is_told_once_more(vauban, events, archived, start, parcels):
    started = start()
    assert (started["ReplayArn"], started["State"]) == (ARCHIVE.replace("archive/orders", "replay/again"), "STARTING")
    assert parcels(vauban) == []
    vauban.advance(seconds=10)
    told = [each["event"] for each in parcels(vauban) if each["rule_arn"] == RULE + "a"]
    assert sorted(each["detail"]["total"] for each in told) == [0, 1, 2]
    assert {each["replay-name"] for each in told} == {"again"}
    shown = events.describe_replay(ReplayName="again")
    assert (shown["State"], shown["Destination"], shown["EventSourceArn"]) == ("COMPLETED", {"Arn": BUS}, ARCHIVE)
    assert shown["ReplayStartTime"] <= shown["ReplayEndTime"]
    assert shown["EventStartTime"] <= shown["EventLastReplayedTime"] <= shown["EventEndTime"]
    assert events.describe_archive(ArchiveName="orders")["EventCount"] == 3


def test_only_rules_that_are_named_are_told(vauban, archived, start, parcels):
    start(FilterArns=[RULE + "b"])
    vauban.advance(seconds=10)
    assert [each["rule_arn"] for each in parcels(vauban)] == [RULE + "b"] * 3


def test_only_what_happened_in_the_time_is_told(vauban, events, put, archived, start, parcels):
    vauban.advance(hours=1)
    before = len(parcels(vauban))
    put(total=3)
    at = datetime.now(UTC) + timedelta(hours=1)
    start("later", at - timedelta(minutes=5), at + timedelta(minutes=5), FilterArns=[RULE + "a"])
    start("none", at + timedelta(minutes=5), at + timedelta(minutes=9))
    vauban.advance(seconds=10)
    told = [each["event"] for each in parcels(vauban)[before:] if "replay-name" in each["event"]]
    assert [each["detail"] for each in told] == [{"total": 3}]
    assert events.describe_replay(ReplayName="none")["State"] == "COMPLETED"
    assert "EventLastReplayedTime" not in events.describe_replay(ReplayName="none")


def test_more_events_than_are_told_at_once(vauban, events, put, start, parcels):
    events.create_archive(ArchiveName="orders", EventSourceArn=BUS)
    entry = {"Source": "shop", "DetailType": "Order", "Detail": "{}"}
    for _ in range(25):
        events.put_events(Entries=[entry] * 10)
    events.put_rule(Name="a", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="a", Targets=[{"Id": "1", "Arn": QUEUE}])
    start()
    vauban.advance(seconds=10)
    assert len(parcels(vauban)) == 250
    assert len({each["event"]["id"] for each in parcels(vauban)}) == 250


def test_a_replay_is_cancelled(vauban, events, archived, start, parcels):
    start()
    assert events.cancel_replay(ReplayName="again")["State"] == "CANCELLING"
    illegal = events.exceptions.IllegalStatusException
    with pytest.raises(illegal, match=r"Replay again is not in a valid state for this operation\."):
        events.cancel_replay(ReplayName="again")
    vauban.advance(seconds=10)
    assert events.describe_replay(ReplayName="again")["State"] == "CANCELLED"
    assert parcels(vauban) == []
    with pytest.raises(illegal):
        events.cancel_replay(ReplayName="again")


def test_a_replay_is_refused(events, archived, start):
    at = datetime.now(UTC)
    with pytest.raises(ClientError, match=r"EventStartTime must be before EventEndTime\."):
        start(since=at, until=at)
    with pytest.raises(
        ClientError, match=r"Parameter Destination\.Arn is not valid\. Reason: Must contain an event bus"
    ):
        start(Arn=ARCHIVE)
    events.create_event_bus(Name="shop")
    with pytest.raises(ClientError, match=r"Cross event bus replay is not permitted\."):
        start(Arn=BUS.replace("default", "shop"))
    start()
    with pytest.raises(events.exceptions.ResourceAlreadyExistsException, match=r"Replay again already exists\."):
        start()
    events.delete_archive(ArchiveName="orders")
    with pytest.raises(ClientError, match=r"Archive orders does not exist\."):
        start("third")
    with pytest.raises(events.exceptions.ResourceNotFoundException, match=r"Replay none does not exist\."):
        events.describe_replay(ReplayName="none")


def test_replays_are_listed_by_one_filter_and_forgotten_after_90_days(vauban, events, archived, start):
    for name in ("a1", "a2", "b1"):
        start(name)
    events.cancel_replay(ReplayName="b1")

    def names(**asked):
        return [each["ReplayName"] for each in events.list_replays(**asked)["Replays"]]

    assert names() == ["a1", "a2", "b1"]
    assert names(NamePrefix="a") == ["a1", "a2"]
    assert names(State="CANCELLING") == ["b1"]
    assert names(EventSourceArn=ARCHIVE) == ["a1", "a2", "b1"]
    with pytest.raises(ClientError, match="At most one filter is allowed for ListReplays"):
        names(NamePrefix="a", State="STARTING")
    vauban.advance(days=89)
    assert names(State="COMPLETED") == ["a1", "a2"]
    vauban.advance(days=2)
    assert names() == []
