from datetime import timedelta

import botocore.session
import pytest

from vauban.services.kms.last_usages import TRACKED

MODEL = botocore.session.get_session().get_service_model("kms")


def last_usage(kms, key_id):
    given = kms.get_key_last_usage(KeyId=key_id)
    return {name: given[name] for name in given if name != "ResponseMetadata"}


def test_a_key_that_was_never_used_has_no_usage(kms, key_id):
    created = kms.describe_key(KeyId=key_id)["KeyMetadata"]["CreationDate"]
    assert last_usage(kms, key_id) == {
        "KeyId": key_id,
        "KeyLastUsage": {},
        "TrackingStartDate": created,
        "KeyCreationDate": created,
    }


def test_the_last_usage_is_told_as_the_trail_has_it(vauban, kms, key_id):
    kms.encrypt(KeyId=key_id, Plaintext=b"x")
    vauban.advance(days=3)
    kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    kms.describe_key(KeyId=key_id)
    usage = last_usage(kms, key_id)
    (record,) = [each for each in vauban.trail() if each["eventName"] == "GenerateDataKey"]
    told = usage["KeyLastUsage"]
    assert told["Operation"] == "GenerateDataKey"
    assert (told["CloudTrailEventId"], told["KmsRequestId"]) == (record["eventID"], record["requestID"])
    assert told["Timestamp"] - usage["KeyCreationDate"] >= timedelta(days=3)


def test_each_key_has_its_own_and_a_reencryption_uses_two(kms, key_id):
    another, idle = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    assert last_usage(kms, another)["KeyLastUsage"] == {}
    kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=another)
    assert last_usage(kms, key_id)["KeyLastUsage"] == last_usage(kms, another)["KeyLastUsage"]
    assert last_usage(kms, another)["KeyLastUsage"]["Operation"] == "ReEncrypt"
    assert last_usage(kms, idle)["KeyLastUsage"] == {}


def test_what_fails_or_is_only_tried_is_no_usage(vauban, kms, key_id):
    vauban.user("nobody")
    nobody = vauban.client("kms", user="nobody")
    with pytest.raises(kms.exceptions.DryRunOperationException):
        kms.encrypt(KeyId=key_id, Plaintext=b"x", DryRun=True)
    with pytest.raises(kms.exceptions.ClientError, match="AccessDenied"):
        nobody.encrypt(KeyId=key_id, Plaintext=b"x")
    kms.disable_key(KeyId=key_id)
    with pytest.raises(kms.exceptions.DisabledException):
        kms.encrypt(KeyId=key_id, Plaintext=b"x")
    assert last_usage(kms, key_id)["KeyLastUsage"] == {}


def test_a_usage_by_another_account_has_the_owners_event_id(neighbours):
    owner, other = (neighbours.client("kms", account=account) for account in neighbours.accounts)
    key = owner.create_key()["KeyMetadata"]
    owner.create_grant(
        KeyId=key["KeyId"], GranteePrincipal=f"arn:aws:iam::{neighbours.accounts[1]}:root", Operations=["Encrypt"]
    )
    other.encrypt(KeyId=key["Arn"], Plaintext=b"x")
    (record,) = [
        each
        for each in neighbours.trail()
        if each["eventName"] == "Encrypt" and each["recipientAccountId"] == neighbours.accounts[0]
    ]
    assert last_usage(owner, key["KeyId"])["KeyLastUsage"]["CloudTrailEventId"] == record["eventID"]
    with pytest.raises(other.exceptions.ClientError, match="AccessDenied"):
        other.get_key_last_usage(KeyId=key["Arn"])


def test_tracking_starts_where_the_log_does(vauban, kms, key_id, monkeypatch):
    later = vauban.vauban.clock.now() + 86400
    monkeypatch.setattr(type(vauban.vauban.store.trail), "start", lambda trail: later)
    assert last_usage(kms, key_id)["TrackingStartDate"].timestamp() == pytest.approx(later, abs=0.001)


def test_exactly_the_models_operations_are_tracked():
    assert set(MODEL.shape_for("KeyLastUsageTrackingOperation").enum) == TRACKED
