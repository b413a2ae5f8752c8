"""What a resolver returns; which names it takes is told through boto3 in the tests of the operations."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from vauban.services.kms.errors import InvalidGrantTokenException
from vauban.services.kms.resolvers import key, usable_key
from vauban.services.kms.resources import Key

OTHER_ACCOUNT = "444455556666"


class World:
    """One key, in one account and Region."""

    def __init__(self, key: Key):
        self.key = key

    def at(self, account, region):
        mine = (account, region) == (self.key.account, self.key.region)
        records = {(Key, self.key.key_id): self.key} if mine else {}
        return SimpleNamespace(get=lambda kind, name: records.get((kind, name)))


@pytest.fixture
def world(make_key):
    return World(make_key())


def test_a_key_comes_with_all_that_a_policy_may_ask_of_it(world, make_call):
    found = usable_key("KeyId")(make_call(params={"KeyId": world.key.arn}), world)
    assert (found.arn, found.type, found.account) == (world.key.arn, "key", world.key.account)
    assert found.record is world.key
    assert found.policy is world.key.compiled_policy
    assert found.policy_rules
    assert found.absent is None
    assert found.cloudtrail_type == "AWS::KMS::Key"


def test_a_copy_kept_for_later_does_not_hold_on_to_the_snapshot(world, make_call):
    found = usable_key("KeyId")(make_call(params={"KeyId": world.key.key_id}), world)
    kept = replace(found, record=None, grants=None)
    assert (kept.records, kept.key) == (None, None)


def test_a_missing_key_of_ones_own_is_told_to_who_may_act_on_keys(world, make_call):
    call = make_call(params={"KeyId": "00000000-0000-4000-8000-000000000000"})
    found = key("KeyId")(call, world)
    assert found.arn == "arn:aws:kms:us-east-1:111122223333:key/*"
    assert not found.policy_rules
    assert "does not exist" in found.absent.message


def test_a_foreign_key_is_beyond_every_policy_where_the_operation_stays_at_home(world, make_call):
    call = make_call(account=OTHER_ACCOUNT, params={"KeyId": world.key.arn})
    found = key("KeyId")(call, world)
    assert (found.account, found.policy, found.policy_rules) == (world.key.account, None, True)
    assert found.record is None
    assert usable_key("KeyId")(call, world).record is world.key


def test_every_grant_token_must_be_one(world, make_call):
    call = make_call(params={"KeyId": world.key.key_id, "GrantTokens": ["made up"]})
    with pytest.raises(InvalidGrantTokenException):
        usable_key("KeyId")(call, world)


def test_a_resolver_says_which_members_it_consumes():
    assert key("TargetKeyId").members == ("TargetKeyId",)
    assert usable_key("KeyId").members == ("KeyId", "GrantTokens")
