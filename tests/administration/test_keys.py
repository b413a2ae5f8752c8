import asyncio
import json

import pytest
from botocore.exceptions import ClientError

from vauban.administration.doors import Refused
from vauban.administration.keys import Keys
from vauban.crypto.certificates import create_authority
from vauban.settings import TokenCluster
from vauban.testing import InProcess

OTHER = "444455556666"


@pytest.fixture
def running():
    made = InProcess(accounts=("111122223333", OTHER))
    yield made
    made.close()


@pytest.fixture
def ask(running):
    keys = Keys(running.vauban)

    def ask(name, **given):
        return asyncio.run_coroutine_threadsafe(getattr(keys, name)(given), running._loop).result(timeout=60)

    return ask


def allowing(*actions, **condition):
    statement = {"Sid": "Mine", "Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": {**statement, **condition}}


def may(shown):
    """Principal -> action -> why."""
    return {
        found["principal"].rpartition(":")[2]: {each["action"]: each for each in found["may"]} for found in shown["may"]
    }


def test_every_key_is_listed_with_its_names_its_state_and_its_last_use(running, ask):
    kms = running.client("kms")
    used, idle = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    kms.create_alias(AliasName="alias/used", TargetKeyId=used)
    kms.encrypt(KeyId=used, Plaintext=b"x")
    kms.disable_key(KeyId=idle)
    elsewhere = running.client("kms", region="eu-west-1").create_key()["KeyMetadata"]["KeyId"]
    theirs = running.client("kms", account=OTHER).create_key()["KeyMetadata"]["KeyId"]
    listed = {each["key_id"]: each for each in ask("all")["keys"]}
    assert set(listed) == {used, idle, elsewhere, theirs}
    assert listed[used]["aliases"] == ["alias/used"]
    assert listed[used]["last_use"]["operation"] == "Encrypt"
    assert listed[used]["last_use"]["by"] == "arn:aws:iam::111122223333:root"
    assert (listed[idle]["state"], listed[idle]["last_use"]) == ("Disabled", None)
    assert [each["key_id"] for each in ask("all", region="eu-west-1")["keys"]] == [elsewhere]
    assert [each["key_id"] for each in ask("all", account=OTHER)["keys"]] == [theirs]


def test_who_can_use_a_key_is_told_with_the_statements(running, ask):
    kms = running.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    running.user("reader", allowing("kms:Decrypt"))
    running.user("nobody")
    running.user("bound", allowing("kms:*"), boundary=allowing("s3:*"))
    found = may(ask("show", id=key))
    assert set(found) == {"root", "user/reader"}
    assert found["root"]["kms:PutKeyPolicy"]["by"] == ["key policy/Enable IAM User Permissions", "root user"]
    assert set(found["user/reader"]) == {"kms:Decrypt"}
    assert found["user/reader"]["kms:Decrypt"]["by"] == ["key policy/Enable IAM User Permissions", "policy-0/Mine"]


def test_conditions_are_told_for_what_they_allow_and_for_what_they_deny(running, ask):
    key = running.client("kms").create_key()["KeyMetadata"]["KeyId"]
    only_if = {"Condition": {"StringEquals": {"kms:EncryptionContext:app": "shop"}}}
    deny = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    }
    running.user("shop", allowing("kms:Decrypt", **only_if), deny)
    found = may(ask("show", id=key))["user/shop"]["kms:Decrypt"]
    assert "kms:EncryptionContext:app" in found["only_if"][0]
    assert "aws:SecureTransport" in found["unless"][0]


def test_roles_and_other_accounts_are_asked_too(running, ask):
    trust = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
    }
    iam = running.client("iam")
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(RoleName="worker", PolicyName="use", PolicyDocument=json.dumps(allowing("kms:Encrypt")))
    policy = allowing("kms:*")
    policy["Statement"]["Principal"] = {"AWS": ["arn:aws:iam::111122223333:root", f"arn:aws:iam::{OTHER}:root"]}
    key = running.client("kms").create_key(Policy=json.dumps(policy))["KeyMetadata"]["KeyId"]
    running.user("neighbour", allowing("kms:Decrypt"), account=OTHER)
    shown = ask("show", id=key)
    found = may(shown)
    assert set(found["role/worker"]) == {"kms:Encrypt"}
    assert set(found["user/neighbour"]) == {"kms:Decrypt"}
    assert shown["others"] == [OTHER]


def test_grants_are_told(running, ask):
    kms = running.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    grantee = running.user("grantee")
    constraints = {"EncryptionContextSubset": {"app": "shop"}}
    grant = kms.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=["Decrypt"], Constraints=constraints)
    assert ask("show", id=key)["grants"] == [
        {
            "id": grant["GrantId"],
            "name": "",
            "grantee": grantee,
            "operations": ["Decrypt"],
            "only_if": constraints,
        }
    ]


def test_a_key_is_named_by_id_arn_or_alias(running, ask):
    kms = running.client("kms")
    key = kms.create_key(Description="orders")["KeyMetadata"]
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key["KeyId"])
    for name in (key["KeyId"], key["Arn"], "alias/orders"):
        assert ask("show", id=name)["description"] == "orders"
    with pytest.raises(Refused, match="no key alias/absent"):
        ask("show", id="alias/absent")
    other = running.client("kms", account=OTHER)
    other.create_alias(AliasName="alias/orders", TargetKeyId=other.create_key()["KeyMetadata"]["KeyId"])
    with pytest.raises(Refused, match="more than one place"):
        ask("show", id="alias/orders")
    assert ask("show", id="alias/orders", account=OTHER)["account"] == OTHER


def test_what_was_refused_of_late_is_told(running, ask):
    kms = running.client("kms")
    key = kms.create_key()["KeyMetadata"]
    running.user("nobody")
    nobody = running.client("kms", user="nobody")
    with pytest.raises(ClientError):
        nobody.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    with pytest.raises(ClientError):
        kms.describe_key(KeyId="alias/absent")
    everything = ask("refused")["refused"]
    assert [each["operation"] for each in everything] == ["Encrypt", "DescribeKey"]
    assert everything[0]["by"].endswith("user/nobody")
    assert everything[0]["error"] == "AccessDeniedException"
    assert everything[0]["authorization_id"]
    assert [each["operation"] for each in ask("refused", id=key["KeyId"])["refused"]] == ["Encrypt"]
    running.advance(days=2)
    assert ask("refused")["refused"] == []
    assert len(ask("refused", since_seconds=3 * 86400)["refused"]) == 2


def test_a_key_of_a_store_that_is_not_connected_is_told_unavailable(tokens):
    """As DescribeKey tells it."""
    cluster = "cluster-2222222aaaa"
    made = InProcess(cloudhsm_cluster=(TokenCluster(cluster, str(tokens), "cluster", ""),))
    try:
        kms = made.client("kms")
        store = kms.create_custom_key_store(
            CustomKeyStoreName="tokens",
            CloudHsmClusterId=cluster,
            TrustAnchorCertificate=create_authority()[0].decode(),
            KeyStorePassword="the crypto user",
        )["CustomKeyStoreId"]
        kms.connect_custom_key_store(CustomKeyStoreId=store)
        key = kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=store)["KeyMetadata"]["KeyId"]
        keys = Keys(made.vauban)
        for expected in ("Enabled", "Unavailable"):
            shown = asyncio.run_coroutine_threadsafe(keys.show({"id": key}), made._loop).result(timeout=60)
            assert shown["state"] == expected
            if expected == "Enabled":
                kms.disconnect_custom_key_store(CustomKeyStoreId=store)
    finally:
        made.close()
