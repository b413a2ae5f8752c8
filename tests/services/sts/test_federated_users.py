import json

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT, allow

BOB = f"arn:aws:sts::{ACCOUNT}:federated-user/bob"


def refused(operation, **params):
    with pytest.raises(ClientError) as caught:
        operation(**params)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def test_a_federated_user_has_a_name_of_its_own(house, alice):
    issued = alice.get_federation_token(Name="bob", Policy=json.dumps(allow("kms:*")))
    assert issued["FederatedUser"] == {"Arn": BOB, "FederatedUserId": f"{ACCOUNT}:bob"}
    assert 0 < issued["PackedPolicySize"] <= 100
    told = house.sts(credentials=issued["Credentials"]).get_caller_identity()
    assert (told["Arn"], told["UserId"]) == (BOB, f"{ACCOUNT}:bob")


def test_it_may_what_both_the_user_and_the_session_policies_allow(house, alice):
    kms = house.vauban.client(
        "kms", credentials=alice.get_federation_token(Name="bob", Policy=json.dumps(allow("kms:*")))["Credentials"]
    )
    kms.list_keys()
    assert "no identity-based policy allows" in refused(kms.list_aliases)[1]
    house.vauban.user("alice", allow("sts:*"))
    assert "no identity-based policy allows" in refused(kms.list_keys)[1]


def test_without_session_policies_it_may_only_what_a_resource_allows_it(house, alice):
    kms = house.vauban.client("kms", credentials=alice.get_federation_token(Name="bob")["Credentials"])
    assert "no session policy allows" in refused(kms.list_keys)[1]
    named = {"Effect": "Allow", "Principal": {"AWS": BOB}, "Action": "kms:DescribeKey", "Resource": "*"}
    account = {**named, "Principal": {"AWS": ACCOUNT}, "Action": "kms:*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [account, named]})
    key = house.vauban.client("kms").create_key(Policy=policy)["KeyMetadata"]["KeyId"]
    kms.describe_key(KeyId=key)
    refused(kms.get_key_policy, KeyId=key)


def test_root_federates_within_session_policies(house):
    issued = house.sts().get_federation_token(Name="bob", Policy=json.dumps(allow("kms:ListKeys")))
    kms = house.vauban.client("kms", credentials=issued["Credentials"])
    kms.list_keys()
    refused(kms.list_aliases)
    house.vauban.advance(hours=1)
    assert refused(kms.list_keys)[0] == "ExpiredTokenException"


def test_it_asks_sts_who_it_is_and_nothing_else(house, alice):
    sts = house.sts(credentials=alice.get_federation_token(Name="bob", Policy=json.dumps(allow("*")))["Credentials"])
    sts.get_caller_identity()
    for operation, params in (
        ("get_session_token", {}),
        ("get_federation_token", {"Name": "eve"}),
        ("get_access_key_info", {"AccessKeyId": "ASIARTX3GSDS6UMZYYCV"}),
    ):
        code, message = refused(getattr(sts, operation), **params)
        assert (code, message.endswith("with session credentials")) == ("AccessDenied", True)


def test_iam_does_not_know_it(house, alice):
    credentials = alice.get_federation_token(Name="bob", Policy=json.dumps(allow("*")))["Credentials"]
    house.vauban.user("alice", allow("*"))
    assert refused(house.vauban.client("iam", credentials=credentials).list_users)[0] == "InvalidClientTokenId"


def test_federating_and_tagging_need_permissions(house):
    house.vauban.user("poor", allow("sts:GetFederationToken"))
    sts = house.sts("poor")
    sts.get_federation_token(Name="bob")
    code, message = refused(sts.get_federation_token, Name="bob", Tags=[{"Key": "team", "Value": "blue"}])
    assert code == "AccessDenied"
    assert f"is not authorized to perform: sts:TagSession on resource: {BOB}" in message
    house.vauban.user("poor")
    assert f"sts:GetFederationToken on resource: {BOB}" in refused(sts.get_federation_token, Name="bob")[1]


def test_its_tags_are_the_principals(house, alice):
    house.vauban.user("alice", allow("sts:*"), allow("kms:*"))
    condition = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
    policy = json.dumps(allow("kms:ListKeys", Condition=condition))
    issued = alice.get_federation_token(Name="bob", Policy=policy, Tags=[{"Key": "team", "Value": "blue"}])
    house.vauban.client("kms", credentials=issued["Credentials"]).list_keys()
    plain = alice.get_federation_token(Name="bob", Policy=policy)
    refused(house.vauban.client("kms", credentials=plain["Credentials"]).list_keys)


def test_the_trail_tells_who_federated_whom(house, alice):
    issued = alice.get_federation_token(Name="bob", Policy=json.dumps(allow("kms:*")))
    house.vauban.client("kms", credentials=issued["Credentials"]).list_keys()
    identity = house.events("ListKeys")[0]["userIdentity"]
    assert (identity["type"], identity["arn"]) == ("FederatedUser", BOB)
    issuer = identity["sessionContext"]["sessionIssuer"]
    assert (issuer["type"], issuer["userName"]) == ("IAMUser", "alice")
    assert issuer["principalId"].startswith("AIDA")


@pytest.mark.parametrize("policy", ["{", json.dumps({"Statement": []})])
def test_what_is_no_policy_is_refused(alice, policy):
    assert refused(alice.get_federation_token, Name="bob", Policy=policy)[0] == "MalformedPolicyDocument"
