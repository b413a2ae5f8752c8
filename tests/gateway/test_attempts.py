"""One service asking another, through a toy Parameter Store that keeps nothing but asks KMS for real."""

import sys
import time

import pytest
from botocore.exceptions import ClientError

from vauban.discovery import Services
from vauban.gateway import Gateway
from vauban.kernel.errors import WorkFailed
from vauban.kernel.operations import Service, operation

ALLOW = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


@operation("PutParameter")
def put_parameter(call, name, value, key_id=None):
    call.ask("kms:Encrypt", KeyId=key_id, Plaintext=value.encode(), EncryptionContext={"PARAMETER_ARN": name})
    return {"Version": 1}


@operation("GetParameter")
def get_parameter(call, name):
    try:
        call.ask("kms:CreateAlias", AliasName="alias/never", TargetKeyId=name)
        call.ask("kms:DescribeKey", KeyId="no-such-key")
    finally:
        call.emit("Parameter Store Change", name)
    return {}


@operation("DeleteParameter")
def delete_parameter(call, name):
    call.ask("iam:CreateServiceLinkedRole", AWSServiceName=name)


@pytest.fixture
def with_parameters(vauban):
    toy = Service("ssm", sys.modules[__name__])
    whole = vauban.vauban
    services = {**Services(), "ssm": toy}
    whole.gateway = Gateway(services, whole.store, whole.clock.now, time.time, outside="the outside says")
    return vauban


@operation("DescribeParameters")
def describe_parameters(call):
    """Goes outside twice, the second time in vain, with the same random bytes on each run."""
    number = call.once("number", lambda: call.random(8))
    said = call.outside(fetch, number)
    try:
        call.outside(fail)
    except WorkFailed as failure:
        said += f" {failure}"
    call.emit("Parameter Store Change", said)
    return {"NextToken": said}


def fetch(outside, number):
    return f"{outside} {number.hex()}"


def fail(outside):
    raise WorkFailed("nobody there")


def names(vauban) -> list[str]:
    return [record["eventName"] for record in vauban.trail()]


def test_a_service_asks_on_the_callers_authority_and_both_calls_are_on_the_trail(with_parameters):
    vauban = with_parameters
    key = vauban.client("kms").create_key()["KeyMetadata"]["KeyId"]
    vauban.client("ssm").put_parameter(Name="/a", Value="b", Type="SecureString", KeyId=key)
    inner, outer = vauban.trail()[-2:]
    assert (inner["eventName"], outer["eventName"]) == ("Encrypt", "PutParameter")
    assert inner["userIdentity"]["invokedBy"] == "ssm.amazonaws.com"
    assert inner["sourceIPAddress"] == "ssm.amazonaws.com"


def test_what_is_asked_of_a_global_service_counts_for_its_own_region(with_parameters):
    vauban = with_parameters
    vauban.client("ssm", region="eu-west-1").delete_parameter(Name="guardduty.amazonaws.com")
    inner, outer = vauban.trail()[-2:]
    assert (inner["eventName"], inner["awsRegion"]) == ("CreateServiceLinkedRole", "us-east-1")
    assert (outer["eventName"], outer["awsRegion"]) == ("DeleteParameter", "eu-west-1")


def test_what_the_caller_may_not_do_a_service_may_not_do_for_it(with_parameters):
    vauban = with_parameters
    key = vauban.client("kms").create_key()["KeyMetadata"]["KeyId"]
    only_ssm = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}}
    vauban.user("alice", only_ssm)
    with pytest.raises(ClientError) as refused:
        vauban.client("ssm", user="alice").put_parameter(Name="/a", Value="b", Type="SecureString", KeyId=key)
    assert "kms:Encrypt" in refused.value.response["Error"]["Message"]
    denied = [record for record in vauban.trail() if record.get("errorCode")]
    assert [record["eventName"] for record in denied] == ["Encrypt", "PutParameter"]


def test_a_condition_on_the_asking_service_is_met_only_through_it(with_parameters):
    vauban = with_parameters
    key = vauban.client("kms").create_key()["KeyMetadata"]["KeyId"]
    statements = [
        {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "kms:*",
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:ViaService": "ssm.us-east-1.amazonaws.com"}},
        },
    ]
    vauban.user("alice", {"Version": "2012-10-17", "Statement": statements})
    vauban.client("ssm", user="alice").put_parameter(Name="/a", Value="b", Type="SecureString", KeyId=key)
    with pytest.raises(ClientError):
        vauban.client("kms", user="alice").encrypt(KeyId=key, Plaintext=b"b")


def test_a_failed_call_leaves_nothing_of_what_it_asked_for(with_parameters):
    vauban = with_parameters
    kms = vauban.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    with pytest.raises(ClientError):
        vauban.client("ssm").get_parameter(Name=key)
    assert kms.list_aliases()["Aliases"] == [] or all(
        alias["AliasName"] != "alias/never" for alias in kms.list_aliases()["Aliases"]
    )
    assert vauban.vauban.store.outbox() == []
    assert names(vauban).count("CreateAlias") == 1


def test_what_is_outside_is_asked_off_the_loop_and_its_failures_are_the_handlers(with_parameters):
    said = with_parameters.client("ssm").describe_parameters()["NextToken"]
    assert said.startswith("the outside says ")
    assert said.endswith(" nobody there")
    assert names(with_parameters)[1:] == ["DescribeParameters"]
