"""The clock and KMS: what falls due is done once, in order."""

from vauban.kernel.operations import DUE
from vauban.services.kms.jobs import tend
from vauban.services.kms.resources import Key


def done_of(vauban):
    return [
        (record["eventName"], record["resources"][0]["ARN"].rpartition("/")[2])
        for record in vauban.trail()
        if record["eventType"] == "AwsServiceEvent" and record["eventSource"] == "kms.amazonaws.com"
    ]


def test_the_clock_knows_whom_to_ask():
    assert DUE[Key] is tend


def test_what_falls_due_is_done_once_and_in_order(vauban, kms):
    rotating, dying = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    kms.enable_key_rotation(KeyId=rotating, RotationPeriodInDays=90)
    vauban.advance(days=80)
    kms.schedule_key_deletion(KeyId=dying, PendingWindowInDays=30)
    assert vauban.advance(days=9) == 0
    assert vauban.advance(days=100) == 3
    assert done_of(vauban) == [("RotateKey", rotating), ("DeleteKey", dying), ("RotateKey", rotating)]
    assert vauban.advance(hours=1) == 0


def test_nothing_is_due_of_a_key_that_is_disabled(vauban, kms, key_id):
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    kms.disable_key(KeyId=key_id)
    assert vauban.advance(days=400) == 0


def test_each_region_tends_its_own(vauban):
    keys = {}
    for region in ("us-east-1", "eu-west-1"):
        client = vauban.client("kms", region=region)
        keys[region] = client.create_key()["KeyMetadata"]["KeyId"]
        client.schedule_key_deletion(KeyId=keys[region], PendingWindowInDays=7)
    assert vauban.advance(days=7) == 2
    assert {name for _, name in done_of(vauban)} == set(keys.values())
