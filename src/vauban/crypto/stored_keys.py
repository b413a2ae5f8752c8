"""The ciphertext blob of a KMS key whose material is in a custom key store.

    01 02 02 00 79 | material id (32) | IV length (1) | IV | tag (16) | metadata length (1) | metadata | ciphertext

The store authenticates with the ciphertext a digest of the material id and the encryption context.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from vauban.crypto import ciphertexts
from vauban.crypto.ciphertexts import MAXIMUM_SIZE, canonical
from vauban.crypto.errors import InvalidCiphertext

VERSION = bytes.fromhex("0102020079")
IDENTITY_AT = len(VERSION)
IV_AT = IDENTITY_AT + 33
TAG_SIZE = 16
IV_SIZES = (12, 16)
MOST_METADATA = 20


class StoredKeyCiphertext(NamedTuple):
    """What a key store made of a plaintext, and under which material's id that was."""

    material_id: str
    iv: bytes
    tag: bytes
    metadata: bytes
    """The store's own, to be given back to it."""
    ciphertext: bytes

    def encode(self) -> bytes:
        """The blob. Raises ValueError where it would be longer than 6144 bytes."""
        blob = b"".join(
            (
                VERSION,
                bytes.fromhex(self.material_id),
                bytes([len(self.iv)]),
                self.iv,
                self.tag,
                bytes([len(self.metadata)]),
                self.metadata,
                self.ciphertext,
            )
        )
        if len(blob) > MAXIMUM_SIZE:
            raise ValueError("what the key store made of the plaintext does not fit a ciphertext blob")
        return blob

    @classmethod
    def decode(cls, blob: bytes) -> "StoredKeyCiphertext":
        """Raises InvalidCiphertext for what is no blob of a key in a custom key store."""
        if not blob.startswith(VERSION) or not IV_AT < len(blob) <= MAXIMUM_SIZE:
            raise InvalidCiphertext
        tag_at = IV_AT + blob[IV_AT - 1]
        metadata_at = tag_at + TAG_SIZE + 1
        if tag_at - IV_AT not in IV_SIZES or len(blob) < metadata_at:
            raise InvalidCiphertext
        ciphertext_at = metadata_at + blob[metadata_at - 1]
        if ciphertext_at - metadata_at > MOST_METADATA or len(blob) < ciphertext_at:
            raise InvalidCiphertext
        return cls(
            blob[IDENTITY_AT : IV_AT - 1].hex(),
            blob[IV_AT:tag_at],
            blob[tag_at : metadata_at - 1],
            blob[metadata_at:ciphertext_at],
            blob[ciphertext_at:],
        )


def authenticated(material_id: str, context: Mapping[str, str]) -> bytes:
    """What a key store is given to authenticate: 32 bytes that tell it nothing of the context."""
    try:
        return sha256(bytes.fromhex(material_id) + canonical(context)).digest()
    except UnicodeEncodeError:
        raise InvalidCiphertext from None


def material_id_of(blob: bytes) -> str:
    """The id of the material that ``blob`` says it is under, be it KMS's or a store's. Raises InvalidCiphertext."""
    if blob.startswith(VERSION):
        return StoredKeyCiphertext.decode(blob).material_id
    return ciphertexts.material_id_of(blob)
