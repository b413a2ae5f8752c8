"""What speaks for a user or a role, and whether it still does."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from vauban.crypto.sealers import AccountSealer
from vauban.identity.attachments import attachments
from vauban.identity.groups import Group
from vauban.identity.managed_policies import ManagedPolicy, Version, aws_managed_policies
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.storage.memory import MemoryStore

ACCOUNT = "111122223333"
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OWN = ManagedPolicy(ACCOUNT, "own", "ANPAOWN", LONG_AGO, LONG_AGO, (Version("v1", DOCUMENT, LONG_AGO),), path="/team/")
TEAM = Group(ACCOUNT, "team", "AGPATEAM", LONG_AGO, policies={"of-team": DOCUMENT}, attached=(OWN.arn,))
ALICE = User(
    ACCOUNT, "alice", "AIDAALICE", LONG_AGO, policies={"b": DOCUMENT, "a": DOCUMENT}, attached=(READ_ONLY, OWN.arn),
    boundary=OWN.arn, groups=("team",),
)  # fmt: skip


@pytest.fixture
def records():
    records = MemoryStore(AccountSealer.ephemeral()).begin().at(ACCOUNT, "")
    for each in (OWN, TEAM, ALICE):
        records.put(each)
    return records


def test_a_user_has_its_own_policies_those_of_its_groups_and_a_boundary(records):
    policies = attachments(records, ALICE).policies
    assert [each.name for each in policies.identity] == ["a", "b", "of-team", "ReadOnlyAccess", "own"]
    assert policies.boundary is OWN.compiled_policy


def test_a_role_has_its_own(records):
    role = Role(ACCOUNT, "role", "AROAROLE", LONG_AGO, "{}", policies={"inline": DOCUMENT}, attached=(OWN.arn,))
    policies = attachments(records, role).policies
    assert [each.name for each in policies.identity] == ["inline", "own"]
    assert policies.boundary is None


@pytest.mark.parametrize("moved", [replace(OWN), replace(TEAM), replace(ALICE)])
def test_what_was_made_of_records_holds_until_one_of_them_is_put_anew(moved, records):
    before = attachments(records, ALICE)
    assert before.is_still(attachments(records, ALICE))
    records.put(moved)
    assert not before.is_still(attachments(records, records.get(User, "alice")))


def test_what_is_attached_to_a_group_the_user_left_is_gone(records):
    assert not attachments(records, ALICE).is_still(attachments(records, replace(ALICE, groups=())))


def test_every_policy_of_aws_can_be_read_and_has_an_id_of_its_own():
    policies = aws_managed_policies()
    assert all(each.compiled_policy.arn == arn for arn, each in policies.items())
    assert len({each.policy_id for each in policies.values()}) == len(policies)
    assert all(len(each.policy_id) == 21 for each in policies.values())
    assert "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole" in policies
