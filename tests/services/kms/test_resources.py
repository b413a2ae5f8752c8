from datetime import UTC, datetime

import pytest

from vauban.kernel.records import kind_of
from vauban.policy import MalformedPolicy
from vauban.services.kms.resources import Grant, Key, Material, compiled

SOON = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "due"),
    [("Enabled", LATER), ("Disabled", None), ("PendingDeletion", SOON), ("PendingReplicaDeletion", None)],
)
def test_the_clock_has_to_do_with_a_key_only_where_its_state_lets_it(state, due, make_key):
    key = make_key(key_state=state, deletion_date=SOON, next_rotation_date=LATER)
    assert key.due_at == due
    assert kind_of(Key).due_at(key) == due


def test_a_grant_is_found_by_key_grantee_name_and_retiring_principal(make_grant):
    grant = make_grant(name="shop", retiring_principal="arn:aws:iam::111122223333:role/cleaner")
    assert dict(kind_of(Grant).index_entries(grant)) == {
        "key": grant.key_id,
        "grantee": f"{grant.key_id} {grant.grantee_principal}",
        "retiring": grant.retiring_principal,
        "name": f"{grant.key_id} shop",
    }
    bare = dict(kind_of(Grant).index_entries(make_grant()))
    assert set(bare) == {"key", "grantee"}


def test_material_is_the_one_secret():
    assert kind_of(Material).secret_fields == ("material",)
    assert kind_of(Key).secret_fields == ()


def test_keys_with_the_same_policy_share_one_compiled(make_key):
    assert make_key().compiled_policy is make_key(key_id="another").compiled_policy
    assert make_key(account="444455556666").compiled_policy is not make_key().compiled_policy


def test_a_policy_that_is_none_does_not_compile():
    with pytest.raises(MalformedPolicy):
        compiled("{}", "111122223333")


def test_a_keys_arn_and_its_grants_agree(make_key, make_grant):
    assert make_key().arn == make_grant().key_arn
