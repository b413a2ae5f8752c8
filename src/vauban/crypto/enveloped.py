"""CMS EnvelopedData (RFC 5652 section 6) for one RSA key: RSAES-OAEP with SHA-256 (RFC 4055), AES-256-CBC."""

import os

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.padding import PKCS7

_OAEP = OAEP(MGF1(SHA256()), SHA256(), None)


def _element(tag: int, *parts: bytes) -> bytes:
    """A DER element (X.690 section 10.1)."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


_SEQUENCE, _SET, _OCTETS, _NULL = 0x30, 0x31, 0x04, b"\x05\x00"
_VERSION_2 = bytes.fromhex("020102")
_ENVELOPED_DATA = bytes.fromhex("06092a864886f70d010703")
_DATA = bytes.fromhex("06092a864886f70d010701")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")
_SHA_256 = _element(_SEQUENCE, bytes.fromhex("0609608648016503040201"), _NULL)
_MGF1 = _element(_SEQUENCE, bytes.fromhex("06092a864886f70d010108"), _SHA_256)
_RSAES_OAEP = _element(
    _SEQUENCE,
    bytes.fromhex("06092a864886f70d010107"),
    _element(_SEQUENCE, _element(0xA0, _SHA_256), _element(0xA1, _MGF1)),
)


def envelop(key: RSAPublicKey, content: bytes) -> bytes:
    """``content`` for who has the private key, in DER; the recipient is named by its subject key identifier."""
    content_key, iv = os.urandom(32), os.urandom(16)
    padder = PKCS7(128).padder()
    encryptor = Cipher(AES256(content_key), CBC(iv)).encryptor()
    encrypted = encryptor.update(padder.update(content) + padder.finalize()) + encryptor.finalize()
    recipient = _element(
        _SEQUENCE,
        _VERSION_2,
        _element(0x80, x509.SubjectKeyIdentifier.from_public_key(key).digest),
        _RSAES_OAEP,
        _element(_OCTETS, key.encrypt(content_key, _OAEP)),
    )
    algorithm = _element(_SEQUENCE, _AES_256_CBC, _element(_OCTETS, iv))
    info = _element(_SEQUENCE, _DATA, algorithm, _element(0x80, encrypted))
    enveloped = _element(_SEQUENCE, _VERSION_2, _element(_SET, recipient), info)
    return _element(_SEQUENCE, _ENVELOPED_DATA, _element(0xA0, enveloped))
