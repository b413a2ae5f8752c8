"""Passwords as they are kept: salted and hashed with Argon2id (RFC 9106), at OWASP's least cost for sign-in."""

import hmac
import os
import unicodedata

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SALT_BYTES = 16
HASH_BYTES = 32
ENTRY_BYTES = SALT_BYTES + HASH_BYTES
MEMORY_KIB = 19 * 1024
ITERATIONS = 2


def hash_password(password: str) -> bytes:
    """A fresh salt and the hash under it: ``ENTRY_BYTES``."""
    salt = os.urandom(SALT_BYTES)
    return salt + _hashed(password, salt)


def is_among(password: str, entries: bytes) -> bool:
    """Whether the password is one of those whose entries are given one after another."""
    found = False
    for start in range(0, len(entries), ENTRY_BYTES):
        salt, hashed = entries[start : start + SALT_BYTES], entries[start + SALT_BYTES : start + ENTRY_BYTES]
        found |= hmac.compare_digest(_hashed(password, salt), hashed)
    return found


def _hashed(password: str, salt: bytes) -> bytes:
    text = unicodedata.normalize("NFC", password).encode()
    kdf = Argon2id(salt=salt, length=HASH_BYTES, iterations=ITERATIONS, lanes=1, memory_cost=MEMORY_KIB)
    return kdf.derive(text)
