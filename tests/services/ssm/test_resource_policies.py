import json

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT, OTHER_ACCOUNT, arn


def sharing(name, account=OTHER_ACCOUNT, actions=("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParameterHistory")):
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": list(actions),
        "Resource": arn(name),
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def ours(neighbours):
    return neighbours.client("ssm")


@pytest.fixture
def theirs(neighbours):
    return neighbours.client("ssm", account=OTHER_ACCOUNT)


@pytest.fixture
def shared(ours):
    ours.put_parameter(Name="/shared", Value="hello", Type="String", Tier="Advanced")
    ours.put_parameter(Name="/shared", Value="again", Overwrite=True)
    ours.label_parameter_version(Name="/shared", ParameterVersion=1, Labels=["old"])
    return ours.put_resource_policy(ResourceArn=arn("/shared"), Policy=sharing("/shared"))


def test_a_shared_parameter_is_read_by_its_arn(theirs, shared):
    assert theirs.get_parameter(Name=arn("/shared"))["Parameter"]["Value"] == "again"
    assert theirs.get_parameter(Name=f"{arn('/shared')}:1")["Parameter"]["Value"] == "hello"
    assert theirs.get_parameter(Name=f"{arn('/shared')}:old")["Parameter"]["Value"] == "hello"
    assert theirs.get_parameters(Names=[arn("/shared")])["Parameters"][0]["Value"] == "again"
    assert len(theirs.get_parameter_history(Name=arn("/shared"))["Parameters"]) == 2
    with pytest.raises(theirs.exceptions.ParameterNotFound):
        theirs.get_parameter(Name="/shared")


def test_what_is_not_shared_is_denied_whether_it_is_there_or_not(ours, theirs, shared):
    ours.put_parameter(Name="/private", Value="x", Type="String")
    for name in ("/private", "/none"):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            theirs.get_parameter(Name=arn(name))
        with pytest.raises(ClientError, match="AccessDeniedException"):
            theirs.get_parameters(Names=[arn(name)])
    for refused in (
        lambda: theirs.delete_parameter(Name=arn("/shared")),
        lambda: theirs.put_parameter(Name=arn("/shared"), Value="x", Type="String", Overwrite=True),
        lambda: theirs.put_resource_policy(ResourceArn=arn("/shared"), Policy=sharing("/shared")),
        lambda: theirs.get_resource_policies(ResourceArn=arn("/shared")),
    ):
        with pytest.raises(ClientError, match=r"ValidationException|AccessDeniedException"):
            refused()


def test_a_shared_secret_needs_its_key_shared_too(neighbours, ours, theirs):
    kms = neighbours.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    ours.put_parameter(Name="/secret", Value="hush", Type="SecureString", KeyId=key, Tier="Advanced")
    ours.put_resource_policy(ResourceArn=arn("/secret"), Policy=sharing("/secret"))
    assert theirs.get_parameter(Name=arn("/secret"))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        theirs.get_parameter(Name=arn("/secret"), WithDecryption=True)
    policy = json.loads(kms.get_key_policy(KeyId=key)["Policy"])
    policy["Statement"].append(
        {"Effect": "Allow", "Principal": {"AWS": OTHER_ACCOUNT}, "Action": "kms:Decrypt", "Resource": "*"}
    )
    kms.put_key_policy(KeyId=key, Policy=json.dumps(policy))
    assert theirs.get_parameter(Name=arn("/secret"), WithDecryption=True)["Parameter"]["Value"] == "hush"


def test_a_policy_is_changed_and_removed_by_who_knows_its_hash(ours, theirs, shared):
    (kept,) = ours.get_resource_policies(ResourceArn=arn("/shared"))["Policies"]
    assert (kept["PolicyId"], kept["PolicyHash"]) == (shared["PolicyId"], shared["PolicyHash"])
    assert json.loads(kept["Policy"]) == json.loads(sharing("/shared"))
    current = {"ResourceArn": arn("/shared"), "PolicyId": kept["PolicyId"], "PolicyHash": kept["PolicyHash"]}
    changed = ours.put_resource_policy(**current, Policy=sharing("/shared", actions=["ssm:GetParameters"]))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        theirs.get_parameter(Name=arn("/shared"))
    with pytest.raises(ours.exceptions.ResourcePolicyConflictException):
        ours.delete_resource_policy(**current)
    with pytest.raises(ours.exceptions.ResourcePolicyNotFoundException):
        ours.delete_resource_policy(**{**current, "PolicyId": "other"})
    with pytest.raises(ours.exceptions.ResourcePolicyLimitExceededException):
        ours.put_resource_policy(ResourceArn=arn("/shared"), Policy=sharing("/shared"))
    ours.delete_resource_policy(**{**current, "PolicyHash": changed["PolicyHash"]})
    assert ours.get_resource_policies(ResourceArn=arn("/shared"))["Policies"] == []
    with pytest.raises(ClientError, match="AccessDeniedException"):
        theirs.get_parameters(Names=[arn("/shared")])


def test_a_policy_outlasts_an_update_and_not_the_parameter(ours, theirs, shared):
    ours.put_parameter(Name="/shared", Value="new", Overwrite=True)
    assert theirs.get_parameter(Name=arn("/shared"))["Parameter"]["Value"] == "new"
    ours.delete_parameter(Name="/shared")
    ours.put_parameter(Name="/shared", Value="x", Type="String", Tier="Advanced")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        theirs.get_parameter(Name=arn("/shared"))


def test_policies_that_cannot_be_are_refused(ours, shared):
    with pytest.raises(ours.exceptions.ResourceNotFoundException):
        ours.put_resource_policy(ResourceArn=arn("/none"), Policy=sharing("/none"))
    with pytest.raises(ours.exceptions.ResourcePolicyInvalidParameterException):
        ours.put_resource_policy(ResourceArn=f"arn:aws:ssm:us-east-1:{ACCOUNT}:opsitemgroup/default", Policy="{}")
    ours.put_parameter(Name="/standard", Value="x", Type="String")
    with pytest.raises(ours.exceptions.ResourcePolicyInvalidParameterException, match="advanced parameter tier"):
        ours.put_resource_policy(ResourceArn=arn("/standard"), Policy=sharing("/standard"))
    ours.put_parameter(Name="/new", Value="x", Type="String", Tier="Advanced")
    for policy in ("{", "{}", '{"Version": "2012-10-17", "Statement": {"Effect": "Allow"}}'):
        with pytest.raises(ours.exceptions.MalformedResourcePolicyDocumentException):
            ours.put_resource_policy(ResourceArn=arn("/new"), Policy=policy)
    with pytest.raises(ours.exceptions.ResourcePolicyLimitExceededException, match="1024 bytes"):
        ours.put_resource_policy(ResourceArn=arn("/new"), Policy=sharing("/new") + " " * 1024)
