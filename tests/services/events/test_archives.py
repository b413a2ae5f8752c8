import json

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
BUS = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
ARCHIVE = f"arn:aws:events:us-east-1:{ACCOUNT}:archive/orders"
PATTERN = '{"source": ["shop"]}'


@pytest.fixture
def put(events):
    def put(source="shop", **detail):
        entry = {"Source": source, "DetailType": "Order", "Detail": json.dumps(detail)}
        assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0

    return put


def content(events, name="orders"):
    told = events.describe_archive(ArchiveName=name)
    return told["EventCount"], told["SizeBytes"]


def test_an_archive_is_made_described_changed_and_deleted(events):
    made = events.create_archive(
        ArchiveName="orders", EventSourceArn=BUS, Description="d", EventPattern=PATTERN, RetentionDays=3
    )
    assert (made["ArchiveArn"], made["State"]) == (ARCHIVE, "ENABLED")
    told = events.describe_archive(ArchiveName="orders")
    del told["ResponseMetadata"]
    assert told == {
        "ArchiveArn": ARCHIVE,
        "ArchiveName": "orders",
        "EventSourceArn": BUS,
        "Description": "d",
        "EventPattern": PATTERN,
        "State": "ENABLED",
        "RetentionDays": 3,
        "SizeBytes": 0,
        "EventCount": 0,
        "CreationTime": made["CreationTime"],
    }
    assert events.update_archive(ArchiveName="orders", RetentionDays=5)["ArchiveArn"] == ARCHIVE
    told = events.describe_archive(ArchiveName="orders")
    assert (told["RetentionDays"], told["Description"], told["EventPattern"]) == (5, "d", PATTERN)
    events.delete_archive(ArchiveName="orders")
    with pytest.raises(events.exceptions.ResourceNotFoundException, match=r"Archive orders does not exist\."):
        events.describe_archive(ArchiveName="orders")
    assert events.list_rules()["Rules"] == []


def test_an_archive_is_refused(events):
    with pytest.raises(events.exceptions.ResourceNotFoundException, match=r"Event bus shop does not exist\."):
        events.create_archive(ArchiveName="a", EventSourceArn=BUS.replace("default", "shop"))
    with pytest.raises(ClientError, match="Must contain an event bus ARN"):
        events.create_archive(ArchiveName="a", EventSourceArn=ARCHIVE)
    with pytest.raises(ClientError, match="of this account and Region"):
        events.create_archive(ArchiveName="a", EventSourceArn=BUS.replace("us-east-1", "eu-west-1"))
    with pytest.raises(events.exceptions.InvalidEventPatternException):
        events.create_archive(ArchiveName="a", EventSourceArn=BUS, EventPattern='{"source": 1}')
    events.create_archive(ArchiveName="a", EventSourceArn=BUS)
    with pytest.raises(events.exceptions.ResourceAlreadyExistsException, match=r"Archive a already exists\."):
        events.create_archive(ArchiveName="a", EventSourceArn=BUS)
    with pytest.raises(events.exceptions.InvalidEventPatternException):
        events.update_archive(ArchiveName="a", EventPattern="[]")
    with pytest.raises(events.exceptions.ResourceNotFoundException):
        events.delete_archive(ArchiveName="b")


def test_archives_are_listed_by_one_filter(events):
    events.create_event_bus(Name="shop")
    for name, bus in (("a1", BUS), ("a2", BUS), ("b1", BUS.replace("default", "shop"))):
        events.create_archive(ArchiveName=name, EventSourceArn=bus)

    def names(**asked):
        return [each["ArchiveName"] for each in events.list_archives(**asked)["Archives"]]

    assert names() == ["a1", "a2", "b1"]
    assert names(NamePrefix="a") == ["a1", "a2"]
    assert names(EventSourceArn=BUS.replace("default", "shop")) == ["b1"]
    assert names(State="DISABLED") == []
    page = events.list_archives(Limit=2)
    assert names(Limit=2, NextToken=page["NextToken"]) == ["b1"]
    with pytest.raises(ClientError, match="At most one filter is allowed for ListArchives"):
        names(NamePrefix="a", State="ENABLED")


def test_what_the_pattern_asks_for_is_kept(events, put):
    events.create_archive(ArchiveName="orders", EventSourceArn=BUS, EventPattern=PATTERN)
    put(total=1)
    put("bank", total=2)
    put(total=3)
    count, size = content(events)
    assert count == 2
    assert 2 * 150 < size < 2 * 400


def test_what_is_out_of_date_is_forgotten(vauban, events, put):
    events.create_archive(ArchiveName="orders", EventSourceArn=BUS, RetentionDays=2)
    put(total=1)
    vauban.advance(days=1)
    put(total=2)
    vauban.advance(days=1, hours=1)
    assert content(events)[0] == 1
    vauban.advance(days=1)
    assert content(events) == (0, 0)
    put(total=3)
    events.update_archive(ArchiveName="orders", RetentionDays=0)
    vauban.advance(days=30)
    assert content(events)[0] == 1
    events.update_archive(ArchiveName="orders", RetentionDays=1)
    vauban.advance(seconds=1)
    assert content(events)[0] == 0


def test_an_archive_made_anew_has_nothing_of_the_old_one(vauban, events, put):
    events.create_archive(ArchiveName="orders", EventSourceArn=BUS)
    put(total=1)
    events.delete_archive(ArchiveName="orders")
    events.create_archive(ArchiveName="orders", EventSourceArn=BUS)
    assert content(events) == (0, 0)
    vauban.advance(seconds=1)
    put(total=2)
    assert content(events)[0] == 1


def test_the_rule_of_an_archive_is_eventbridges(events):
    events.create_archive(ArchiveName="orders", EventSourceArn=BUS, EventPattern=PATTERN)
    (rule,) = events.list_rules()["Rules"]
    assert rule["Name"] == "Events-Archive-orders"
    assert rule["ManagedBy"] == "prod.vhs.events.aws.internal"
    assert json.loads(rule["EventPattern"]) == {"source": ["shop"], "replay-name": [{"exists": False}]}
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert (target["Id"], target["Arn"]) == ("orders", "arn:aws:events:us-east-1:::")
    managed = events.exceptions.ManagedRuleException
    for change in (
        lambda: events.put_rule(Name=rule["Name"], EventPattern=PATTERN),
        lambda: events.disable_rule(Name=rule["Name"]),
        lambda: events.delete_rule(Name=rule["Name"]),
        lambda: events.put_targets(Rule=rule["Name"], Targets=[{"Id": "1", "Arn": BUS}]),
        lambda: events.remove_targets(Rule=rule["Name"], Ids=["orders"]),
    ):
        with pytest.raises(managed):
            change()


def test_events_are_sealed_where_they_are_kept(vauban, events, put):
    from vauban.services.events.resources import ArchivedEvent

    events.create_archive(ArchiveName="orders", EventSourceArn=BUS)
    put(total=1)
    (kept,) = vauban.vauban.store.begin().at(ACCOUNT, "us-east-1").list(ArchivedEvent)
    assert b"total" in kept.content
    assert "total" not in repr(kept)
