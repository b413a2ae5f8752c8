"""Keys kept under other keys: AES-256-GCM with a random 96-bit nonce, for the few wraps that a key sees in its life."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_SIZE = 12
TAG_SIZE = 16


def wrap(key: bytes, secret: bytes, purpose: bytes) -> bytes:
    """``nonce (12) | ciphertext | tag (16)``; ``purpose`` is authenticated with it."""
    nonce = os.urandom(NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, secret, purpose)


def unwrap(key: bytes, wrapped: bytes, purpose: bytes) -> bytes:
    """Raises ValueError where ``wrapped`` was altered, or wrapped by another key or for another purpose."""
    if len(wrapped) < NONCE_SIZE + TAG_SIZE:
        raise ValueError("a wrapped key is cut short")
    try:
        return AESGCM(key).decrypt(wrapped[:NONCE_SIZE], wrapped[NONCE_SIZE:], purpose)
    except InvalidTag:
        raise ValueError("a wrapped key was altered, or wrapped by another key") from None
