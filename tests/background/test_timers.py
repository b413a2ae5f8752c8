import pytest
from botocore.exceptions import ClientError

from vauban.kernel.operations import DUE
from vauban.services.kms.resources import Key


def test_a_key_is_deleted_when_its_waiting_period_is_over_and_not_before(vauban):
    kms = vauban.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert vauban.advance(days=6, hours=23) == 0
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert vauban.advance(hours=2) == 1
    with pytest.raises(ClientError):
        kms.describe_key(KeyId=key)


def test_what_falls_due_is_done_in_order_each_once_however_far_the_clock_moves(vauban):
    kms = vauban.client("kms")
    slow, fast = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    kms.enable_key_rotation(KeyId=slow, RotationPeriodInDays=200)
    kms.enable_key_rotation(KeyId=fast, RotationPeriodInDays=90)
    assert vauban.advance(days=410) == 6
    rotated = [record for record in vauban.trail() if record["eventName"] == "RotateKey"]
    assert [record["resources"][0]["ARN"].endswith(slow) for record in rotated] == [
        False, False, True, False, False, True
    ]  # fmt: skip
    times = [record["eventTime"] for record in rotated]
    assert times == sorted(times)
    assert rotated[0]["eventType"] == "AwsServiceEvent"


def test_nothing_is_due_twice(vauban):
    kms = vauban.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    assert vauban.advance(days=91) == 1
    assert vauban.advance(seconds=1) == 0


def test_signatures_are_checked_against_real_time_however_far_the_clock_is(vauban):
    vauban.advance(days=1000)
    assert vauban.client("kms").list_keys()["Keys"] == []


def test_what_fails_is_left_for_later_and_holds_up_nothing_else(vauban, monkeypatch):
    kms = vauban.client("kms")
    broken, sound = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    kms.enable_key_rotation(KeyId=broken, RotationPeriodInDays=90)
    kms.enable_key_rotation(KeyId=sound, RotationPeriodInDays=91)
    tend = DUE[Key]

    def fail_for_one(call, key):
        if key.key_id == broken:
            raise RuntimeError("as told")
        return tend(call, key)

    monkeypatch.setitem(DUE, Key, fail_for_one)
    assert vauban.advance(days=100) == 1
    rotations = [len(kms.list_key_rotations(KeyId=key)["Rotations"]) for key in (broken, sound)]
    assert rotations == [0, 1]
