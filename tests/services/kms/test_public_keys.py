import subprocess

import pytest
from botocore.exceptions import ClientError

CURVES = {"ECC_NIST_P256": "P-256", "ECC_NIST_P384": "P-384", "ECC_NIST_P521": "P-521"}


def agreeing_key(kms, spec="ECC_NIST_P256"):
    return kms.create_key(KeySpec=spec, KeyUsage="KEY_AGREEMENT")["KeyMetadata"]["KeyId"]


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


@pytest.mark.parametrize("spec", CURVES)
def test_openssl_agrees_on_the_same_secret(spec, kms, tmp_path):
    mine, theirs, ours = (tmp_path / name for name in ("mine.pem", "theirs.der", "kms.der"))
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{CURVES[spec]}", "-out", mine)
    openssl("pkey", "-in", mine, "-pubout", "-outform", "DER", "-out", theirs)
    key_id = agreeing_key(kms, spec)
    ours.write_bytes(kms.get_public_key(KeyId=key_id)["PublicKey"])
    derived = kms.derive_shared_secret(KeyId=key_id, KeyAgreementAlgorithm="ECDH", PublicKey=theirs.read_bytes())
    expected = openssl("pkeyutl", "-derive", "-inkey", mine, "-peerkey", ours, "-peerform", "DER")
    assert derived["SharedSecret"] == expected
    assert derived["KeyOrigin"] == "AWS_KMS"
    assert derived["KeyAgreementAlgorithm"] == "ECDH"


@pytest.mark.parametrize("public_key", [b"x", b"\x30\x00"])
def test_a_malformed_peer_key_is_refused(public_key, kms):
    with pytest.raises(ClientError, match=r"ValidationException.*PublicKey"):
        kms.derive_shared_secret(KeyId=agreeing_key(kms), KeyAgreementAlgorithm="ECDH", PublicKey=public_key)


def test_a_peer_on_another_curve_is_refused(kms):
    peer = kms.get_public_key(KeyId=agreeing_key(kms, "ECC_NIST_P384"))["PublicKey"]
    with pytest.raises(ClientError, match=r"ValidationException.*curve"):
        kms.derive_shared_secret(KeyId=agreeing_key(kms), KeyAgreementAlgorithm="ECDH", PublicKey=peer)


def test_a_signing_key_agrees_on_nothing(kms):
    key_id = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    peer = kms.get_public_key(KeyId=key_id)["PublicKey"]
    with pytest.raises(kms.exceptions.InvalidKeyUsageException, match="not valid for DeriveSharedSecret"):
        kms.derive_shared_secret(KeyId=key_id, KeyAgreementAlgorithm="ECDH", PublicKey=peer)


def test_a_dry_run_derives_nothing(kms):
    key_id = agreeing_key(kms)
    peer = kms.get_public_key(KeyId=key_id)["PublicKey"]
    with pytest.raises(kms.exceptions.DryRunOperationException):
        kms.derive_shared_secret(KeyId=key_id, KeyAgreementAlgorithm="ECDH", PublicKey=peer, DryRun=True)


def test_a_public_key_comes_with_what_it_may_be_used_for(kms):
    key = kms.create_key(KeySpec="ECC_NIST_P384", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    given = kms.get_public_key(KeyId=key["KeyId"])
    assert {name: given[name] for name in given if name not in ("PublicKey", "ResponseMetadata")} == {
        "KeyId": key["Arn"],
        "CustomerMasterKeySpec": "ECC_NIST_P384",
        "KeySpec": "ECC_NIST_P384",
        "KeyUsage": "SIGN_VERIFY",
        "SigningAlgorithms": ["ECDSA_SHA_384"],
    }


@pytest.mark.parametrize("spec", ["SYMMETRIC_DEFAULT", "HMAC_256"])
def test_symmetric_keys_have_no_public_key(spec, kms):
    usage = "ENCRYPT_DECRYPT" if spec == "SYMMETRIC_DEFAULT" else "GENERATE_VERIFY_MAC"
    key_id = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
    with pytest.raises(kms.exceptions.UnsupportedOperationException):
        kms.get_public_key(KeyId=key_id)
