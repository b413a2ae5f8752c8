"""Rotation of imported material: the next is imported first, then rotated to on demand."""

from datetime import timedelta

import pytest

FIRST, SECOND, THIRD = (bytes([number]) * 32 for number in (1, 2, 3))


@pytest.fixture
def imported(external, bring):
    bring(external, FIRST)
    return external


def all_of(kms, key_id):
    return kms.list_key_rotations(KeyId=key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]


def states(kms, key_id):
    return [(each["KeyMaterialState"], each["ImportState"]) for each in all_of(kms, key_id)]


def metadata(kms, key_id):
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]


def test_new_material_waits_for_its_rotation(kms, imported, bring):
    blob = kms.encrypt(KeyId=imported, Plaintext=b"old")["CiphertextBlob"]
    first = metadata(kms, imported)["CurrentKeyMaterialId"]
    second = bring(imported, SECOND, ImportType="NEW_KEY_MATERIAL")["KeyMaterialId"]
    assert metadata(kms, imported)["CurrentKeyMaterialId"] == first
    assert kms.list_key_rotations(KeyId=imported)["Rotations"] == []
    assert states(kms, imported) == [("CURRENT", "IMPORTED"), ("PENDING_ROTATION", "IMPORTED")]
    kms.rotate_key_on_demand(KeyId=imported)
    assert metadata(kms, imported)["CurrentKeyMaterialId"] == second
    assert states(kms, imported) == [("NON_CURRENT", "IMPORTED"), ("CURRENT", "IMPORTED")]
    (rotation,) = kms.list_key_rotations(KeyId=imported)["Rotations"]
    assert (rotation["KeyMaterialId"], rotation["RotationType"]) == (second, "ON_DEMAND")
    decrypted = kms.decrypt(CiphertextBlob=blob)
    assert (decrypted["Plaintext"], decrypted["KeyMaterialId"]) == (b"old", first)
    fresh = kms.encrypt(KeyId=imported, Plaintext=b"new")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=fresh)["KeyMaterialId"] == second


def test_a_rotation_is_dated_by_itself_not_by_the_import(vauban, kms, imported, bring):
    bring(imported, SECOND, ImportType="NEW_KEY_MATERIAL")
    vauban.advance(days=5)
    kms.rotate_key_on_demand(KeyId=imported)
    (rotation,) = kms.list_key_rotations(KeyId=imported)["Rotations"]
    assert rotation["RotationDate"] - metadata(kms, imported)["CreationDate"] >= timedelta(days=5)


def test_nothing_to_rotate_to_is_said(kms, imported):
    with pytest.raises(kms.exceptions.KMSInvalidStateException, match="pending rotation"):
        kms.rotate_key_on_demand(KeyId=imported)


def test_without_being_told_so_other_material_is_wrong_not_new(kms, imported, bring):
    with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
        bring(imported, SECOND)


def test_new_material_is_new_and_one_at_a_time(kms, imported, bring):
    with pytest.raises(kms.exceptions.IncorrectKeyMaterialException, match="not new"):
        bring(imported, FIRST, ImportType="NEW_KEY_MATERIAL")
    bring(imported, SECOND, ImportType="NEW_KEY_MATERIAL")
    with pytest.raises(kms.exceptions.KMSInvalidStateException, match="pending rotation"):
        bring(imported, THIRD, ImportType="NEW_KEY_MATERIAL")


def test_what_only_waits_can_be_deleted_for_something_else(kms, imported, bring):
    waiting = bring(imported, SECOND, ImportType="NEW_KEY_MATERIAL")["KeyMaterialId"]
    assert kms.delete_imported_key_material(KeyId=imported, KeyMaterialId=waiting)["KeyMaterialId"] == waiting
    assert metadata(kms, imported)["KeyState"] == "Enabled"
    assert states(kms, imported) == [("CURRENT", "IMPORTED")]
    bring(imported, THIRD, ImportType="NEW_KEY_MATERIAL")
    kms.rotate_key_on_demand(KeyId=imported)
    assert len(all_of(kms, imported)) == 2


def test_what_only_waits_expires_without_a_trace(vauban, kms, imported, bring):
    day = metadata(kms, imported)["CreationDate"] + timedelta(days=3)
    bring(imported, SECOND, ImportType="NEW_KEY_MATERIAL", ValidTo=day)
    assert "ValidTo" not in metadata(kms, imported)
    vauban.advance(days=3)
    assert metadata(kms, imported)["KeyState"] == "Enabled"
    assert states(kms, imported) == [("CURRENT", "IMPORTED")]


def test_a_key_is_enabled_only_with_all_its_materials(kms, imported, bring):
    blobs = [kms.encrypt(KeyId=imported, Plaintext=b"1")["CiphertextBlob"]]
    first = metadata(kms, imported)["CurrentKeyMaterialId"]
    second = bring(imported, SECOND, ImportType="NEW_KEY_MATERIAL")["KeyMaterialId"]
    kms.rotate_key_on_demand(KeyId=imported)
    blobs.append(kms.encrypt(KeyId=imported, Plaintext=b"2")["CiphertextBlob"])
    kms.delete_imported_key_material(KeyId=imported, KeyMaterialId=first)
    assert metadata(kms, imported)["KeyState"] == "PendingImport"
    kms.delete_imported_key_material(KeyId=imported)
    assert states(kms, imported) == [("NON_CURRENT", "PENDING_IMPORT"), ("CURRENT", "PENDING_IMPORT")]
    bring(imported, SECOND, KeyMaterialId=second)
    assert metadata(kms, imported)["KeyState"] == "PendingImport"
    with pytest.raises(kms.exceptions.KMSInvalidStateException, match="pending import"):
        kms.decrypt(CiphertextBlob=blobs[1])
    bring(imported, FIRST)
    assert metadata(kms, imported)["KeyState"] == "Enabled"
    assert [kms.decrypt(CiphertextBlob=blob)["Plaintext"] for blob in blobs] == [b"1", b"2"]


def test_the_key_expires_with_the_first_of_its_materials(vauban, kms, imported, bring):
    day = metadata(kms, imported)["CreationDate"].replace(microsecond=0)
    bring(imported, FIRST, ValidTo=day + timedelta(days=20))
    bring(imported, SECOND, ImportType="NEW_KEY_MATERIAL", ValidTo=day + timedelta(days=10))
    assert metadata(kms, imported)["ValidTo"] == day + timedelta(days=20)
    kms.rotate_key_on_demand(KeyId=imported)
    assert metadata(kms, imported)["ValidTo"] == day + timedelta(days=10)
    listed = [each["ValidTo"] for each in all_of(kms, imported)]
    assert listed == [day + timedelta(days=20), day + timedelta(days=10)]
    vauban.advance(days=10)
    assert metadata(kms, imported)["KeyState"] == "PendingImport"


def test_material_is_not_rotated_by_the_calendar(kms, imported):
    for operation in (kms.enable_key_rotation, kms.get_key_rotation_status):
        with pytest.raises(kms.exceptions.UnsupportedOperationException, match="origin is EXTERNAL"):
            operation(KeyId=imported)


def test_imported_material_is_rotated_25_times_at_most(kms, imported, bring):
    for number in range(10, 35):
        bring(imported, bytes([number]) * 32, ImportType="NEW_KEY_MATERIAL")
        kms.rotate_key_on_demand(KeyId=imported)
    bring(imported, SECOND, ImportType="NEW_KEY_MATERIAL")
    with pytest.raises(kms.exceptions.LimitExceededException):
        kms.rotate_key_on_demand(KeyId=imported)
