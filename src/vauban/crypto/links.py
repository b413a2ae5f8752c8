"""What two servers that share a secret say to each other: seen by nobody else, and altered by nobody.

    01 | nonce (16) | IV (12) | ciphertext | tag (16)

AES-256-GCM under a key for each message, derived from the secret. What kind of message it is, and which one it answers,
is authenticated with it: none passes for another.
"""

import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vauban.crypto.derivation import MessageKeys

VERSION = b"\x01"
LABEL = b"vauban link 1"
NONCE_SIZE = 16
IV_SIZE = 12
SMALLEST_SECRET = 32
"""Bytes."""
_HEAD_SIZE = len(VERSION) + NONCE_SIZE + IV_SIZE


class LinkCipher:
    """Seals and opens the messages of a link."""

    def __init__(self, secret: bytes):
        """Raises ValueError for a secret of less than 32 bytes."""
        if len(secret) < SMALLEST_SECRET:
            raise ValueError(f"the secret of a link has {SMALLEST_SECRET} bytes at least")
        self._keys = MessageKeys(sha256(secret).digest(), LABEL)

    def seal(self, kind: bytes, plaintext: bytes) -> bytes:
        """``plaintext`` as a message of a ``kind``; 45 bytes longer."""
        random = os.urandom(NONCE_SIZE + IV_SIZE)
        key = self._keys.derive(random[:NONCE_SIZE])
        head = VERSION + random
        return head + AESGCM(key).encrypt(random[NONCE_SIZE:], plaintext, head + kind)

    def open(self, kind: bytes, message: bytes) -> bytes:
        """Raises ValueError where it is not whole, of another kind, or from somebody who does not know the secret."""
        head = message[:_HEAD_SIZE]
        if len(head) < _HEAD_SIZE or not message.startswith(VERSION):
            raise ValueError("this is no message of a link")
        random = head[len(VERSION) :]
        try:
            key = self._keys.derive(random[:NONCE_SIZE])
            return AESGCM(key).decrypt(random[NONCE_SIZE:], message[_HEAD_SIZE:], head + kind)
        except InvalidTag:
            raise ValueError("a message of a link was altered, or its sender has another secret") from None
