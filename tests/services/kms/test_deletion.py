from datetime import timedelta

import pytest
from botocore.exceptions import ClientError


def test_a_scheduled_key_waits_and_does_nothing(kms, key_id):
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    scheduled = kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    described = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert scheduled["KeyId"] == described["Arn"]
    assert scheduled["KeyState"] == described["KeyState"] == "PendingDeletion"
    assert scheduled["PendingWindowInDays"] == 7
    assert scheduled["DeletionDate"] == described["DeletionDate"]
    assert described["Enabled"] is False
    for ask in (
        lambda: kms.decrypt(CiphertextBlob=blob),
        lambda: kms.enable_key(KeyId=key_id),
        lambda: kms.schedule_key_deletion(KeyId=key_id),
    ):
        with pytest.raises(kms.exceptions.KMSInvalidStateException, match=f"{described['Arn']} is pending deletion."):
            ask()


def test_thirty_days_are_the_default(kms, key_id):
    made = kms.describe_key(KeyId=key_id)["KeyMetadata"]["CreationDate"]
    scheduled = kms.schedule_key_deletion(KeyId=key_id)
    assert scheduled["PendingWindowInDays"] == 30
    assert timedelta(days=30) <= scheduled["DeletionDate"] - made < timedelta(days=30, minutes=5)


@pytest.mark.parametrize("days", [1, 6, 31, 365])
def test_the_wait_is_of_seven_to_thirty_days(days, kms, key_id):
    with pytest.raises(ClientError, match=r"ValidationException.*between 7 and 30"):
        kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=days)


def test_a_cancelled_deletion_leaves_the_key_disabled_and_whole(vauban, kms, key_id):
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    cancelled = kms.cancel_key_deletion(KeyId=key_id)
    described = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert cancelled["KeyId"] == described["Arn"]
    assert described["KeyState"] == "Disabled"
    assert "DeletionDate" not in described
    vauban.advance(days=60)
    kms.enable_key(KeyId=key_id)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_what_is_not_scheduled_cannot_be_cancelled(kms, key_id):
    with pytest.raises(kms.exceptions.KMSInvalidStateException, match="is not pending deletion"):
        kms.cancel_key_deletion(KeyId=key_id)


def test_on_its_day_the_key_is_gone_with_all_that_is_of_it(vauban, kms, key_id):
    user = vauban.user("alice")
    kms.create_alias(AliasName="alias/shop", TargetKeyId=key_id)
    kms.create_grant(KeyId=key_id, GranteePrincipal=user, Operations=["Decrypt"], RetiringPrincipal=user)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=key_id)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    vauban.advance(days=6, hours=23)
    assert kms.describe_key(KeyId=key_id)
    vauban.advance(hours=1)
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId=key_id)
    assert kms.list_keys()["Keys"] == []
    assert "TargetKeyId" not in str(kms.list_aliases())
    assert kms.list_retirable_grants(RetiringPrincipal=user)["Grants"] == []
    with pytest.raises(ClientError, match=r"AccessDeniedException.*does not exist"):
        kms.decrypt(CiphertextBlob=blob)
    (record,) = [each for each in vauban.trail() if each["eventName"] == "DeleteKey"]
    assert record["eventType"] == "AwsServiceEvent"
    assert record["resources"][0]["ARN"].endswith(key_id)


def test_deletion_is_told_to_whoever_listens(vauban, kms, key_id):
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    vauban.advance(days=7)
    (event,) = vauban.events
    assert (event.detail_type, event.resources, event.detail) == ("KMS CMK Deletion", (arn,), {"key-id": key_id})


def test_a_key_whose_rotation_was_due_is_deleted_all_the_same(vauban, kms, key_id):
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    vauban.advance(days=80)
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=30)
    vauban.advance(days=30)
    assert kms.list_keys()["Keys"] == []
    assert [event.detail_type for event in vauban.events] == ["KMS CMK Deletion"]
