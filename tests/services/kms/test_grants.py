import json

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"


@pytest.fixture
def alice(vauban):
    """The ARN of a user who may do nothing of itself."""
    return vauban.user("alice")


@pytest.fixture
def bob(vauban):
    return vauban.user("bob")


def listed(kms, key_id, **parameters):
    return kms.list_grants(KeyId=key_id, **parameters)["Grants"]


def test_a_grant_is_listed_with_all_that_it_says(kms, key_id, alice, bob):
    made = kms.create_grant(
        KeyId=key_id,
        GranteePrincipal=alice,
        RetiringPrincipal=bob,
        Operations=["Decrypt", "Encrypt"],
        Constraints={"EncryptionContextSubset": {"app": "shop"}},
        Name="shop",
    )
    (grant,) = listed(kms, key_id)
    assert len(made["GrantId"]) == 64
    assert grant.pop("CreationDate")
    assert grant == {
        "KeyId": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{key_id}",
        "GrantId": made["GrantId"],
        "Name": "shop",
        "GranteePrincipal": alice,
        "RetiringPrincipal": bob,
        "IssuingAccount": f"arn:aws:iam::{ACCOUNT}:root",
        "Operations": ["Decrypt", "Encrypt"],
        "Constraints": {"EncryptionContextSubset": {"app": "shop"}},
    }


def test_a_grantee_may_do_what_the_grant_says_and_no_more(vauban, kms, key_id, alice):
    client = vauban.client("kms", user="alice")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.encrypt(KeyId=key_id, Plaintext=b"x")
    kms.create_grant(KeyId=key_id, GranteePrincipal=alice, Operations=["Encrypt"])
    blob = client.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.decrypt(CiphertextBlob=blob)


def test_a_denial_in_a_policy_stands_against_any_grant(vauban, kms, key_id, alice):
    kms.create_grant(KeyId=key_id, GranteePrincipal=alice, Operations=["Encrypt"])
    deny = {"Effect": "Deny", "Action": "kms:Encrypt", "Resource": "*"}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": deny})
    with pytest.raises(ClientError, match="AccessDeniedException"):
        vauban.client("kms", user="alice").encrypt(KeyId=key_id, Plaintext=b"x")


def test_the_encryption_context_constrains_a_grant(vauban, kms, key_id, alice):
    constraints = {"EncryptionContextEquals": {"app": "shop"}}
    kms.create_grant(KeyId=key_id, GranteePrincipal=alice, Operations=["Encrypt", "Decrypt"], Constraints=constraints)
    client = vauban.client("kms", user="alice")
    blob = client.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext={"app": "shop"})["CiphertextBlob"]
    assert client.decrypt(CiphertextBlob=blob, EncryptionContext={"app": "shop"})["Plaintext"] == b"x"
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.encrypt(KeyId=key_id, Plaintext=b"x")


def test_reencryption_by_grants_needs_one_on_each_key(vauban, kms, key_id, alice):
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    client = vauban.client("kms", user="alice")
    kms.create_grant(KeyId=key_id, GranteePrincipal=alice, Operations=["ReEncryptFrom"])
    with pytest.raises(ClientError, match=r"AccessDeniedException.*kms:ReEncryptTo"):
        client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)
    kms.create_grant(KeyId=other, GranteePrincipal=alice, Operations=["ReEncryptTo"])
    assert client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)["KeyId"].endswith(other)


def test_a_named_grant_asked_for_again_is_the_same_with_a_new_token(kms, key_id, alice):
    wanted = {"KeyId": key_id, "GranteePrincipal": alice, "Operations": ["Encrypt", "Decrypt"], "Name": "shop"}
    first = kms.create_grant(**wanted)
    again = kms.create_grant(**{**wanted, "Operations": ["Decrypt", "Encrypt"]})
    assert again["GrantId"] == first["GrantId"]
    assert again["GrantToken"] != first["GrantToken"]
    assert len(listed(kms, key_id)) == 1
    other = kms.create_grant(**{**wanted, "Operations": ["Decrypt"]})
    assert other["GrantId"] != first["GrantId"]


