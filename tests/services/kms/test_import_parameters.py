"""Wrapping keys and import tokens."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.serialization import load_der_public_key

from vauban.services.kms.resources import ImportParameters


def parameters(kms, key_id, algorithm="RSAES_OAEP_SHA_256", spec="RSA_2048"):
    return kms.get_parameters_for_import(KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec=spec)


def use(kms, key_id, token, wrapped=b"x"):
    model = "KEY_MATERIAL_DOES_NOT_EXPIRE"
    return kms.import_key_material(KeyId=key_id, ImportToken=token, EncryptedKeyMaterial=wrapped, ExpirationModel=model)


@pytest.mark.parametrize(("spec", "bits"), [("RSA_2048", 2048), ("RSA_3072", 3072), ("RSA_4096", 4096)])
def test_each_request_gets_a_wrapping_key_of_its_own(spec, bits, kms, external):
    first, second = parameters(kms, external, spec=spec), parameters(kms, external, spec=spec)
    assert load_der_public_key(first["PublicKey"]).key_size == bits
    assert first["PublicKey"] != second["PublicKey"]
    assert first["ImportToken"] != second["ImportToken"]
    assert first["KeyId"] == kms.describe_key(KeyId=external)["KeyMetadata"]["Arn"]


def test_parameters_are_valid_for_a_day(vauban, kms, external, wrap):
    given = parameters(kms, external)
    created = kms.describe_key(KeyId=external)["KeyMetadata"]["CreationDate"]
    assert timedelta(hours=23, minutes=59) < given["ParametersValidTo"] - created <= timedelta(hours=24, seconds=5)
    wrapped = wrap(bytes(32), given["PublicKey"], "RSAES_OAEP_SHA_256")
    vauban.advance(hours=23, minutes=59)
    use(kms, external, given["ImportToken"], wrapped)
    vauban.advance(minutes=2)
    with pytest.raises(kms.exceptions.ExpiredImportTokenException):
        use(kms, external, given["ImportToken"], wrapped)


def test_an_expired_wrapping_key_is_forgotten(vauban, kms, external):
    parameters(kms, external)
    records = vauban.vauban.store.begin().at(vauban.account, "us-east-1")
    assert records.count(ImportParameters, index="key", value=external) == 1
    assert vauban.advance(hours=24) == 1
    records = vauban.vauban.store.begin().at(vauban.account, "us-east-1")
    assert records.count(ImportParameters, index="key", value=external) == 0
    assert vauban.trail()[-1]["eventName"] == "GetParametersForImport"


def test_a_deleted_keys_wrapping_keys_are_forgotten_with_it(vauban, kms, external):
    kms.schedule_key_deletion(KeyId=external, PendingWindowInDays=7)
    kms.cancel_key_deletion(KeyId=external)
    parameters(kms, external)
    kms.schedule_key_deletion(KeyId=external, PendingWindowInDays=7)
    vauban.advance(days=7)
    records = vauban.vauban.store.begin().at(vauban.account, "us-east-1")
    assert records.count(ImportParameters, index="key", value=external) == 0


def test_a_token_is_for_one_key_and_one_public_key(kms, external, wrap):
    another = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    mine, other = parameters(kms, external), parameters(kms, external)
    with pytest.raises(kms.exceptions.InvalidImportTokenException, match="another KMS key"):
        use(kms, another, mine["ImportToken"], wrap(bytes(32), mine["PublicKey"], "RSAES_OAEP_SHA_256"))
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        use(kms, external, mine["ImportToken"], wrap(bytes(32), other["PublicKey"], "RSAES_OAEP_SHA_256"))
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        use(kms, external, mine["ImportToken"], wrap(bytes(32), mine["PublicKey"], "RSAES_OAEP_SHA_1"))


def test_an_altered_token_is_refused_whatever_byte_it_is(kms, external):
    token = parameters(kms, external)["ImportToken"]
    for at in range(0, len(token), 5):
        altered = token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :]
        with pytest.raises(ClientError, match=r"(Invalid|Expired)ImportTokenException"):
            use(kms, external, altered)
    for wrong in (token[:-1], token + b"\0", b"x"):
        with pytest.raises(kms.exceptions.InvalidImportTokenException):
            use(kms, external, wrong)


@pytest.mark.parametrize(
    ("algorithm", "spec"), [("RSAES_PKCS1_V1_5", "RSA_2048"), ("SM2PKE", "SM2"), ("RSAES_OAEP_SHA_256", "SM2")]
)
def test_what_aws_no_longer_takes_or_takes_in_china_alone_is_refused(algorithm, spec, kms, external):
    with pytest.raises(kms.exceptions.UnsupportedOperationException, match="not a supported way"):
        parameters(kms, external, algorithm, spec)


@pytest.mark.parametrize(
    ("key_spec", "usage", "algorithm"),
    [
        ("RSA_2048", "SIGN_VERIFY", "RSAES_OAEP_SHA_256"),
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "RSA_AES_KEY_WRAP_SHA_256"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "RSA_AES_KEY_WRAP_SHA_1"),
        ("ECC_NIST_P521", "SIGN_VERIFY", "RSAES_OAEP_SHA_1"),
    ],
)
def test_an_algorithm_that_the_material_cannot_be_wrapped_by_is_refused(key_spec, usage, algorithm, kms):
    key_id = kms.create_key(Origin="EXTERNAL", KeySpec=key_spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
    with pytest.raises(kms.exceptions.UnsupportedOperationException, match="wrapped"):
        parameters(kms, key_id, algorithm)


def test_a_key_that_kms_made_takes_no_material(kms, key_id):
    with pytest.raises(kms.exceptions.UnsupportedOperationException, match="origin is AWS_KMS"):
        parameters(kms, key_id)


def test_a_policy_may_ask_how_material_is_wrapped(vauban, external):
    condition = {"StringEquals": {"kms:WrappingAlgorithm": "RSAES_OAEP_SHA_256", "kms:WrappingKeySpec": "RSA_4096"}}
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Condition": condition}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": statement})
    alice = vauban.client("kms", user="alice")
    parameters(alice, external, spec="RSA_4096")
    with pytest.raises(alice.exceptions.ClientError, match="AccessDenied"):
        parameters(alice, external, spec="RSA_2048")
