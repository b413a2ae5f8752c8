import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"


@pytest.fixture
def granted(vauban, kms, key_id):
    """Make a grant to alice that bob may retire; its id and token."""
    alice, bob = vauban.user("alice"), vauban.user("bob")
    vauban.user("eve")

    def grant(*operations):
        return kms.create_grant(
            KeyId=key_id, GranteePrincipal=alice, RetiringPrincipal=bob, Operations=["Encrypt", *operations]
        )

    return grant


def test_the_retiring_principal_retires_by_token(vauban, kms, key_id, granted):
    vauban.client("kms", user="bob").retire_grant(GrantToken=granted()["GrantToken"])
    assert kms.list_grants(KeyId=key_id)["Grants"] == []


def test_the_retiring_principal_retires_by_key_and_grant_id(vauban, kms, key_id, granted):
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    vauban.client("kms", user="bob").retire_grant(KeyId=arn, GrantId=granted()["GrantId"])
    assert kms.list_grants(KeyId=key_id)["Grants"] == []


def test_the_grantee_retires_where_the_grant_lets_it(vauban, granted):
    alice = vauban.client("kms", user="alice")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        alice.retire_grant(GrantToken=granted()["GrantToken"])
    alice.retire_grant(GrantToken=granted("RetireGrant")["GrantToken"])


def test_permission_to_retire_one_grant_is_not_for_another(vauban, granted):
    own, other = granted("RetireGrant"), granted()
    assert own["GrantId"] != other["GrantId"]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        vauban.client("kms", user="alice").retire_grant(GrantToken=other["GrantToken"])


def test_the_account_that_issued_a_grant_retires_it(kms, key_id, granted):
    kms.retire_grant(GrantToken=granted()["GrantToken"])
    assert kms.list_grants(KeyId=key_id)["Grants"] == []


def test_nobody_else_retires_it(vauban, granted):
    with pytest.raises(ClientError, match="AccessDeniedException"):
        vauban.client("kms", user="eve").retire_grant(GrantToken=granted()["GrantToken"])


def test_a_policy_may_delegate_retiring(vauban, granted):
    statement = {"Effect": "Allow", "Action": "kms:RetireGrant", "Resource": "*"}
    vauban.user("eve", {"Version": "2012-10-17", "Statement": statement})
    vauban.client("kms", user="eve").retire_grant(GrantToken=granted()["GrantToken"])


def test_a_denial_stands_against_the_retiring_principal(vauban, granted):
    statement = {"Effect": "Deny", "Action": "kms:RetireGrant", "Resource": "*"}
    vauban.user("bob", {"Version": "2012-10-17", "Statement": statement})
    with pytest.raises(ClientError, match=r"AccessDeniedException.*explicit deny"):
        vauban.client("kms", user="bob").retire_grant(GrantToken=granted()["GrantToken"])


def test_a_retiring_principal_of_another_account_may(neighbours):
    carol = neighbours.user("carol", account=OTHER_ACCOUNT)
    owner = neighbours.client("kms")
    key = owner.create_key()["KeyMetadata"]
    made = owner.create_grant(
        KeyId=key["KeyId"], GranteePrincipal=carol, RetiringPrincipal=carol, Operations=["Encrypt"]
    )
    neighbours.client("kms", account=OTHER_ACCOUNT, user="carol").retire_grant(
        KeyId=key["Arn"], GrantId=made["GrantId"]
    )
    assert owner.list_grants(KeyId=key["KeyId"])["Grants"] == []


def test_an_account_that_may_retire_decides_by_its_own_policies_who_of_it_does(neighbours):
    owner = neighbours.client("kms")
    key = owner.create_key()["KeyMetadata"]
    carol = neighbours.user("carol", account=OTHER_ACCOUNT)
    made = owner.create_grant(
        KeyId=key["KeyId"],
        GranteePrincipal=carol,
        RetiringPrincipal=f"arn:aws:iam::{OTHER_ACCOUNT}:root",
        Operations=["Encrypt"],
    )
    client = neighbours.client("kms", account=OTHER_ACCOUNT, user="carol")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.retire_grant(GrantToken=made["GrantToken"])
    statement = {"Effect": "Allow", "Action": "kms:RetireGrant", "Resource": "*"}
    neighbours.user("carol", {"Version": "2012-10-17", "Statement": statement}, account=OTHER_ACCOUNT)
    client.retire_grant(GrantToken=made["GrantToken"])


@pytest.mark.parametrize("naming", [{}, {"KeyId": "k"}, {"GrantId": "g"}, {"GrantToken": "t", "GrantId": "g"}])
def test_a_grant_is_named_in_exactly_one_way(naming, kms):
    with pytest.raises(ClientError, match=r"ValidationException.*either GrantToken"):
        kms.retire_grant(**naming)


def test_a_grant_that_is_not_there_cannot_be_retired(kms, key_id, granted):
    token = granted()["GrantToken"]
    kms.retire_grant(GrantToken=token)
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.retire_grant(GrantToken=token)
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.retire_grant(KeyId=key_id, GrantId="0" * 64)
    with pytest.raises(kms.exceptions.InvalidGrantTokenException):
        kms.retire_grant(GrantToken="made up")
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.retire_grant(KeyId="1234abcd-12ab-34cd-56ef-1234567890ab", GrantId="0" * 64)


def test_a_dry_run_retires_nothing(kms, key_id, granted):
    token = granted()["GrantToken"]
    with pytest.raises(kms.exceptions.DryRunOperationException):
        kms.retire_grant(GrantToken=token, DryRun=True)
    assert len(kms.list_grants(KeyId=key_id)["Grants"]) == 1
