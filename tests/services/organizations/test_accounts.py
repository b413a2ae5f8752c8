import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from vauban.identity.roles import Role

from .conftest import MANAGEMENT, OTHER, STRANGER, invited, new_account


def test_an_account_is_made_and_its_request_followed(client, organization, root):
    first = client.create_account(Email="shop@example.com", AccountName="Shop")["CreateAccountStatus"]
    assert first["State"] == "IN_PROGRESS"
    assert first["Id"].startswith("car-")
    status = client.describe_create_account_status(CreateAccountRequestId=first["Id"])["CreateAccountStatus"]
    assert status["State"] == "SUCCEEDED"
    assert status["CompletedTimestamp"] >= status["RequestedTimestamp"]
    account = client.describe_account(AccountId=status["AccountId"])["Account"]
    assert account["Email"] == "shop@example.com"
    assert account["Name"] == "Shop"
    assert account["Status"] == "ACTIVE"
    assert account["JoinedMethod"] == "CREATED"
    assert account["Arn"] == f"arn:aws:organizations::{MANAGEMENT}:account/{organization['Id']}/{account['Id']}"
    assert account["Paths"] == [f"{organization['Id']}/{root}/{account['Id']}/"]
    assert client.list_parents(ChildId=account["Id"])["Parents"] == [{"Id": root, "Type": "ROOT"}]


def test_a_new_account_is_in_the_hands_of_the_management_account_and_has_no_root_key(house, client, member):
    records = house.vauban.store.begin().at(member, "")
    role = records.get(Role, "OrganizationAccountAccessRole")
    (statement,) = json.loads(role.trust_policy)["Statement"]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}
    assert statement["Action"] == "sts:AssumeRole"
    assert role.attached == ("arn:aws:iam::aws:policy/AdministratorAccess",)
    other = new_account(client, "other@example.com", RoleName="Landlord")
    roles = [each.name for each in house.vauban.store.begin().at(other, "").list(Role)]
    assert roles == ["AWSServiceRoleForOrganizations", "Landlord"]
    (result,) = [each for each in house.trail() if each["eventName"] == "CreateAccountResult"][-1:]
    assert result["recipientAccountId"] == MANAGEMENT
    assert result["eventType"] == "AwsServiceEvent"


def test_the_operator_has_a_root_key_for_a_new_account(house, member):
    house.client("kms", account=member).create_key()


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("taken@example.com", "EMAIL_ALREADY_EXISTS"),
        ("TAKEN@example.com", "EMAIL_ALREADY_EXISTS"),
        (".dot@example.com", "INVALID_EMAIL"),
        ("comma,@example.com", "INVALID_EMAIL"),
        ("dash@-example.com", "INVALID_EMAIL"),
    ],
)
def test_a_request_that_cannot_be_met_fails_with_a_reason(email, reason, client, organization):
    new_account(client, "taken@example.com")
    first = client.create_account(Email=email, AccountName="x")["CreateAccountStatus"]
    assert first["State"] == "IN_PROGRESS"
    status = client.describe_create_account_status(CreateAccountRequestId=first["Id"])["CreateAccountStatus"]
    assert status["State"] == "FAILED"
    assert status["FailureReason"] == reason
    assert "AccountId" not in status
    assert len(client.list_accounts()["Accounts"]) == 2


def test_requests_are_listed_by_state(client, organization):
    new_account(client, "a@example.com")
    client.create_account(Email="a@example.com", AccountName="again")
    client.create_account(Email="b@example.com", AccountName="b")
    listed = client.list_create_account_status()["CreateAccountStatuses"]
    assert [each["State"] for each in listed] == ["SUCCEEDED", "FAILED", "SUCCEEDED"]
    (failed,) = client.list_create_account_status(States=["FAILED"])["CreateAccountStatuses"]
    assert failed["FailureReason"] == "EMAIL_ALREADY_EXISTS"
    assert client.list_create_account_status(States=["IN_PROGRESS"])["CreateAccountStatuses"] == []
    with pytest.raises(client.exceptions.CreateAccountStatusNotFoundException):
        client.describe_create_account_status(CreateAccountRequestId="car-" + "0" * 32)


