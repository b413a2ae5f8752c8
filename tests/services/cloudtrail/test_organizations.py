"""Trails and event data stores of a whole organization."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from vauban.testing import InProcess

MANAGEMENT, MEMBER, STRANGER = "111122223333", "444455556666", "777788889999"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[InProcess]:
    running = InProcess(accounts=(MANAGEMENT, MEMBER, STRANGER), trail_sink=str(tmp_path))
    yield running
    running.close()


@pytest.fixture
def organization(house: InProcess) -> str:
    """The id of one of two accounts, in which CloudTrail is trusted."""
    organizations = house.client("organizations")
    made = organizations.create_organization()["Organization"]["Id"]
    handshake = organizations.invite_account_to_organization(Target={"Id": MEMBER, "Type": "ACCOUNT"})["Handshake"]
    house.client("organizations", account=MEMBER).accept_handshake(HandshakeId=handshake["Id"])
    organizations.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    return made


@pytest.fixture
def trail(house):
    return house.client("cloudtrail")


def records(directory: Path) -> dict[str, list[str]]:
    """Names of delivered events by account."""
    found: dict[str, list[str]] = {}
    for file in sorted(directory.rglob("*.json.gz")):
        for record in json.loads(gzip.decompress(file.read_bytes())).get("Records", ()):
            found.setdefault(record["recipientAccountId"], []).append(record["eventName"])
    return found


def test_the_management_account_makes_trails_for_all_accounts(house, organization, trail, tmp_path):
    made = trail.create_trail(Name="audit", S3BucketName="logs", IsOrganizationTrail=True, IsMultiRegionTrail=True)
    assert made["IsOrganizationTrail"] is True
    trail.start_logging(Name="audit")
    house.client("kms", account=MEMBER).list_keys()
    house.client("kms", account=STRANGER).list_keys()
    house.advance(minutes=5)
    found = records(tmp_path)
    assert found[MEMBER].count("ListKeys") == 1
    assert "StartLogging" in found[MANAGEMENT]
    assert STRANGER not in found
    folders = {each.name for each in (tmp_path / "logs" / "AWSLogs" / organization).iterdir()}
    assert folders == {MANAGEMENT, MEMBER}


def test_members_see_the_trail_by_its_arn_and_cannot_change_it(house, organization, trail):
    arn = trail.create_trail(Name="audit", S3BucketName="logs", IsOrganizationTrail=True)["TrailARN"]
    member = house.client("cloudtrail", account=MEMBER)
    assert [each["TrailARN"] for each in member.describe_trails()["trailList"]] == [arn]
    assert member.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert member.get_trail(Name=arn)["Trail"]["IsOrganizationTrail"] is True
    assert member.get_trail_status(Name=arn)["IsLogging"] is False
    with pytest.raises(member.exceptions.TrailNotFoundException):
        member.get_trail(Name="audit")
    for change in (member.delete_trail, member.start_logging, member.stop_logging):
        with pytest.raises(member.exceptions.NotOrganizationMasterAccountException):
            change(Name=arn)
    stranger = house.client("cloudtrail", account=STRANGER)
    with pytest.raises(stranger.exceptions.TrailNotFoundException):
        stranger.get_trail(Name=arn)


def test_who_may_not_make_one_is_told_why(house, organization, trail):
    given = {"Name": "audit", "S3BucketName": "logs", "IsOrganizationTrail": True}
    member = house.client("cloudtrail", account=MEMBER)
    with pytest.raises(member.exceptions.NotOrganizationMasterAccountException):
        member.create_trail(**given)
    stranger = house.client("cloudtrail", account=STRANGER)
    with pytest.raises(stranger.exceptions.OrganizationsNotInUseException):
        stranger.create_trail(**given)
    house.client("organizations").disable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    with pytest.raises(trail.exceptions.CloudTrailAccessNotEnabledException):
        trail.create_trail(**given)
    with pytest.raises(ClientError, match="CloudTrailAccessNotEnabledException"):
        trail.create_event_data_store(Name="lake", OrganizationEnabled=True)


def test_a_trail_is_made_one_of_the_organization_and_back(organization, trail):
    trail.create_trail(Name="audit", S3BucketName="logs")
    assert trail.update_trail(Name="audit", IsOrganizationTrail=True)["IsOrganizationTrail"] is True
    assert trail.update_trail(Name="audit", IsOrganizationTrail=False)["IsOrganizationTrail"] is False


def test_an_organizations_store_holds_the_events_of_its_members(house, organization, trail):
    store = trail.create_event_data_store(Name="lake", OrganizationEnabled=True)["EventDataStoreArn"]
    house.client("kms", account=MEMBER).list_keys()
    house.client("kms", account=STRANGER).list_keys()
    statement = f"SELECT recipientAccountId AS account FROM {store.split('/')[1]} WHERE eventName = 'ListKeys'"
    query_id = trail.start_query(QueryStatement=statement)["QueryId"]
    assert trail.get_query_results(QueryId=query_id)["QueryResultRows"] == [[{"account": MEMBER}]]
