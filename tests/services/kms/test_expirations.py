"""Imported material on the clock."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

MATERIAL = bytes(range(32))


@pytest.fixture
def now(kms, external):
    return kms.describe_key(KeyId=external)["KeyMetadata"]["CreationDate"]


def metadata(kms, key_id):
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]


def test_material_expires_on_its_day_and_may_come_again(vauban, kms, external, bring, now):
    valid_to = now.replace(microsecond=0) + timedelta(days=30)
    bring(external, MATERIAL, ValidTo=valid_to)
    described = metadata(kms, external)
    assert (described["ExpirationModel"], described["ValidTo"]) == ("KEY_MATERIAL_EXPIRES", valid_to)
    blob = kms.encrypt(KeyId=external, Plaintext=b"mine")["CiphertextBlob"]
    vauban.advance(days=29)
    assert metadata(kms, external)["KeyState"] == "Enabled"
    vauban.advance(days=1)
    described = metadata(kms, external)
    assert described["KeyState"] == "PendingImport"
    assert "ValidTo" not in described
    with pytest.raises(kms.exceptions.KMSInvalidStateException):
        kms.decrypt(CiphertextBlob=blob)
    bring(external, MATERIAL)
    assert metadata(kms, external)["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"mine"
    vauban.advance(days=400)
    assert metadata(kms, external)["KeyState"] == "Enabled"


def test_expiration_is_told_and_in_the_trail(vauban, kms, external, bring, now):
    material_id = bring(external, MATERIAL, ValidTo=now + timedelta(days=3))["KeyMaterialId"]
    vauban.advance(days=3)
    (event,) = vauban.events
    assert (event.source, event.detail_type) == ("aws.kms", "KMS Imported Key Material Expiration")
    assert event.detail == {"key-id": external}
    (record,) = [each for each in vauban.trail() if each["eventName"] == "DeleteExpiredKeyMaterial"]
    assert record["eventType"] == "AwsServiceEvent"
    assert record["resources"][0]["ARN"].endswith(external)
    assert material_id in str(record)


def test_a_new_day_takes_the_place_of_the_old(vauban, kms, external, bring, now):
    bring(external, MATERIAL, ValidTo=now + timedelta(days=3))
    bring(external, MATERIAL, ValidTo=now + timedelta(days=10))
    vauban.advance(days=9)
    assert metadata(kms, external)["KeyState"] == "Enabled"
    vauban.advance(days=1)
    assert metadata(kms, external)["KeyState"] == "PendingImport"


def test_deleted_material_does_not_expire(vauban, kms, external, bring, now):
    bring(external, MATERIAL, ValidTo=now + timedelta(days=3))
    kms.delete_imported_key_material(KeyId=external)
    vauban.advance(days=4)
    assert [each for each in vauban.trail() if each["eventName"] == "DeleteExpiredKeyMaterial"] == []


def test_a_key_to_be_deleted_stays_so_when_its_material_expires(vauban, kms, external, bring, now):
    bring(external, MATERIAL, ValidTo=now + timedelta(days=3))
    kms.schedule_key_deletion(KeyId=external)
    vauban.advance(days=4)
    assert metadata(kms, external)["KeyState"] == "PendingDeletion"


@pytest.mark.parametrize(
    ("days", "model", "words"),
    [
        (None, "KEY_MATERIAL_EXPIRES", "must be specified"),
        (30, "KEY_MATERIAL_DOES_NOT_EXPIRE", "must not be specified"),
        (-1, "KEY_MATERIAL_EXPIRES", "in the future"),
        (366, "KEY_MATERIAL_EXPIRES", "no more than 365 days"),
    ],
)
def test_a_day_that_cannot_be_is_refused(days, model, words, external, bring, now):
    day = {} if days is None else {"ValidTo": now + timedelta(days=days)}
    with pytest.raises(ClientError, match=f"ValidationException.*{words}"):
        bring(external, MATERIAL, ExpirationModel=model, **day)


def test_expiring_is_the_default(kms, external):
    with pytest.raises(ClientError, match=r"ValidationException.*KEY_MATERIAL_EXPIRES"):
        kms.import_key_material(KeyId=external, ImportToken=b"x", EncryptedKeyMaterial=b"x")
