import base64
from collections.abc import Callable

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from vauban.crypto import ciphertexts, derivation, materials
from vauban.crypto.ciphertexts import InvalidCiphertext, SymmetricMaterial, canonical, material_id_of

RAW = bytes(range(32))
MATERIAL_ID = materials.material_id("1234abcd-12ab-34cd-56ef-1234567890ab", RAW)
MATERIAL = SymmetricMaterial(RAW, MATERIAL_ID)
CONTEXT = {"purpose": "backup", "tenant": "alpha"}
CMS_AT = 58
KEPT = bytes.fromhex(
    "0102020078d921eea05dcafe620fe39807e1f474d658b83922742f8a3da1b0f763a088fbb2fa8843a9ae88007ddf137ebfe0"
    "b733dd010000006c306a06092a864886f70d010706a05d305b020100305606092a864886f70d010701301e06096086480165"
    "0304012e3011040c5cbe1e478901ff2852bab90d0201108029d2730c63e017a4344dfbe95e20dcceb4534785114a96b0ad05"
    "cfcf90a9cb848a0984ccc989d7c6e58e"
)

contexts = st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=4)


@given(st.binary(max_size=4096), contexts)
def test_what_is_encrypted_decrypts(plaintext: bytes, context: dict[str, str]) -> None:
    blob = MATERIAL.encrypt(plaintext, context)
    assert MATERIAL.decrypt(blob, context) == plaintext
    assert material_id_of(blob) == MATERIAL_ID
    assert plaintext not in blob or len(plaintext) < 4


@pytest.mark.parametrize("size", [0, 1, 48, 60, 61, 62, 80, 111, 112, 113, 200, 239, 240, 241, 4096, 5993])
def test_every_length_of_der_lengths_reads_back(size: int) -> None:
    assert MATERIAL.decrypt(MATERIAL.encrypt(bytes(size), {}), {}) == bytes(size)


def test_a_blob_looks_as_those_of_aws_and_is_as_long() -> None:
    blob = MATERIAL.encrypt(bytes(32), CONTEXT)
    assert base64.b64encode(blob).startswith(b"AQICAH")
    assert len(blob) == 173


def test_a_blob_kept_since_the_format_was_made_still_decrypts() -> None:
    assert MATERIAL.decrypt(KEPT, CONTEXT) == b"kept since the first blob"


def test_no_two_blobs_are_alike() -> None:
    assert len({MATERIAL.encrypt(b"same", CONTEXT) for _ in range(100)}) == 100


def test_a_plaintext_that_no_blob_can_hold_is_refused() -> None:
    assert len(MATERIAL.encrypt(bytes(5993), {})) == 6144
    with pytest.raises(ValueError, match="5994 bytes"):
        MATERIAL.encrypt(bytes(5994), {})


@pytest.mark.parametrize("size", [0, 32, 100, 300, 4096])
def test_asn1crypto_reads_the_cms_and_writes_the_same_bytes(size: int) -> None:
    blob = MATERIAL.encrypt(bytes(size), {})
    assert int.from_bytes(blob[CMS_AT - 4 : CMS_AT], "big") == len(blob) - CMS_AT
    parsed = cms.ContentInfo.load(blob[CMS_AT:], strict=True)
    assert parsed["content_type"].native == "encrypted_data"
    content = parsed["content"]["encrypted_content_info"]
    assert parsed["content"]["version"].native == "v0"
    assert content["content_type"].native == "data"
    assert content["content_encryption_algorithm"]["algorithm"].native == "aes256_gcm"
    assert len(content["encrypted_content"].native) == size + 16
    assert parsed.dump(force=True) == blob[CMS_AT:]


def test_openssl_reads_the_cms(openssl: Callable[..., bytes]) -> None:
    printed = openssl("cms", "-cmsout", "-print", "-inform", "DER", input=MATERIAL.encrypt(b"x", {})[CMS_AT:]).decode()
    assert "pkcs7-encryptedData" in printed
    assert "algorithm: aes-256-gcm" in printed


def test_a_blob_can_be_decrypted_from_its_description_alone() -> None:
    """SP 800-108 for the key, CMS for IV and ciphertext, material id and context for what is authenticated."""
    blob = MATERIAL.encrypt(b"by the book", {"b": "2", "a": "1"})
    nonce = blob[37:53]
    key = derivation.MessageKeys(RAW, b"vauban kms ciphertext 1").derive(nonce)
    content = cms.ContentInfo.load(blob[CMS_AT:])["content"]["encrypted_content_info"]
    iv = content["content_encryption_algorithm"]["parameters"].parsed[0].native
    authenticated = bytes.fromhex(MATERIAL_ID) + b"1:a1:11:b1:2"
    assert AESGCM(key).decrypt(iv, content["encrypted_content"].native, authenticated) == b"by the book"


