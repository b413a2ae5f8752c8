from collections.abc import Callable, Iterator
from hashlib import new, shake_256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.crypto import materials, signatures
from vauban.crypto.private_keys import PrivateKey
from vauban.crypto.specs import SPECS

Vectors = Callable[[str], Iterator[dict[str, str]]]
KEYS = {
    name: PrivateKey(materials.generate(name))
    for name in ("RSA_2048", *(name for name in SPECS if name.startswith("ECC")))
}
PAIRS = [
    (name, algorithm)
    for name in KEYS
    for algorithm in SPECS[name].signing_algorithms
    if algorithm != "ED25519_PH_SHA_512"
]
"""All that sign messages; for the other one see test_ed25519ph."""
HASHED = [(name, algorithm) for name, algorithm in PAIRS if algorithm != "ED25519_SHA_512"]
MESSAGE = b"The walls are only as strong as their gate."


def hash_name(algorithm: str) -> str:
    return "sha" + algorithm[-3:]


def openssl_options(algorithm: str) -> tuple[str, ...]:
    """How ``openssl pkeyutl`` is told to do the same."""
    if algorithm == "ED25519_SHA_512":
        return ("-rawin",)
    options = ("-rawin", "-digest", hash_name(algorithm))
    if algorithm.startswith("RSASSA_PSS"):
        options += ("-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:digest")
    return options


@pytest.mark.parametrize(("name", "algorithm"), PAIRS)
def test_openssl_verifies_our_signature(
    openssl: Callable[..., bytes], tmp_path: Path, name: str, algorithm: str
) -> None:
    (tmp_path / "public.der").write_bytes(KEYS[name].public_der)
    (tmp_path / "signature").write_bytes(KEYS[name].sign(MESSAGE, algorithm))
    (tmp_path / "message").write_bytes(MESSAGE)
    arguments = ("-pubin", "-keyform", "DER", "-inkey", tmp_path / "public.der", "-sigfile", tmp_path / "signature")
    said = openssl("pkeyutl", "-verify", "-in", tmp_path / "message", *arguments, *openssl_options(algorithm))
    assert b"Verified Successfully" in said


@pytest.mark.parametrize(("name", "algorithm"), PAIRS)
def test_we_verify_the_signature_of_openssl(
    openssl: Callable[..., bytes], tmp_path: Path, name: str, algorithm: str
) -> None:
    material = materials.generate(name)
    (tmp_path / "private.der").write_bytes(material)
    (tmp_path / "message").write_bytes(MESSAGE)
    arguments = ("-keyform", "DER", "-inkey", tmp_path / "private.der", "-in", tmp_path / "message")
    signature = openssl("pkeyutl", "-sign", *arguments, *openssl_options(algorithm))
    assert PrivateKey(material).verify(MESSAGE, signature, algorithm)
    assert not PrivateKey(material).verify(MESSAGE + b"!", signature, algorithm)


@pytest.mark.parametrize(("name", "algorithm"), HASHED)
def test_a_digest_and_its_message_have_the_same_signatures(name: str, algorithm: str) -> None:
    key = KEYS[name]
    digest = new(hash_name(algorithm), MESSAGE).digest()
    assert key.verify(MESSAGE, key.sign(digest, algorithm, digest=True), algorithm)
    assert key.verify(digest, key.sign(MESSAGE, algorithm), algorithm, digest=True)
    assert not key.verify(digest, key.sign(MESSAGE, algorithm), algorithm, digest=False)


@pytest.mark.parametrize(("name", "algorithm"), HASHED)
def test_a_digest_of_the_wrong_length_is_refused_by_name_of_the_right_one(name: str, algorithm: str) -> None:
    size = int(algorithm[-3:]) // 8
    for wrong in (b"", bytes(size - 1), bytes(size + 1)):
        with pytest.raises(ValueError, match=f"is {size} bytes long, not {len(wrong)}"):
            KEYS[name].sign(wrong, algorithm, digest=True)
        with pytest.raises(ValueError, match=f"is {size} bytes long"):
            KEYS[name].verify(wrong, b"", algorithm, digest=True)


