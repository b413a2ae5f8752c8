import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

LIMITS = {
    "RSA_2048": {"RSAES_OAEP_SHA_1": 214, "RSAES_OAEP_SHA_256": 190},
    "RSA_3072": {"RSAES_OAEP_SHA_1": 342, "RSAES_OAEP_SHA_256": 318},
    "RSA_4096": {"RSAES_OAEP_SHA_1": 470, "RSAES_OAEP_SHA_256": 446},
}
OAEP_SHA_256 = [
    option
    for value in ("rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256")
    for option in ("-pkeyopt", value)
]


@pytest.fixture
def rsa_key(kms):
    return kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["KeyId"]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(min_size=1, max_size=4096), st.dictionaries(st.text(min_size=1), st.text(), max_size=3))
def test_what_was_encrypted_is_decrypted_with_and_without_naming_the_key(kms, key_id, plaintext, context):
    encrypted = kms.encrypt(KeyId=key_id, Plaintext=plaintext, EncryptionContext=context)
    blob = encrypted["CiphertextBlob"]
    assert encrypted["KeyId"].endswith(key_id)
    assert encrypted["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    for naming in ({}, {"KeyId": key_id}, {"KeyId": encrypted["KeyId"]}):
        assert kms.decrypt(CiphertextBlob=blob, EncryptionContext=context, **naming)["Plaintext"] == plaintext


def test_decrypt_says_which_key_material_and_algorithm_it_used(kms, key_id):
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    decrypted = kms.decrypt(CiphertextBlob=blob)
    assert decrypted["KeyId"] == metadata["Arn"]
    assert decrypted["KeyMaterialId"] == metadata["CurrentKeyMaterialId"]
    assert decrypted["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"


@pytest.mark.parametrize("context", [{}, {"app": "bank"}, {"APP": "shop"}, {"app": "shop", "more": "x"}])
def test_another_encryption_context_opens_nothing_and_is_told_nothing(context, kms, key_id):
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext={"app": "shop"})["CiphertextBlob"]
    with pytest.raises(kms.exceptions.InvalidCiphertextException) as refusal:
        kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)
    assert not refusal.value.response["Error"].get("Message")


def test_a_flipped_bit_anywhere_is_refused(kms, key_id):
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    for position in range(0, len(blob), 5):
        altered = blob[:position] + bytes([blob[position] ^ 1]) + blob[position + 1 :]
        with pytest.raises(ClientError, match=r"InvalidCiphertextException|IncorrectKeyException"):
            kms.decrypt(CiphertextBlob=altered, KeyId=key_id)
        with pytest.raises(ClientError, match=r"InvalidCiphertextException|AccessDeniedException"):
            kms.decrypt(CiphertextBlob=altered)


@pytest.mark.parametrize("blob", [b"x", b"\0" * 200, b"\x01\x02\x02\x00\x78" + b"\0" * 300])
def test_what_is_no_ciphertext_is_refused(blob, kms, key_id):
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=blob)
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=blob, KeyId=key_id)


def test_a_truncated_blob_is_refused(kms, key_id):
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x" * 40)["CiphertextBlob"]
    for length in range(1, len(blob), 9):
        with pytest.raises(kms.exceptions.InvalidCiphertextException):
            kms.decrypt(CiphertextBlob=blob[:length])


def test_naming_another_key_than_the_ciphertexts_is_an_incorrect_key(kms, key_id):
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    with pytest.raises(kms.exceptions.IncorrectKeyException, match="does not identify a CMK"):
        kms.decrypt(CiphertextBlob=blob, KeyId=other)


def test_a_ciphertext_of_another_region_is_of_no_key_here(vauban, kms, key_id):
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    eu = vauban.client("kms", region="eu-west-1")
    with pytest.raises(ClientError, match=r"AccessDeniedException.*does not exist in this region"):
        eu.decrypt(CiphertextBlob=blob)