@pytest.mark.parametrize("size", [0, 32, 150])
def test_every_flipped_bit_is_refused(size: int) -> None:
    blob = MATERIAL.encrypt(bytes(size), CONTEXT)
    for bit in range(len(blob) * 8):
        altered = bytearray(blob)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(InvalidCiphertext):
            MATERIAL.decrypt(bytes(altered), CONTEXT)


def test_every_truncation_and_any_extension_is_refused() -> None:
    blob = MATERIAL.encrypt(bytes(32), CONTEXT)
    for size in range(len(blob)):
        with pytest.raises(InvalidCiphertext):
            MATERIAL.decrypt(blob[:size], CONTEXT)
        with pytest.raises(InvalidCiphertext):
            material_id_of(blob[:size])
    with pytest.raises(InvalidCiphertext):
        MATERIAL.decrypt(blob + b"\0", CONTEXT)


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda rest: bytes.fromhex("0102020078") + rest))
def test_what_is_no_blob_is_refused(junk: bytes) -> None:
    with pytest.raises(InvalidCiphertext):
        material_id_of(junk)
    with pytest.raises(InvalidCiphertext):
        MATERIAL.decrypt(junk, {})


@pytest.mark.parametrize("size", [6145, 7000, 1_000_000])
def test_what_is_longer_than_any_blob_is_refused(size: int) -> None:
    with pytest.raises(InvalidCiphertext):
        material_id_of(b"\x01\x02\x02\x00\x78" + bytes(size))


@given(contexts, contexts)
def test_another_encryption_context_is_refused(context: dict[str, str], other: dict[str, str]) -> None:
    blob = MATERIAL.encrypt(b"secret", context)
    if context == other:
        assert MATERIAL.decrypt(blob, other) == b"secret"
        return
    with pytest.raises(InvalidCiphertext):
        MATERIAL.decrypt(blob, other)


@given(contexts, contexts)
def test_different_contexts_have_different_bytes(context: dict[str, str], other: dict[str, str]) -> None:
    assert (canonical(context) == canonical(other)) == (context == other)


def test_the_order_of_a_context_does_not_matter_and_its_case_does() -> None:
    blob = MATERIAL.encrypt(b"secret", {"a": "1", "b": "2"})
    assert MATERIAL.decrypt(blob, {"b": "2", "a": "1"}) == b"secret"
    with pytest.raises(InvalidCiphertext):
        MATERIAL.decrypt(blob, {"A": "1", "b": "2"})


def test_a_context_that_is_no_unicode_is_refused() -> None:
    blob = MATERIAL.encrypt(b"secret", {})
    with pytest.raises(InvalidCiphertext):
        MATERIAL.decrypt(blob, {"a": "\ud800"})
    with pytest.raises(ValueError):
        MATERIAL.encrypt(b"secret", {"a": "\ud800"})


def test_another_material_is_refused_even_under_the_same_id() -> None:
    blob = MATERIAL.encrypt(b"secret", {})
    with pytest.raises(InvalidCiphertext):
        SymmetricMaterial(bytes(32), MATERIAL_ID).decrypt(blob, {})
    with pytest.raises(InvalidCiphertext):
        SymmetricMaterial(RAW, "00" * 32).decrypt(blob, {})


def test_a_refusal_says_nothing() -> None:
    blob = MATERIAL.encrypt(b"secret", {})
    with pytest.raises(InvalidCiphertext) as refusal:
        MATERIAL.decrypt(blob, {"wrong": "context"})
    assert str(refusal.value) == ""


def test_a_material_does_not_show_itself() -> None:
    assert RAW.hex() not in repr(MATERIAL)
    assert "00, 1" not in repr(MATERIAL)
    assert repr(RAW) not in repr(MATERIAL)


@pytest.mark.parametrize(("material", "material_id"), [(bytes(31), "00" * 32), (RAW, "00" * 31), (RAW, "zz" * 32)])
def test_material_of_another_size_is_refused(material: bytes, material_id: str) -> None:
    with pytest.raises(ValueError):
        SymmetricMaterial(material, material_id)


def test_frames_agree_whichever_way_they_are_found() -> None:
    for size in range(0, 5994):
        frame = ciphertexts._frame_for_plaintext.__wrapped__(size)
        assert ciphertexts._frame_for_blob.__wrapped__(frame.size) == frame