def test_ed25519_signs_no_digests() -> None:
    with pytest.raises(ValueError, match="not digests"):
        KEYS["ECC_NIST_EDWARDS25519"].sign(bytes(64), "ED25519_SHA_512", digest=True)


@pytest.mark.parametrize("name", list(KEYS))
def test_algorithms_of_other_key_specs_are_refused(name: str) -> None:
    for algorithm in {algorithm for _, algorithm in PAIRS} - set(SPECS[name].signing_algorithms):
        with pytest.raises(ValueError, match="not a signing algorithm"):
            KEYS[name].sign(MESSAGE, algorithm)
        with pytest.raises(ValueError, match="not a signing algorithm"):
            KEYS[name].verify(MESSAGE, b"", algorithm)


@pytest.mark.parametrize(("name", "algorithm"), PAIRS)
def test_every_flipped_bit_of_a_signature_is_noticed(name: str, algorithm: str) -> None:
    signature = KEYS[name].sign(MESSAGE, algorithm)
    for bit in range(0, len(signature) * 8, 7):
        altered = bytearray(signature)
        altered[bit // 8] ^= 1 << bit % 8
        assert not KEYS[name].verify(MESSAGE, bytes(altered), algorithm)


@settings(max_examples=50)
@given(st.sampled_from(PAIRS), st.binary(max_size=600))
def test_junk_is_no_signature(pair: tuple[str, str], junk: bytes) -> None:
    assert not KEYS[pair[0]].verify(MESSAGE, junk, pair[1])


@pytest.mark.parametrize("curve", ["P-256", "P-384", "P-521"])
def test_the_ecdsa_verification_vectors_of_nist_hold(vectors: Vectors, curve: str) -> None:
    size = {"P-256": "256", "P-384": "384", "P-521": "512"}[curve]
    chosen = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}[curve]
    tried = [
        vector
        for vector in vectors("asymmetric/ECDSA/FIPS_186-3/SigVer.rsp")
        if vector.get("section") == f"{curve},SHA-{size}" and "Qx" in vector
    ]
    assert {vector["Result"][0] for vector in tried} == {"P", "F"}
    for vector in tried:
        number = {name: int(vector[name], 16) for name in ("Qx", "Qy", "R", "S")}
        public = ec.EllipticCurvePublicNumbers(number["Qx"], number["Qy"], chosen).public_key()
        signature = encode_dss_signature(number["R"], number["S"])
        message = bytes.fromhex(vector["Msg"])
        spec = "ECC_NIST_P" + curve[2:]
        valid = signatures.verify(public, spec, message, signature, f"ECDSA_SHA_{size}", False)
        assert valid == vector["Result"].startswith("P")


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_the_rsa_pkcs1_verification_vectors_of_nist_hold(vectors: Vectors, bits: int) -> None:
    tried = rsa_vectors(vectors, "asymmetric/RSA/FIPS_186-2/SigVer15_186-3.rsp", bits)
    assert {vector["Result"][0] for vector in tried} == {"P", "F"}
    for vector in tried:
        assert rsa_verifies(vector, "RSASSA_PKCS1_V1_5") == vector["Result"].startswith("P")


def test_a_pss_salt_shorter_than_the_digest_is_refused(vectors: Vectors) -> None:
    """NIST's PSS vectors have salts of 10 bytes; KMS's have as many as the digest."""
    tried = rsa_vectors(vectors, "asymmetric/RSA/FIPS_186-2/SigVerPSS_186-3.rsp", 2048)
    assert any(vector["Result"].startswith("P") for vector in tried)
    assert not any(rsa_verifies(vector, "RSASSA_PSS") for vector in tried)


def rsa_vectors(vectors: Vectors, path: str, bits: int) -> list[dict[str, str]]:
    hashes = ("SHA256", "SHA384", "SHA512")
    return [
        vector
        for vector in vectors(path)
        if vector.get("section") == f"mod = {bits}" and vector.get("SHAAlg") in hashes
    ]


