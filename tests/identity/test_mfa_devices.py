"""RFC 6238's own vectors, and what a device lets pass."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from vauban.identity.mfa_devices import MfaDevice, code_at, synchronize, verify

SEED = b"12345678901234567890"
NOW = 1_700_000_010.0
STEP = int(NOW // 30)


@pytest.fixture
def device():
    created = datetime(2024, 1, 1, tzinfo=UTC)
    return MfaDevice("111122223333", "arn:aws:iam::111122223333:mfa/alice", "alice", created, SEED, enabled=created)


@pytest.mark.parametrize(
    ("time", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238_appendix_b(time, code):
    assert code_at(SEED, time // 30) == code[2:]


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_code_of_now_or_of_a_step_beside_it_is_right(off, device):
    assert verify(device, code_at(SEED, STEP + off), NOW) == replace(device, last_step=STEP + off)


@pytest.mark.parametrize("off", [-2, 2])
def test_a_code_of_another_time_is_wrong(off, device):
    assert verify(device, code_at(SEED, STEP + off), NOW) is None


def test_no_code_is_taken_twice_nor_one_from_before_it(device):
    used = verify(device, code_at(SEED, STEP), NOW)
    assert verify(used, code_at(SEED, STEP), NOW) is None
    assert verify(used, code_at(SEED, STEP - 1), NOW) is None
    assert verify(used, code_at(SEED, STEP + 1), NOW) is not None


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "０１２３４５", "1234567"])
def test_what_is_no_code_is_wrong(code, device):
    assert verify(device, code, NOW) is None


def test_two_consecutive_codes_synchronize_and_in_that_order_alone(device):
    first, second = code_at(SEED, STEP), code_at(SEED, STEP + 1)
    assert synchronize(device, first, second, NOW) == replace(device, last_step=STEP + 1)
    assert synchronize(device, second, first, NOW) is None
    assert synchronize(device, first, first, NOW) is None
    assert synchronize(device, first, code_at(SEED, STEP + 2), NOW) is None


def test_a_clock_that_is_off_is_known_from_then_on(device):
    synchronized = synchronize(device, code_at(SEED, STEP + 9), code_at(SEED, STEP + 10), NOW)
    assert synchronized.drift_steps == 10
    assert verify(synchronized, code_at(SEED, STEP + 11), NOW) is not None
    assert verify(synchronized, code_at(SEED, STEP), NOW) is None


def test_a_clock_that_is_off_by_far_is_not_believed(device):
    assert synchronize(device, code_at(SEED, STEP + 40), code_at(SEED, STEP + 41), NOW) is None
