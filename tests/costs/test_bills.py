"""Bills against sums done by hand, at the prices of November 2026."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from vauban.costs import prices
from vauban.costs.bills import bill, total
from vauban.costs.keys import KeyLife, Month, key_hours
from vauban.costs.prices import InvalidPrices
from vauban.costs.requests import kind_of

ARN = "arn:aws:kms:us-east-1:111122223333:key/1"
PRICES = prices.current()


def at(day, hour=0, month=11):
    return datetime(2026, month, day, hour, tzinfo=UTC).timestamp()


NOVEMBER = Month(at(1), at(1, month=12), at(15, month=12))
"""720 hours."""


@pytest.mark.parametrize(
    ("life", "hours"),
    [
        (KeyLife(ARN, at(1, month=3)), 720),
        (KeyLife(ARN, at(16)), 360),
        (KeyLife(ARN, at(30, 23)), 1),
        (KeyLife(ARN, at(30, 23) + 1), 1),
        (KeyLife(ARN, at(1, month=12)), 0),
        (KeyLife(ARN, at(1, month=3), at(1)), 0),
        (KeyLife(ARN, at(1, month=3), at(2)), 24),
        (KeyLife(ARN, at(1, month=3), None, ((at(11), None),)), 240),
        (KeyLife(ARN, at(1, month=3), None, ((at(11), at(21)),)), 480),
        (KeyLife(ARN, at(1, month=3), at(18), ((at(11), None),)), 240),
        (KeyLife(ARN, at(1, month=3), None, ((at(20, month=10), at(3)), (at(29), None))), 624),
    ],
)
def test_a_key_is_charged_for_by_the_hour_but_not_while_it_waits_to_be_deleted(life, hours):
    assert key_hours(life, NOVEMBER) == hours


def test_a_month_that_is_not_over_costs_what_is_over():
    assert key_hours(KeyLife(ARN, at(1, month=3)), Month(at(1), at(1, month=12), at(4))) == 72


def test_two_keys_and_three_rotations_by_hand():
    """One whole month $1; half a month $0.50. Rotated in March and on the 11th: $1 and 480/720 $; a third is free."""
    lives = [
        KeyLife(ARN, at(1, month=2), None, (), (at(1, month=3), at(11), at(12))),
        KeyLife(ARN + "2", at(16)),
    ]
    lines = {line.item: line for line in bill(lives, {}, NOVEMBER, PRICES)}
    assert lines["keys"].cost == Decimal("1.5")
    assert (lines["keys"].quantity, lines["keys"].unit) == (1080, "key-hours")
    assert lines["keys, rotated"].quantity == 720 + 480
    assert total(lines.values()) == Decimal("3.17")


def test_requests_by_hand():
    """30,000 at $0.03 less 20,000 free, 10,000 of RSA-2048 at $0.03, 20,000 at $0.15, pairs at $0.10 and $12."""
    requests = {
        ("1", "us-east-1", "symmetric"): 18_000,
        ("1", "eu-west-1", "symmetric"): 12_000,
        ("1", "us-east-1", "rsa-2048"): 10_000,
        ("1", "us-east-1", "asymmetric"): 20_000,
        ("1", "us-east-1", "ecc-data-key-pair"): 10_000,
        ("1", "us-east-1", "rsa-data-key-pair"): 5_000,
    }
    lines = bill([], requests, NOVEMBER, PRICES)
    assert total(lines) == Decimal("0.03") + Decimal("0.03") + Decimal("0.30") + Decimal("0.10") + Decimal("6.00")


def test_each_account_has_its_free_requests():
    requests = {("1", "us-east-1", "symmetric"): 19_999, ("2", "us-east-1", "symmetric"): 20_001}
    lines = bill([], requests, NOVEMBER, PRICES)
    assert sum(line.cost for line in lines if line.account == "1") == 0
    assert sum(line.cost for line in lines if line.account == "2") == Decimal("0.000003")


@pytest.mark.parametrize(
    ("operation", "specs", "pair", "kind"),
    [
        ("Encrypt", ("SYMMETRIC_DEFAULT",), "", "symmetric"),
        ("GenerateMac", ("HMAC_256",), "", "symmetric"),
        ("ListKeys", (), "", "symmetric"),
        ("DescribeKey", ("RSA_4096",), "", "symmetric"),
        ("Sign", ("RSA_2048",), "", "rsa-2048"),
        ("Sign", ("RSA_4096",), "", "asymmetric"),
        ("GetPublicKey", ("ECC_NIST_P256",), "", "asymmetric"),
        ("Verify", ("ML_DSA_44",), "", "asymmetric"),
        ("ReEncrypt", ("RSA_2048", "SYMMETRIC_DEFAULT"), "", "rsa-2048"),
        ("ReEncrypt", ("RSA_2048", "RSA_3072"), "", "asymmetric"),
        ("GenerateDataKeyPair", ("SYMMETRIC_DEFAULT",), "RSA_3072", "rsa-data-key-pair"),
        ("GenerateDataKeyPairWithoutPlaintext", ("SYMMETRIC_DEFAULT",), "ECC_NIST_P256", "ecc-data-key-pair"),
    ],
)
def test_a_request_is_of_a_kind(operation, specs, pair, kind):
    assert kind_of(operation, specs, pair) == kind


@pytest.mark.parametrize("data", [None, {}, [], {"kms": 1}, {"as_of": "", "currency": "", "kms": {}}])
def test_a_price_file_that_is_none_is_refused(data):
    with pytest.raises(InvalidPrices):
        prices.read(data)
