"""Event data stores as customers make, change, delete and restore them."""

import json

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
DEFAULT = [
    {
        "Name": "Default management events",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
    }
]
NOWHERE = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def trail(vauban):
    return vauban.client("cloudtrail")


@pytest.fixture
def store(trail):
    """The ARN of a store that may be deleted."""
    made = trail.create_event_data_store(Name="lake", TerminationProtectionEnabled=False)
    return made["EventDataStoreArn"]


def test_a_store_has_awss_defaults(trail):
    made = trail.create_event_data_store(Name="lake", TagsList=[{"Key": "team", "Value": "red"}])
    made.pop("ResponseMetadata")
    arn = made["EventDataStoreArn"]
    assert arn.startswith(f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:eventdatastore/")
    assert made.pop("CreatedTimestamp") == made.pop("UpdatedTimestamp")
    assert made == {
        "EventDataStoreArn": arn,
        "Name": "lake",
        "Status": "CREATED",
        "AdvancedEventSelectors": DEFAULT,
        "MultiRegionEnabled": True,
        "OrganizationEnabled": False,
        "RetentionPeriod": 366,
        "TerminationProtectionEnabled": True,
        "TagsList": [{"Key": "team", "Value": "red"}],
        "BillingMode": "EXTENDABLE_RETENTION_PRICING",
    }
    for name in (arn, arn.split("/")[1]):
        got = trail.get_event_data_store(EventDataStore=name)
        assert (got["Status"], got["FederationStatus"]) == ("ENABLED", "DISABLED")
        assert got["EventDataStoreArn"] == arn
    assert trail.list_event_data_stores()["EventDataStores"] == [{"EventDataStoreArn": arn, "Name": "lake"}]
    assert trail.list_tags(ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"] == [{"Key": "team", "Value": "red"}]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"RetentionPeriod": 2558, "BillingMode": "FIXED_RETENTION_PRICING"}, "InvalidParameterException"),
        ({"RetentionPeriod": 6}, "ValidationException"),
        ({"RetentionPeriod": 3654}, "ValidationException"),
        ({"Name": "a"}, "ValidationException"),
        ({"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventName", "Equals": ["a"]}]}]}, "Selectors"),
        ({"AdvancedEventSelectors": DEFAULT * 6}, "InvalidEventSelectorsException"),
        ({"OrganizationEnabled": True}, "OrganizationsNotInUseException"),
        ({"KmsKeyId": "alias/a"}, "KmsKeyId is not supported"),
        ({"Name": "other"}, "EventDataStoreAlreadyExistsException"),
    ],
)
def test_what_cannot_be_is_refused_when_made_and_when_changed(wrong, error, vauban, store):
    trail = vauban.client("cloudtrail", config=Config(parameter_validation=False))
    trail.create_event_data_store(Name="other")
    with pytest.raises(ClientError, match=error):
        trail.create_event_data_store(**{"Name": "new", **wrong})
    with pytest.raises(ClientError, match=error):
        trail.update_event_data_store(EventDataStore=store, **wrong)


def test_an_update_changes_what_it_names(vauban, trail, store):
    vauban.advance(seconds=5)
    changed = trail.update_event_data_store(
        EventDataStore=store,
        Name="pond",
        RetentionPeriod=7,
        MultiRegionEnabled=False,
        TerminationProtectionEnabled=True,
    )
    assert (changed["Name"], changed["RetentionPeriod"], changed["MultiRegionEnabled"]) == ("pond", 7, False)
    assert changed["UpdatedTimestamp"] > changed["CreatedTimestamp"]
    assert changed["Status"] == "ENABLED"
    with pytest.raises(trail.exceptions.InvalidParameterException):
        trail.update_event_data_store(EventDataStore=store)
    with pytest.raises(trail.exceptions.InvalidParameterException):
        trail.update_event_data_store(EventDataStore=store, BillingMode="FIXED_RETENTION_PRICING")


