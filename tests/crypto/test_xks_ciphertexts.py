import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from vauban.crypto import xks_ciphertexts
from vauban.crypto.derivation import MessageKeys
from vauban.crypto.errors import InvalidCiphertext
from vauban.crypto.xks_ciphertexts import LABEL, XksCiphertext

MATERIAL = bytes(range(32))


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(0, 65535))
def test_it_opens_what_it_sealed_and_says_by_which_generation(plaintext: bytes, bound: bytes, generation: int) -> None:
    parts = xks_ciphertexts.encrypt(MATERIAL, generation, plaintext, bound)
    assert (len(parts.ciphertext), len(parts.iv), len(parts.tag)) == (len(plaintext), 12, 16)
    assert len(parts.metadata) <= 20
    assert xks_ciphertexts.generation_of(parts.metadata) == generation
    assert xks_ciphertexts.decrypt(MATERIAL, parts, bound) == plaintext


def test_lengths_are_bound_so_that_nothing_moves_from_one_part_to_the_other() -> None:
    """As the specification wants: 2-byte length, data, 1-byte length, metadata."""
    parts = xks_ciphertexts.encrypt(MATERIAL, 1, b"plaintext", b"bound")
    key = MessageKeys(MATERIAL, LABEL).derive(parts.metadata[3:])
    whole = b"\0\x05bound\x13" + parts.metadata
    assert AESGCM(key).decrypt(parts.iv, parts.ciphertext + parts.tag, whole) == b"plaintext"


@pytest.mark.parametrize("field", range(4))
def test_every_altered_part_is_noticed(field: int) -> None:
    parts = xks_ciphertexts.encrypt(MATERIAL, 1, b"plaintext", b"bound")
    for at in range(len(parts[field])):
        changed = list(parts)
        changed[field] = parts[field][:at] + bytes([parts[field][at] ^ 1]) + parts[field][at + 1 :]
        with pytest.raises(InvalidCiphertext):
            xks_ciphertexts.decrypt(MATERIAL, XksCiphertext(*changed), b"bound")


def test_another_key_and_other_data_open_nothing() -> None:
    parts = xks_ciphertexts.encrypt(MATERIAL, 1, b"plaintext", b"bound")
    for material, bound in ((os.urandom(32), b"bound"), (MATERIAL, b"other"), (MATERIAL, b"")):
        with pytest.raises(InvalidCiphertext):
            xks_ciphertexts.decrypt(material, parts, bound)


@given(st.binary(max_size=40))
def test_junk_is_no_metadata(junk: bytes) -> None:
    if len(junk) == 19 and junk[0] == 1:
        return
    with pytest.raises(InvalidCiphertext):
        xks_ciphertexts.generation_of(junk)
