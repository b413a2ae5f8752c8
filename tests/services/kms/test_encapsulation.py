import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

SIZES = {"ML_KEM_512": 768, "ML_KEM_768": 1088, "ML_KEM_1024": 1568}
ALGORITHM = {"EncapsulationAlgorithm": "ML_KEM"}


def make(kms, spec="ML_KEM_768"):
    return kms.create_key(KeySpec=spec, KeyUsage="ENCAPSULATE_DECAPSULATE")["KeyMetadata"]["KeyId"]


@pytest.mark.parametrize("spec", SIZES)
def test_what_is_encapsulated_here_is_decapsulated_here(spec, kms):
    key_id = make(kms, spec)
    made = kms.encapsulate(KeyId=key_id, **ALGORITHM)
    assert (len(made["SharedSecret"]), len(made["SharedSecretCiphertextBlob"])) == (32, SIZES[spec])
    asked = {"SharedSecretCiphertextBlob": made["SharedSecretCiphertextBlob"], **ALGORITHM}
    opened = kms.decapsulate(KeyId=key_id, **asked)
    assert opened["SharedSecret"] == made["SharedSecret"]
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    assert (made["KeyId"], opened["KeyId"], opened["EncapsulationAlgorithm"]) == (arn, arn, "ML_KEM")


def test_what_is_encapsulated_with_the_public_key_is_decapsulated_here(kms):
    key_id = make(kms)
    given = kms.get_public_key(KeyId=key_id)
    assert given["EncapsulationAlgorithms"] == ["ML_KEM"]
    secret, blob = load_der_public_key(given["PublicKey"]).encapsulate()
    assert kms.decapsulate(KeyId=key_id, SharedSecretCiphertextBlob=blob, **ALGORITHM)["SharedSecret"] == secret


def test_a_blob_is_refused_for_its_length_alone(kms):
    key_id = make(kms)
    made = kms.encapsulate(KeyId=key_id, **ALGORITHM)
    blob = made["SharedSecretCiphertextBlob"]
    for wrong in (b"x", blob[:-1], blob + b"x"):
        with pytest.raises(kms.exceptions.InvalidCiphertextException):
            kms.decapsulate(KeyId=key_id, SharedSecretCiphertextBlob=wrong, **ALGORITHM)
    altered = bytes([blob[0] ^ 1]) + blob[1:]
    answer = kms.decapsulate(KeyId=key_id, SharedSecretCiphertextBlob=altered, **ALGORITHM)
    assert len(answer["SharedSecret"]) == 32
    assert answer["SharedSecret"] != made["SharedSecret"]


def test_other_keys_encapsulate_nothing(kms, key_id):
    with pytest.raises(kms.exceptions.InvalidKeyUsageException):
        kms.encapsulate(KeyId=key_id, **ALGORITHM)
    with pytest.raises(kms.exceptions.InvalidKeyUsageException):
        kms.decapsulate(KeyId=key_id, SharedSecretCiphertextBlob=bytes(1088), **ALGORITHM)


def test_a_dry_run_shares_no_secret(kms):
    key_id = make(kms)
    with pytest.raises(kms.exceptions.DryRunOperationException):
        kms.encapsulate(KeyId=key_id, DryRun=True, **ALGORITHM)
    with pytest.raises(kms.exceptions.DryRunOperationException):
        kms.decapsulate(KeyId=key_id, SharedSecretCiphertextBlob=bytes(1088), DryRun=True, **ALGORITHM)


def test_the_secret_is_not_in_the_trail(vauban, kms):
    key_id = make(kms)
    made = kms.encapsulate(KeyId=key_id, **ALGORITHM)
    kms.decapsulate(KeyId=key_id, SharedSecretCiphertextBlob=made["SharedSecretCiphertextBlob"], **ALGORITHM)
    kept = [each for each in vauban.trail() if each["eventName"] in ("Encapsulate", "Decapsulate")]
    assert len(kept) == 2
    assert not any("sharedSecret" in str(each) or made["SharedSecret"].hex() in str(each) for each in kept)


def test_a_grant_may_let_another_decapsulate(vauban, kms):
    key_id = make(kms)
    vauban.user("alice")
    alice = vauban.client("kms", user="alice")
    arn = "arn:aws:iam::111122223333:user/alice"
    kms.create_grant(KeyId=key_id, GranteePrincipal=arn, Operations=["Decapsulate"])
    alice.decapsulate(KeyId=key_id, SharedSecretCiphertextBlob=bytes(1088), **ALGORITHM)
    with pytest.raises(alice.exceptions.ClientError, match="AccessDenied"):
        alice.encapsulate(KeyId=key_id, **ALGORITHM)
    with pytest.raises(kms.exceptions.ClientError, match="ValidationException"):
        kms.create_grant(KeyId=key_id, GranteePrincipal=arn, Operations=["DeriveSharedSecret"])


@pytest.mark.parametrize("spec", ["ML_KEM_768", "ML_KEM_1024"])
def test_a_key_of_ml_kem_is_imported(spec, kms, bring):
    from vauban.crypto.materials import generate

    key_id = kms.create_key(KeySpec=spec, KeyUsage="ENCAPSULATE_DECAPSULATE", Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    bring(key_id, generate(spec))
    made = kms.encapsulate(KeyId=key_id, **ALGORITHM)
    opened = kms.decapsulate(KeyId=key_id, SharedSecretCiphertextBlob=made["SharedSecretCiphertextBlob"], **ALGORITHM)
    assert opened["SharedSecret"] == made["SharedSecret"]
