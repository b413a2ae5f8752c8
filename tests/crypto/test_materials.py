from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.crypto import materials
from vauban.crypto.specs import SPECS

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize("spec", list(SPECS))
def test_generated_material_is_sound_material_of_its_spec(spec: str) -> None:
    material = materials.generate(spec)
    assert materials.check(spec, material) == material
    assert material != materials.generate(spec)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("RSA_3072", "Private-Key: (3072 bit"),
        ("ECC_NIST_P256", "prime256v1"),
        ("ECC_NIST_P384", "secp384r1"),
        ("ECC_NIST_P521", "secp521r1"),
        ("ECC_SECG_P256K1", "secp256k1"),
        ("ECC_NIST_EDWARDS25519", "ED25519 Private-Key"),
    ],
)
def test_openssl_reads_a_generated_key(openssl: Callable[..., bytes], spec: str, words: str) -> None:
    text = openssl("pkey", "-inform", "DER", "-noout", "-text", input=materials.generate(spec)).decode()
    assert words in text


@pytest.mark.parametrize("spec", ["", "SM2", "RSA_1024", "symmetric_default"])
def test_no_other_spec_is_generated(spec: str) -> None:
    with pytest.raises(ValueError, match="not a key spec"):
        materials.generate(spec)


def test_a_material_id_is_64_hex_digits_and_stays_what_it_was() -> None:
    found = materials.material_id(KEY_ID, bytes(range(32)))
    assert found == "d921eea05dcafe620fe39807e1f474d658b83922742f8a3da1b0f763a088fbb2"


@given(st.text(), st.binary(max_size=64), st.text(), st.binary(max_size=64))
def test_two_materials_share_an_id_only_if_key_and_material_are_the_same(
    key_id: str, material: bytes, other_key_id: str, other: bytes
) -> None:
    same = (key_id, material) == (other_key_id, other)
    assert (materials.material_id(key_id, material) == materials.material_id(other_key_id, other)) == same


def test_a_key_id_and_a_material_cannot_flow_into_each_other() -> None:
    assert materials.material_id("ab", b"c") != materials.material_id("a", b"bc")


@pytest.mark.parametrize(
    ("spec", "material"),
    [
        ("SYMMETRIC_DEFAULT", bytes(31)),
        ("HMAC_512", bytes(32)),
        ("RSA_2048", b""),
        ("RSA_2048", b"0\x82\x04\xbd"),
        ("ECC_NIST_P256", bytes(32)),
        ("ECC_NIST_P256", materials.generate("ECC_NIST_P384")),
        ("RSA_2048", materials.generate("ECC_NIST_EDWARDS25519")),
    ],
    ids=["short AES", "short HMAC", "empty", "truncated", "not DER", "another curve", "not RSA"],
)
def test_imported_material_that_is_not_of_its_spec_is_refused(spec: str, material: bytes) -> None:
    with pytest.raises(ValueError):
        materials.check(spec, material)


def test_an_imported_rsa_key_whose_parts_do_not_fit_is_refused() -> None:
    material = bytearray(materials.generate("RSA_2048"))
    material[-1] ^= 1  # the CRT coefficient stands last
    with pytest.raises(ValueError, match="no valid PKCS #8"):
        materials.check("RSA_2048", bytes(material))


def test_an_rsa_key_of_a_size_that_kms_does_not_have_is_refused(openssl: Callable[..., bytes]) -> None:
    odd = openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-outform", "DER")
    with pytest.raises(ValueError, match="no supported key spec"):
        materials.check("RSA_2048", odd)
