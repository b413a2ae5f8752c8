import base64

import pytest
from botocore.exceptions import ClientError

from .conftest import arn

LONG = "hush" * 1500


@pytest.fixture(params=["Standard", "Advanced"])
def tier(request):
    return request.param


@pytest.fixture
def secret(put, key_id, tier):
    put("/secret", "hush", Type="SecureString", KeyId=key_id, Tier=tier)
    return "/secret"


def test_a_secure_string_is_decrypted_only_when_asked(ssm, secret):
    assert ssm.get_parameter(Name=secret, WithDecryption=True)["Parameter"]["Value"] == "hush"
    assert base64.b64decode(ssm.get_parameter(Name=secret)["Parameter"]["Value"])
    assert ssm.get_parameters(Names=[secret], WithDecryption=True)["Parameters"][0]["Value"] == "hush"
    assert ssm.get_parameters_by_path(Path="/", WithDecryption=True)["Parameters"][0]["Value"] == "hush"
    assert ssm.get_parameter_history(Name=secret, WithDecryption=True)["Parameters"][0]["Value"] == "hush"


def test_a_standard_value_is_what_kms_made_of_it(kms, ssm, put, key_id):
    put("/secret", "hush", Type="SecureString", KeyId=key_id)
    blob = base64.b64decode(ssm.get_parameter(Name="/secret")["Parameter"]["Value"])
    opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext={"PARAMETER_ARN": arn("/secret")})
    assert opened["Plaintext"] == b"hush"
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=blob)


def test_an_advanced_value_may_be_longer_than_kms_encrypts(ssm, put, key_id):
    put("/secret", LONG, Type="SecureString", KeyId=key_id, Tier="Advanced")
    assert ssm.get_parameter(Name="/secret", WithDecryption=True)["Parameter"]["Value"] == LONG


def test_kms_is_asked_on_the_callers_authority(vauban, ssm, secret, tier):
    ssm.get_parameter(Name=secret, WithDecryption=True)
    calls = [(each["eventName"], each.get("userIdentity", {}).get("invokedBy")) for each in vauban.trail()]
    encrypting = "Encrypt" if tier == "Standard" else "GenerateDataKey"
    assert (encrypting, "ssm.amazonaws.com") in calls
    assert ("Decrypt", "ssm.amazonaws.com") in calls


def test_reading_needs_the_right_to_decrypt(as_user, secret):
    alice = as_user("alice", ("ssm:GetParameter",))
    assert alice.get_parameter(Name=secret)
    with pytest.raises(ClientError, match=r"AccessDeniedException.*kms:Decrypt"):
        alice.get_parameter(Name=secret, WithDecryption=True)
    bob = as_user(
        "bob",
        ("ssm:GetParameter",),
        ("kms:Decrypt", "*", {"StringEquals": {"kms:EncryptionContext:PARAMETER_ARN": arn(secret)}}),
    )
    assert bob.get_parameter(Name=secret, WithDecryption=True)["Parameter"]["Value"] == "hush"
    carol = as_user(
        "carol",
        ("ssm:GetParameter",),
        ("kms:Decrypt", "*", {"StringEquals": {"kms:ViaService": "ssm.us-east-1.amazonaws.com"}}),
    )
    assert carol.get_parameter(Name=secret, WithDecryption=True)
    dave = as_user(
        "dave",
        ("ssm:GetParameter",),
        ("kms:Decrypt", "*", {"StringEquals": {"kms:EncryptionContext:PARAMETER_ARN": arn("/other")}}),
    )
    with pytest.raises(ClientError, match="AccessDeniedException"):
        dave.get_parameter(Name=secret, WithDecryption=True)


def test_writing_needs_the_right_to_encrypt(as_user, key_id, tier):
    action = "kms:Encrypt" if tier == "Standard" else "kms:GenerateDataKey"
    parameters = {"Name": "/a", "Value": "x", "Type": "SecureString", "KeyId": key_id, "Tier": tier}
    with pytest.raises(ClientError, match=f"AccessDeniedException.*{action}"):
        as_user("alice", ("ssm:*",)).put_parameter(**parameters)
    assert as_user("alice", ("ssm:*",), (action,)).put_parameter(**parameters)


def test_a_key_that_does_not_do_is_said_with_kmss_own_words(ssm, kms, put, key_id, secret):
    missing = "1234abcd-12ab-34cd-56ef-1234567890ab"
    with pytest.raises(ssm.exceptions.InvalidKeyId, match=r"does not exist \(Service: AWSKMS.*NotFoundException"):
        put("/a", Type="SecureString", KeyId=missing)
    with pytest.raises(ssm.exceptions.InvalidKeyId, match="alias/none is not found"):
        put("/a", Type="SecureString", KeyId="alias/none")
    kms.disable_key(KeyId=key_id)
    with pytest.raises(ssm.exceptions.InvalidKeyId, match=r"is disabled.*DisabledException"):
        ssm.get_parameter(Name=secret, WithDecryption=True)
    with pytest.raises(ssm.exceptions.InvalidKeyId):
        ssm.get_parameters(Names=[secret], WithDecryption=True)


def test_without_a_key_it_is_the_accounts_own_for_parameters(kms, ssm, put, as_user, tier):
    put("/secret", "hush", Type="SecureString", Tier=tier)
    (found,) = ssm.describe_parameters()["Parameters"]
    assert found["KeyId"] == "alias/aws/ssm"
    assert kms.describe_key(KeyId="alias/aws/ssm")["KeyMetadata"]["KeyManager"] == "AWS"
    alice = as_user("alice", ("ssm:*",))
    assert alice.get_parameter(Name="/secret", WithDecryption=True)["Parameter"]["Value"] == "hush"
    alice.put_parameter(Name="/other", Value="x", Type="SecureString", Tier=tier)


def test_an_alias_is_remembered_as_it_was_given(ssm, kms, put, key_id):
    kms.create_alias(AliasName="alias/app", TargetKeyId=key_id)
    put("/a", "x", Type="SecureString", KeyId="alias/app")
    (found,) = ssm.describe_parameters()["Parameters"]
    assert found["KeyId"] == "alias/app"
    assert ssm.get_parameter_history(Name="/a")["Parameters"][0]["KeyId"] == "alias/app"


def test_a_refused_value_leaves_the_version_before(ssm, kms, put, key_id, secret):
    kms.disable_key(KeyId=key_id)
    with pytest.raises(ssm.exceptions.InvalidKeyId):
        put(secret, "new", Overwrite=True)
    assert ssm.get_parameter(Name=secret)["Parameter"]["Version"] == 1
