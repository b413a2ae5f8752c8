"""An organization's policies in the decision. The records are put by hand: Organizations itself is tested elsewhere."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from vauban.gateway.callers import caller_of
from vauban.gateway.standings import Standings
from vauban.identity.accounts import Account
from vauban.identity.organizations import (
    FULL_ACCESS,
    RESOURCE_CONTROL,
    SERVICE_CONTROL,
    Organization,
    OrganizationPolicy,
    Unit,
)
from vauban.kernel.principals import Principal
from vauban.kernel.resources import ANY
from vauban.policy import Policies
from vauban.testing import InProcess

MANAGEMENT, MEMBER, STRANGER = "111122223333", "444455556666", "777788889999"
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
FULL = tuple(each.policy_id for each in FULL_ACCESS.values())


@pytest.fixture
def house() -> Iterator[InProcess]:
    running = InProcess(accounts=(MANAGEMENT, MEMBER, STRANGER))
    yield running
    running.close()


@pytest.fixture
def keep(house: InProcess):
    def keep(*records: Any) -> None:
        async def commit() -> None:
            changes = house.vauban.store.begin()
            for each in records:
                changes.at("", "").put(each)
            await house.vauban.store.commit(changes, [])

        house._wait(commit())

    return keep


def policy(policy_id: str, type: str, **statement: Any) -> OrganizationPolicy:
    """A policy of one statement."""
    content = json.dumps({"Version": "2012-10-17", "Statement": {"Sid": "No", "Effect": "Deny", **statement}})
    arn = f"arn:aws:organizations::{MANAGEMENT}:policy/o-1/{type.lower()}/{policy_id}"
    return OrganizationPolicy(policy_id, "o-1", arn, type, f"name of {policy_id}", content)


@pytest.fixture
def organization(house: InProcess, keep) -> Organization:
    """MANAGEMENT and MEMBER, the latter in a unit of its own; both types of control policies are in force."""
    units = {"r-1": Unit("r-1", "Root", "", FULL), "ou-1": Unit("ou-1", "one", "r-1", FULL)}
    types = {SERVICE_CONTROL: True, RESOURCE_CONTROL: True}
    made = Organization("o-1", MANAGEMENT, LONG_AGO, "r-1", units, policy_types=types)
    for number, (account, parent) in enumerate(((MANAGEMENT, "r-1"), (MEMBER, "ou-1")), 1):
        keep(Account(account, LONG_AGO, number, organization_id="o-1", parent_id=parent, policies=FULL))
    keep(made)
    return made


def attached(organization: Organization, unit: str, *ids: str) -> Organization:
    units = organization.units
    return replace(organization, units={**units, unit: replace(units[unit], policies=ids)}).revised()


@pytest.mark.parametrize("unit", ["r-1", "ou-1"])
def test_what_a_service_control_policy_denies_is_denied_at_every_level_even_to_root(unit, house, keep, organization):
    kms = house.client("kms", account=MEMBER)
    kms.create_key()
    denied = policy("p-1", SERVICE_CONTROL, Action="kms:CreateKey", Resource="*")
    keep(denied, attached(organization, unit, *FULL, "p-1"))
    with pytest.raises(ClientError, match=f"with an explicit deny in a service control policy: {denied.arn}"):
        kms.create_key()
    house.client("kms", account=MANAGEMENT).create_key()
    house.client("kms", account=STRANGER).create_key()
    keep(organization)
    kms.create_key()


def test_every_level_must_allow(house, keep, organization):
    keep(attached(organization, "ou-1", FULL[1]))
    with pytest.raises(ClientError, match="because no service control policy allows the kms:CreateKey action"):
        house.client("kms", account=MEMBER).create_key()


def test_policies_of_a_type_that_is_not_in_force_are_not_asked(house, keep, organization):
    keep(replace(attached(organization, "ou-1"), policy_types={}))
    house.client("kms", account=MEMBER).create_key()


def test_a_policy_that_changes_is_asked_as_it_is_now(house, keep, organization):
    first = policy("p-1", SERVICE_CONTROL, Action="kms:CreateAlias", Resource="*")
    there = attached(organization, "ou-1", *FULL, "p-1")
    keep(first, there)
    kms = house.client("kms", account=MEMBER)
    kms.create_key()
    keep(policy("p-1", SERVICE_CONTROL, Action="kms:CreateKey", Resource="*"), there.revised())
    with pytest.raises(ClientError, match="explicit deny in a service control policy"):
        kms.create_key()


def shared_key(house: InProcess, account: str, condition: dict[str, Any] | None = None) -> str:
    """A key that whoever meets the condition may use."""
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*", "Condition": condition or {}},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return house.client("kms", account=account).create_key(Policy=document)["KeyMetadata"]["Arn"]


def test_a_resource_control_policy_holds_for_whoever_comes_and_not_in_the_management_account(house, keep, organization):
    theirs, managements = shared_key(house, MEMBER), shared_key(house, MANAGEMENT)
    condition = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}
    denied = policy("p-1", RESOURCE_CONTROL, Action="kms:*", Resource="*", Principal="*", Condition=condition)
    keep(denied, attached(organization, "r-1", *FULL, "p-1"))
    stranger = house.client("kms", account=STRANGER)
    with pytest.raises(ClientError, match="with an explicit deny in a resource control policy"):
        stranger.encrypt(KeyId=theirs, Plaintext=b"x")
    stranger.encrypt(KeyId=managements, Plaintext=b"x")
    house.client("kms", account=MANAGEMENT).encrypt(KeyId=theirs, Plaintext=b"x")
    house.client("kms", account=MEMBER).encrypt(KeyId=theirs, Plaintext=b"x")


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("StringEquals", "aws:PrincipalOrgID", "o-1"),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/r-1/ou-1/*"),
        ("StringEquals", "aws:PrincipalOrgMasterAccountId", MANAGEMENT),
    ],
)
def test_a_key_policy_may_ask_where_in_an_organization_its_caller_stands(
    operator, key, value, house, keep, organization
):
    shared = shared_key(house, STRANGER, {operator: {key: value}})
    house.client("kms", account=MEMBER).encrypt(KeyId=shared, Plaintext=b"x")
    keep(Account(MEMBER, LONG_AGO, 2))
    with pytest.raises(ClientError, match="AccessDenied"):
        house.client("kms", account=MEMBER).encrypt(KeyId=shared, Plaintext=b"x")


def test_a_policy_may_ask_where_the_owner_of_a_resource_stands(house, keep, organization):
    arn = shared_key(house, MEMBER)
    inside = {"StringEquals": {"aws:ResourceOrgID": "o-1"}}
    statement = {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*", "Condition": inside}
    house.user("alice", {"Version": "2012-10-17", "Statement": statement}, account=STRANGER)
    alice = house.client("kms", account=STRANGER, user="alice")
    alice.encrypt(KeyId=arn, Plaintext=b"x")
    keep(Account(MEMBER, LONG_AGO, 2))
    with pytest.raises(ClientError, match="AccessDenied"):
        alice.encrypt(KeyId=arn, Plaintext=b"x")


def test_a_closed_account_answers_nobody(house, keep, organization):
    theirs, kms = shared_key(house, MEMBER), house.client("kms", account=MEMBER)
    keep(Account(MEMBER, LONG_AGO, 2, status="SUSPENDED"))
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        kms.list_keys()
    with pytest.raises(ClientError, match="AccessDeniedException"):
        house.client("kms", account=STRANGER).encrypt(KeyId=theirs, Plaintext=b"x")


def test_service_linked_roles_stand_under_no_control_policy(house, keep, organization):
    denied = policy("p-1", SERVICE_CONTROL, Action="*", Resource="*")
    keep(denied, attached(organization, "r-1", *FULL, "p-1"))
    standing = Standings().of(MEMBER, house.vauban.store.begin())
    for path, levels in (("role/aws-service-role/kms.amazonaws.com/Linked", 0), ("role/aws-service-roles", 3)):
        issuer = f"arn:aws:iam::{MEMBER}:{path}"
        principal = Principal("assumed-role", MEMBER, f"arn:aws:sts::{MEMBER}:x", "AROA:x", issuer_arn=issuer)
        caller = caller_of(principal, Policies())
        bound = standing.bound(caller)
        assert len(bound.policies.service_control) == levels
        assert standing.bound(caller) is bound
        assert len(standing.policies(bound, "kms:Encrypt", ANY).resource_control) == levels
        assert standing.policies(bound, "iam:GetRole", ANY).resource_control == ()


def test_keys_that_aws_keeps_in_an_account_stand_under_no_resource_control_policy(house, keep, organization):
    secrets = house.client("secretsmanager", account=MEMBER)
    secrets.create_secret(Name="one", SecretString="x")
    denied = policy("p-1", RESOURCE_CONTROL, Action="kms:*", Resource="*", Principal="*")
    keep(denied, attached(organization, "r-1", *FULL, "p-1"))
    secrets.create_secret(Name="two", SecretString="x")
    with pytest.raises(ClientError, match="resource control policy"):
        house.client("kms", account=MEMBER).create_key()