def test_grants_without_a_name_are_all_different(kms, key_id, alice):
    ids = {kms.create_grant(KeyId=key_id, GranteePrincipal=alice, Operations=["Encrypt"])["GrantId"] for _ in range(3)}
    assert len(ids) == 3


def test_a_child_grant_is_never_wider_than_its_parent(vauban, kms, key_id, alice, bob):
    kms.create_grant(
        KeyId=key_id,
        GranteePrincipal=alice,
        Operations=["CreateGrant", "Encrypt"],
        Constraints={"EncryptionContextSubset": {"app": "shop"}},
    )
    client = vauban.client("kms", user="alice")
    strict = {"EncryptionContextEquals": {"app": "shop"}}
    for operations, constraints in ((["Decrypt"], strict), (["Encrypt"], {}), (["Encrypt", "Decrypt"], strict)):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            client.create_grant(KeyId=key_id, GranteePrincipal=bob, Operations=operations, Constraints=constraints)
    client.create_grant(KeyId=key_id, GranteePrincipal=bob, Operations=["Encrypt"], Constraints=strict)
    assert vauban.client("kms", user="bob").encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext={"app": "shop"})


@pytest.mark.parametrize(
    "parameters",
    [
        {"Operations": ["Sign"]},
        {"Operations": []},
        {"GranteeServicePrincipal": "s3.amazonaws.com"},
        {"RetiringPrincipal": f"arn:aws:iam::{ACCOUNT}:root", "RetiringServicePrincipal": "s3.amazonaws.com"},
        {"Constraints": {"EncryptionContextEquals": {"a": "x" * 385}}},
    ],
)
def test_a_grant_that_cannot_be_is_refused(parameters, kms, key_id, alice):
    wanted = {"KeyId": key_id, "GranteePrincipal": alice, "Operations": ["Encrypt"], **parameters}
    with pytest.raises(ClientError, match="ValidationException"):
        kms.create_grant(**wanted)


def test_a_grantee_must_be_a_principal(kms, key_id):
    with pytest.raises(kms.exceptions.InvalidArnException, match="ARN does not refer to a valid principal"):
        kms.create_grant(KeyId=key_id, GranteePrincipal="arn:aws:s3:::bucket", Operations=["Encrypt"])


@pytest.mark.parametrize("nobody", ["iam::%s:user/nobody", "iam::%s:role/none", "sts::%s:assumed-role/none/session"])
@pytest.mark.parametrize("member", ["GranteePrincipal", "RetiringPrincipal"])
def test_a_user_or_role_that_a_grant_names_must_be_there(kms, key_id, alice, member, nobody):
    wanted = {
        "KeyId": key_id,
        "GranteePrincipal": alice,
        "Operations": ["Encrypt"],
        member: f"arn:aws:{nobody % ACCOUNT}",
    }
    with pytest.raises(kms.exceptions.InvalidArnException, match="ARN does not refer to a valid principal"):
        kms.create_grant(**wanted)


def test_who_is_in_an_account_that_is_not_here_is_taken_at_its_word(kms, key_id):
    kms.create_grant(KeyId=key_id, GranteePrincipal="arn:aws:iam::999900001111:role/app", Operations=["Encrypt"])


def test_a_grant_token_must_be_one(vauban, kms, key_id, alice):
    token = kms.create_grant(KeyId=key_id, GranteePrincipal=alice, Operations=["Encrypt"])["GrantToken"]
    client = vauban.client("kms", user="alice")
    assert client.encrypt(KeyId=key_id, Plaintext=b"x", GrantTokens=[token])
    with pytest.raises(client.exceptions.InvalidGrantTokenException):
        client.encrypt(KeyId=key_id, Plaintext=b"x", GrantTokens=["made up"])


def test_a_revoked_grant_permits_nothing(vauban, kms, key_id, alice):
    grant = kms.create_grant(KeyId=key_id, GranteePrincipal=alice, Operations=["Encrypt"])
    client = vauban.client("kms", user="alice")
    assert client.encrypt(KeyId=key_id, Plaintext=b"x")
    with pytest.raises(kms.exceptions.DryRunOperationException):
        kms.revoke_grant(KeyId=key_id, GrantId=grant["GrantId"], DryRun=True)
    kms.revoke_grant(KeyId=key_id, GrantId=grant["GrantId"])
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.encrypt(KeyId=key_id, Plaintext=b"x", GrantTokens=[grant["GrantToken"]])
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.revoke_grant(KeyId=key_id, GrantId=grant["GrantId"])


