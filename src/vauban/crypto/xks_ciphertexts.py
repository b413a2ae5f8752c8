"""AES-GCM as an external key store proxy answers it: ciphertext, IV and tag apart, and metadata that says which key.

The metadata is 01 | generation of the material (2) | nonce (16). As in ``ciphertexts``, each message has a key of its
own, derived from the material and the nonce. What the caller authenticates is bound together with the metadata as the
specification of the API wants it.
"""

import os
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vauban.crypto.derivation import MessageKeys
from vauban.crypto.errors import InvalidCiphertext

LABEL = b"vauban xks ciphertext 1"
VERSION = b"\x01"
IV_SIZE = 12
NONCE_SIZE = 16
TAG_SIZE = 16
METADATA_SIZE = 3 + NONCE_SIZE


class XksCiphertext(NamedTuple):
    ciphertext: bytes
    """As long as the plaintext."""
    iv: bytes
    tag: bytes
    metadata: bytes


def encrypt(material: bytes, generation: int, plaintext: bytes, authenticated: bytes) -> XksCiphertext:
    """``plaintext`` under the material of a symmetric key, which is its ``generation``-th."""
    nonce, iv = os.urandom(NONCE_SIZE), os.urandom(IV_SIZE)
    metadata = VERSION + generation.to_bytes(2, "big") + nonce
    key = MessageKeys(material, LABEL).derive(nonce)
    sealed = AESGCM(key).encrypt(iv, plaintext, _bound(authenticated, metadata))
    return XksCiphertext(sealed[:-TAG_SIZE], iv, sealed[-TAG_SIZE:], metadata)


def generation_of(metadata: bytes) -> int:
    """Which of a key's materials is needed. Raises InvalidCiphertext for metadata that is not ours."""
    if len(metadata) != METADATA_SIZE or not metadata.startswith(VERSION):
        raise InvalidCiphertext
    return int.from_bytes(metadata[1:3], "big")


def decrypt(material: bytes, parts: XksCiphertext, authenticated: bytes) -> bytes:
    """The plaintext. Raises InvalidCiphertext where any part was altered, or is of another key."""
    key = MessageKeys(material, LABEL).derive(parts.metadata[3:])
    try:
        return AESGCM(key).decrypt(parts.iv, parts.ciphertext + parts.tag, _bound(authenticated, parts.metadata))
    except (InvalidTag, ValueError):
        raise InvalidCiphertext from None


def _bound(authenticated: bytes, metadata: bytes) -> bytes:
    return len(authenticated).to_bytes(2, "big") + authenticated + len(metadata).to_bytes(1, "big") + metadata
