import hashlib
import subprocess

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.serialization import load_der_public_key

ALGORITHMS = {
    "RSA_2048": [f"RSASSA_{padding}_SHA_{size}" for padding in ("PSS", "PKCS1_V1_5") for size in (256, 384, 512)],
    "ECC_NIST_P256": ["ECDSA_SHA_256"],
    "ECC_NIST_P384": ["ECDSA_SHA_384"],
    "ECC_NIST_P521": ["ECDSA_SHA_512"],
    "ECC_SECG_P256K1": ["ECDSA_SHA_256"],
}
CASES = [(spec, algorithm) for spec, algorithms in ALGORITHMS.items() for algorithm in algorithms]


@pytest.fixture(scope="module")
def running():
    from vauban.testing import InProcess

    made = InProcess()
    yield made
    made.close()


@pytest.fixture(scope="module")
def signing_keys(running):
    kms = running.client("kms")
    specs = [*ALGORITHMS, "ECC_NIST_EDWARDS25519"]
    return {spec: kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"] for spec in specs}


@pytest.fixture(scope="module")
def kms(running):
    return running.client("kms")


def digest_of(message, algorithm):
    return hashlib.new(f"sha{algorithm[-3:]}", message).digest()


@pytest.mark.parametrize(("spec", "algorithm"), CASES)
def test_a_signature_of_a_message_is_one_of_its_digest(spec, algorithm, kms, signing_keys):
    arguments = {"KeyId": signing_keys[spec], "SigningAlgorithm": algorithm}
    message = b"a message"
    digest = {"Message": digest_of(message, algorithm), "MessageType": "DIGEST"}
    signed = kms.sign(Message=message, **arguments)
    assert signed["KeyId"].endswith(signing_keys[spec])
    assert signed["SigningAlgorithm"] == algorithm
    verified = kms.verify(Signature=signed["Signature"], **digest, **arguments)
    assert verified["SignatureValid"] is True
    other = kms.sign(**digest, **arguments)["Signature"]
    assert kms.verify(Message=message, Signature=other, **arguments)["SignatureValid"] is True


@pytest.mark.parametrize(("spec", "algorithm"), CASES)
def test_openssl_verifies_what_kms_signs(spec, algorithm, kms, signing_keys, tmp_path):
    public_key, signature, message = (tmp_path / name for name in ("public.der", "signature", "message"))
    public_key.write_bytes(kms.get_public_key(KeyId=signing_keys[spec])["PublicKey"])
    message.write_bytes(b"a message")
    signed = kms.sign(KeyId=signing_keys[spec], Message=b"a message", SigningAlgorithm=algorithm)
    signature.write_bytes(signed["Signature"])
    pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"] if "PSS" in algorithm else []
    command = ["openssl", "dgst", f"-sha{algorithm[-3:]}", *pss, "-keyform", "DER"]
    subprocess.run([*command, "-verify", public_key, "-signature", signature, message], check=True, capture_output=True)


def test_ed25519_signs_messages_and_openssl_verifies_them(kms, signing_keys, tmp_path):
    key_id = signing_keys["ECC_NIST_EDWARDS25519"]
    arguments = {"KeyId": key_id, "Message": b"a message", "SigningAlgorithm": "ED25519_SHA_512"}
    public_key, signature, message = (tmp_path / name for name in ("public.der", "signature", "message"))
    public_key.write_bytes(kms.get_public_key(KeyId=key_id)["PublicKey"])
    signature.write_bytes(kms.sign(**arguments)["Signature"])
    message.write_bytes(b"a message")
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public_key, "-keyform", "DER", "-rawin"]
    subprocess.run([*command, "-in", message, "-sigfile", signature], check=True, capture_output=True)
    assert kms.verify(Signature=signature.read_bytes(), **arguments)["SignatureValid"] is True
    with pytest.raises(ClientError, match=r"ValidationException.*RAW"):
        kms.sign(**{**arguments, "Message": b"x" * 64, "MessageType": "DIGEST"})


def test_ed25519ph_signs_digests_and_nothing_else(kms, signing_keys):
    arguments = {"KeyId": signing_keys["ECC_NIST_EDWARDS25519"], "SigningAlgorithm": "ED25519_PH_SHA_512"}
    digest = {"Message": hashlib.sha512(b"a message").digest(), "MessageType": "DIGEST"}
    signed = kms.sign(**digest, **arguments)
    assert signed["SigningAlgorithm"] == "ED25519_PH_SHA_512"
    assert kms.verify(Signature=signed["Signature"], **digest, **arguments)["SignatureValid"] is True
    with pytest.raises(kms.exceptions.KMSInvalidSignatureException):
        kms.verify(**{**digest, "Message": bytes(64)}, Signature=signed["Signature"], **arguments)
    for wrong in ({"Message": b"x"}, {"Message": b"x", "MessageType": "DIGEST"}):
        with pytest.raises(ClientError, match=r"ValidationException.*(DIGEST|Digest is invalid length)"):
            kms.sign(**wrong, **arguments)