def test_a_deleted_store_waits_for_a_week_and_can_be_restored(vauban, trail, store):
    with pytest.raises(trail.exceptions.InvalidEventDataStoreStatusException):
        trail.restore_event_data_store(EventDataStore=store)
    trail.delete_event_data_store(EventDataStore=store)
    assert trail.get_event_data_store(EventDataStore=store)["Status"] == "PENDING_DELETION"
    for ask in (
        lambda: trail.delete_event_data_store(EventDataStore=store),
        lambda: trail.update_event_data_store(EventDataStore=store, Name="pond"),
        lambda: trail.list_queries(EventDataStore=store),
    ):
        with pytest.raises(trail.exceptions.InactiveEventDataStoreException):
            ask()
    vauban.advance(days=6)
    assert trail.restore_event_data_store(EventDataStore=store)["Status"] == "ENABLED"
    trail.delete_event_data_store(EventDataStore=store)
    vauban.advance(days=7)
    with pytest.raises(trail.exceptions.EventDataStoreNotFoundException):
        trail.get_event_data_store(EventDataStore=store)


def test_a_protected_store_is_not_deleted(trail):
    arn = trail.create_event_data_store(Name="lake")["EventDataStoreArn"]
    with pytest.raises(trail.exceptions.EventDataStoreTerminationProtectedException):
        trail.delete_event_data_store(EventDataStore=arn)


def test_ingestion_is_stopped_and_started(trail, store):
    with pytest.raises(trail.exceptions.InvalidEventDataStoreStatusException):
        trail.start_event_data_store_ingestion(EventDataStore=store)
    trail.stop_event_data_store_ingestion(EventDataStore=store)
    assert trail.get_event_data_store(EventDataStore=store)["Status"] == "STOPPED_INGESTION"
    with pytest.raises(trail.exceptions.InvalidEventDataStoreStatusException):
        trail.stop_event_data_store_ingestion(EventDataStore=store)
    trail.start_event_data_store_ingestion(EventDataStore=store)
    assert trail.get_event_data_store(EventDataStore=store)["Status"] == "ENABLED"
    idle = trail.create_event_data_store(Name="idle", StartIngestion=False)["EventDataStoreArn"]
    assert trail.get_event_data_store(EventDataStore=idle)["Status"] == "STOPPED_INGESTION"


def test_a_region_has_at_most_ten_stores_listed_in_pages(trail):
    for number in range(10):
        trail.create_event_data_store(Name=f"lake-{number}")
    with pytest.raises(trail.exceptions.EventDataStoreMaxLimitExceededException):
        trail.create_event_data_store(Name="one-more")
    pages = [trail.list_event_data_stores(MaxResults=6)]
    pages.append(trail.list_event_data_stores(MaxResults=6, NextToken=pages[0]["NextToken"]))
    names = [each["Name"] for page in pages for each in page["EventDataStores"]]
    assert sorted(names) == sorted(f"lake-{number}" for number in range(10))
    assert "NextToken" not in pages[1]
    with pytest.raises(trail.exceptions.InvalidNextTokenException):
        trail.list_event_data_stores(NextToken="nonsense")


def test_what_is_not_there_or_no_arn_is_said(trail, store):
    with pytest.raises(trail.exceptions.EventDataStoreNotFoundException):
        trail.get_event_data_store(EventDataStore=NOWHERE)
    for wrong in ("nonsense", store.replace("us-east-1", "eu-west-1"), store.replace("eventdatastore", "trail")):
        with pytest.raises(trail.exceptions.EventDataStoreARNInvalidException):
            trail.get_event_data_store(EventDataStore=wrong)


def test_tags_are_put_on_stores_and_policies_go_by_them(vauban, trail, store):
    trail.add_tags(ResourceId=store, TagsList=[{"Key": "team", "Value": "red"}])
    trail.remove_tags(ResourceId=store, TagsList=[{"Key": "other"}])
    condition = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    statement = {"Effect": "Allow", "Action": "cloudtrail:*", "Resource": "*", "Condition": condition}
    vauban.user("red", {"Version": "2012-10-17", "Statement": statement})
    red = vauban.client("cloudtrail", user="red")
    other = trail.create_event_data_store(Name="other")["EventDataStoreArn"]
    assert red.get_event_data_store(EventDataStore=store)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        red.get_event_data_store(EventDataStore=other)
    missing = store.replace(store.split("/")[1], NOWHERE)
    with pytest.raises(trail.exceptions.EventDataStoreNotFoundException):
        trail.add_tags(ResourceId=missing, TagsList=[{"Key": "a", "Value": "b"}])


