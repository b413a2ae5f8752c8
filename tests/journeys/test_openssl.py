"""OpenSSL's command line as the other side of every public-key operation."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .running import Server


@pytest.fixture(scope="module")
def kms(tmp_path_factory):
    """One scratch server for all: nothing here depends on what is kept."""
    directory = tmp_path_factory.mktemp("openssl")
    server = Server("memory", log=directory / "server.log").start()
    yield server.client("kms")
    server.kill()


@pytest.fixture
def openssl(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess]:
    """Run `openssl` in a directory of the test's own."""

    def run(*words: str, ok: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run(["openssl", *words], cwd=tmp_path, capture_output=True, timeout=60)
        assert not ok or done.returncode == 0, done.stderr.decode()
        return done

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], None]:
    return lambda name, content: (tmp_path / name).write_bytes(content)


def make(kms, write, spec: str, usage: str) -> str:
    """A key of KMS's, its public half in `public.der`."""
    key = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
    write("public.der", kms.get_public_key(KeyId=key)["PublicKey"])
    return key


PUBLIC = ("-pubin", "-keyform", "DER", "-inkey", "public.der")


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_what_openssl_encrypts_with_the_public_key_kms_decrypts(kms, openssl, write, tmp_path, digest):
    key = make(kms, write, "RSA_2048", "ENCRYPT_DECRYPT")
    write("plain", b"attack at dawn")
    oaep = ("-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", f"rsa_oaep_md:{digest}")
    openssl("pkeyutl", "-encrypt", *PUBLIC, *oaep, "-in", "plain", "-out", "sealed")
    algorithm = f"RSAES_OAEP_SHA_{digest.removeprefix('sha')}"
    blob = (tmp_path / "sealed").read_bytes()
    opened = kms.decrypt(KeyId=key, CiphertextBlob=blob, EncryptionAlgorithm=algorithm)
    assert opened["Plaintext"] == b"attack at dawn"
    other = ({"RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"} - {algorithm}).pop()
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(KeyId=key, CiphertextBlob=blob, EncryptionAlgorithm=other)


PSS = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest")


@pytest.mark.parametrize(
    ("spec", "algorithm", "digest", "options"),
    [
        ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256", "sha256", ()),
        ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_512", "sha512", ()),
        ("RSA_3072", "RSASSA_PSS_SHA_256", "sha256", PSS),
        ("RSA_3072", "RSASSA_PSS_SHA_384", "sha384", PSS),
        ("ECC_NIST_P256", "ECDSA_SHA_256", "sha256", ()),
        ("ECC_NIST_P384", "ECDSA_SHA_384", "sha384", ()),
        ("ECC_NIST_P521", "ECDSA_SHA_512", "sha512", ()),
        ("ECC_SECG_P256K1", "ECDSA_SHA_256", "sha256", ()),
    ],
)
def test_what_kms_signs_openssl_verifies(kms, openssl, write, spec, algorithm, digest, options):
    key = make(kms, write, spec, "SIGN_VERIFY")
    write("message", b"attack at dawn")
    write("signature", kms.sign(KeyId=key, Message=b"attack at dawn", SigningAlgorithm=algorithm)["Signature"])
    verify = ("dgst", f"-{digest}", *options, "-verify", "public.der", "-keyform", "DER", "-signature", "signature")
    assert b"Verified OK" in openssl(*verify, "message").stdout
    write("message", b"attack at dusk")
    assert openssl(*verify, "message", ok=False).returncode == 1


def test_what_kms_signs_with_ed25519_openssl_verifies(kms, openssl, write):
    key = make(kms, write, "ECC_NIST_EDWARDS25519", "SIGN_VERIFY")
    write("message", b"attack at dawn")
    signed = kms.sign(KeyId=key, Message=b"attack at dawn", SigningAlgorithm="ED25519_SHA_512")
    write("signature", signed["Signature"])
    openssl("pkeyutl", "-verify", *PUBLIC, "-rawin", "-in", "message", "-sigfile", "signature")
    write("message", b"attack at dusk")
    verified = openssl("pkeyutl", "-verify", *PUBLIC, "-rawin", "-in", "message", "-sigfile", "signature", ok=False)
    assert verified.returncode == 1


def test_a_digest_that_openssl_made_is_signed_as_the_message_would_be(kms, openssl, write, tmp_path):
    key = make(kms, write, "ECC_NIST_P256", "SIGN_VERIFY")
    write("message", b"m" * 100_000)
    openssl("dgst", "-sha256", "-binary", "-out", "digest", "message")
    digest = (tmp_path / "digest").read_bytes()
    signed = kms.sign(KeyId=key, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")
    write("signature", signed["Signature"])
    openssl("dgst", "-sha256", "-verify", "public.der", "-keyform", "DER", "-signature", "signature", "message")


@pytest.mark.parametrize(
    ("spec", "curve"), [("ECC_NIST_P256", "P-256"), ("ECC_NIST_P384", "P-384"), ("ECC_NIST_P521", "P-521")]
)
def test_both_sides_derive_the_same_secret(kms, openssl, write, tmp_path, spec, curve):
    key = make(kms, write, spec, "KEY_AGREEMENT")
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-out", "peer.pem")
    openssl("pkey", "-in", "peer.pem", "-pubout", "-outform", "DER", "-out", "peer.der")
    openssl("pkey", "-pubin", "-inform", "DER", "-in", "public.der", "-out", "public.pem")
    openssl("pkeyutl", "-derive", "-inkey", "peer.pem", "-peerkey", "public.pem", "-out", "secret")
    peer = (tmp_path / "peer.der").read_bytes()
    derived = kms.derive_shared_secret(KeyId=key, KeyAgreementAlgorithm="ECDH", PublicKey=peer)
    assert derived["SharedSecret"] == (tmp_path / "secret").read_bytes()


def test_a_data_key_pair_is_one_that_openssl_reads(kms, openssl, write, tmp_path):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    pair = kms.generate_data_key_pair(KeyId=key, KeyPairSpec="RSA_2048")
    write("private.der", pair["PrivateKeyPlaintext"])
    openssl("pkey", "-inform", "DER", "-in", "private.der", "-check", "-noout")
    openssl("pkey", "-inform", "DER", "-in", "private.der", "-pubout", "-outform", "DER", "-out", "public.der")
    assert (tmp_path / "public.der").read_bytes() == pair["PublicKey"]
