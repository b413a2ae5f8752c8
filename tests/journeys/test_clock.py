"""Time moved forward: what falls due is done, in order, once; and it stays done."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest


@pytest.fixture
def server(make_server):
    return make_server("--clock", "virtual", "--workers", "2")


@pytest.fixture
def kms(server):
    return server.client("kms")


def virtual_time(server) -> datetime:
    return datetime.fromisoformat(server.command("clock").split()[0])


def test_a_year_and_a_month_of_rotations_and_deletions(server, kms):
    yearly = kms.create_key()["KeyMetadata"]["KeyId"]
    quarterly = kms.create_key()["KeyMetadata"]["KeyId"]
    leaving = kms.create_key()["KeyMetadata"]["KeyId"]
    staying = kms.create_key()["KeyMetadata"]["KeyId"]
    old = kms.encrypt(KeyId=yearly, Plaintext=b"from last year")["CiphertextBlob"]
    kms.enable_key_rotation(KeyId=yearly)
    kms.enable_key_rotation(KeyId=quarterly, RotationPeriodInDays=90)
    kms.create_alias(AliasName="alias/leaving", TargetKeyId=leaving)
    kms.schedule_key_deletion(KeyId=leaving, PendingWindowInDays=7)
    kms.schedule_key_deletion(KeyId=staying, PendingWindowInDays=30)
    kms.cancel_key_deletion(KeyId=staying)

    before = virtual_time(server)
    assert "6 things fell due" in server.command("clock", "advance", "400d")
    assert timedelta(days=400) <= virtual_time(server) - before < timedelta(days=400, minutes=5)

    assert len(kms.list_key_rotations(KeyId=yearly)["Rotations"]) == 1
    dates = [each["RotationDate"] for each in kms.list_key_rotations(KeyId=quarterly)["Rotations"]]
    assert [round((b - a) / timedelta(days=1), 6) for a, b in pairwise(dates)] == [90, 90, 90]
    assert kms.decrypt(CiphertextBlob=old)["Plaintext"] == b"from last year"
    assert kms.describe_key(KeyId=staying)["KeyMetadata"]["KeyState"] == "Disabled"
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId=leaving)
    assert "TargetKeyId" not in str(kms.list_aliases())
    next_rotation = kms.get_key_rotation_status(KeyId=quarterly)["NextRotationDate"]
    assert timedelta() < next_rotation - virtual_time(server) <= timedelta(days=90)


def test_what_was_done_by_the_clock_is_on_the_trail(server, kms):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key)
    server.command("clock", "advance", "365d1h")
    assert "RotateKey" in server.command("trail", "--event-name", "RotateKey")


def test_the_time_gained_outlives_a_restart_and_signatures_go_by_real_time(server, kms):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    server.command("clock", "advance", "52w")
    server.restart()
    assert virtual_time(server) - datetime.now(UTC) > timedelta(days=363)
    made = server.client("kms").create_key()["KeyMetadata"]
    assert made["CreationDate"] - datetime.now(UTC) > timedelta(days=363)
    server.client("kms").describe_key(KeyId=key)


def test_only_a_virtual_clock_is_advanced(make_server):
    assert "--clock=virtual" in make_server(data="memory").refused("clock", "advance", "1d")


def test_all_workers_share_the_time(server, kms):
    server.command("clock", "advance", "10d")
    made = [server.client("kms").create_key()["KeyMetadata"]["CreationDate"] for _ in range(8)]
    assert all(date - datetime.now(UTC) > timedelta(days=9, hours=23) for date in made)
