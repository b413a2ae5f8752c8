"""A key shared with another account: its policy has to say so, and that account's own policies too."""

import json

import pytest
from botocore.exceptions import ClientError

OWNER, GUEST = "111111111111", "222222222222"


@pytest.fixture
def server(make_server):
    accounts = (f"{OWNER}=AKIAOWNER00000000000:{'o' * 40}", f"{GUEST}=AKIAGUEST00000000000:{'g' * 40}")
    return make_server("--workers", "2", "--account", accounts[0], "--account", accounts[1])


@pytest.fixture
def owner(server):
    return server.client("kms")


@pytest.fixture
def key(owner):
    return owner.create_key(Description="shared")["KeyMetadata"]["Arn"]


@pytest.fixture
def guest_user(server, tmp_path):
    """A client as user `bob` of the other account, with these statements for a policy."""

    def client(*statements: dict):
        document = tmp_path / "bob.json"
        document.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
        more = ("--policy", str(document)) if statements else ()
        return server.client("kms", "--account", GUEST, "--user", "bob", *more)

    return client


def share(owner, key: str, *actions: str) -> None:
    own = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OWNER}:root"}, "Action": "kms:*", "Resource": "*"}
    theirs = {**own, "Principal": {"AWS": f"arn:aws:iam::{GUEST}:root"}, "Action": list(actions)}
    owner.put_key_policy(KeyId=key, Policy=json.dumps({"Version": "2012-10-17", "Statement": [own, theirs]}))


def refuses(call, **params) -> str:
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    return error.value.response["Error"]["Message"]


def test_the_first_account_is_the_default_and_each_has_its_own_root(server):
    assert server.credentials()["AWS_ACCESS_KEY_ID"] == "AKIAOWNER00000000000"
    assert server.credentials("--account", GUEST)["AWS_ACCESS_KEY_ID"] == "AKIAGUEST00000000000"
    assert "no account 333333333333" in server.refused("credentials", "--account", "333333333333")


def test_a_shared_key_needs_both_sides(owner, key, guest_user):
    allow = {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": key}
    refuses(guest_user(allow).encrypt, KeyId=key, Plaintext=b"x")

    share(owner, key, "kms:Encrypt", "kms:DescribeKey")
    blob = guest_user(allow).encrypt(KeyId=key, Plaintext=b"from the guest")["CiphertextBlob"]
    assert owner.decrypt(CiphertextBlob=blob)["Plaintext"] == b"from the guest"
    refuses(guest_user(allow).decrypt, CiphertextBlob=blob)

    nothing = {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}
    assert "no identity-based policy allows" in refuses(guest_user(nothing).encrypt, KeyId=key, Plaintext=b"x")


def test_what_aws_never_shares_stays_with_the_owner(server, owner, key):
    share(owner, key, "kms:*")
    guest = server.client("kms", "--account", GUEST)
    assert guest.describe_key(KeyId=key)["KeyMetadata"]["AWSAccountId"] == OWNER
    for call, params in (
        (guest.disable_key, {}),
        (guest.schedule_key_deletion, {}),
        (guest.put_key_policy, {"Policy": "{}"}),
        (guest.tag_resource, {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
    ):
        with pytest.raises(ClientError) as error:
            call(KeyId=key, **params)
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert owner.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def test_each_account_has_keys_and_aliases_of_its_own(server, owner, key):
    guest = server.client("kms", "--account", GUEST)
    theirs = guest.create_key()["KeyMetadata"]["Arn"]
    owner.create_alias(AliasName="alias/app", TargetKeyId=key)
    guest.create_alias(AliasName="alias/app", TargetKeyId=theirs)
    assert [each["KeyArn"] for each in owner.list_keys()["Keys"]] == [key]
    assert guest.encrypt(KeyId="alias/app", Plaintext=b"x")["KeyId"] == theirs
    with pytest.raises(guest.exceptions.NotFoundException):
        guest.describe_key(KeyId=key.split("/")[1])


def test_a_grant_reaches_into_the_other_account(server, owner, key, guest_user):
    guest_user()
    bob = f"arn:aws:iam::{GUEST}:user/bob"
    allow = {"Effect": "Allow", "Action": ["kms:Encrypt", "kms:RetireGrant"], "Resource": key}
    refuses(guest_user(allow).encrypt, KeyId=key, Plaintext=b"x")
    grant = owner.create_grant(KeyId=key, GranteePrincipal=bob, Operations=["Encrypt"])["GrantId"]
    guest_user(allow).encrypt(KeyId=key, Plaintext=b"x")
    owner.revoke_grant(KeyId=key, GrantId=grant)
    refuses(guest_user(allow).encrypt, KeyId=key, Plaintext=b"x")


def test_a_call_across_accounts_is_on_both_trails(server, owner, key):
    share(owner, key, "kms:Encrypt")
    server.client("kms", "--account", GUEST).encrypt(KeyId=key, Plaintext=b"x")
    records = [json.loads(line) for line in server.command("trail", "--event-name", "Encrypt", "--json").splitlines()]
    assert sorted(each["recipientAccountId"] for each in records) == [OWNER, GUEST]
    assert {each["userIdentity"]["accountId"] for each in records} == {GUEST}