def test_a_policy_on_a_store_is_put_read_and_deleted_and_lets_others_in(vauban_of_two):
    mine, theirs = (vauban_of_two.client("cloudtrail", account=each) for each in vauban_of_two.accounts)
    arn = mine.create_event_data_store(Name="lake")["EventDataStoreArn"]
    with pytest.raises(mine.exceptions.ResourcePolicyNotFoundException):
        mine.get_resource_policy(ResourceArn=arn)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        theirs.get_event_data_store(EventDataStore=arn)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{vauban_of_two.accounts[1]}:root"},
        "Action": ["cloudtrail:GetEventDataStore", "cloudtrail:StartQuery", "cloudtrail:GetQueryResults"],
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    assert mine.put_resource_policy(ResourceArn=arn, ResourcePolicy=policy)["ResourcePolicy"] == policy
    assert mine.get_resource_policy(ResourceArn=arn)["ResourcePolicy"] == policy
    assert theirs.get_event_data_store(EventDataStore=arn)["Name"] == "lake"
    owner = {"EventDataStoreOwnerAccountId": vauban_of_two.accounts[0]}
    started = theirs.start_query(QueryStatement=f"SELECT eventName FROM {arn.split('/')[1]}", **owner)
    assert started["EventDataStoreOwnerAccountId"] == vauban_of_two.accounts[0]
    names = str(theirs.get_query_results(QueryId=started["QueryId"], **owner)["QueryResultRows"])
    assert "PutResourcePolicy" in names
    mine.delete_resource_policy(ResourceArn=arn)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        theirs.get_event_data_store(EventDataStore=arn)
    with pytest.raises(mine.exceptions.ResourcePolicyNotFoundException):
        mine.delete_resource_policy(ResourceArn=arn)
    with pytest.raises(mine.exceptions.ResourcePolicyNotValidException):
        mine.put_resource_policy(ResourceArn=arn, ResourcePolicy="{}")
    with pytest.raises(mine.exceptions.ResourceNotFoundException):
        mine.get_resource_policy(ResourceArn=arn.replace(arn.split("/")[1], NOWHERE))
    with pytest.raises(mine.exceptions.ResourceARNNotValidException):
        mine.get_resource_policy(ResourceArn="nonsense")
    with pytest.raises(mine.exceptions.ResourceTypeNotSupportedException):
        mine.get_resource_policy(ResourceArn=arn.replace("eventdatastore", "channel"))


def test_nobody_may_anything_without_a_policy(vauban, store):
    vauban.user("nobody")
    nobody = vauban.client("cloudtrail", user="nobody", config=Config(parameter_validation=False))
    statement = f"SELECT * FROM {store.split('/')[1]}"
    for ask, given in (
        (nobody.create_event_data_store, {"Name": "new"}),
        (nobody.update_event_data_store, {"EventDataStore": store}),
        (nobody.get_event_data_store, {"EventDataStore": NOWHERE}),
        (nobody.list_event_data_stores, {}),
        (nobody.delete_event_data_store, {"EventDataStore": store}),
        (nobody.restore_event_data_store, {"EventDataStore": store}),
        (nobody.start_event_data_store_ingestion, {"EventDataStore": store}),
        (nobody.stop_event_data_store_ingestion, {"EventDataStore": store}),
        (nobody.start_query, {"QueryStatement": statement}),
        (nobody.describe_query, {"QueryId": NOWHERE}),
        (nobody.get_query_results, {"QueryId": NOWHERE, "EventDataStore": store}),
        (nobody.cancel_query, {"QueryId": NOWHERE}),
        (nobody.list_queries, {"EventDataStore": store}),
        (nobody.put_resource_policy, {"ResourceArn": store, "ResourcePolicy": "{}"}),
        (nobody.get_resource_policy, {"ResourceArn": store}),
        (nobody.delete_resource_policy, {"ResourceArn": store}),
    ):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            ask(**given)