def test_a_grant_is_revoked_on_its_own_key_only(kms, key_id, alice):
    grant = kms.create_grant(KeyId=key_id, GranteePrincipal=alice, Operations=["Encrypt"])
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.revoke_grant(KeyId=other, GrantId=grant["GrantId"])


def test_a_dry_run_grants_nothing(kms, key_id, alice):
    with pytest.raises(kms.exceptions.DryRunOperationException):
        kms.create_grant(KeyId=key_id, GranteePrincipal=alice, Operations=["Encrypt"], DryRun=True)
    assert listed(kms, key_id) == []


def test_grants_are_listed_page_by_page_and_by_what_they_say(kms, key_id, alice, bob):
    ids = [kms.create_grant(KeyId=key_id, GranteePrincipal=alice, Operations=["Encrypt"])["GrantId"] for _ in range(4)]
    for_bob = kms.create_grant(KeyId=key_id, GranteePrincipal=bob, Operations=["Encrypt"])["GrantId"]
    pages = list(kms.get_paginator("list_grants").paginate(KeyId=key_id, PaginationConfig={"PageSize": 2}))
    assert [len(page["Grants"]) for page in pages] == [2, 2, 1]
    assert {grant["GrantId"] for page in pages for grant in page["Grants"]} == {*ids, for_bob}
    assert {grant["GrantId"] for grant in listed(kms, key_id, GranteePrincipal=alice)} == set(ids)
    assert [grant["GrantId"] for grant in listed(kms, key_id, GrantId=for_bob)] == [for_bob]
    assert listed(kms, key_id, GrantId=for_bob, GranteePrincipal=alice) == []
    assert listed(kms, key_id, GrantId="0" * 64) == []
    with pytest.raises(ClientError, match=r"ValidationException.*Only services"):
        listed(kms, key_id, GranteeServicePrincipal="s3.amazonaws.com")


def test_a_retiring_principal_finds_its_grants_on_the_keys_of_all_accounts(neighbours):
    carol = neighbours.user("carol", account=OTHER_ACCOUNT)
    owner = neighbours.client("kms")
    other = neighbours.client("kms", account=OTHER_ACCOUNT)
    ids = set()
    for kms in (owner, other):
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        made = kms.create_grant(KeyId=key_id, GranteePrincipal=carol, RetiringPrincipal=carol, Operations=["Encrypt"])
        ids.add(made["GrantId"])
    first = other.list_retirable_grants(RetiringPrincipal=carol, Limit=1)
    rest = other.list_retirable_grants(RetiringPrincipal=carol, Marker=first["NextMarker"])
    assert {grant["GrantId"] for page in (first, rest) for grant in page["Grants"]} == ids
    with pytest.raises(ClientError, match=r"ValidationException.*in your account"):
        owner.list_retirable_grants(RetiringPrincipal=carol)
    with pytest.raises(ClientError, match="ValidationException"):
        owner.list_retirable_grants()