def test_a_role_of_a_service_cannot_be_asked_for(client, organization):
    with pytest.raises(client.exceptions.InvalidInputException) as refused:
        client.create_account(Email="a@example.com", AccountName="a", RoleName="AWSServiceRoleForMe")
    assert refused.value.response["Reason"] == "INVALID_ROLE_NAME"


def test_accounts_are_listed_in_order_of_making_page_by_page(client, organization):
    made = [new_account(client, f"a{number}@example.com") for number in range(5)]
    pages = client.get_paginator("list_accounts").paginate(PaginationConfig={"PageSize": 2})
    assert [account["Id"] for page in pages for account in page["Accounts"]] == [MANAGEMENT, *made]
    first = client.list_accounts(MaxResults=1)
    with pytest.raises(client.exceptions.InvalidInputException) as refused:
        client.list_create_account_status(NextToken=first["NextToken"])
    assert refused.value.response["Reason"] == "INVALID_NEXT_TOKEN"


def test_an_account_moves_and_is_listed_where_it_is(client, root, unit, member):
    client.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    assert client.list_parents(ChildId=member)["Parents"] == [{"Id": unit, "Type": "ORGANIZATIONAL_UNIT"}]
    assert [each["Id"] for each in client.list_accounts_for_parent(ParentId=unit)["Accounts"]] == [member]
    assert client.list_children(ParentId=unit, ChildType="ACCOUNT")["Children"] == [{"Id": member, "Type": "ACCOUNT"}]
    with pytest.raises(client.exceptions.DuplicateAccountException):
        client.move_account(AccountId=member, SourceParentId=unit, DestinationParentId=unit)
    with pytest.raises(client.exceptions.SourceParentNotFoundException):
        client.move_account(AccountId=member, SourceParentId=root, DestinationParentId=root)
    with pytest.raises(client.exceptions.DestinationParentNotFoundException):
        client.move_account(AccountId=member, SourceParentId=unit, DestinationParentId="ou-abcd-12345678")
    with pytest.raises(client.exceptions.AccountNotFoundException):
        client.move_account(AccountId=STRANGER, SourceParentId=unit, DestinationParentId=root)


def test_an_account_is_let_go_or_goes(house, client, organization):
    invited(house, OTHER)
    client.tag_resource(ResourceId=OTHER, Tags=[{"Key": "team", "Value": "a"}])
    client.remove_account_from_organization(AccountId=OTHER)
    theirs = house.client("organizations", account=OTHER)
    with pytest.raises(client.exceptions.AWSOrganizationsNotInUseException):
        theirs.describe_organization()
    invited(house, OTHER)
    assert client.list_tags_for_resource(ResourceId=OTHER)["Tags"] == []
    theirs.leave_organization()
    assert [each["Id"] for each in client.list_accounts()["Accounts"]] == [MANAGEMENT]
    with pytest.raises(client.exceptions.AccountNotFoundException):
        client.remove_account_from_organization(AccountId=OTHER)


def test_the_management_account_does_not_leave(client, organization):
    with pytest.raises(client.exceptions.MasterCannotLeaveOrganizationException):
        client.leave_organization()
    with pytest.raises(client.exceptions.MasterCannotLeaveOrganizationException):
        client.remove_account_from_organization(AccountId=MANAGEMENT)


def test_a_closed_account_answers_nobody_and_is_gone_after_ninety_days(house, client, member):
    kms = house.client("kms", account=member)
    kms.create_key()
    client.close_account(AccountId=member)
    assert client.describe_account(AccountId=member)["Account"]["Status"] == "SUSPENDED"
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        kms.create_key()
    with pytest.raises(client.exceptions.AccountAlreadyClosedException):
        client.close_account(AccountId=member)
    (result,) = [each for each in house.trail() if each["eventName"] == "CloseAccountResult"]
    assert result["recipientAccountId"] == MANAGEMENT
    house.advance(days=89)
    assert len(client.list_accounts()["Accounts"]) == 2
    house.advance(days=1)
    assert len(client.list_accounts()["Accounts"]) == 1
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        kms.create_key()


