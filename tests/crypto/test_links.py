import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.crypto.links import LinkCipher

SECRET = bytes(range(32))


@given(st.binary(max_size=200), st.binary(max_size=40))
def test_what_is_sealed_opens(plaintext: bytes, kind: bytes) -> None:
    assert LinkCipher(SECRET).open(kind, LinkCipher(SECRET).seal(kind, plaintext)) == plaintext


def test_no_message_is_sealed_the_same_way_twice() -> None:
    cipher = LinkCipher(SECRET)
    assert cipher.seal(b"events", b"a") != cipher.seal(b"events", b"a")


def test_every_flipped_bit_is_refused() -> None:
    message = LinkCipher(SECRET).seal(b"events", b"secret")
    for bit in range(len(message) * 8):
        altered = bytearray(message)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ValueError):
            LinkCipher(SECRET).open(b"events", bytes(altered))


def test_another_secret_another_kind_and_less_are_refused() -> None:
    message = LinkCipher(SECRET).seal(b"events", b"secret")
    for secret, kind, given_bytes in (
        (SECRET[::-1], b"events", message),
        (SECRET, b"taken", message),
        (SECRET, b"events", message[:30]),
        (SECRET, b"events", b""),
    ):
        with pytest.raises(ValueError):
            LinkCipher(secret).open(kind, given_bytes)


def test_a_short_secret_is_none() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        LinkCipher(SECRET[:31])
