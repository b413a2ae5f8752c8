import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.crypto.wrapping import unwrap, wrap

KEY = bytes(range(32))


@given(st.binary(max_size=200), st.binary(max_size=40))
def test_what_is_wrapped_unwraps(secret: bytes, purpose: bytes) -> None:
    assert unwrap(KEY, wrap(KEY, secret, purpose), purpose) == secret


def test_every_flipped_bit_is_refused() -> None:
    wrapped = wrap(KEY, b"secret", b"purpose")
    for bit in range(len(wrapped) * 8):
        altered = bytearray(wrapped)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ValueError, match="altered"):
            unwrap(KEY, bytes(altered), b"purpose")


def test_another_key_another_purpose_and_less_are_refused() -> None:
    wrapped = wrap(KEY, b"secret", b"purpose")
    for key, given_bytes, purpose in ((bytes(32), wrapped, b"purpose"), (KEY, wrapped, b"other"), (KEY, b"", b"")):
        with pytest.raises(ValueError):
            unwrap(key, given_bytes, purpose)