def test_the_key_may_be_named_by_alias(kms, key_id):
    kms.create_alias(AliasName="alias/shop", TargetKeyId=key_id)
    arn = kms.describe_key(KeyId="alias/shop")["KeyMetadata"]["Arn"]
    alias_arn = arn.replace(f"key/{key_id}", "alias/shop")
    for name in ("alias/shop", alias_arn):
        blob = kms.encrypt(KeyId=name, Plaintext=b"x")["CiphertextBlob"]
        assert kms.decrypt(CiphertextBlob=blob, KeyId=name)["KeyId"] == arn


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("alias/none", "NotFoundException", "Alias arn:aws:kms:us-east-1:111122223333:alias/none is not found."),
        ("nonsense", "NotFoundException", "Invalid keyId 'nonsense'"),
        (
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "NotFoundException",
            "Key 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' does not exist",
        ),
        ("arn:aws:s3:::bucket", "InvalidArnException", "Invalid arn"),
        ("arn:aws:kms:eu-west-1:111122223333:key/x", "NotFoundException", "Invalid arn eu-west-1"),
    ],
)
def test_a_key_that_is_not_there_is_said_to_be_missing(name, error, words, kms):
    with pytest.raises(ClientError) as refusal:
        kms.encrypt(KeyId=name, Plaintext=b"x")
    assert refusal.value.response["Error"]["Code"] == error
    assert words in refusal.value.response["Error"]["Message"]


@pytest.mark.parametrize("algorithm", ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"])
@pytest.mark.parametrize("spec", LIMITS)
def test_rsa_keys_encrypt_up_to_their_limit(spec, algorithm, kms):
    key_id = kms.create_key(KeySpec=spec, KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["KeyId"]
    longest = b"x" * LIMITS[spec][algorithm]
    encrypted = kms.encrypt(KeyId=key_id, Plaintext=longest, EncryptionAlgorithm=algorithm)
    blob = encrypted["CiphertextBlob"]
    decrypted = kms.decrypt(KeyId=key_id, CiphertextBlob=blob, EncryptionAlgorithm=algorithm)
    assert decrypted["Plaintext"] == longest
    assert "KeyMaterialId" not in decrypted
    with pytest.raises(ClientError, match="ValidationException"):
        kms.encrypt(KeyId=key_id, Plaintext=longest + b"x", EncryptionAlgorithm=algorithm)


def test_openssl_encrypts_what_only_kms_decrypts(kms, rsa_key, tmp_path):
    (tmp_path / "public.der").write_bytes(kms.get_public_key(KeyId=rsa_key)["PublicKey"])
    blob = subprocess.run(
        [
            "openssl",
            "pkeyutl",
            "-encrypt",
            "-pubin",
            "-inkey",
            tmp_path / "public.der",
            "-keyform",
            "DER",
            *OAEP_SHA_256,
        ],
        input=b"from outside",
        capture_output=True,
        check=True,
    ).stdout
    decrypted = kms.decrypt(KeyId=rsa_key, CiphertextBlob=blob, EncryptionAlgorithm="RSAES_OAEP_SHA_256")
    assert decrypted["Plaintext"] == b"from outside"
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(KeyId=rsa_key, CiphertextBlob=blob, EncryptionAlgorithm="RSAES_OAEP_SHA_1")


def test_an_asymmetric_key_needs_its_algorithm_said(kms, rsa_key):
    with pytest.raises(
        kms.exceptions.InvalidKeyUsageException,
        match="Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048",
    ):
        kms.encrypt(KeyId=rsa_key, Plaintext=b"x")


def test_an_asymmetric_key_takes_no_encryption_context(kms, rsa_key):
    arguments = {"KeyId": rsa_key, "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    blob = kms.encrypt(Plaintext=b"x", **arguments)["CiphertextBlob"]
    with pytest.raises(ClientError, match=r"ValidationException.*encryption context"):
        kms.encrypt(Plaintext=b"x", EncryptionContext={"a": "b"}, **arguments)
    with pytest.raises(ClientError, match=r"ValidationException.*encryption context"):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"}, **arguments)


def test_a_signing_key_encrypts_nothing(kms):
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    with pytest.raises(
        kms.exceptions.InvalidKeyUsageException,
        match=f"{key['Arn']} key usage is SIGN_VERIFY which is not valid for Encrypt.",
    ):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")


def test_reencryption_moves_a_ciphertext_to_another_key_and_context(kms, key_id):
    other = kms.create_key()["KeyMetadata"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext={"a": "1"})["CiphertextBlob"]
    moved = kms.re_encrypt(
        CiphertextBlob=blob,
        SourceEncryptionContext={"a": "1"},
        DestinationKeyId=other["KeyId"],
        DestinationEncryptionContext={"a": "2"},
    )
    source = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert {name: moved[name] for name in moved if name not in ("CiphertextBlob", "ResponseMetadata")} == {
        "SourceKeyId": source["Arn"],
        "KeyId": other["Arn"],
        "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "SourceKeyMaterialId": source["CurrentKeyMaterialId"],
        "DestinationKeyMaterialId": other["CurrentKeyMaterialId"],
    }
    decrypted = kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"a": "2"})
    assert (decrypted["Plaintext"], decrypted["KeyId"]) == (b"x", other["Arn"])


def test_reencryption_goes_between_symmetric_and_rsa_keys(kms, key_id, rsa_key):
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    algorithm = "RSAES_OAEP_SHA_256"
    there = kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=rsa_key, DestinationEncryptionAlgorithm=algorithm)
    assert "DestinationKeyMaterialId" not in there
    back = kms.re_encrypt(
        CiphertextBlob=there["CiphertextBlob"],
        SourceKeyId=rsa_key,
        SourceEncryptionAlgorithm=algorithm,
        DestinationKeyId=key_id,
    )
    assert "SourceKeyMaterialId" not in back
    assert kms.decrypt(CiphertextBlob=back["CiphertextBlob"])["Plaintext"] == b"x"


