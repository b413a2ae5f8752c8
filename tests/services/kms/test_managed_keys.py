"""AWS managed keys, asked for by a toy Parameter Store that keeps ciphertexts in a list."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from vauban.discovery import Services
from vauban.gateway import Gateway
from vauban.kernel.operations import Service, operation

ACCOUNT = "111122223333"
ALIAS = "alias/aws/ssm"
BLOBS = []
ONLY_SSM = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}}


@operation("PutParameter")
def put_parameter(call, name, value, key_id=ALIAS):
    BLOBS.append(call.ask("kms:Encrypt", KeyId=key_id, Plaintext=value.encode())["CiphertextBlob"])
    return {"Version": len(BLOBS)}


@operation("GetParameter")
def get_parameter(call, name):
    plaintext = call.ask("kms:Decrypt", CiphertextBlob=BLOBS[int(name) - 1])["Plaintext"]
    return {"Parameter": {"Name": name, "Value": plaintext.decode()}}


@pytest.fixture
def ssm(vauban):
    whole = vauban.vauban
    services = {**Services(), "ssm": Service("ssm", sys.modules[__name__])}
    whole.gateway = Gateway(services, whole.store, whole.clock.now, time.time)
    return vauban.client("ssm")


def put(ssm, **more):
    """The number of the ciphertext."""
    return ssm.put_parameter(Name="/a", Value="b", Type="SecureString", **more)["Version"]


def got(ssm, number):
    return ssm.get_parameter(Name=str(number))["Parameter"]["Value"]


def listed(kms, name=ALIAS):
    pages = kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 3})
    (alias,) = [each for page in pages for each in page["Aliases"] if each["AliasName"] == name]
    return alias


def test_a_predefined_alias_is_listed_before_it_has_a_key(kms):
    assert listed(kms) == {"AliasName": ALIAS, "AliasArn": f"arn:aws:kms:us-east-1:{ACCOUNT}:{ALIAS}"}
    assert kms.list_keys()["Keys"] == []


def test_own_aliases_are_listed_once_among_the_predefined_ones_in_order(kms, key_id):
    for name in ("alias/a", "alias/shop", "alias/aws2"):
        kms.create_alias(AliasName=name, TargetKeyId=key_id)
    kms.describe_key(KeyId="alias/aws/xray")
    pages = kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 2})
    names = [alias["AliasName"] for page in pages for alias in page["Aliases"]]
    assert names == sorted(set(names))
    assert {"alias/a", "alias/aws2", "alias/shop", "alias/aws/acm", "alias/aws/xray"} <= set(names)


def test_the_key_is_made_when_its_service_first_asks_for_it_and_stays_the_same(ssm, kms):
    first = put(ssm)
    made = listed(kms)
    metadata = kms.describe_key(KeyId=made["TargetKeyId"])["KeyMetadata"]
    assert metadata["KeyManager"] == "AWS"
    assert metadata["Description"] == "Default key that protects my SSM parameters when no other key is defined"
    assert made["CreationDate"] == metadata["CreationDate"]
    second = put(ssm)
    assert listed(kms) == made
    for each in (first, second):
        assert got(ssm, each) == "b"


def test_whoever_may_use_the_service_uses_its_key_and_nobody_does_directly(vauban, ssm, kms):
    vauban.user("alice", ONLY_SSM)
    blob = BLOBS[put(vauban.client("ssm", user="alice")) - 1]
    for user in (None, "alice"):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            vauban.client("kms", user=user).decrypt(CiphertextBlob=blob)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        kms.encrypt(KeyId=ALIAS, Plaintext=b"b")


def test_a_service_uses_no_other_services_key(ssm, kms):
    with pytest.raises(ClientError, match="AccessDeniedException"):
        put(ssm, KeyId="alias/aws/s3")
    assert "TargetKeyId" not in listed(kms, "alias/aws/s3")


def test_to_use_a_predefined_alias_directly_makes_no_key(kms):
    with pytest.raises(kms.exceptions.NotFoundException, match=f"Alias .*{ALIAS} is not found"):
        kms.encrypt(KeyId=ALIAS, Plaintext=b"b")
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId="alias/aws/no-such-service")


def test_to_describe_a_predefined_alias_makes_its_key(kms):
    made = kms.describe_key(KeyId=f"arn:aws:kms:us-east-1:{ACCOUNT}:{ALIAS}")["KeyMetadata"]
    assert listed(kms)["TargetKeyId"] == made["KeyId"]
    assert kms.describe_key(KeyId=ALIAS)["KeyMetadata"] == made


def test_who_may_not_describe_keys_makes_none(vauban, kms):
    vauban.user("alice", ONLY_SSM)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        vauban.client("kms", user="alice").describe_key(KeyId=ALIAS)
    assert "TargetKeyId" not in listed(kms)


def test_another_accounts_predefined_alias_is_not_made(neighbours):
    other = neighbours.client("kms", account=neighbours.accounts[1])
    with pytest.raises(ClientError):
        other.describe_key(KeyId=f"arn:aws:kms:us-east-1:{ACCOUNT}:{ALIAS}")
    assert "TargetKeyId" not in listed(neighbours.client("kms"))


def test_many_who_are_first_at_once_make_one_key(ssm, kms):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: put(ssm), range(16)))
    assert len(kms.list_keys()["Keys"]) == 1


def test_each_account_and_region_has_its_own(neighbours):
    places = [(account, region) for account in neighbours.accounts for region in ("us-east-1", "eu-west-1")]
    clients = [neighbours.client("kms", account=account, region=region) for account, region in places]
    assert len({each.describe_key(KeyId=ALIAS)["KeyMetadata"]["Arn"] for each in clients}) == 4


def test_its_policy_names_the_account_and_the_service(kms):
    key_id = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    through, directly = json.loads(kms.get_key_policy(KeyId=key_id)["Policy"])["Statement"]
    wanted = {"kms:CallerAccount": ACCOUNT, "kms:ViaService": "ssm.us-east-1.amazonaws.com"}
    assert through["Condition"] == {"StringEquals": wanted}
    assert directly["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("put_key_policy", {"Policy": "{}"}),
        ("enable_key_rotation", {}),
        ("disable_key_rotation", {}),
        ("rotate_key_on_demand", {}),
        ("schedule_key_deletion", {}),
        ("cancel_key_deletion", {}),
        ("disable_key", {}),
        ("enable_key", {}),
        ("update_key_description", {"Description": "mine"}),
        ("tag_resource", {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        ("untag_resource", {"TagKeys": ["a"]}),
        ("encrypt", {"Plaintext": b"b"}),
        ("create_grant", {"GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:root", "Operations": ["Decrypt"]}),
    ],
)
def test_not_even_the_accounts_root_may_change_or_use_it(kms, operation, parameters):
    key_id = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        getattr(kms, operation)(KeyId=key_id, **parameters)


def test_no_alias_leads_to_it_but_its_own(kms, key_id):
    managed = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        kms.create_alias(AliasName="alias/mine", TargetKeyId=managed)
    kms.create_alias(AliasName="alias/mine", TargetKeyId=key_id)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        kms.update_alias(AliasName="alias/mine", TargetKeyId=managed)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        kms.delete_alias(AliasName=ALIAS)


def test_it_is_rotated_every_year_and_what_was_encrypted_before_opens(vauban, ssm, kms):
    number = put(ssm)
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]
    status = kms.get_key_rotation_status(KeyId=key["KeyId"])
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)
    vauban.advance(days=731)
    rotations = kms.list_key_rotations(KeyId=key["KeyId"])["Rotations"]
    assert [each["RotationType"] for each in rotations] == ["AUTOMATIC"] * 2
    assert rotations[0]["RotationDate"] - key["CreationDate"] == timedelta(days=365)
    assert got(ssm, number) == "b"
