"""Answers for attested recipients, opened with OpenSSL."""

import json
import subprocess
import time

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.serialization import Encoding

from vauban.testing import InProcess

from .enclaves import Enclave

ALGORITHM = "RSAES_OAEP_SHA_256"


@pytest.fixture(scope="module")
def enclave():
    return Enclave()


@pytest.fixture(scope="module")
def running(enclave, tmp_path_factory):
    root = tmp_path_factory.mktemp("attestation") / "root.pem"
    root.write_bytes(enclave.root.public_bytes(Encoding.PEM))
    made = InProcess(attestation_root=str(root))
    yield made
    made.close()


@pytest.fixture(scope="module")
def kms(running):
    return running.client("kms")


@pytest.fixture(scope="module")
def key(kms):
    return kms.create_key()["KeyMetadata"]["KeyId"]


@pytest.fixture
def opened(enclave, tmp_path):
    """What OpenSSL opens with the enclave's private key."""
    (tmp_path / "private.pem").write_bytes(enclave.private_pem)

    def opened(envelope):
        (tmp_path / "envelope").write_bytes(envelope)
        command = ["openssl", "cms", "-decrypt", "-inform", "DER", "-in", tmp_path / "envelope", "-binary"]
        done = subprocess.run([*command, "-inkey", tmp_path / "private.pem"], check=True, capture_output=True)
        return done.stdout

    return opened


def recipient(document):
    return {"AttestationDocument": document, "KeyEncryptionAlgorithm": ALGORITHM}


def test_decrypt_answers_for_the_recipient_alone(kms, key, enclave, opened):
    blob = kms.encrypt(KeyId=key, Plaintext=b"the plaintext")["CiphertextBlob"]
    answer = kms.decrypt(CiphertextBlob=blob, Recipient=recipient(enclave.document()))
    assert "Plaintext" not in answer
    assert "KeyMaterialId" not in answer
    assert b"the plaintext" not in answer["CiphertextForRecipient"]
    assert opened(answer["CiphertextForRecipient"]) == b"the plaintext"


def test_a_data_key_is_answered_to_it_and_kept_beside(kms, key, enclave, opened):
    answer = kms.generate_data_key(KeyId=key, KeySpec="AES_256", Recipient=recipient(enclave.document()))
    assert not {"Plaintext", "KeyMaterialId"} & set(answer)
    assert opened(answer["CiphertextForRecipient"]) == kms.decrypt(CiphertextBlob=answer["CiphertextBlob"])["Plaintext"]


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "RSA_4096"])
def test_a_data_key_pair_too(spec, kms, key, enclave, opened):
    answer = kms.generate_data_key_pair(KeyId=key, KeyPairSpec=spec, Recipient=recipient(enclave.document()))
    assert "PrivateKeyPlaintext" not in answer
    kept = kms.decrypt(CiphertextBlob=answer["PrivateKeyCiphertextBlob"])["Plaintext"]
    assert opened(answer["CiphertextForRecipient"]) == kept


def test_random_bytes_too(kms, enclave, opened):
    answer = kms.generate_random(NumberOfBytes=1024, Recipient=recipient(enclave.document()))
    assert "Plaintext" not in answer
    assert len(opened(answer["CiphertextForRecipient"])) == 1024


def test_a_shared_secret_too(kms, enclave, opened):
    agreeing = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT")["KeyMetadata"]["KeyId"]
    asked = {
        "KeyId": agreeing,
        "KeyAgreementAlgorithm": "ECDH",
        "PublicKey": kms.get_public_key(KeyId=agreeing)["PublicKey"],
    }
    answer = kms.derive_shared_secret(**asked, Recipient=recipient(enclave.document()))
    assert "SharedSecret" not in answer
    assert opened(answer["CiphertextForRecipient"]) == kms.derive_shared_secret(**asked)["SharedSecret"]


def test_a_tagged_document_is_one_too(kms, enclave):
    kms.generate_random(NumberOfBytes=8, Recipient=recipient(b"\xd2" + enclave.document()))


def test_a_dry_run_looks_at_the_document(kms, key, enclave):
    with pytest.raises(kms.exceptions.DryRunOperationException):
        kms.generate_data_key(KeyId=key, KeySpec="AES_256", DryRun=True, Recipient=recipient(enclave.document()))
    with pytest.raises(ClientError, match="ValidationException"):
        kms.generate_data_key(KeyId=key, KeySpec="AES_256", DryRun=True, Recipient=recipient(b"x"))


