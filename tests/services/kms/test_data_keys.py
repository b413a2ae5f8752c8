import subprocess

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

PAIR_SPECS = [
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "ECC_NIST_EDWARDS25519",
]


@pytest.mark.parametrize(
    ("parameters", "length"),
    [
        ({"KeySpec": "AES_256"}, 32),
        ({"KeySpec": "AES_128"}, 16),
        ({"NumberOfBytes": 1}, 1),
        ({"NumberOfBytes": 1024}, 1024),
    ],
)
def test_a_data_key_has_the_length_asked_for_and_comes_back_from_its_ciphertext(parameters, length, kms, key_id):
    made = kms.generate_data_key(KeyId=key_id, EncryptionContext={"a": "b"}, **parameters)
    metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert len(made["Plaintext"]) == length
    assert made["KeyId"] == metadata["Arn"]
    assert made["KeyMaterialId"] == metadata["CurrentKeyMaterialId"]
    decrypted = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext={"a": "b"})
    assert decrypted["Plaintext"] == made["Plaintext"]


def test_a_data_key_without_plaintext_shows_itself_only_when_decrypted(kms, key_id):
    made = kms.generate_data_key_without_plaintext(KeyId=key_id, KeySpec="AES_256")
    assert "Plaintext" not in made
    assert len(kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"]) == 32


@pytest.mark.parametrize("parameters", [{}, {"KeySpec": "AES_256", "NumberOfBytes": 32}])
@pytest.mark.parametrize("operation", ["generate_data_key", "generate_data_key_without_plaintext"])
def test_the_length_is_said_in_exactly_one_way(operation, parameters, kms, key_id):
    with pytest.raises(ClientError, match=r"ValidationException.*either number of bytes or key spec"):
        getattr(kms, operation)(KeyId=key_id, **parameters)


def test_no_two_data_keys_are_alike(kms, key_id):
    assert len({kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")["Plaintext"] for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("spec", "usage"),
    [("RSA_2048", "ENCRYPT_DECRYPT"), ("ECC_NIST_P256", "SIGN_VERIFY"), ("HMAC_256", "GENERATE_VERIFY_MAC")],
)
def test_only_symmetric_keys_make_data_keys(spec, usage, kms):
    other = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
    for ask in (
        lambda: kms.generate_data_key(KeyId=other, KeySpec="AES_256"),
        lambda: kms.generate_data_key_without_plaintext(KeyId=other, KeySpec="AES_256"),
        lambda: kms.generate_data_key_pair(KeyId=other, KeyPairSpec="RSA_2048"),
        lambda: kms.generate_data_key_pair_without_plaintext(KeyId=other, KeyPairSpec="RSA_2048"),
    ):
        with pytest.raises(kms.exceptions.InvalidKeyUsageException):
            ask()


@pytest.mark.parametrize("spec", PAIR_SPECS)
def test_openssl_reads_a_data_key_pair_and_finds_that_it_belongs_together(spec, kms, key_id, tmp_path):
    made = kms.generate_data_key_pair(KeyId=key_id, KeyPairSpec=spec, EncryptionContext={"a": "b"})
    assert made["KeyPairSpec"] == spec
    decrypted = kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"], EncryptionContext={"a": "b"})
    assert decrypted["Plaintext"] == made["PrivateKeyPlaintext"]
    private_key = tmp_path / "private.der"
    private_key.write_bytes(made["PrivateKeyPlaintext"])
    public_key = subprocess.run(
        ["openssl", "pkey", "-inform", "DER", "-in", private_key, "-pubout", "-outform", "DER"],
        capture_output=True,
        check=True,
    ).stdout
    assert public_key == made["PublicKey"]


def test_a_data_key_pair_without_plaintext_keeps_its_private_key_encrypted(kms, key_id):
    made = kms.generate_data_key_pair_without_plaintext(KeyId=key_id, KeyPairSpec="ECC_NIST_P256")
    assert "PrivateKeyPlaintext" not in made
    assert kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"])["Plaintext"].startswith(b"\x30")


@pytest.mark.parametrize("spec", ["SM2"])
def test_pairs_that_are_not_supported_are_refused_aloud(spec, kms, key_id):
    with pytest.raises(kms.exceptions.UnsupportedOperationException, match=spec):
        kms.generate_data_key_pair(KeyId=key_id, KeyPairSpec=spec)


@pytest.mark.parametrize("spec", ["ML_KEM_768", "ML_KEM_1024"])
def test_a_data_key_pair_of_ml_kem_is_its_seed(spec, kms, key_id):
    made = kms.generate_data_key_pair(KeyId=key_id, KeyPairSpec=spec)
    assert len(made["PrivateKeyPlaintext"]) == 86
    secret, encapsulated = load_der_public_key(made["PublicKey"]).encapsulate()
    assert load_der_private_key(made["PrivateKeyPlaintext"], None).decapsulate(encapsulated) == secret
    assert kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"])["Plaintext"] == made["PrivateKeyPlaintext"]


def test_a_data_key_pair_of_ml_kem_512_is_its_expanded_key(kms, key_id):
    made = kms.generate_data_key_pair(KeyId=key_id, KeyPairSpec="ML_KEM_512")
    assert (len(made["PrivateKeyPlaintext"]), len(made["PublicKey"])) == (1660, 822)
    assert kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"])["Plaintext"] == made["PrivateKeyPlaintext"]


def test_a_dry_run_makes_no_data_key(kms, key_id):
    for ask in (
        lambda: kms.generate_data_key(KeyId=key_id, KeySpec="AES_256", DryRun=True),
        lambda: kms.generate_data_key_without_plaintext(KeyId=key_id, KeySpec="AES_256", DryRun=True),
        lambda: kms.generate_data_key_pair(KeyId=key_id, KeyPairSpec="RSA_4096", DryRun=True),
        lambda: kms.generate_data_key_pair_without_plaintext(KeyId=key_id, KeyPairSpec="RSA_4096", DryRun=True),
    ):
        with pytest.raises(kms.exceptions.DryRunOperationException):
            ask()