def test_reencryption_needs_the_right_source_key(kms, key_id):
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    with pytest.raises(kms.exceptions.IncorrectKeyException):
        kms.re_encrypt(CiphertextBlob=blob, SourceKeyId=other, DestinationKeyId=other)


def test_a_dry_run_says_whether_it_would_have_succeeded(kms, key_id):
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    words = "The request would have succeeded, but the DryRun option is set."
    for ask in (
        lambda: kms.encrypt(KeyId=key_id, Plaintext=b"x", DryRun=True),
        lambda: kms.decrypt(CiphertextBlob=blob, DryRun=True),
        lambda: kms.decrypt(KeyId=key_id, DryRun=True, DryRunModifiers=["IGNORE_CIPHERTEXT"]),
        lambda: kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key_id, DryRun=True),
        lambda: kms.re_encrypt(
            SourceKeyId=key_id, DestinationKeyId=key_id, DryRun=True, DryRunModifiers=["IGNORE_CIPHERTEXT"]
        ),
    ):
        with pytest.raises(kms.exceptions.DryRunOperationException, match=words):
            ask()
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"}, DryRun=True)
    kms.disable_key(KeyId=key_id)
    with pytest.raises(kms.exceptions.DisabledException):
        kms.encrypt(KeyId=key_id, Plaintext=b"x", DryRun=True)


def test_the_ciphertext_can_be_left_out_of_a_dry_run_alone(kms, key_id):
    with pytest.raises(ClientError, match="ValidationException"):
        kms.decrypt(KeyId=key_id)
    with pytest.raises(ClientError, match="ValidationException"):
        kms.decrypt()
    with pytest.raises(ClientError, match=r"ValidationException.*DryRun"):
        kms.decrypt(KeyId=key_id, DryRunModifiers=["IGNORE_CIPHERTEXT"])


def test_no_two_ciphertexts_of_one_plaintext_are_alike(kms, key_id):
    with ThreadPoolExecutor(4) as pool:
        blobs = list(pool.map(lambda _: kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"], range(40)))
    assert len(set(blobs)) == 40
