import json

import pytest
from botocore.exceptions import ClientError


def named(vauban, event_name: str) -> list[dict]:
    return [record for record in vauban.trail() if record["eventName"] == event_name]


def test_every_call_is_on_the_trail_in_cloudtrails_shape(vauban):
    kms = vauban.client("kms")
    key = kms.create_key(Description="for the trail")["KeyMetadata"]
    kms.encrypt(KeyId=key["Arn"], Plaintext=b"a secret", EncryptionContext={"a": "b"})
    (record,) = named(vauban, "Encrypt")
    assert record["eventSource"] == "kms.amazonaws.com"
    assert record["awsRegion"] == "us-east-1"
    assert record["userIdentity"]["type"] == "Root"
    assert record["requestParameters"] == {"keyId": key["Arn"], "encryptionContext": {"a": "b"}}
    assert record["responseElements"] is None
    assert record["resources"] == [{"accountId": vauban.account, "type": "AWS::KMS::Key", "ARN": key["Arn"]}]
    assert record["readOnly"] is True
    assert record["recipientAccountId"] == vauban.account


def test_the_result_of_a_call_that_changes_something_is_on_the_trail(vauban):
    key = vauban.client("kms").create_key()["KeyMetadata"]
    (record,) = named(vauban, "CreateKey")
    assert record["readOnly"] is False
    assert record["responseElements"]["keyMetadata"]["arn"] == key["Arn"]


def test_denied_and_failed_calls_are_on_the_trail(vauban):
    vauban.user("nobody")
    with pytest.raises(ClientError):
        vauban.client("kms", user="nobody").list_keys()
    with pytest.raises(ClientError):
        vauban.client("kms").describe_key(KeyId="00000000-0000-0000-0000-000000000000")
    (denied,) = named(vauban, "ListKeys")
    assert denied["errorCode"] == "AccessDeniedException"
    assert denied["additionalEventData"]["authorizationId"] in denied["errorMessage"]
    (failed,) = named(vauban, "DescribeKey")
    assert failed["errorCode"] == "NotFoundException"


def test_a_call_that_fails_validation_is_on_the_trail(vauban):
    with pytest.raises(ClientError):
        vauban.client("kms").create_key(KeySpec="RSA_1")
    (failed,) = named(vauban, "CreateKey")
    assert failed["errorCode"] == "ValidationException"


def test_secrets_are_not_on_the_trail(vauban):
    kms = vauban.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.encrypt(KeyId=key, Plaintext=b"canary-canary")
    kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    for record in vauban.trail():
        assert "canary" not in str(record)
        assert "plaintext" not in str(record).lower()


def test_event_ids_are_unique(vauban):
    kms = vauban.client("kms")
    for _ in range(20):
        kms.list_keys()
    ids = [record["eventID"] for record in vauban.trail()]
    assert len(set(ids)) == len(ids)


def test_a_call_across_accounts_is_on_both_trails(vauban_of_two):
    mine, theirs = vauban_of_two.accounts
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
            for account in (mine, theirs)
        ],
    }
    key = vauban_of_two.client("kms", account=mine).create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"]
    vauban_of_two.client("kms", account=theirs).encrypt(KeyId=key, Plaintext=b"x")
    assert {record["recipientAccountId"] for record in named(vauban_of_two, "Encrypt")} == {mine, theirs}
