import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding
from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.crypto import materials
from vauban.crypto.errors import InvalidCiphertext
from vauban.crypto.imports import OAEP_OF, unwrap_import
from vauban.crypto.private_keys import PrivateKey
from vauban.crypto.specs import SPECS

KEY = PrivateKey(materials.generate("RSA_2048"))
AES_WRAPS = [name for name in OAEP_OF if name.startswith("RSA_AES")]
OAEPS = [name for name in OAEP_OF if name.startswith("RSAES")]


def wrap(material: bytes, algorithm: str, wrapping_key: bytes) -> bytes:
    return KEY.encrypt(wrapping_key, OAEP_OF[algorithm]) + aes_key_wrap_with_padding(wrapping_key, material)


@pytest.mark.parametrize("algorithm", AES_WRAPS)
def test_we_unwrap_what_openssl_wraps(openssl: Callable[..., bytes], tmp_path: Path, algorithm: str) -> None:
    """The steps of "Encrypting key material with RSA_AES_KEY_WRAP" in the KMS guide."""
    material, wrapping_key = materials.generate("RSA_3072"), os.urandom(32)
    (tmp_path / "public.der").write_bytes(KEY.public_der)
    digest = "sha1" if algorithm.endswith("SHA_1") else "sha256"
    options = ("-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", f"rsa_oaep_md:{digest}")
    options += ("-pkeyopt", f"rsa_mgf1_md:{digest}", "-pubin", "-keyform", "DER", "-inkey", tmp_path / "public.der")
    encrypted = openssl("pkeyutl", "-encrypt", *options, input=wrapping_key)
    arguments = ("-id-aes256-wrap-pad", "-K", wrapping_key.hex(), "-iv", "A65959A6")
    (tmp_path / "material").write_bytes(material)
    openssl("enc", *arguments, "-in", tmp_path / "material", "-out", tmp_path / "wrapped")
    assert unwrap_import(KEY, encrypted + (tmp_path / "wrapped").read_bytes(), algorithm) == material


@pytest.mark.parametrize("name", list(SPECS))
@pytest.mark.parametrize("algorithm", AES_WRAPS)
def test_material_of_every_spec_can_be_imported(name: str, algorithm: str) -> None:
    material = materials.generate(name)
    unwrapped = unwrap_import(KEY, wrap(material, algorithm, os.urandom(32)), algorithm)
    assert unwrapped == material
    materials.check(name, unwrapped)


@pytest.mark.parametrize("algorithm", OAEPS)
def test_short_material_can_be_imported_by_rsa_alone(algorithm: str) -> None:
    material = materials.generate("SYMMETRIC_DEFAULT")
    assert unwrap_import(KEY, KEY.encrypt(material, algorithm), algorithm) == material


@settings(max_examples=60)
@given(st.binary(max_size=400), st.sampled_from(list(OAEP_OF)))
def test_junk_is_refused(junk: bytes, algorithm: str) -> None:
    with pytest.raises(InvalidCiphertext):
        unwrap_import(KEY, junk, algorithm)


@pytest.mark.parametrize("algorithm", AES_WRAPS)
def test_every_altered_or_missing_byte_is_refused(algorithm: str) -> None:
    wrapped = wrap(bytes(48), algorithm, os.urandom(32))
    for at in range(240, len(wrapped)):
        for altered in (wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :], wrapped[:at]):
            with pytest.raises(InvalidCiphertext):
                unwrap_import(KEY, altered, algorithm)


@pytest.mark.parametrize("size", [16, 24])
def test_a_wrapping_key_that_is_not_of_256_bits_is_refused(size: int) -> None:
    with pytest.raises(InvalidCiphertext):
        unwrap_import(KEY, wrap(bytes(32), AES_WRAPS[0], bytes(size)), AES_WRAPS[0])


@pytest.mark.parametrize("algorithm", ["RSAES_PKCS1_V1_5", "SM2PKE", ""])
def test_another_algorithm_is_refused_by_name(algorithm: str) -> None:
    with pytest.raises(ValueError, match="not a wrapping algorithm"):
        unwrap_import(KEY, bytes(256), algorithm)


def test_the_key_unwrapping_vectors_of_nist_hold(vectors: Callable[[str], Iterator[dict[str, str]]]) -> None:
    """SP 800-38F, KWP-AD with AES-256; those that fail are among them."""
    tried = [each for each in vectors("keywrap/kwtestvectors/KWP_AD_256.txt") if "K" in each]
    assert len(tried) >= 500
    for vector in tried[::5]:
        wrapped = KEY.encrypt(bytes.fromhex(vector["K"]), OAEP_OF["RSA_AES_KEY_WRAP_SHA_256"])
        wrapped += bytes.fromhex(vector["C"])
        if "P" in vector:
            assert unwrap_import(KEY, wrapped, "RSA_AES_KEY_WRAP_SHA_256").hex() == vector["P"]
        else:
            with pytest.raises(InvalidCiphertext):
                unwrap_import(KEY, wrapped, "RSA_AES_KEY_WRAP_SHA_256")
