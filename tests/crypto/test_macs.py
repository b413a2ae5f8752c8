from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.crypto import macs


@pytest.mark.parametrize("bits", [224, 256, 384, 512])
def test_the_vectors_of_rfc_4231_hold(vectors: Callable[[str], Iterator[dict[str, str]]], bits: int) -> None:
    tried = list(vectors(f"HMAC/rfc-4231-sha{bits}.txt"))
    assert len(tried) >= 6
    for vector in tried:
        key, message = bytes.fromhex(vector["Key"]), bytes.fromhex(vector["Msg"])
        assert macs.mac(key, message, f"HMAC_SHA_{bits}").hex() == vector["MD"]


@given(st.binary(min_size=28, max_size=64), st.binary(max_size=100), st.sampled_from(list(macs.HASHES)), st.data())
def test_only_the_whole_mac_verifies(key: bytes, message: bytes, algorithm: str, data: st.DataObject) -> None:
    given_mac = macs.mac(key, message, algorithm)
    assert macs.verify_mac(key, message, given_mac, algorithm)
    bit = data.draw(st.integers(0, len(given_mac) * 8 - 1))
    flipped = (int.from_bytes(given_mac, "big") ^ (1 << bit)).to_bytes(len(given_mac), "big")
    assert not macs.verify_mac(key, message, flipped, algorithm)
    assert not macs.verify_mac(key, message, given_mac[:-1], algorithm)
    assert not macs.verify_mac(key, message + b"x", given_mac, algorithm)


def test_an_unknown_algorithm_is_refused() -> None:
    with pytest.raises(ValueError, match="HMAC_SHA_1"):
        macs.mac(bytes(32), b"", "HMAC_SHA_1")