def rsa_verifies(vector: dict[str, str], scheme: str) -> bool:
    public = rsa.RSAPublicNumbers(int(vector["e"], 16), int(vector["n"], 16)).public_key()
    message, signature = bytes.fromhex(vector["Msg"]), bytes.fromhex(vector["S"])
    return signatures.verify(public, "RSA_2048", message, signature, f"{scheme}_SHA_{vector['SHAAlg'][3:]}", False)


def test_the_ed25519_vectors_of_its_authors_hold() -> None:
    import cryptography_vectors

    lines = (Path(cryptography_vectors.__file__).parent / "asymmetric/Ed25519/sign.input").read_text().splitlines()
    assert len(lines) == 1024
    for line in lines[::8]:
        secret, _, message, signed = (bytes.fromhex(part) for part in line.split(":")[:4])
        key = ed25519.Ed25519PrivateKey.from_private_bytes(secret[:32])
        signature = signatures.sign(key, "ECC_NIST_EDWARDS25519", message, "ED25519_SHA_512", False)
        assert signature + message == signed


@pytest.mark.parametrize("bits", [44, 65, 87])
def test_ml_dsa_meets_nists_known_answers(known_answers: Vectors, bits: int) -> None:
    """The answers have contexts, which enter the representative."""
    checked = 0
    for answer in known_answers(f"asymmetric/MLDSA/kat_MLDSA_{bits}_det_pure.rsp"):
        key = ml_dsa_key(bits, bytes.fromhex(answer["xi"]))
        public_key = load_der_public_key(key.public_der)
        assert public_key.public_bytes_raw().hex() == answer["pk"]
        message = bytes.fromhex(answer["msg"])
        signature = bytes.fromhex(answer["sm"]).removesuffix(message)
        hasher = mldsa.MLDSAMuHasher(public_key, bytes.fromhex(answer["ctx"]))
        hasher.update(message)
        mu = hasher.finalize()
        assert key.verify_mu(mu, signature)
        assert not key.verify_mu(mu[:-1] + bytes([mu[-1] ^ 1]), signature)
        assert key.verify_mu(mu, key.sign_mu(mu))
        checked += 1
    assert checked == 100


@pytest.mark.parametrize("name", ["ML_DSA_44", "ML_DSA_65", "ML_DSA_87"])
def test_a_message_and_its_representative_have_the_same_signatures(name: str) -> None:
    """FIPS 204 section 6.2: μ is SHAKE256(SHAKE256(public key) || 0 || 0 || message), each of 64 bytes."""
    key = PrivateKey(materials.generate(name))
    public_key = load_der_public_key(key.public_der).public_bytes_raw()
    mu = shake_256(shake_256(public_key).digest(64) + b"\0\0" + MESSAGE).digest(64)
    assert key.verify(MESSAGE, key.sign_mu(mu), "ML_DSA_SHAKE_256")
    assert key.verify_mu(mu, key.sign(MESSAGE, "ML_DSA_SHAKE_256"))
    assert not key.verify(mu, key.sign_mu(mu), "ML_DSA_SHAKE_256")


def test_a_representative_has_its_length_and_its_kind_of_key() -> None:
    key = PrivateKey(materials.generate("ML_DSA_44"))
    for size in (0, 63, 65):
        with pytest.raises(ValueError, match="64 bytes"):
            key.sign_mu(bytes(size))
        with pytest.raises(ValueError, match="64 bytes"):
            key.verify_mu(bytes(size), b"x")
    with pytest.raises(ValueError, match="no message representatives"):
        KEYS["ECC_NIST_P256"].sign_mu(bytes(64))
    with pytest.raises(ValueError, match="not digests"):
        key.sign(bytes(64), "ML_DSA_SHAKE_256", digest=True)


def ml_dsa_key(bits: int, seed: bytes) -> PrivateKey:
    key = getattr(mldsa, f"MLDSA{bits}PrivateKey").from_seed_bytes(seed)
    return PrivateKey(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
