"""A month under a virtual clock, and what it costs, against sums done by hand."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from vauban import costs
from vauban.administration.costs import Costs
from vauban.administration.doors import Refused
from vauban.testing import InProcess


@pytest.fixture
def running():
    """At the beginning of a month of 31 days: at 1 October of the year after next."""
    made = InProcess(accounts=("111122223333", "444455556666"))
    now = datetime.fromtimestamp(made.vauban.clock.now(), UTC)
    made.advance(seconds=(datetime(now.year + 2, 10, 1, tzinfo=UTC) - now).total_seconds())
    yield made
    made.close()


@pytest.fixture
def cost(running):
    house = running.vauban

    def cost(**given):
        work = Costs(house.store, house.clock).cost(given)
        return asyncio.run_coroutine_threadsafe(work, running._loop).result(timeout=60)

    return cost


def lines_of(bill, account="111122223333"):
    return {
        (line["region"], line["item"]): (line["quantity"], line["cost"])
        for line in bill["lines"]
        if line["account"] == account
    }


def october(running):
    return datetime.fromtimestamp(running.vauban.clock.now(), UTC).strftime("%Y-%m")


def test_a_month_of_keys_rotations_and_calls(running, cost):
    month = october(running)
    kms = running.client("kms")
    kept = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=kept, RotationPeriodInDays=90)
    signing = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    for _ in range(4):
        kms.sign(KeyId=signing, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
    kms.generate_data_key_pair(KeyId=kept, KeyPairSpec="ECC_NIST_P256")
    running.advance(days=10, seconds=-30)
    kms.schedule_key_deletion(KeyId=signing, PendingWindowInDays=7)
    running.advance(seconds=60)
    kms.rotate_key_on_demand(KeyId=kept)
    running.advance(days=40)
    bill = cost(month=month)
    found = lines_of(bill)
    # 744 hours of the one key, 240 of the other: 984/744 of a dollar. Rotated on the 11th: 504 hours.
    assert found["us-east-1", "keys"] == (984, "1.322581")
    assert found["us-east-1", "keys, rotated"] == (504, "0.677419")
    assert found["us-east-1", "requests, asymmetric"] == (4, "0.000060")
    assert found["us-east-1", "requests, ecc-data-key-pair"] == (1, "0.000010")
    # Two keys made, rotation enabled, rotated, deletion scheduled.
    assert found["us-east-1", "requests, symmetric"] == (5, "0.000015")
    assert found["", "requests, free"] == (5, "-0.000015")
    assert bill["totals"] == {"111122223333": "2.00"}
    assert bill["month"] == month


def test_the_month_after_has_the_rotated_key_alone(running, cost):
    kms = running.client("kms")
    kms.create_key()
    gone = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=gone, PendingWindowInDays=7)
    running.advance(days=70)
    after = datetime.fromtimestamp(running.vauban.clock.now(), UTC).replace(day=1) - timedelta(days=1)
    bill = cost(month=after.strftime("%Y-%m"))
    assert lines_of(bill)["us-east-1", "keys"][1] == "1.000000"


def test_two_accounts_and_regions_have_lines_of_their_own(running, cost):
    running.client("kms", region="eu-west-1").create_key()
    running.client("kms", account="444455556666").create_key()
    bill = cost()
    assert ("eu-west-1", "keys") in lines_of(bill)
    assert ("us-east-1", "keys") in lines_of(bill, "444455556666")
    assert {line["account"] for line in cost(account="444455556666")["lines"]} == {"444455556666"}


def test_aws_managed_keys_are_free_and_calls_that_fail_too(running, cost):
    kms = running.client("kms")
    kms.describe_key(KeyId="alias/aws/s3")
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId="1234abcd-12ab-34cd-56ef-1234567890ab")
    found = lines_of(cost())
    assert ("us-east-1", "keys") not in found
    assert found["us-east-1", "requests, symmetric"][0] == 1


def test_who_calls_across_accounts_pays_for_the_call(running, cost):
    kms = running.client("kms")
    policy = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"},
    }
    key = kms.create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"]
    running.client("kms", account="444455556666").encrypt(KeyId=key, Plaintext=b"x")
    bill = cost()
    assert lines_of(bill)["us-east-1", "requests, symmetric"][0] == 1
    assert lines_of(bill, "444455556666")["us-east-1", "requests, symmetric"][0] == 1


def test_prices_may_be_ones_own(running, cost):
    own = json.loads(files(costs).joinpath("prices.json").read_text())
    own["kms"]["key_month"] = "744.00"
    own["as_of"] = "2031-01-01"
    running.client("kms").create_key()
    running.advance(hours=1, minutes=30)
    bill = cost(prices=own)
    assert bill["prices_as_of"] == "2031-01-01"
    assert lines_of(bill)["us-east-1", "keys"] == (2, "2.000000")


@pytest.mark.parametrize("given", [{"month": "October"}, {"month": "2099-01"}, {"month": 7}, {"prices": {"kms": {}}}])
def test_what_cannot_be_told_is_refused(given, cost):
    with pytest.raises(Refused):
        cost(**given)
