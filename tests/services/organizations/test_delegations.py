import json

import pytest
from botocore.exceptions import ClientError

from .conftest import MANAGEMENT, OTHER, STRANGER, invited

CONFIG, SSM = "config.amazonaws.com", "ssm.amazonaws.com"


def reason(ask):
    with pytest.raises(ClientError) as refused:
        ask()
    return refused.value.response["Error"]["Code"], refused.value.response.get("Reason")


def register(client, account=OTHER, service=CONFIG):
    client.register_delegated_administrator(AccountId=account, ServicePrincipal=service)


@pytest.fixture
def theirs(house, organization):
    invited(house, OTHER)
    return house.client("organizations", account=OTHER)


def test_services_are_let_at_an_organization_and_no_longer(client, organization):
    for _ in range(2):
        client.enable_aws_service_access(ServicePrincipal=CONFIG)
    client.enable_aws_service_access(ServicePrincipal=SSM)
    listed = client.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert [each["ServicePrincipal"] for each in listed] == [CONFIG, SSM]
    client.disable_aws_service_access(ServicePrincipal=CONFIG)
    listed = client.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert [each["ServicePrincipal"] for each in listed] == [SSM]
    ask = lambda: client.enable_aws_service_access(ServicePrincipal="mine.example.com")  # noqa: E731
    assert reason(ask) == ("InvalidInputException", "UNRECOGNIZED_SERVICE_PRINCIPAL")


def test_a_delegated_administrator_looks_and_does_not_touch(house, client, theirs, root):
    assert reason(theirs.list_accounts)[0] == "AccessDeniedException"
    register(client)
    assert [each["Id"] for each in theirs.list_accounts()["Accounts"]] == [MANAGEMENT, OTHER]
    assert theirs.describe_account(AccountId=MANAGEMENT)["Account"]["Id"] == MANAGEMENT
    ask = lambda: theirs.create_organizational_unit(ParentId=root, Name="x")  # noqa: E731
    assert reason(ask)[0] == "AccessDeniedException"
    house.user("bob", account=OTHER)
    assert reason(house.client("organizations", account=OTHER, user="bob").list_accounts)[0] == "AccessDeniedException"
    client.deregister_delegated_administrator(AccountId=OTHER, ServicePrincipal=CONFIG)
    assert reason(theirs.list_accounts)[0] == "AccessDeniedException"


def test_delegated_administrators_are_listed_by_service_and_services_by_account(client, theirs):
    register(client)
    register(client, service=SSM)
    (administrator,) = client.list_delegated_administrators()["DelegatedAdministrators"]
    assert administrator["Id"] == OTHER
    assert administrator["DelegationEnabledDate"]
    assert len(client.list_delegated_administrators(ServicePrincipal=SSM)["DelegatedAdministrators"]) == 1
    other = client.list_delegated_administrators(ServicePrincipal="fms.amazonaws.com")["DelegatedAdministrators"]
    assert other == []
    services = client.list_delegated_services_for_account(AccountId=OTHER)["DelegatedServices"]
    assert [each["ServicePrincipal"] for each in services] == [CONFIG, SSM]


def test_delegations_that_make_no_sense_are_refused(client, theirs):
    violation = "ConstraintViolationException"
    ask = lambda: register(client, MANAGEMENT)  # noqa: E731
    assert reason(ask) == (violation, "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR")
    assert reason(lambda: register(client, STRANGER))[0] == "AccountNotFoundException"
    ask = lambda: register(client, service="mine.example.com")  # noqa: E731
    assert reason(ask) == ("InvalidInputException", "UNRECOGNIZED_SERVICE_PRINCIPAL")
    ask = lambda: client.deregister_delegated_administrator(AccountId=OTHER, ServicePrincipal=SSM)  # noqa: E731
    assert reason(ask)[0] == "AccountNotRegisteredException"
    ask = lambda: client.list_delegated_services_for_account(AccountId=OTHER)  # noqa: E731
    assert reason(ask)[0] == "AccountNotRegisteredException"
    register(client)
    assert reason(lambda: register(client))[0] == "AccountAlreadyRegisteredException"
    ask = lambda: client.remove_account_from_organization(AccountId=OTHER)  # noqa: E731
    assert reason(ask) == (violation, "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG")


def policy(actions, principal=OTHER):
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_resource_policy_hands_on_what_it_says_and_no_more(house, client, theirs, unit, make_policy):
    deny = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"kms:*","Resource":"*"}}'
    scp = make_policy(deny)
    client.put_resource_policy(Content=policy(["organizations:AttachPolicy", "organizations:ListRoots"]))
    theirs.list_roots()
    theirs.attach_policy(PolicyId=scp, TargetId=unit)
    assert reason(lambda: theirs.detach_policy(PolicyId=scp, TargetId=unit))[0] == "AccessDeniedException"
    assert reason(lambda: theirs.delete_organizational_unit(OrganizationalUnitId=unit))[0] == "AccessDeniedException"
    house.user("bob", account=OTHER)
    bob = house.client("organizations", account=OTHER, user="bob")
    assert reason(bob.list_roots)[0] == "AccessDeniedException"
    allow = {"Effect": "Allow", "Action": "organizations:*", "Resource": "*"}
    house.user("bob", {"Version": "2012-10-17", "Statement": allow}, account=OTHER)
    bob.list_roots()
    client.delete_resource_policy()
    assert reason(theirs.list_roots)[0] == "AccessDeniedException"


def test_a_resource_policy_is_described_replaced_tagged_and_deleted(client, theirs, organization):
    assert reason(client.describe_resource_policy)[0] == "ResourcePolicyNotFoundException"
    tags = [{"Key": "a", "Value": "b"}]
    made = client.put_resource_policy(Content=policy("organizations:ListRoots"), Tags=tags)["ResourcePolicy"]
    summary = made["ResourcePolicySummary"]
    path = f"{organization['Id']}/{summary['Id']}"
    assert summary["Arn"] == f"arn:aws:organizations::{MANAGEMENT}:resourcepolicy/{path}"
    assert client.describe_resource_policy()["ResourcePolicy"] == made
    assert client.list_tags_for_resource(ResourceId=summary["Id"])["Tags"] == tags
    again = client.put_resource_policy(Content=policy("organizations:ListAccounts"))["ResourcePolicy"]
    assert again["ResourcePolicySummary"] == summary
    client.delete_resource_policy()
    assert reason(client.delete_resource_policy)[0] == "ResourcePolicyNotFoundException"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("no json", "INVALID_RESOURCE_POLICY_JSON"),
        (policy("organizations:ListRoots", STRANGER), "INVALID_PRINCIPAL"),
        (policy("organizations:CreateAccount"), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
        (policy("kms:Encrypt"), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
        (policy("*"), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
    ],
)
def test_a_resource_policy_that_cannot_be_is_refused_with_a_reason(content, why, client, theirs):
    assert reason(lambda: client.put_resource_policy(Content=content)) == ("InvalidInputException", why)
