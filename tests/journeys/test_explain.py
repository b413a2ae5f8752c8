"""Denied, told why, and what to do about it; that done, allowed."""

import json
import re

import pytest
from botocore.exceptions import ClientError

ALICE = r"arn:aws:iam::\d{12}:user/alice"


@pytest.fixture
def kms(server):
    return server.client("kms")


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def alice(server, tmp_path):
    """A client as alice, with these statements for her policy."""

    def client(*statements: dict):
        document = tmp_path / "alice.json"
        document.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
        return server.client("kms", "--user", "alice", *(("--policy", str(document)) if statements else ()))

    return client


def denied(call, **params) -> str:
    """The authorization ID of the denial."""
    with pytest.raises(ClientError, match="AccessDeniedException") as error:
        call(**params)
    return re.search(r"authorization ID: ([\w-]+)", str(error.value))[1]


def flat(text: str) -> str:
    return " ".join(text.split())


def test_following_the_remedy_makes_the_call_work(server, key, alice):
    told = flat(server.command("explain", denied(alice().encrypt, KeyId=key, Plaintext=b"x")))
    assert re.search(rf"{ALICE} called kms:Encrypt in us-east-1", told)
    assert f"Denied: kms:Encrypt on {key}" in told
    assert "identity-based policies does not allow" in told
    remedy = re.search(rf"Attach an identity-based policy to {ALICE} that allows (\S+) on (\S+)\.", told)
    alice({"Effect": "Allow", "Action": remedy[1], "Resource": remedy[2]}).encrypt(KeyId=key, Plaintext=b"x")


def test_an_explicit_deny_is_named_with_its_policy_and_statement(server, key, alice):
    allow = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    deny = {"Sid": "NeverDecrypt", "Effect": "Deny", "Action": "kms:Encrypt", "Resource": key}
    told = flat(server.command("explain", denied(alice(allow, deny).encrypt, KeyId=key, Plaintext=b"x")))
    assert "explicit deny in an identity-based policy" in told
    assert "identity-based policies DENIES (alice/NeverDecrypt)" in told


def test_a_key_policy_that_does_not_delegate_is_the_layer_that_decides(server, kms, key, alice):
    account = key.split(":")[4]
    root_only = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Admins",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": "kms:*",
                "Resource": "*",
                "Condition": {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{account}:root"}},
            }
        ],
    }
    kms.put_key_policy(KeyId=key, Policy=json.dumps(root_only))
    allowed = alice({"Effect": "Allow", "Action": "kms:*", "Resource": "*"})
    told = flat(server.command("explain", denied(allowed.encrypt, KeyId=key, Plaintext=b"x")))
    assert "no resource-based policy allows the kms:Encrypt action" in told
    assert "resource-based policy does not allow" in told


def test_denials_are_listed_on_the_trail(server, key, alice):
    denied(alice().encrypt, KeyId=key, Plaintext=b"x")
    line = server.command("trail", "--denied").strip()
    assert "\n" not in line
    assert re.fullmatch(rf"\S+Z  kms:Encrypt +AccessDenied\w* +{ALICE}", line)


def test_an_id_that_no_denial_has_is_said_so(server):
    assert "no denial has the authorization ID nonsense" in server.refused("explain", "nonsense")
    assert server.refused("explain", "../../status").startswith("vauban explain: there is no")
