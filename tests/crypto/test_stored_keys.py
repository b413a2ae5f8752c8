import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.crypto.ciphertexts import SymmetricMaterial
from vauban.crypto.errors import InvalidCiphertext
from vauban.crypto.stored_keys import StoredKeyCiphertext, authenticated, material_id_of

IDENTITY = "ab" * 32


@given(
    st.sampled_from([12, 16]).flatmap(lambda size: st.binary(min_size=size, max_size=size)),
    st.binary(min_size=16, max_size=16),
    st.binary(max_size=20),
    st.binary(max_size=4300),
)
def test_a_blob_is_read_as_it_was_made(iv: bytes, tag: bytes, metadata: bytes, ciphertext: bytes) -> None:
    made = StoredKeyCiphertext(IDENTITY, iv, tag, metadata, ciphertext)
    assert StoredKeyCiphertext.decode(made.encode()) == made
    assert material_id_of(made.encode()) == IDENTITY


@given(st.binary(max_size=200))
def test_junk_is_no_blob(junk: bytes) -> None:
    for blob in (junk, bytes.fromhex("0102020079") + junk):
        try:
            again = StoredKeyCiphertext.decode(blob)
        except InvalidCiphertext:
            continue
        assert again.encode() == blob


def test_every_cut_of_a_blob_is_refused_or_a_shorter_ciphertext() -> None:
    made = StoredKeyCiphertext(IDENTITY, bytes(12), bytes(16), b"metadata", b"ciphertext")
    blob = made.encode()
    for size in range(len(blob) - len(made.ciphertext)):
        with pytest.raises(InvalidCiphertext):
            StoredKeyCiphertext.decode(blob[:size])


def test_what_does_not_fit_a_blob_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        StoredKeyCiphertext(IDENTITY, bytes(12), bytes(16), b"", bytes(6100)).encode()


def test_blobs_of_kms_own_material_are_known_apart() -> None:
    blob = SymmetricMaterial(bytes(32), IDENTITY).encrypt(b"x", {})
    assert material_id_of(blob) == IDENTITY
    with pytest.raises(InvalidCiphertext):
        StoredKeyCiphertext.decode(blob)


def test_what_is_authenticated_tells_contexts_apart_and_none_of_them() -> None:
    first, second = authenticated(IDENTITY, {"a": "bc"}), authenticated(IDENTITY, {"ab": "c"})
    assert len(first) == 32
    assert len({first, second, authenticated("cd" * 32, {"a": "bc"})}) == 3
    with pytest.raises(InvalidCiphertext):
        authenticated(IDENTITY, {"a": "\ud800"})
