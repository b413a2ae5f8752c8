"""Messages under data keys: AES-256-GCM, the IV in front."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vauban.crypto.errors import InvalidCiphertext

IV_SIZE = 12


def sealed_message(key: bytes, iv: bytes, plaintext: bytes, authenticated: bytes) -> bytes:
    """``iv``, the ciphertext and its tag. ``key`` is 32 bytes, ``iv`` 12, never used twice under one key."""
    return iv + AESGCM(key).encrypt(iv, plaintext, authenticated)


def open_message(key: bytes, message: bytes, authenticated: bytes) -> bytes:
    """Raises InvalidCiphertext where it was altered, or is under another key."""
    try:
        return AESGCM(key).decrypt(message[:IV_SIZE], message[IV_SIZE:], authenticated)
    except (InvalidTag, ValueError):
        raise InvalidCiphertext from None
