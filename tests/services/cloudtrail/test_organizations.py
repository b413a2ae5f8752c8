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


@pytest.fixture
def delegate(house, organization, trail):
    """A member that is a delegated administrator."""
    trail.register_organization_delegated_admin(MemberAccountId=MEMBER)
    return house.client("cloudtrail", account=MEMBER)


def test_a_delegated_administrator_makes_and_changes_trails_of_the_management_account(house, delegate, trail, tmp_path):
    arn = delegate.create_trail(Name="audit", S3BucketName="logs", IsOrganizationTrail=True)["TrailARN"]
    assert arn == f"arn:aws:cloudtrail:us-east-1:{MANAGEMENT}:trail/audit"
    delegate.start_logging(Name=arn)
    assert trail.get_trail_status(Name="audit")["IsLogging"] is True
    delegate.update_trail(Name=arn, S3KeyPrefix="all", IsOrganizationTrail=True)
    house.client("kms", account=MEMBER).list_keys()
    house.advance(minutes=5)
    assert records(tmp_path)[MEMBER].count("ListKeys") == 1
    with pytest.raises(delegate.exceptions.NotOrganizationMasterAccountException):
        delegate.update_trail(Name=arn, IsOrganizationTrail=False)
    with pytest.raises(delegate.exceptions.TrailAlreadyExistsException):
        delegate.create_trail(Name="audit", S3BucketName="logs", IsOrganizationTrail=True)
    own = delegate.create_trail(Name="audit", S3BucketName="logs")["TrailARN"]
    assert own == f"arn:aws:cloudtrail:us-east-1:{MEMBER}:trail/audit"
    with pytest.raises(delegate.exceptions.NotOrganizationMasterAccountException):
        delegate.update_trail(Name="audit", IsOrganizationTrail=True)
    with pytest.raises(ClientError, match="NotOrganizationMasterAccountException"):
        delegate.create_event_data_store(Name="lake", OrganizationEnabled=True)
    delegate.delete_trail(Name=arn)


def test_who_is_a_delegated_administrator_no_more_changes_nothing_more(house, delegate, trail):
    arn = delegate.create_trail(Name="audit", S3BucketName="logs", IsOrganizationTrail=True)["TrailARN"]
    told = house.client("organizations").list_delegated_administrators(ServicePrincipal="cloudtrail.amazonaws.com")
    assert [each["Id"] for each in told["DelegatedAdministrators"]] == [MEMBER]
    with pytest.raises(trail.exceptions.AccountRegisteredException):
        trail.register_organization_delegated_admin(MemberAccountId=MEMBER)
    trail.deregister_organization_delegated_admin(DelegatedAdminAccountId=MEMBER)
    with pytest.raises(delegate.exceptions.NotOrganizationMasterAccountException):
        delegate.delete_trail(Name=arn)
    with pytest.raises(trail.exceptions.AccountNotRegisteredException):
        trail.deregister_organization_delegated_admin(DelegatedAdminAccountId=MEMBER)


def test_who_cannot_be_a_delegated_administrator_is_told_why(house, organization, trail):
    register = trail.register_organization_delegated_admin
    with pytest.raises(trail.exceptions.CannotDelegateManagementAccountException):
        register(MemberAccountId=MANAGEMENT)
    with pytest.raises(trail.exceptions.AccountNotFoundException):
        register(MemberAccountId=STRANGER)
    with pytest.raises(trail.exceptions.NotOrganizationManagementAccountException):
        house.client("cloudtrail", account=MEMBER).register_organization_delegated_admin(MemberAccountId=MEMBER)
    with pytest.raises(trail.exceptions.OrganizationsNotInUseException):
        house.client("cloudtrail", account=STRANGER).register_organization_delegated_admin(MemberAccountId=MEMBER)
    statement = {"Effect": "Allow", "Action": "cloudtrail:*", "Resource": "*"}
    house.user("alice", {"Version": "2012-10-17", "Statement": statement})
    alice = house.client("cloudtrail", user="alice")
    with pytest.raises(alice.exceptions.InsufficientDependencyServiceAccessPermissionException):
        alice.register_organization_delegated_admin(MemberAccountId=MEMBER)
    house.client("organizations").disable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    with pytest.raises(trail.exceptions.CloudTrailAccessNotEnabledException):
        register(MemberAccountId=MEMBER)


def test_there_are_three_delegated_administrators_at_most(house, organization, trail):
    organizations = house.client("organizations")
    for number in range(3):
        made = organizations.create_account(Email=f"{number}@example.com", AccountName=str(number))
        trail.register_organization_delegated_admin(MemberAccountId=made["CreateAccountStatus"]["AccountId"])
    with pytest.raises(trail.exceptions.DelegatedAdminAccountLimitExceededException):
        trail.register_organization_delegated_admin(MemberAccountId=MEMBER)
