import json
import sys
import time

import pytest
from botocore.exceptions import ClientError

from vauban.discovery import Services
from vauban.gateway import Gateway
from vauban.kernel.operations import Service, operation

from .conftest import ACCOUNT, OTHER_ACCOUNT, allow


@operation("DescribeRegions", unsupported=("RegionNames", "DryRun", "Filters", "AllRegions"))
def describe_regions(call):
    return {"Regions": []}


@pytest.fixture
def message(house):
    """The encoded message of a denial by a service that speaks EC2's protocol."""
    whole = house.vauban.vauban
    services = {**Services(), "ec2": Service("ec2", sys.modules[__name__])}
    whole.gateway = Gateway(services, whole.store, whole.clock.now, time.time)
    house.vauban.user("bob")
    with pytest.raises(ClientError) as caught:
        house.vauban.client("ec2", user="bob").describe_regions()
    error = caught.value.response["Error"]
    assert error["Code"] == "UnauthorizedOperation"
    said, _, encoded = error["Message"].partition(". Encoded authorization failure message: ")
    assert said.startswith("You are not authorized to perform this operation. User: ")
    assert said.endswith("because no identity-based policy allows the ec2:DescribeRegions action")
    return encoded


def test_what_a_denial_stood_on_is_told_to_those_who_may_know(house, message):
    decoded = json.loads(house.sts().decode_authorization_message(EncodedMessage=message)["DecodedMessage"])
    assert (decoded["allowed"], decoded["explicitDeny"]) == (False, False)
    context = decoded["context"]
    assert context["principal"]["arn"] == f"arn:aws:iam::{ACCOUNT}:user/bob"
    assert (context["action"], context["resource"]) == ("ec2:DescribeRegions", "*")
    conditions = {each["key"]: each["values"]["items"] for each in context["conditions"]["items"]}
    assert conditions["aws:PrincipalArn"] == [{"value": f"arn:aws:iam::{ACCOUNT}:user/bob"}]
    assert conditions["aws:SecureTransport"] == [{"value": "false"}]


def test_decoding_needs_permission(house, message):
    with pytest.raises(ClientError, match="AccessDenied"):
        house.sts("bob").decode_authorization_message(EncodedMessage=message)
    house.vauban.user("auditor", allow("sts:DecodeAuthorizationMessage"))
    house.sts("auditor").decode_authorization_message(EncodedMessage=message)


def test_what_is_no_message_of_the_account_is_not_decoded(house, message):
    for wrong in ("nonsense", "é" * 4, message[:-8] + "AAAAAAA=", "x\ny"):
        with pytest.raises(ClientError, match="InvalidAuthorizationMessageException"):
            house.sts().decode_authorization_message(EncodedMessage=wrong)
    with pytest.raises(ClientError, match="InvalidAuthorizationMessageException"):
        house.sts(account=OTHER_ACCOUNT).decode_authorization_message(EncodedMessage=message)
