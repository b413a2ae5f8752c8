"""Encryption under an RSA key: RSAES-OAEP (RFC 8017 section 7.1), without a label, MGF1 over the same hash."""

from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from vauban.crypto.errors import InvalidCiphertext
from vauban.crypto.specs import SPECS

PADDINGS = {
    name: padding.OAEP(mgf=padding.MGF1(chosen), algorithm=chosen, label=None)
    for name, chosen in (("RSAES_OAEP_SHA_1", hashes.SHA1()), ("RSAES_OAEP_SHA_256", hashes.SHA256()))
}


def encrypt(key: Any, key_spec: str, plaintext: bytes, algorithm: str) -> bytes:
    """Raises ValueError where the algorithm is not the key spec's, or the plaintext is longer than it can take."""
    limit = _limit(key_spec, algorithm)
    if len(plaintext) > limit:
        raise ValueError(f"{algorithm} with {key_spec} encrypts at most {limit} bytes, not {len(plaintext)}")
    return key.encrypt(plaintext, PADDINGS[algorithm])


def decrypt(key: Any, key_spec: str, ciphertext: bytes, algorithm: str) -> bytes:
    """Raises InvalidCiphertext, the same for every cause: a hint at where the padding broke is Manger's oracle."""
    _limit(key_spec, algorithm)
    try:
        return key.decrypt(ciphertext, PADDINGS[algorithm])
    except ValueError:
        raise InvalidCiphertext from None


def _limit(key_spec: str, algorithm: str) -> int:
    limit = SPECS[key_spec].plaintext_limits.get(algorithm)
    if limit is None:
        raise ValueError(f"{algorithm} is not an encryption algorithm of {key_spec} keys")
    return limit
