import re

import pytest
from botocore.exceptions import ClientError

from .conftest import MANAGEMENT, OTHER, invited


def test_an_organization_is_made_with_its_root_and_its_management_account(client):
    made = client.create_organization()["Organization"]
    assert re.fullmatch(r"o-[a-z0-9]{10}", made["Id"])
    assert made["Arn"] == f"arn:aws:organizations::{MANAGEMENT}:organization/{made['Id']}"
    assert made["MasterAccountArn"] == f"arn:aws:organizations::{MANAGEMENT}:account/{made['Id']}/{MANAGEMENT}"
    assert made["MasterAccountId"] == MANAGEMENT
    assert made["FeatureSet"] == "ALL"
    assert made["AvailablePolicyTypes"] == [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]
    assert client.describe_organization()["Organization"] == made
    (root,) = client.list_roots()["Roots"]
    assert root["Name"] == "Root"
    assert root["Arn"] == f"arn:aws:organizations::{MANAGEMENT}:root/{made['Id']}/{root['Id']}"
    assert root["PolicyTypes"] == []
    (account,) = client.list_accounts()["Accounts"]
    assert account["Id"] == MANAGEMENT
    assert account["JoinedMethod"] == "INVITED"
    assert account["Status"] == account["State"] == "ACTIVE"
    assert account["Email"] == made["MasterAccountEmail"]


def test_an_account_has_one_organization_at_most(house, client, organization):
    with pytest.raises(client.exceptions.AlreadyInOrganizationException):
        client.create_organization()
    invited(house, OTHER)
    with pytest.raises(client.exceptions.AlreadyInOrganizationException):
        house.client("organizations", account=OTHER).create_organization()


def test_who_has_no_organization_is_told_so(client):
    for ask in (
        client.describe_organization,
        client.list_accounts,
        client.leave_organization,
        client.delete_organization,
        lambda: client.describe_account(AccountId=MANAGEMENT),
        lambda: client.describe_effective_policy(PolicyType="TAG_POLICY"),
        lambda: client.create_account(Email="a@example.com", AccountName="a"),
    ):
        with pytest.raises(
            client.exceptions.AWSOrganizationsNotInUseException, match="not a member of an organization"
        ):
            ask()


def test_an_organization_that_only_pays_together_has_no_policies(client, make_policy):
    made = client.create_organization(FeatureSet="CONSOLIDATED_BILLING")["Organization"]
    assert made["FeatureSet"] == "CONSOLIDATED_BILLING"
    assert made["AvailablePolicyTypes"] == []
    root = client.list_roots()["Roots"][0]["Id"]
    assert client.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"] == []
    with pytest.raises(client.exceptions.PolicyTypeNotAvailableForOrganizationException):
        client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    with pytest.raises(client.exceptions.PolicyTypeNotAvailableForOrganizationException):
        make_policy('{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}')


def test_an_organization_is_deleted_once_nobody_else_is_in_it(client, member):
    with pytest.raises(client.exceptions.OrganizationNotEmptyException):
        client.delete_organization()
    client.remove_account_from_organization(AccountId=member)
    client.delete_organization()
    with pytest.raises(client.exceptions.AWSOrganizationsNotInUseException):
        client.describe_organization()
    client.create_organization()


def test_a_member_sees_the_organization_and_little_else(house, client, organization):
    invited(house, OTHER)
    theirs = house.client("organizations", account=OTHER)
    assert theirs.describe_organization()["Organization"] == organization
    for ask in (theirs.list_accounts, theirs.list_roots, theirs.delete_organization):
        with pytest.raises(ClientError, match=r"AccessDeniedException.*You don't have permissions to access"):
            ask()


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"AccountId": "12"}, "INVALID_PATTERN"),
        ({"AccountId": "1" * 13}, "MAX_LENGTH_EXCEEDED"),
        ({}, "INPUT_REQUIRED"),
    ],
)
def test_what_is_not_as_the_model_has_it_is_invalid_input_with_a_reason(parameters, reason, unchecked, organization):
    with pytest.raises(unchecked.exceptions.InvalidInputException) as refused:
        unchecked.describe_account(**parameters)
    assert refused.value.response["Reason"] == reason
    with pytest.raises(unchecked.exceptions.InvalidInputException) as refused:
        unchecked.list_policies(Filter="NO_POLICY")
    assert refused.value.response["Reason"] == "INVALID_ENUM"


def test_whoever_has_no_policy_is_denied(house, client, organization):
    house.user("nobody")
    nobody = house.client("organizations", user="nobody")
    for ask in (nobody.describe_organization, nobody.list_accounts, nobody.delete_organization):
        with pytest.raises(ClientError, match=r"AccessDeniedException.*no identity-based policy allows"):
            ask()


def test_organizations_has_a_role_in_every_account_of_an_organization(house, client, member):
    invited(house, OTHER)
    for account in (MANAGEMENT, OTHER, member):
        roles = house.client("iam", account=account).list_roles(PathPrefix="/aws-service-role/")["Roles"]
        assert [each["RoleName"] for each in roles] == ["AWSServiceRoleForOrganizations"]


def test_who_makes_an_organization_must_be_let_make_its_role(house):
    allow = {"Effect": "Allow", "Action": "organizations:CreateOrganization", "Resource": "*"}
    house.user("alice", {"Version": "2012-10-17", "Statement": allow})
    alice = house.client("organizations", user="alice")
    with pytest.raises(alice.exceptions.AccessDeniedForDependencyException) as refused:
        alice.create_organization()
    assert refused.value.response["Reason"] == "ACCESS_DENIED_DURING_CREATE_SERVICE_LINKED_ROLE"
    house.user("alice", {"Version": "2012-10-17", "Statement": {**allow, "Action": ["organizations:*", "iam:*"]}})
    alice.create_organization()