def test_an_ed25519_key_says_both_of_its_algorithms(kms, signing_keys):
    described = kms.describe_key(KeyId=signing_keys["ECC_NIST_EDWARDS25519"])["KeyMetadata"]
    assert described["SigningAlgorithms"] == ["ED25519_SHA_512", "ED25519_PH_SHA_512"]


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256"])
def test_a_signature_of_something_else_is_invalid(spec, kms, signing_keys):
    arguments = {"KeyId": signing_keys[spec], "SigningAlgorithm": ALGORITHMS[spec][0]}
    signature = kms.sign(Message=b"a message", **arguments)["Signature"]
    altered = signature[:-1] + bytes([signature[-1] ^ 1])
    for message, wrong in ((b"another", signature), (b"a message", altered), (b"a message", b"x")):
        with pytest.raises(kms.exceptions.KMSInvalidSignatureException):
            kms.verify(Message=message, Signature=wrong, **arguments)


@pytest.mark.parametrize("operation", ["sign", "verify"])
@pytest.mark.parametrize(("spec", "algorithm"), CASES)
def test_a_digest_must_be_as_long_as_its_hash(operation, spec, algorithm, kms, signing_keys):
    signature = {"Signature": b"x"} if operation == "verify" else {}
    with pytest.raises(ClientError, match=f"ValidationException.*Digest is invalid length for algorithm {algorithm}."):
        getattr(kms, operation)(
            KeyId=signing_keys[spec], Message=b"x", MessageType="DIGEST", SigningAlgorithm=algorithm, **signature
        )


def test_an_algorithm_of_another_key_spec_is_refused(kms, signing_keys):
    with pytest.raises(
        kms.exceptions.InvalidKeyUsageException,
        match="Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256",
    ):
        kms.sign(KeyId=signing_keys["ECC_NIST_P256"], Message=b"x", SigningAlgorithm="ECDSA_SHA_384")


def test_an_encrypting_key_signs_nothing(kms):
    key = kms.create_key()["KeyMetadata"]
    with pytest.raises(kms.exceptions.InvalidKeyUsageException, match="ENCRYPT_DECRYPT which is not valid for Sign"):
        kms.sign(KeyId=key["KeyId"], Message=b"x", SigningAlgorithm="ECDSA_SHA_256")


def test_external_mu_is_for_other_keys(kms, signing_keys):
    with pytest.raises(ClientError, match=r"ValidationException.*EXTERNAL_MU"):
        kms.sign(
            KeyId=signing_keys["ECC_NIST_P256"],
            Message=b"x" * 64,
            MessageType="EXTERNAL_MU",
            SigningAlgorithm="ECDSA_SHA_256",
        )


def test_a_dry_run_signs_and_verifies_nothing(kms, signing_keys):
    arguments = {"KeyId": signing_keys["ECC_NIST_P256"], "Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"}
    with pytest.raises(kms.exceptions.DryRunOperationException):
        kms.sign(DryRun=True, **arguments)
    with pytest.raises(kms.exceptions.DryRunOperationException):
        kms.verify(DryRun=True, Signature=b"x", **arguments)


@pytest.fixture(scope="module", params=["ML_DSA_44", "ML_DSA_65", "ML_DSA_87"])
def ml_dsa_key(request, running):
    kms = running.client("kms")
    return kms.create_key(KeySpec=request.param, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]


def test_ml_dsa_signs_messages_and_their_representatives_alike(kms, ml_dsa_key):
    arguments = {"KeyId": ml_dsa_key, "SigningAlgorithm": "ML_DSA_SHAKE_256"}
    public_key = load_der_public_key(kms.get_public_key(KeyId=ml_dsa_key)["PublicKey"])
    public_key_hash = hashlib.shake_256(public_key.public_bytes_raw()).digest(64)
    mu = hashlib.shake_256(public_key_hash + b"\0\0" + b"a message").digest(64)
    whole = kms.sign(Message=b"a message", **arguments)["Signature"]
    short = kms.sign(Message=mu, MessageType="EXTERNAL_MU", **arguments)["Signature"]
    for signature in (whole, short):
        public_key.verify(signature, b"a message")
        assert kms.verify(Message=b"a message", Signature=signature, **arguments)["SignatureValid"] is True
        verified = kms.verify(Message=mu, MessageType="EXTERNAL_MU", Signature=signature, **arguments)
        assert verified["SignatureValid"] is True
        with pytest.raises(kms.exceptions.KMSInvalidSignatureException):
            kms.verify(Message=mu, Signature=signature, **arguments)
        with pytest.raises(kms.exceptions.KMSInvalidSignatureException):
            kms.verify(Message=bytes(64), MessageType="EXTERNAL_MU", Signature=signature, **arguments)


@pytest.mark.parametrize(
    ("message", "kind", "words"),
    [(b"x" * 63, "EXTERNAL_MU", "64 bytes"), (b"x" * 64, "DIGEST", "RAW or EXTERNAL_MU")],
)
def test_ml_dsa_takes_a_representative_of_its_length_and_no_digest(message, kind, words, kms, ml_dsa_key):
    with pytest.raises(ClientError, match=f"ValidationException.*{words}"):
        kms.sign(KeyId=ml_dsa_key, SigningAlgorithm="ML_DSA_SHAKE_256", Message=message, MessageType=kind)
