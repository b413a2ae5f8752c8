"""Message authentication codes: HMAC (RFC 2104, FIPS 198-1)."""

import hmac

HASHES = {"HMAC_SHA_224": "sha224", "HMAC_SHA_256": "sha256", "HMAC_SHA_384": "sha384", "HMAC_SHA_512": "sha512"}


def mac(key: bytes, message: bytes, algorithm: str) -> bytes:
    """The whole HMAC of ``message``. Raises ValueError for an algorithm that is none of KMS's."""
    if algorithm not in HASHES:
        raise ValueError(f"{algorithm} is not a MAC algorithm")
    return hmac.digest(key, message, HASHES[algorithm])


def verify_mac(key: bytes, message: bytes, given: bytes, algorithm: str) -> bool:
    """Whether ``given`` is the whole HMAC of ``message``; takes as long whatever byte differs."""
    return hmac.compare_digest(mac(key, message, algorithm), given)
