from datetime import timedelta

import pytest


def material_of(kms, key_id):
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]["CurrentKeyMaterialId"]


def status(kms, key_id):
    given = kms.get_key_rotation_status(KeyId=key_id)
    return {name: given[name] for name in given if name != "ResponseMetadata"}


def rotations(kms, key_id, **parameters):
    return kms.list_key_rotations(KeyId=key_id, **parameters)["Rotations"]


def test_rotation_is_off_until_it_is_enabled(kms, key_id):
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    assert status(kms, key_id) == {"KeyId": arn, "KeyRotationEnabled": False}
    kms.enable_key_rotation(KeyId=key_id)
    enabled = status(kms, key_id)
    assert enabled["KeyRotationEnabled"] is True
    assert enabled["RotationPeriodInDays"] == 365
    kms.disable_key_rotation(KeyId=key_id)
    assert status(kms, key_id) == {"KeyId": arn, "KeyRotationEnabled": False}


def test_a_key_rotates_on_its_day_and_every_period_after(vauban, kms, key_id):
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    first = material_of(kms, key_id)
    day = status(kms, key_id)["NextRotationDate"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"old")["CiphertextBlob"]
    vauban.advance(days=89, hours=23)
    assert material_of(kms, key_id) == first
    vauban.advance(hours=1)
    second = material_of(kms, key_id)
    assert second != first
    assert status(kms, key_id)["NextRotationDate"] == day + timedelta(days=90)
    vauban.advance(days=180)
    done = rotations(kms, key_id)
    assert [each["RotationType"] for each in done] == ["AUTOMATIC"] * 3
    assert done[0]["KeyMaterialId"] == second
    assert [each["KeyMaterialState"] for each in done] == ["NON_CURRENT", "NON_CURRENT", "CURRENT"]
    assert done[-1]["KeyMaterialId"] == material_of(kms, key_id)
    assert done[1]["RotationDate"] - done[0]["RotationDate"] == timedelta(days=90)
    decrypted = kms.decrypt(CiphertextBlob=blob)
    assert (decrypted["Plaintext"], decrypted["KeyMaterialId"]) == (b"old", first)
    fresh = kms.encrypt(KeyId=key_id, Plaintext=b"new")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=fresh)["KeyMaterialId"] == material_of(kms, key_id)


def test_a_new_period_is_counted_from_the_day_it_is_set(vauban, kms, key_id):
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=365)
    before = status(kms, key_id)["NextRotationDate"]
    vauban.advance(days=10)
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=365)
    assert status(kms, key_id)["NextRotationDate"] == before
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=100)
    after = status(kms, key_id)
    assert after["RotationPeriodInDays"] == 100
    assert timedelta(days=254) < before - after["NextRotationDate"] < timedelta(days=256)


def test_rotation_on_demand_is_at_once_and_leaves_the_calendar_alone(kms, key_id):
    kms.enable_key_rotation(KeyId=key_id)
    day = status(kms, key_id)["NextRotationDate"]
    first = material_of(kms, key_id)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"old")["CiphertextBlob"]
    assert kms.rotate_key_on_demand(KeyId=key_id)["KeyId"] == kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    assert material_of(kms, key_id) != first
    assert status(kms, key_id)["NextRotationDate"] == day
    assert kms.decrypt(CiphertextBlob=blob, KeyId=key_id)["Plaintext"] == b"old"
    (rotation,) = rotations(kms, key_id)
    assert rotation["RotationType"] == "ON_DEMAND"


def test_all_key_material_includes_the_first(kms, key_id):
    kms.rotate_key_on_demand(KeyId=key_id)
    first, second = rotations(kms, key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL")
    assert "RotationDate" not in first
    assert "RotationType" not in first
    assert first["KeyMaterialState"] == "NON_CURRENT"
    assert second["KeyMaterialState"] == "CURRENT"


def test_a_key_is_rotated_on_demand_at_most_25_times(kms, key_id):
    blobs = []
    for _ in range(25):
        blobs.append(kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"])
        kms.rotate_key_on_demand(KeyId=key_id)
    with pytest.raises(kms.exceptions.LimitExceededException):
        kms.rotate_key_on_demand(KeyId=key_id)
    assert len({kms.decrypt(CiphertextBlob=blob)["KeyMaterialId"] for blob in blobs}) == 25
    pages = list(kms.get_paginator("list_key_rotations").paginate(KeyId=key_id, PaginationConfig={"PageSize": 10}))
    listed = [each["KeyMaterialId"] for page in pages for each in page["Rotations"]]
    assert [len(page["Rotations"]) for page in pages] == [10, 10, 5]
    assert listed[-1] == material_of(kms, key_id)
    assert len(set(listed)) == 25


def test_no_rotation_on_demand_minutes_before_an_automatic_one(vauban, kms, key_id):
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    vauban.advance(days=89, hours=23, minutes=50)
    with pytest.raises(kms.exceptions.ConflictException):
        kms.rotate_key_on_demand(KeyId=key_id)


def test_a_disabled_key_is_not_rotated_but_catches_up_when_enabled(vauban, kms, key_id):
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    first = material_of(kms, key_id)
    kms.disable_key(KeyId=key_id)
    vauban.advance(days=100)
    assert material_of(kms, key_id) == first
    assert status(kms, key_id)["KeyRotationEnabled"] is True
    kms.enable_key(KeyId=key_id)
    assert material_of(kms, key_id) != first
    (rotation,) = rotations(kms, key_id)
    assert status(kms, key_id)["NextRotationDate"] == rotation["RotationDate"] + timedelta(days=90)


def test_a_key_enabled_before_its_day_keeps_its_calendar(vauban, kms, key_id):
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    day = status(kms, key_id)["NextRotationDate"]
    kms.disable_key(KeyId=key_id)
    vauban.advance(days=30)
    kms.enable_key(KeyId=key_id)
    assert status(kms, key_id)["NextRotationDate"] == day


def test_rotation_reads_as_off_while_a_key_waits_for_its_deletion(kms, key_id):
    kms.enable_key_rotation(KeyId=key_id)
    kms.schedule_key_deletion(KeyId=key_id)
    assert status(kms, key_id)["KeyRotationEnabled"] is False
    kms.cancel_key_deletion(KeyId=key_id)
    assert status(kms, key_id)["KeyRotationEnabled"] is True


@pytest.mark.parametrize(("spec", "usage"), [("ECC_NIST_P256", "SIGN_VERIFY"), ("HMAC_256", "GENERATE_VERIFY_MAC")])
def test_only_symmetric_encryption_keys_rotate(spec, usage, kms):
    key_id = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
    assert status(kms, key_id)["KeyRotationEnabled"] is False
    for operation in ("enable_key_rotation", "disable_key_rotation", "rotate_key_on_demand", "list_key_rotations"):
        with pytest.raises(kms.exceptions.UnsupportedOperationException):
            getattr(kms, operation)(KeyId=key_id)


def test_an_automatic_rotation_is_in_the_trail(vauban, kms, key_id):
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    vauban.advance(days=90)
    (record,) = [each for each in vauban.trail() if each["eventName"] == "RotateKey"]
    assert record["eventType"] == "AwsServiceEvent"
    assert record["resources"][0]["ARN"].endswith(key_id)


def test_rotation_is_told_to_whoever_listens(vauban, kms, key_id):
    kms.rotate_key_on_demand(KeyId=key_id)
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    (event,) = vauban.events
    assert (event.source, event.detail_type, event.resources) == ("aws.kms", "KMS CMK Rotation", (arn,))
    assert event.detail == {"key-id": key_id}
    assert (event.account, event.region) == ("111122223333", "us-east-1")
