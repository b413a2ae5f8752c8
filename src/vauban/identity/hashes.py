"""SHA-256, in the form that signatures take it."""

from hashlib import sha256

_BLANK = sha256()
"""Copied for each use: OpenSSL looks an algorithm up again for every new hash, which costs more than a small body."""


def sha256_hex(data: bytes) -> str:
    digest = _BLANK.copy()
    digest.update(data)
    return digest.hexdigest()
