"""The ciphertext blob of a symmetric KMS key.

    01 02 02 00 78 | material id (32) | nonce (16) | 01 | length (4) | CMS EncryptedData

The CMS is RFC 5652 section 8 with RFC 5084's aes256-GCM: a 12-byte IV, a 16-byte tag after the ciphertext. Its key is
derived for this one message from the material and the nonce. What is authenticated besides the plaintext is the
material id and the encryption context. A blob of a given length has one valid encoding but for the four random or
encrypted fields, so it is read by comparing, not by parsing.
"""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vauban.crypto.derivation import MessageKeys
from vauban.crypto.errors import InvalidCiphertext

__all__ = ["InvalidCiphertext", "SymmetricMaterial", "material_id_of"]

VERSION = bytes.fromhex("0102020078")
LABEL = b"vauban kms ciphertext 1"
NONCE_SIZE = 16
IV_SIZE = 12
TAG_SIZE = 16
MAXIMUM_SIZE = 6144
"""``CiphertextType`` of the KMS model, in bytes."""

NONCE_AT = len(VERSION) + 32
HEAD_AT = NONCE_AT + NONCE_SIZE
SMALLEST_OVERHEAD = 125
"""Bytes of a blob around the shortest ciphertexts; DER's longer lengths add a few around the others."""

ENCRYPTED_DATA = bytes.fromhex("06092a864886f70d010706")
DATA = bytes.fromhex("06092a864886f70d010701")
AES256_GCM = bytes.fromhex("060960864801650304012e")
CMS_VERSION = bytes.fromhex("020100")
TAG_LENGTH = bytes.fromhex("020110")


class Frame(NamedTuple):
    """The fixed bytes of every blob with a ciphertext of one length."""

    head: bytes
    """From the nonce to the IV."""
    tail: bytes
    """From the IV to the ciphertext."""
    iv_at: int
    tail_at: int
    ciphertext_at: int
    size: int


class SymmetricMaterial:
    """The material of a SYMMETRIC_DEFAULT key, ready for use; keep it as long as the material lives."""

    __slots__ = ("_identity", "_keys", "_start", "material_id")

    def __init__(self, material: bytes, material_id: str):
        """``material`` is 32 bytes, ``material_id`` 64 hex digits. Raises ValueError for others."""
        identity = bytes.fromhex(material_id)
        if len(material) != 32 or len(identity) != 32:
            raise ValueError("key material and its id are 32 bytes each")
        self.material_id = material_id
        self._keys = MessageKeys(material, LABEL)
        self._identity = identity
        self._start = VERSION + identity

    def encrypt(self, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        """The blob. Raises ValueError where it would be longer than 6144 bytes."""
        frame = _frame_for_plaintext(len(plaintext))
        random = os.urandom(NONCE_SIZE + IV_SIZE)
        nonce, iv = random[:NONCE_SIZE], random[NONCE_SIZE:]
        authenticated = self._identity + canonical(context)
        ciphertext = AESGCM(self._keys.derive(nonce)).encrypt(iv, plaintext, authenticated)
        return b"".join((self._start, nonce, frame.head, iv, frame.tail, ciphertext))

    def decrypt(self, blob: bytes, context: Mapping[str, str]) -> bytes:
        """The plaintext. Raises InvalidCiphertext for anything but a blob of this material and context."""
        frame = _frame_of(blob)
        if not blob.startswith(self._start):
            raise InvalidCiphertext
        key = self._keys.derive(blob[NONCE_AT:HEAD_AT])
        try:
            authenticated = self._identity + canonical(context)
            return AESGCM(key).decrypt(blob[frame.iv_at : frame.tail_at], blob[frame.ciphertext_at :], authenticated)
        except (InvalidTag, UnicodeEncodeError):
            raise InvalidCiphertext from None


def material_id_of(blob: bytes) -> str:
    """The id of the material that ``blob`` says it is encrypted under. Raises InvalidCiphertext for no blob of ours."""
    _frame_of(blob)
    return blob[len(VERSION) : NONCE_AT].hex()


def canonical(context: Mapping[str, str]) -> bytes:
    """An encryption context as bytes: pairs sorted by key, each key and value after its length in characters."""
    text = ""
    for key in sorted(context):
        value = context[key]
        text += f"{len(key)}:{key}{len(value)}:{value}"
    return text.encode()


def _frame_of(blob: bytes) -> Frame:
    frame = _frame_for_blob(len(blob))
    if (
        frame is None
        or not blob.startswith(VERSION)
        or not blob.startswith(frame.head, HEAD_AT)
        or not blob.startswith(frame.tail, frame.tail_at)
    ):
        raise InvalidCiphertext
    return frame


@lru_cache(maxsize=1024)
def _frame_for_plaintext(size: int) -> Frame:
    frame = _frame(size + TAG_SIZE)
    if frame.size > MAXIMUM_SIZE:
        raise ValueError(f"a plaintext of {size} bytes does not fit a ciphertext blob")
    return frame


@lru_cache(maxsize=1024)
def _frame_for_blob(size: int) -> Frame | None:
    """The frame of the blobs of ``size`` bytes, or None where no blob is that long."""
    if size > MAXIMUM_SIZE:
        return None
    for ciphertext_size in range(size - SMALLEST_OVERHEAD, TAG_SIZE - 1, -1):
        frame = _frame(ciphertext_size)
        if frame.size <= size:
            return frame if frame.size == size else None
    return None


def _frame(ciphertext_size: int) -> Frame:
    tail = TAG_LENGTH + _element(0x80, b"", ciphertext_size)
    after = IV_SIZE + len(tail) + ciphertext_size
    cms = _encrypted_data(after)
    head = b"\x01" + (len(cms) + after).to_bytes(4, "big") + cms
    iv_at = HEAD_AT + len(head)
    tail_at = iv_at + IV_SIZE
    return Frame(head, tail, iv_at, tail_at, tail_at + len(tail), iv_at + after)


def _encrypted_data(after: int) -> bytes:
    """A CMS EncryptedData up to its IV, with ``after`` bytes from there on."""
    parameters_after = IV_SIZE + len(TAG_LENGTH)
    parameters = _element(0x30, _element(0x04, b"", IV_SIZE), parameters_after)
    algorithm = _element(0x30, AES256_GCM + parameters, parameters_after)
    content_info = _element(0x30, DATA + algorithm, after)
    encrypted_data = _element(0x30, CMS_VERSION + content_info, after)
    return _element(0x30, ENCRYPTED_DATA + _element(0xA0, encrypted_data, after), after)


def _element(tag: int, start: bytes, after: int) -> bytes:
    """The start of a DER element (X.690 section 10.1) that holds ``start`` and ``after`` bytes more."""
    length = len(start) + after
    if length < 0x80:
        return bytes((tag, length)) + start
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + start
