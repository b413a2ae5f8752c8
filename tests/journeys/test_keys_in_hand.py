"""What an operator asks of a running server about its keys: which there are, who may, what it would cost, and whose
KMS else keeps its keys there."""

import json

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT
from .running import Server


@pytest.fixture
def scratch(make_server) -> Server:
    return make_server("--account", f"{ACCOUNT}=AKIAJOURNEYKEYSINHAND:{'s' * 40}", data="memory")


def test_keys_are_shown_priced_and_lent(scratch: Server, tmp_path):
    kms = scratch.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key)
    kms.encrypt(KeyId=key, Plaintext=b"x")
    with pytest.raises(ClientError):
        scratch.client("kms", "--user", "nobody").encrypt(KeyId=key, Plaintext=b"x")

    listed = scratch.command("keys")
    assert key in listed
    assert "Enabled" in listed
    assert "last used" in listed
    shown = scratch.command("keys", "show", "alias/orders")
    assert "kms:Decrypt" in shown
    assert "by key policy/Enable IAM User Permissions, root user" in shown
    refused = scratch.command("keys", "refused", "alias/orders")
    assert "user/nobody" in refused
    assert "vauban explain" in refused
    assert json.loads(scratch.command("keys", "list", "--json"))["keys"][0]["key_id"] == key
    assert "there is no key absent" in scratch.refused("keys", "show", "absent")

    cost = scratch.command("cost")
    assert "key-hours" in cost
    assert "requests, symmetric" in cost
    assert scratch.command("cost", "--csv").startswith("account,region,item,quantity,unit,cost")
    assert "has not begun" in scratch.refused("cost", "2099-01")
    (tmp_path / "prices.json").write_text("{}")
    assert "price is missing" in scratch.refused("cost", "--prices", str(tmp_path / "prices.json"))

    lent = json.loads(scratch.command("xks", "create", "store-1", "--key", "alias/orders=one", "--from", ACCOUNT))
    assert lent["XksProxyUriPath"] == "/store-1/kms/xks/v1"
    second = json.loads(scratch.command("xks", "rotate", "store-1"))["XksProxyAuthenticationCredential"]
    told = scratch.command("xks")
    assert f"one -> {key}" in told
    assert second["AccessKeyId"] in told
    assert "RawSecretAccessKey" not in told
    scratch.command("xks", "retire", "store-1", lent["XksProxyAuthenticationCredential"]["AccessKeyId"])
    scratch.command("xks", "add-key", "store-1", key)
    scratch.command("xks", "remove-key", "store-1", "one")
    scratch.command("xks", "delete", "store-1")
    assert scratch.command("xks") == ""
