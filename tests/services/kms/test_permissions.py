import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.kernel.principals import Principal, service_principal
from vauban.services.kms.permissions import find_grant, includes_context, permits_child, same_context
from vauban.services.kms.resources import Grant

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
ALICE = Principal("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "AIDA", "alice")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
SESSION = Principal("assumed-role", ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/1", "AROA:1", issuer_arn=ROLE)
contexts = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4)


class Shelf:
    """Grants, as storage finds them."""

    def __init__(self, *grants: Grant):
        self.grants = grants

    def list(self, kind, *, index, value):
        assert (kind, index) == (Grant, "grantee")
        return [grant for grant in self.grants if grant.key_and_grantee == value]


class Asked:
    """The request context of a call."""

    def __init__(self, call, values):
        self.call = call
        self.get = values.get


@pytest.fixture
def permits(make_key, make_call):
    def ask(*grants, principal=ALICE, operation="Decrypt", member="KeyId", context=None, key=None, **params):
        call = make_call(operation, params=params)
        asked = Asked(call, context or {})
        return find_grant(key or make_key(), Shelf(*grants), member, principal, f"kms:{operation}", asked)

    return ask


def test_a_grant_lets_its_grantee_do_its_operations(permits, make_grant):
    assert permits(make_grant()) == "grant/" + "ab" * 32


def test_a_grant_lets_nobody_else_do_anything(permits, make_grant):
    assert permits(make_grant(), principal=SESSION) is None


def test_a_grant_allows_no_other_operation(permits, make_grant):
    assert permits(make_grant(), operation="GenerateDataKey") is None


def test_a_grant_on_another_key_allows_nothing(permits, make_grant):
    assert permits(make_grant(key_id="another")) is None


@pytest.mark.parametrize("grantee", [ROLE, SESSION.arn])
def test_a_session_may_use_the_grants_of_its_role_and_its_own(grantee, permits, make_grant):
    assert permits(make_grant(grantee_principal=grantee), principal=SESSION)


def test_a_grant_to_a_foreign_account_speaks_of_all_its_principals(permits, make_grant):
    foreigner = Principal("user", OTHER_ACCOUNT, f"arn:aws:iam::{OTHER_ACCOUNT}:user/bob", "AIDB", "bob")
    assert permits(make_grant(grantee_principal=f"arn:aws:iam::{OTHER_ACCOUNT}:root"), principal=foreigner)


def test_a_grant_to_the_keys_own_account_speaks_of_its_root_user_alone(permits, make_grant):
    root = f"arn:aws:iam::{ACCOUNT}:root"
    grant = make_grant(grantee_principal=root)
    assert permits(grant) is None
    assert permits(grant, principal=Principal("root", ACCOUNT, root, ACCOUNT))


def test_a_grant_to_a_service_needs_the_resource_it_acts_for(permits, make_grant):
    bucket = "arn:aws:s3:::bucket"
    grant = make_grant(grantee_principal="", grantee_service_principal="s3.amazonaws.com", source_arn=bucket)
    service = service_principal("s3")
    assert permits(grant, principal=service, context={"aws:sourcearn": bucket})
    assert permits(grant, principal=service, context={"aws:sourcearn": "arn:aws:s3:::other"}) is None
    assert permits(grant, principal=service) is None


def test_the_encryption_context_must_be_the_one_the_grant_asks_for(permits, make_grant):
    grant = make_grant(encryption_context_equals={"app": "shop"})
    assert permits(grant, EncryptionContext={"app": "shop"})
    assert permits(grant, EncryptionContext={"APP": "shop"})
    assert permits(grant, EncryptionContext={"app": "SHOP"}) is None
    assert permits(grant, EncryptionContext={"app": "shop", "more": "x"}) is None
    assert permits(grant) is None


def test_the_encryption_context_may_have_more_than_the_subset_asked_for(permits, make_grant):
    grant = make_grant(encryption_context_subset={"app": "shop"})
    assert permits(grant, EncryptionContext={"app": "shop", "more": "x"})
    assert permits(grant, EncryptionContext={"more": "x"}) is None


def test_describing_a_key_is_free_of_encryption_context_constraints(permits, make_grant):
    grant = make_grant(operations=("DescribeKey",), encryption_context_equals={"app": "shop"})
    assert permits(grant, operation="DescribeKey")


def test_reencryption_is_held_to_the_context_of_its_own_side(permits, make_grant):
    grant = make_grant(operations=("ReEncryptFrom",), encryption_context_equals={"app": "shop"})
    contexts = {"SourceEncryptionContext": {"app": "shop"}, "DestinationEncryptionContext": {"app": "bank"}}
    assert permits(grant, operation="ReEncryptFrom", member="SourceKeyId", **contexts)
    assert permits(grant, operation="ReEncryptFrom", member="DestinationKeyId", **contexts) is None


def test_retiring_is_never_allowed_by_some_grant_of_the_key(permits, make_grant):
    assert permits(make_grant(operations=("RetireGrant",)), operation="RetireGrant") is None


def test_a_child_grant_cannot_have_more_operations(make_grant):
    parent = make_grant(operations=("CreateGrant", "Decrypt"))
    assert permits_child(parent, {"Operations": ["Decrypt"]})
    assert not permits_child(parent, {"Operations": ["Decrypt", "Encrypt"]})


def test_a_child_grant_must_be_as_strict_about_the_encryption_context(make_grant):
    equals = make_grant(encryption_context_equals={"a": "1"})
    subset = make_grant(encryption_context_subset={"a": "1"})
    exact = {"Operations": ["Decrypt"], "Constraints": {"EncryptionContextEquals": {"a": "1"}}}
    stricter = {"Operations": ["Decrypt"], "Constraints": {"EncryptionContextSubset": {"a": "1", "b": "2"}}}
    none = {"Operations": ["Decrypt"]}
    assert permits_child(equals, exact)
    assert permits_child(subset, exact)
    assert permits_child(subset, stricter)
    assert not permits_child(equals, stricter)
    assert not permits_child(equals, none)
    assert not permits_child(subset, none)


def test_a_child_grant_must_keep_the_source_arn(make_grant):
    parent = make_grant(source_arn="arn:aws:s3:::bucket")
    assert permits_child(parent, {"Operations": ["Decrypt"], "Constraints": {"SourceArn": "arn:aws:s3:::bucket"}})
    assert not permits_child(parent, {"Operations": ["Decrypt"]})


@given(contexts, contexts)
def test_the_same_context_includes_itself_and_its_parts(context, more):
    assert same_context(context, context)
    assert includes_context({**more, **context}, context)