def test_the_operator_gets_no_key_of_a_closed_account(house, client, member):
    client.close_account(AccountId=member)
    with pytest.raises(LookupError, match="is closed"):
        house.client("kms", account=member)


def test_the_management_account_is_not_closed(client, organization):
    with pytest.raises(client.exceptions.ConstraintViolationException) as refused:
        client.close_account(AccountId=MANAGEMENT)
    assert refused.value.response["Reason"] == "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"


def test_who_may_make_accounts_may_not_tag_them_for_that(house, client, organization):
    allow = {"Effect": "Allow", "Action": "organizations:CreateAccount", "Resource": "*"}
    house.user("alice", {"Version": "2012-10-17", "Statement": allow})
    alice = house.client("organizations", user="alice")
    new_account(alice, "a@example.com")
    with pytest.raises(ClientError, match=r"AccessDenied.*organizations:TagResource"):
        new_account(alice, "b@example.com", Tags=[{"Key": "a", "Value": "b"}])


def test_a_policy_may_name_one_account(house, client, member):
    arn = client.describe_account(AccountId=member)["Account"]["Arn"]
    allow = {"Effect": "Allow", "Action": "organizations:DescribeAccount", "Resource": arn}
    house.user("alice", {"Version": "2012-10-17", "Statement": allow})
    alice = house.client("organizations", user="alice")
    alice.describe_account(AccountId=member)
    with pytest.raises(ClientError, match="AccessDenied"):
        alice.describe_account(AccountId=MANAGEMENT)
    with pytest.raises(ClientError, match="AccessDenied"):
        alice.describe_account(AccountId=STRANGER)


def test_who_comes_and_who_goes_is_on_the_management_accounts_trail(house, client, member):
    invited(house, OTHER)
    client.remove_account_from_organization(AccountId=OTHER)
    client.close_account(AccountId=member)
    house.advance(days=90)
    wanted = ("AccountJoinedOrganization", "AccountDepartedOrganization")
    told = [each for each in house.trail() if each["eventName"] in wanted]
    assert {each["recipientAccountId"] for each in told} == {MANAGEMENT}
    assert {each["eventType"] for each in told} == {"AwsServiceEvent"}
    details = [each["serviceEventDetails"] for each in told]
    assert [(each["accountId"], each.get("joinedMethod") or each["departureMethod"]) for each in details] == [
        (MANAGEMENT, "INVITED"),
        (member, "CREATED"),
        (OTHER, "INVITED"),
        (OTHER, "REMOVED"),
        (member, "CLEANED"),
    ]


def test_of_many_who_ask_for_one_address_one_gets_an_account(house, client, organization):
    with ThreadPoolExecutor(6) as threads:
        asked = threads.map(lambda _: client.create_account(Email="a@example.com", AccountName="a"), range(6))
        ids = [each["CreateAccountStatus"]["Id"] for each in asked]
    states = [client.describe_create_account_status(CreateAccountRequestId=id)["CreateAccountStatus"] for id in ids]
    assert sorted(each["State"] for each in states) == ["FAILED"] * 5 + ["SUCCEEDED"]
    assert len(client.list_accounts()["Accounts"]) == 2


def test_an_account_is_moved_or_its_destination_deleted_but_not_both(house, client, root, member):
    def outcome(ask, **parameters):
        try:
            ask(**parameters)
        except ClientError:
            return False
        return True

    for _ in range(6):
        unit = client.create_organizational_unit(ParentId=root, Name="brief")["OrganizationalUnit"]["Id"]
        move = {"AccountId": member, "SourceParentId": root, "DestinationParentId": unit}
        with ThreadPoolExecutor(2) as threads:
            moved = threads.submit(outcome, client.move_account, **move)
            deleted = threads.submit(outcome, client.delete_organizational_unit, OrganizationalUnitId=unit)
        assert moved.result() != deleted.result()
        if moved.result():
            client.move_account(AccountId=member, SourceParentId=unit, DestinationParentId=root)
            client.delete_organizational_unit(OrganizationalUnitId=unit)
