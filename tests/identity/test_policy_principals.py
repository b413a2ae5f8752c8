"""Users and roles that a policy names are bound to who they are."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from vauban.crypto.sealers import AccountSealer
from vauban.identity.accounts import Account
from vauban.identity.bound_documents import compile_bound
from vauban.identity.policy_principals import UnknownPrincipal, as_shown, bind
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resource
from vauban.policy import Policies, Policy, decide
from vauban.storage.memory import MemoryStore

ACCOUNT, ELSEWHERE = "111122223333", "999999999999"
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
ALICE = User(ACCOUNT, "alice", "AIDAALICEALICEALICE12", LONG_AGO)
ROLE = Role(ACCOUNT, "deployer", "AROADEPLOYERDEPLOYER1", LONG_AGO, "{}", path="/ci/")


@pytest.fixture
def world():
    changes = MemoryStore(AccountSealer.ephemeral()).begin()
    changes.at("", "").put(Account(ACCOUNT, LONG_AGO, 1))
    changes.at(ACCOUNT, "").put(ALICE)
    changes.at(ACCOUNT, "").put(ROLE)
    return changes


def naming(*principals):
    statement = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "s3:GetObject", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def parsed(document):
    return Policy.parse(document, name="policy", kind="resource")


def allowed(user, policy):
    principal = Principal("user", user.account, user.arn, user.user_id, user.name)
    resource = Resource("arn:aws:s3:::shop/list", account=ELSEWHERE, policy=policy)
    return decide(principal, Policies((parsed_everything(),)), "s3:GetObject", resource, {}).allowed


def parsed_everything():
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    return Policy.parse(everything, name="everything", kind="identity")


def test_users_and_roles_are_bound_to_their_unique_ids(world):
    bound = bind(parsed(naming(ALICE.arn, ROLE.arn, "*", ACCOUNT)), world, ACCOUNT)
    assert bound == {ALICE.arn: ALICE.user_id, ROLE.arn: ROLE.role_id}


@pytest.mark.parametrize(
    "name",
    [
        f"arn:aws:iam::{ACCOUNT}:user/bob",
        f"arn:aws:iam::{ACCOUNT}:user/somewhere/alice",
        f"arn:aws:iam::{ACCOUNT}:role/deployer",
        f"arn:aws:iam::{ACCOUNT}:role/alice",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/nobody/session",
        "AIDAGONEGONEGONEGONE1",
    ],
)
def test_whoever_is_not_there_cannot_be_named(name, world):
    with pytest.raises(UnknownPrincipal) as refused:
        bind(parsed(naming(name)), world, ACCOUNT)
    assert str(refused.value) == f'Invalid principal in policy: "AWS":"{name}"'


def test_those_of_accounts_that_are_not_held_here_are_taken_at_their_word(world):
    assert bind(parsed(naming(f"arn:aws:iam::{ELSEWHERE}:user/bob", ELSEWHERE)), world, ACCOUNT) == {}


def test_a_policy_speaks_of_the_one_who_was_there_and_of_no_other_with_that_name(world):
    document = naming(ALICE.arn)
    policy = compile_bound(document, {ALICE.arn: ALICE.user_id}, name="policy", kind="resource")
    assert allowed(ALICE, policy)
    assert not allowed(replace(ALICE, user_id="AIDAANOTHERANOTHER123"), policy)


def test_who_is_gone_is_shown_by_unique_id_and_who_was_renamed_by_the_new_arn(world):
    document = naming(ALICE.arn, ROLE.arn)
    ids = {ALICE.arn: ALICE.user_id, ROLE.arn: ROLE.role_id}
    assert as_shown(document, ids, world) is document
    world.at(ACCOUNT, "").delete(ALICE)
    world.at(ACCOUNT, "").put(replace(ALICE, name="alicia"))
    world.at(ACCOUNT, "").delete(ROLE)
    shown = json.loads(as_shown(document, ids, world))
    assert shown["Statement"][0]["Principal"]["AWS"] == [f"arn:aws:iam::{ACCOUNT}:user/alicia", ROLE.role_id]