STALE, EARLY = int((time.time() - 3600) * 1000), int((time.time() + 3600) * 1000)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"public_key": None}, "no public key"),
        ({"public_key": b"x"}, "not an RSA key"),
        ({"public_key": b"x" * 1025}, "no public key"),
        ({"timestamp": STALE}, "not of this moment"),
        ({"timestamp": EARLY}, "not of this moment"),
        ({"timestamp": 10**30}, "no CBOR"),
        ({"timestamp": 2**63}, "not of this moment"),
        ({"timestamp": "now"}, "lacks"),
        ({"timestamp": True}, "lacks"),
        ({"digest": "SHA256"}, "lacks"),
        ({"module_id": None}, "lacks"),
        ({"certificate": None}, "lacks"),
        ({"certificate": b"x"}, "chain"),
        ({"cabundle": []}, "lacks"),
        ({"cabundle": [b"x"]}, "chain"),
        ({"cabundle": [b"x" * 5000]}, "lacks"),
        ({"cabundle": [b"x"] * 9}, "lacks"),
        ({"pcrs": None}, "lacks"),
        ({"pcrs": {}}, "PCRs"),
        ({"pcrs": {0: b"short"}}, "PCRs"),
        ({"pcrs": {32: bytes(48)}}, "PCRs"),
        ({"pcrs": {"0": bytes(48)}}, "PCRs"),
        ({"pcrs": [bytes(48)]}, "PCRs"),
        ({"protected": {1: -7}}, "ES384"),
        ({"protected": "x"}, "ES384"),
        ({"parts": [b"", {}, b""]}, "COSE_Sign1"),
        ({"parts": [b"", b"", b"", b""]}, "COSE_Sign1"),
        ({"parts": [b"\xa1\x01\x38\x22", {}, b"\xf6", b"x"]}, "no map"),
        ({"parts": [b"\xff", {}, b"\xf6", b"x"]}, "no CBOR"),
    ],
)
def test_a_document_that_proves_nothing_is_refused(changes, words, kms, enclave):
    with pytest.raises(ClientError, match=f"ValidationException.*attestation document is not accepted.*{words}"):
        kms.generate_random(NumberOfBytes=8, Recipient=recipient(enclave.document(**changes)))


@pytest.mark.parametrize("junk", [b"\x00", b"x" * 100, b"\x84" * 200_000, b"\xd2" * 10, b"\x9f" * 1000, bytes(262_144)])
def test_junk_is_refused(junk, kms):
    with pytest.raises(ClientError, match="ValidationException"):
        kms.generate_random(NumberOfBytes=8, Recipient=recipient(junk))


def test_every_altered_byte_is_noticed(kms, enclave):
    document = enclave.document()
    for at in range(0, len(document), len(document) // 40):
        altered = document[:at] + bytes([document[at] ^ 0x10]) + document[at + 1 :]
        with pytest.raises(ClientError, match="ValidationException"):
            kms.generate_random(NumberOfBytes=8, Recipient=recipient(altered))


@pytest.mark.parametrize(
    "stranger",
    [{}, {"leaf_days": -1}, {"authority": False}],
    ids=["another root", "an expired certificate", "a certificate signed by no authority"],
)
def test_who_does_not_lead_to_the_root_is_a_stranger(stranger, kms, tmp_path):
    other = Enclave(**stranger)
    with pytest.raises(ClientError, match="is not of a chain from the root"):
        kms.generate_random(NumberOfBytes=8, Recipient=recipient(other.document()))


@pytest.mark.parametrize("flaw", [{"leaf_days": -1}, {"authority": False}])
def test_flaws_of_a_chain_are_flaws_under_its_own_root_too(flaw, tmp_path):
    flawed = Enclave(**flaw)
    (tmp_path / "root.pem").write_bytes(flawed.root.public_bytes(Encoding.PEM))
    apart = InProcess(attestation_root=str(tmp_path / "root.pem"))
    try:
        with pytest.raises(ClientError, match="is not of a chain from the root"):
            apart.client("kms").generate_random(NumberOfBytes=8, Recipient=recipient(flawed.document()))
    finally:
        apart.close()


def test_without_a_root_every_document_is_refused_aloud(vauban, enclave):
    with pytest.raises(ClientError, match=r"ValidationException.*--attestation-root"):
        vauban.client("kms").generate_random(NumberOfBytes=8, Recipient=recipient(enclave.document()))


@pytest.mark.parametrize("incomplete", [{}, {"KeyEncryptionAlgorithm": ALGORITHM}, {"AttestationDocument": b"x"}])
def test_a_recipient_is_whole(incomplete, kms):
    with pytest.raises(ClientError, match="ValidationException"):
        kms.generate_random(NumberOfBytes=8, Recipient=incomplete)


def policy(**condition):
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Condition": condition}
    return {"Version": "2012-10-17", "Statement": statement}


@pytest.mark.parametrize(
    ("name", "value"),
    [("ImageSha384", "ab" * 48), ("PCR0", "ab" * 48), ("PCR8", "08" * 48), ("NitroTPMPCR4", "44" * 48)],
)
def test_policies_ask_what_was_attested(name, value, running, key, enclave):
    documents = {"pcrs": None, "nitrotpm_pcrs": {4: b"\x44" * 48}} if name.startswith("Nitro") else {}
    running.user("enclave", policy(StringEqualsIgnoreCase={f"kms:RecipientAttestation:{name}": value.upper()}))
    kms = running.client("kms", user="enclave")
    asked = {"KeyId": key, "KeySpec": "AES_256"}
    kms.generate_data_key(**asked, Recipient=recipient(enclave.document(**documents)))
    other = {"pcrs": {0: b"\xcd" * 48}}
    for denied in ({}, {"Recipient": recipient(enclave.document(**other))}, {"Recipient": recipient(b"junk")}):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            kms.generate_data_key(**asked, **denied)


def test_what_is_sent_for_a_recipient_is_not_in_the_trail(running, kms, key, enclave):
    document = enclave.document()
    kms.generate_data_key(KeyId=key, KeySpec="AES_256", Recipient=recipient(document))
    assert document.hex() not in json.dumps(running.trail(), default=repr)
