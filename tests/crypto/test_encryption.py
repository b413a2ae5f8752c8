from collections.abc import Callable
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.crypto import encryption, materials
from vauban.crypto.errors import InvalidCiphertext
from vauban.crypto.private_keys import PrivateKey
from vauban.crypto.specs import SPECS

ALGORITHMS = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
MATERIAL = materials.generate("RSA_2048")
KEY = PrivateKey(MATERIAL)


def openssl_options(algorithm: str) -> tuple[str, ...]:
    chosen = "sha1" if algorithm.endswith("SHA_1") else "sha256"
    options = ("rsa_padding_mode:oaep", f"rsa_oaep_md:{chosen}", f"rsa_mgf1_md:{chosen}")
    return tuple(part for option in options for part in ("-pkeyopt", option))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_we_decrypt_what_openssl_encrypts(openssl: Callable[..., bytes], tmp_path: Path, algorithm: str) -> None:
    (tmp_path / "public.der").write_bytes(KEY.public_der)
    arguments = ("-encrypt", "-pubin", "-keyform", "DER", "-inkey", tmp_path / "public.der")
    ciphertext = openssl("pkeyutl", *arguments, *openssl_options(algorithm), input=b"from outside")
    assert KEY.decrypt(ciphertext, algorithm) == b"from outside"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_openssl_decrypts_what_we_encrypt(openssl: Callable[..., bytes], tmp_path: Path, algorithm: str) -> None:
    (tmp_path / "private.der").write_bytes(MATERIAL)
    arguments = ("-decrypt", "-keyform", "DER", "-inkey", tmp_path / "private.der")
    ciphertext = KEY.encrypt(b"from inside", algorithm)
    assert openssl("pkeyutl", *arguments, *openssl_options(algorithm), input=ciphertext) == b"from inside"


@pytest.mark.parametrize("name", [name for name in SPECS if name.startswith("RSA")])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_plaintext_limit_is_exactly_what_fits(name: str, algorithm: str) -> None:
    key = PrivateKey(materials.generate(name))
    limit = SPECS[name].plaintext_limits[algorithm]
    assert key.decrypt(key.encrypt(bytes(limit), algorithm), algorithm) == bytes(limit)
    with pytest.raises(ValueError, match=f"at most {limit} bytes, not {limit + 1}"):
        key.encrypt(bytes(limit + 1), algorithm)


@settings(max_examples=40)
@given(st.binary(max_size=190), st.sampled_from(ALGORITHMS))
def test_what_is_encrypted_decrypts(plaintext: bytes, algorithm: str) -> None:
    assert KEY.decrypt(KEY.encrypt(plaintext, algorithm), algorithm) == plaintext


@settings(max_examples=60)
@given(st.binary(max_size=300) | st.binary(min_size=256, max_size=256), st.sampled_from(ALGORITHMS))
def test_every_junk_is_refused_in_the_same_words(junk: bytes, algorithm: str) -> None:
    with pytest.raises(InvalidCiphertext) as refusal:
        KEY.decrypt(junk, algorithm)
    assert str(refusal.value) == ""
    assert refusal.value.__suppress_context__


def test_the_two_algorithms_do_not_read_each_other() -> None:
    with pytest.raises(InvalidCiphertext):
        KEY.decrypt(KEY.encrypt(b"x", ALGORITHMS[0]), ALGORITHMS[1])


@pytest.mark.parametrize("name", ["ECC_NIST_P256", "ECC_NIST_EDWARDS25519"])
def test_keys_that_do_not_encrypt_say_so(name: str) -> None:
    key = PrivateKey(materials.generate(name))
    with pytest.raises(ValueError, match="not an encryption algorithm"):
        key.encrypt(b"x", "RSAES_OAEP_SHA_256")
    with pytest.raises(ValueError, match="not an encryption algorithm"):
        key.decrypt(b"x", "RSAES_OAEP_SHA_256")


@pytest.mark.parametrize(("algorithm", "name"), [(ALGORITHMS[0], "oaep-vect"), (ALGORITHMS[1], "oaep-sha256-sha256")])
def test_the_oaep_vectors_hold(algorithm: str, name: str) -> None:
    """RSA Laboratories' PKCS #1 v2.1 vectors, and those derived from them for SHA-256."""
    tried = 0
    for key, plaintext, ciphertext in oaep_vectors(name):
        assert encryption.decrypt(key, "RSA_2048", ciphertext, algorithm) == plaintext
        tried += 1
    assert tried >= 30


def oaep_vectors(name: str) -> list[tuple[rsa.RSAPrivateKey, bytes, bytes]]:
    """``# Title:`` lines, each followed by hex: a key's eight numbers, then messages and their encryptions."""
    directory = "oaep-custom" if "custom" in name or "sha256" in name else "pkcs-1v2-1d2-vec"
    root = Path(cryptography_vectors.__file__).parent / "asymmetric/RSA" / directory
    fields: list[tuple[str, str]] = []
    for line in (root / f"{name}.txt").read_text().splitlines():
        if line.startswith("#") and line.rstrip().endswith(":"):
            fields.append((line.strip("# :"), ""))
        elif line.strip() and not line.startswith("#") and fields:
            fields[-1] = (fields[-1][0], fields[-1][1] + line.replace(" ", ""))
    found, numbers, plaintext = [], {}, b""
    for title, value in fields:
        if not value:
            continue
        if title == "Message":
            plaintext = bytes.fromhex(value)
        elif title == "Encryption":
            found.append((private_key(numbers), plaintext, bytes.fromhex(value)))
        elif title != "Seed":
            numbers[title] = int(value, 16)
    return found


def private_key(numbers: dict[str, int]) -> rsa.RSAPrivateKey:
    public = rsa.RSAPublicNumbers(numbers.get("Public exponent", 65537), numbers["Modulus"])
    crt = (numbers["Prime exponent 1"], numbers["Prime exponent 2"], numbers["Coefficient"])
    private = rsa.RSAPrivateNumbers(numbers["Prime 1"], numbers["Prime 2"], numbers["Exponent"], *crt, public)
    return private.private_key(unsafe_skip_rsa_key_validation=True)
