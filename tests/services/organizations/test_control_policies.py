"""What service control and resource control policies forbid, told by those who are forbidden it."""

import json

import pytest
from botocore.exceptions import ClientError

from .conftest import MANAGEMENT, OTHER, STRANGER, invited

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"


def document(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Resource": "*", **statement}})


@pytest.fixture
def theirs(house, organization):
    """The KMS of a member's root user."""
    invited(house, OTHER)
    return house.client("kms", account=OTHER)


def denied(ask, words):
    with pytest.raises(ClientError, match=words):
        ask()


def test_moving_an_account_and_changing_a_policy_count_from_the_next_call(client, root, unit, theirs, make_policy):
    policy = make_policy(document(Action="kms:CreateKey"))
    client.attach_policy(PolicyId=policy, TargetId=unit)
    theirs.create_key()
    client.move_account(AccountId=OTHER, SourceParentId=root, DestinationParentId=unit)
    denied(theirs.create_key, f"with an explicit deny in a service control policy: arn:.*/{policy} ")
    client.update_policy(PolicyId=policy, Content=document(Action="kms:ListKeys"))
    theirs.create_key()
    denied(theirs.list_keys, "with an explicit deny in a service control policy")
    client.detach_policy(PolicyId=policy, TargetId=unit)
    theirs.list_keys()


def test_a_list_of_what_is_allowed_allows_nothing_else(client, theirs, make_policy):
    allow = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:List*","Resource":"*"}}'
    client.attach_policy(PolicyId=make_policy(allow), TargetId=OTHER)
    client.detach_policy(PolicyId="p-FullAWSAccess", TargetId=OTHER)
    theirs.list_keys()
    denied(theirs.create_key, "because no service control policy allows the kms:CreateKey action")


def test_the_management_account_and_whoever_left_are_free(house, client, root, theirs, make_policy):
    client.attach_policy(PolicyId=make_policy(document(Action="kms:*")), TargetId=root)
    house.client("kms").create_key()
    denied(theirs.create_key, "service control policy")
    client.remove_account_from_organization(AccountId=OTHER)
    theirs.create_key()


def test_a_control_policy_can_keep_members_in(house, client, root, theirs, make_policy):
    client.attach_policy(PolicyId=make_policy(document(Action="organizations:LeaveOrganization")), TargetId=root)
    denied(house.client("organizations", account=OTHER).leave_organization, "service control policy")


def test_resource_control_policies_hold_strangers_off(house, client, root, theirs, make_policy):
    client.enable_policy_type(RootId=root, PolicyType=RCP)
    statement = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    open_to_all = json.dumps({"Version": "2012-10-17", "Statement": statement})
    key = theirs.create_key(Policy=open_to_all)["KeyMetadata"]["Arn"]
    stranger, management = house.client("kms", account=STRANGER), house.client("kms")
    stranger.encrypt(KeyId=key, Plaintext=b"x")
    condition = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}
    policy = make_policy(document(Action="kms:*", Principal="*", Condition=condition), RCP)
    client.attach_policy(PolicyId=policy, TargetId=root)
    denied(lambda: stranger.encrypt(KeyId=key, Plaintext=b"x"), "explicit deny in a resource control policy")
    management.encrypt(KeyId=key, Plaintext=b"x")
    theirs.encrypt(KeyId=key, Plaintext=b"x")
    of_management = management.create_key(Policy=open_to_all)["KeyMetadata"]["Arn"]
    stranger.encrypt(KeyId=of_management, Plaintext=b"x")


def test_a_role_assumed_across_accounts_stands_under_the_policies_of_its_own_account(
    house, client, root, member, make_policy
):
    house.user("alice", {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    arn = f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole"
    given = house.client("sts", user="alice").assume_role(RoleArn=arn, RoleSessionName="visit")["Credentials"]
    kms = house.client("kms", credentials=given)
    assert kms.create_key()["KeyMetadata"]["AWSAccountId"] == member
    client.attach_policy(PolicyId=make_policy(document(Action="kms:*")), TargetId=root)
    denied(kms.create_key, "explicit deny in a service control policy")
    house.client("kms").create_key()


def test_the_denial_names_the_statement_and_the_policy(house, client, root, theirs, make_policy):
    policy = client.create_policy(
        Content=document(Sid="NoKeys", Action="kms:CreateKey"), Description="", Name="guardrails", Type=SCP
    )["Policy"]["PolicySummary"]["Id"]
    client.attach_policy(PolicyId=policy, TargetId=root)
    denied(theirs.create_key, "explicit deny")
    (event,) = [each for each in house.vauban.store.trail.events() if each.authorization_id]
    (check,) = [each for each in event.decision["checks"] if each["effect"] == "EXPLICIT_DENY"]
    assert check["layer"] == SCP
    assert check["statements"] == ["guardrails/NoKeys"]
    assert check["arns"] == [client.describe_policy(PolicyId=policy)["Policy"]["PolicySummary"]["Arn"]]
    assert event.account == OTHER
    assert MANAGEMENT not in event.principal