def test_a_grant_to_a_foreign_user_needs_that_users_own_policy_too(neighbours):
    owner = neighbours.client("kms")
    key = owner.create_key()["KeyMetadata"]
    carol = neighbours.user("carol", account=OTHER_ACCOUNT)
    owner.create_grant(KeyId=key["KeyId"], GranteePrincipal=carol, Operations=["Encrypt"])
    client = neighbours.client("kms", account=OTHER_ACCOUNT, user="carol")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.encrypt(KeyId=key["Arn"], Plaintext=b"x")
    statement = {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": key["Arn"]}
    neighbours.user("carol", {"Version": "2012-10-17", "Statement": statement}, account=OTHER_ACCOUNT)
    assert client.encrypt(KeyId=key["Arn"], Plaintext=b"x")["KeyId"] == key["Arn"]


def test_a_foreigner_who_may_create_grants_issues_them_in_its_own_name(neighbours):
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*"},
            {"Effect": "Allow", "Principal": {"AWS": OTHER_ACCOUNT}, "Action": "kms:*Grant*", "Resource": "*"},
        ],
    }
    owner = neighbours.client("kms")
    key = owner.create_key(Policy=json.dumps(policy))["KeyMetadata"]
    other = neighbours.client("kms", account=OTHER_ACCOUNT)
    carol = neighbours.user("carol", account=OTHER_ACCOUNT)
    other.create_grant(KeyId=key["Arn"], GranteePrincipal=carol, Operations=["Encrypt"])
    (grant,) = owner.list_grants(KeyId=key["KeyId"])["Grants"]
    assert grant["IssuingAccount"] == f"arn:aws:iam::{OTHER_ACCOUNT}:root"
    assert other.list_grants(KeyId=key["Arn"])["Grants"] == [grant]
    other.revoke_grant(KeyId=key["Arn"], GrantId=grant["GrantId"])


def test_a_condition_may_ask_what_a_new_grant_permits(vauban, kms, key_id, bob):
    statement = {"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": "*"}
    statement["Condition"] = {
        "ForAllValues:StringEquals": {"kms:GrantOperations": ["Encrypt", "GenerateDataKey"]},
        "StringEquals": {"kms:GranteePrincipal": bob},
    }
    vauban.user("admin", {"Version": "2012-10-17", "Statement": statement})
    admin = vauban.client("kms", user="admin")
    admin.create_grant(KeyId=key_id, GranteePrincipal=bob, Operations=["Encrypt"])
    for grantee, operation in ((bob, "Decrypt"), (f"arn:aws:iam::{ACCOUNT}:user/eve", "Encrypt")):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            admin.create_grant(KeyId=key_id, GranteePrincipal=grantee, Operations=[operation])


@pytest.fixture
def made_anew(vauban):
    """Delete a user and make another of the same name."""
    iam = vauban.client("iam")

    def make(name):
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
            iam.delete_user_policy(UserName=name, PolicyName=policy)
        iam.delete_user(UserName=name)
        return vauban.user(name)

    return make


def test_a_grant_is_not_for_another_who_comes_to_have_the_name(vauban, kms, key_id, alice, bob, made_anew):
    user_id = vauban.client("iam").get_user(UserName="alice")["User"]["UserId"]
    asked = {"KeyId": key_id, "GranteePrincipal": alice, "Operations": ["Encrypt"], "Name": "shop"}
    first = kms.create_grant(**asked)
    made_anew("alice")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        vauban.client("kms", user="alice").encrypt(KeyId=key_id, Plaintext=b"x")
    assert [grant["GranteePrincipal"] for grant in listed(kms, key_id)] == [user_id]

    second = kms.create_grant(**asked)
    assert second["GrantId"] != first["GrantId"]
    vauban.client("kms", user="alice").encrypt(KeyId=key_id, Plaintext=b"x")


def test_neither_does_another_of_the_name_retire_it(vauban, kms, key_id, alice, bob, made_anew):
    operations = ["Encrypt", "RetireGrant"]
    made = kms.create_grant(KeyId=key_id, GranteePrincipal=alice, RetiringPrincipal=bob, Operations=operations)
    made_anew("alice")
    made_anew("bob")
    for name in ("alice", "bob"):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            vauban.client("kms", user=name).retire_grant(GrantToken=made["GrantToken"])
    kms.retire_grant(GrantToken=made["GrantToken"])


def test_a_grant_to_a_role_is_for_its_sessions_and_not_for_those_of_the_next_role(vauban, kms, key_id):
    iam, sts = vauban.client("iam"), vauban.client("sts")
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": "sts:AssumeRole",
            },
        }
    )

    def encrypt():
        session = sts.assume_role(RoleArn=role, RoleSessionName="shop")["Credentials"]
        vauban.client("kms", credentials=session).encrypt(KeyId=key_id, Plaintext=b"x")

    role = iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    kms.create_grant(KeyId=key_id, GranteePrincipal=role, Operations=["Encrypt"])
    encrypt()
    iam.delete_role(RoleName="app")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        encrypt()
