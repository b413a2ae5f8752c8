"""LookupEvents as customers use it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"


@pytest.fixture
def trail(vauban):
    return vauban.client("cloudtrail")


@pytest.fixture
def kms(vauban):
    return vauban.client("kms")


def found(trail, key=None, value=None, **more):
    if key:
        more["LookupAttributes"] = [{"AttributeKey": key, "AttributeValue": value}]
    return trail.lookup_events(**more)["Events"]


def named(events):
    return [event["EventName"] for event in events]


def test_what_was_called_is_found_newest_first_with_its_record(trail, kms):
    key = kms.create_key(Description="for the trail")["KeyMetadata"]
    kms.describe_key(KeyId=key["KeyId"])
    newest, oldest = found(trail, "EventSource", "kms.amazonaws.com")
    assert [newest["EventName"], oldest["EventName"]] == ["DescribeKey", "CreateKey"]
    assert oldest["ReadOnly"] == "false"
    assert oldest["Username"] == "root"
    assert newest["Resources"] == [{"ResourceType": "AWS::KMS::Key", "ResourceName": key["Arn"]}]
    record = json.loads(newest["CloudTrailEvent"])
    assert record["eventID"] == newest["EventId"]
    assert record["requestParameters"] == {"keyId": key["KeyId"]}
    assert record["userIdentity"]["accessKeyId"] == newest["AccessKeyId"]
    assert newest["EventTime"] == datetime.fromisoformat(record["eventTime"])


@pytest.mark.parametrize(
    ("key", "value", "names"),
    [
        ("EventName", "CreateKey", ["CreateKey"]),
        ("ReadOnly", "true", ["ListKeys", "Encrypt"]),
        ("ReadOnly", "false", ["CreateKey"]),
        ("Username", "alice", ["ListKeys"]),
        ("Username", "nobody", []),
        ("ResourceType", "AWS::KMS::Key", ["Encrypt", "CreateKey"]),
        ("EventSource", "kms.amazonaws.com", ["ListKeys", "Encrypt", "CreateKey"]),
        ("EventSource", "ssm.amazonaws.com", []),
        ("EventId", "00000000-0000-8000-a000-000000000000", []),
        ("EventId", "nonsense", []),
    ],
)
def test_each_attribute_finds_its_own(key, value, names, vauban, trail, kms):
    vauban.user("alice", {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.encrypt(KeyId=key_id, Plaintext=b"x")
    vauban.client("kms", user="alice").list_keys()
    events = [each for each in found(trail, key, value) if each["EventSource"] == "kms.amazonaws.com"]
    assert named(events) == names


def test_an_event_is_found_by_its_id_its_key_and_its_resource(trail, kms):
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    kms.encrypt(KeyId=arn, Plaintext=b"x")
    event, created = found(trail, "ResourceName", arn)
    assert named([event, created]) == ["Encrypt", "CreateKey"]
    assert found(trail, "EventId", event["EventId"]) == [event]
    assert event in found(trail, "AccessKeyId", event["AccessKeyId"])
    assert found(trail, "AccessKeyId", "AKIAIOSFODNN7EXAMPLE") == []


def test_the_list_comes_in_pages_that_stand_still_while_more_is_called(trail, kms):
    for _ in range(7):
        kms.list_keys()
    asked = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "ListKeys"}], "MaxResults": 3}
    ids, token = [], {}
    while True:
        answer = trail.lookup_events(**asked, **token)
        ids += [event["EventId"] for event in answer["Events"]]
        kms.list_keys()
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert len(ids) == len(set(ids)) == 7


def test_fifty_events_are_a_page(trail, kms):
    for _ in range(51):
        kms.list_keys()
    answer = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "ListKeys"}])
    assert len(answer["Events"]) == 50
    assert "NextToken" in answer


def test_a_token_belongs_to_its_request(trail, kms):
    kms.list_keys()
    kms.list_keys()
    token = trail.lookup_events(MaxResults=1)["NextToken"]
    for other in ({"LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "true"}]}, {"NextToken": "x"}):
        with pytest.raises(trail.exceptions.InvalidNextTokenException):
            trail.lookup_events(**{"NextToken": token, **other})


def test_a_time_range_takes_both_its_ends(vauban, trail, kms):
    kms.list_keys()
    (event,) = found(trail, "EventName", "ListKeys")
    when = event["EventTime"]
    assert found(trail, "EventName", "ListKeys", StartTime=when, EndTime=when) == [event]
    second = timedelta(seconds=1)
    assert found(trail, "EventName", "ListKeys", StartTime=when + second) == []
    assert found(trail, "EventName", "ListKeys", EndTime=when - second) == []
    assert found(trail, "EventId", event["EventId"], EndTime=when - second) == []
    with pytest.raises(trail.exceptions.InvalidTimeRangeException):
        trail.lookup_events(StartTime=when, EndTime=when - second)


def test_events_are_found_for_ninety_days(vauban, trail, kms):
    kms.list_keys()
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    vauban.advance(days=89)
    assert len(found(trail, "EventName", "ListKeys", StartTime=long_ago)) == 1
    vauban.advance(days=2)
    assert found(trail, "EventName", "ListKeys", StartTime=long_ago) == []


def test_events_are_of_one_region_and_account_and_global_ones_of_the_leading_region(vauban_of_two):
    mine, theirs = vauban_of_two.accounts
    vauban_of_two.client("kms", region="eu-west-1", account=mine).list_keys()
    for region, account, names in (
        ("eu-west-1", mine, ["ListKeys"]),
        ("us-east-1", mine, []),
        ("eu-west-1", theirs, []),
    ):
        client = vauban_of_two.client("cloudtrail", region=region, account=account)
        assert named(found(client, "EventName", "ListKeys")) == names
    vauban_of_two.user("alice", account=mine)
    for region, count in (("us-east-1", 1), ("eu-west-1", 0)):
        client = vauban_of_two.client("cloudtrail", region=region, account=mine)
        assert len(found(client, "EventName", "PutUserPolicy")) == count


def test_a_call_between_accounts_is_on_both_trails_under_one_shared_id(vauban_of_two):
    mine, theirs = vauban_of_two.accounts
    principals = [f"arn:aws:iam::{account}:root" for account in (mine, theirs)]
    statement = {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    arn = vauban_of_two.client("kms", account=mine).create_key(Policy=policy)["KeyMetadata"]["Arn"]
    vauban_of_two.client("kms", account=theirs).encrypt(KeyId=arn, Plaintext=b"x")
    records = {}
    for account in (mine, theirs):
        event = found(vauban_of_two.client("cloudtrail", account=account), "ResourceName", arn)[0]
        records[account] = json.loads(event["CloudTrailEvent"])
    assert records[mine]["sharedEventID"] == records[theirs]["sharedEventID"]
    assert records[mine]["eventID"] != records[theirs]["eventID"]
    assert records[mine]["userIdentity"] == {"type": "AWSAccount", "principalId": theirs, "accountId": theirs}
    assert records[theirs]["userIdentity"]["type"] == "Root"


def test_what_is_asked_amiss_is_refused(vauban, trail):
    two = [{"AttributeKey": "EventName", "AttributeValue": "A"}, {"AttributeKey": "ReadOnly", "AttributeValue": "true"}]
    with pytest.raises(trail.exceptions.InvalidLookupAttributesException):
        trail.lookup_events(LookupAttributes=two)
    with pytest.raises(trail.exceptions.UnsupportedOperationException):
        trail.lookup_events(EventCategory="insight")
    unchecked = vauban.client("cloudtrail", config=Config(parameter_validation=False))
    for wrong in ({"MaxResults": 51}, {"MaxResults": 0}, {"LookupAttributes": [{"AttributeKey": "Colour"}]}):
        with pytest.raises(ClientError, match="ValidationException"):
            unchecked.lookup_events(**wrong)


def test_looking_up_needs_permission_on_everything(vauban):
    vauban.user("nobody")
    statement = {"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*"}
    vauban.user("auditor", {"Version": "2012-10-17", "Statement": statement})
    with pytest.raises(ClientError, match=r"AccessDeniedException.*cloudtrail:LookupEvents"):
        vauban.client("cloudtrail", user="nobody").lookup_events()
    assert vauban.client("cloudtrail", user="auditor").lookup_events()["Events"]


def test_what_a_service_did_by_itself_is_told_in_its_details(vauban, trail, kms):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    vauban.advance(days=91)
    (event,) = found(trail, "EventName", "RotateKey")
    record = json.loads(event["CloudTrailEvent"])
    assert record["eventType"] == "AwsServiceEvent"
    assert record["userIdentity"] == {"type": "AWSService", "invokedBy": "kms.amazonaws.com"}
    assert record["serviceEventDetails"] == {"keyId": key, "rotationType": "AUTOMATIC"}
    assert record["responseElements"] is None
    assert "Username" not in event


def test_what_is_done_with_messages_and_events_is_no_management_event(vauban, trail):
    sqs = vauban.client("sqs")
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="hello")
    handle = sqs.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
    topic = vauban.client("sns").create_topic(Name="news")["TopicArn"]
    vauban.client("sns").publish(TopicArn=topic, Message="hello")
    vauban.client("events").put_events(Entries=[{"Source": "shop", "DetailType": "Sold", "Detail": "{}"}])
    assert named(found(trail)) == ["CreateTopic", "CreateQueue", "CreateAccount"]
