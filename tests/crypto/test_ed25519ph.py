"""Against RFC 8032: its test vector, and its own arithmetic, written out here."""

from hashlib import sha512

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.crypto import ed25519ph, materials
from vauban.crypto.private_keys import PrivateKey

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, PRIME) % PRIME
BASE_Y = 4 * pow(5, -1, PRIME) % PRIME
DOMAIN = b"SigEd25519 no Ed25519 collisions\x01\x00"
ALGORITHM = "ED25519_PH_SHA_512"

Point = tuple[int, int]


def add(p: Point, q: Point) -> Point:
    """Section 5.1.4, in affine coordinates."""
    product = D * p[0] * q[0] * p[1] * q[1] % PRIME
    x = (p[0] * q[1] + q[0] * p[1]) * pow(1 + product, -1, PRIME)
    y = (p[1] * q[1] + p[0] * q[0]) * pow(1 - product, -1, PRIME)
    return x % PRIME, y % PRIME


def multiply(scalar: int, point: Point) -> Point:
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def decode(encoded: bytes) -> Point:
    """Section 5.1.3."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    assert (x * x - square) % PRIME == 0
    return (PRIME - x if x & 1 != sign else x), y


def valid(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Section 5.1.7, for Ed25519ph without a context."""
    scalar = int.from_bytes(signature[32:], "little")
    digest = sha512(DOMAIN + signature[:32] + public_key + sha512(message).digest()).digest()
    k = int.from_bytes(digest, "little") % ORDER
    base = decode(BASE_Y.to_bytes(32, "little"))
    return multiply(scalar, base) == add(decode(signature[:32]), multiply(k, decode(public_key)))


def test_the_vector_of_the_rfc_holds() -> None:
    """Section 7.3."""
    seed = "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42"
    expected = (
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
        "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406"
    )
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    assert ed25519ph.sign(key, b"abc").hex() == expected
    assert ed25519ph.verify(key.public_key(), b"abc", bytes.fromhex(expected))


@settings(max_examples=5, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_the_arithmetic_of_the_rfc_finds_our_signatures_valid(seed: bytes, message: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    signature = ed25519ph.sign(key, message)
    assert valid(key.public_key().public_bytes_raw(), message, signature)
    assert not valid(key.public_key().public_bytes_raw(), message + b"!", signature)


def test_kms_takes_a_digest_and_hashes_it_again() -> None:
    key = PrivateKey(materials.generate("ECC_NIST_EDWARDS25519"))
    digest = sha512(b"a message").digest()
    signature = key.sign(digest, ALGORITHM, digest=True)
    assert valid(key.public_der[-32:], digest, signature)
    assert key.verify(digest, signature, ALGORITHM, digest=True)
    assert not valid(key.public_der[-32:], b"a message", signature)


def test_it_is_not_the_pure_variant_nor_the_other_way_round() -> None:
    key = PrivateKey(materials.generate("ECC_NIST_EDWARDS25519"))
    digest = sha512(b"a message").digest()
    assert not key.verify(digest, key.sign(digest, ALGORITHM, digest=True), "ED25519_SHA_512")
    assert not key.verify(digest, key.sign(digest, "ED25519_SHA_512"), ALGORITHM, digest=True)


def test_it_signs_nothing_but_digests() -> None:
    key = PrivateKey(materials.generate("ECC_NIST_EDWARDS25519"))
    with pytest.raises(ValueError, match="not messages"):
        key.sign(b"a message", ALGORITHM)
    with pytest.raises(ValueError, match="64 bytes long, not 9"):
        key.verify(b"a message", b"", ALGORITHM, digest=True)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=100))
def test_junk_is_no_signature(junk: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert not ed25519ph.verify(key.public_key(), b"abc", junk)


def test_every_flipped_bit_of_a_signature_is_noticed() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    signature = ed25519ph.sign(key, b"abc")
    for bit in range(0, 512, 7):
        altered = bytearray(signature)
        altered[bit // 8] ^= 1 << bit % 8
        assert not ed25519ph.verify(key.public_key(), b"abc", bytes(altered))
