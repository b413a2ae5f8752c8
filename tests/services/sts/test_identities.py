import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT, OTHER_ACCOUNT


def test_everybody_learns_who_they_are(house, alice):
    root = house.sts().get_caller_identity()
    assert (root["UserId"], root["Account"], root["Arn"]) == (ACCOUNT, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
    user = alice.get_caller_identity()
    assert user["UserId"].startswith("AIDA")
    assert user["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/alice"


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "ap-southeast-2"])
def test_sts_answers_in_every_region(house, region):
    assert house.sts(region=region).get_caller_identity()["Account"] == ACCOUNT


def test_an_access_key_tells_its_account(house, alice):
    theirs = house.sts(account=OTHER_ACCOUNT)._request_signer._credentials.access_key
    assert alice.get_access_key_info(AccessKeyId=theirs)["Account"] == OTHER_ACCOUNT
    temporary = alice.get_session_token()["Credentials"]["AccessKeyId"]
    assert alice.get_access_key_info(AccessKeyId=temporary)["Account"] == ACCOUNT


def test_what_is_no_access_key_tells_nothing(alice):
    for wrong in ("XXXXIOSFODNN7EXAMPLE", "AKIA0000000000000000"):
        with pytest.raises(ClientError):
            alice.get_access_key_info(AccessKeyId=wrong)
