"""ML-KEM-512 keys, which `cryptography` does not have; they look like its ML-KEM keys.

They are made and used by the package `pqcrypto`, where that is installed. It tells no seed, so a private key is kept as
RFC 9935's ``expandedKey``, in which its public key stands.
"""

from importlib.util import find_spec
from typing import Any, Self

_ALGORITHM = bytes.fromhex("300b0609608648016503040401")
PKCS8 = bytes.fromhex("30820678020100") + _ALGORITHM + bytes.fromhex("0482066404820660")
"""What every private key begins with, in DER."""
_SPKI = bytes.fromhex("30820332") + _ALGORITHM + bytes.fromhex("0382032100")
_PRIVATE_SIZE = 1632
_PUBLIC = slice(768, 1568)
"""Where a private key has its public key (FIPS 203, algorithm 16)."""


def is_available() -> bool:
    """Whether ML-KEM-512 keys work here."""
    return find_spec("pqcrypto") is not None


class MLKEM512PublicKey:
    def __init__(self, raw: bytes):
        self._raw = raw

    def encapsulate(self) -> tuple[bytes, bytes]:
        """A shared secret, and what it is encapsulated in."""
        encapsulated, secret = _implementation().encaps(self._raw)
        return secret, encapsulated

    def public_bytes(self, *der_of_spki: Any) -> bytes:
        """A SubjectPublicKeyInfo in DER, whatever is asked for."""
        return _SPKI + self._raw


class MLKEM512PrivateKey:
    def __init__(self, raw: bytes):
        self._raw = raw

    @classmethod
    def generate(cls) -> Self:
        return cls(_implementation().keygen()[1])

    @classmethod
    def load(cls, pkcs8_der: bytes) -> Self:
        """Raises ValueError for a key of another length."""
        raw = pkcs8_der.removeprefix(PKCS8)
        if len(raw) != _PRIVATE_SIZE:
            raise ValueError("the key material is no valid ML-KEM-512 key")
        return cls(raw)

    def public_key(self) -> MLKEM512PublicKey:
        return MLKEM512PublicKey(self._raw[_PUBLIC])

    def decapsulate(self, encapsulated: bytes) -> bytes:
        """Raises ValueError where ``encapsulated`` has another length."""
        return _implementation().decaps(self._raw, encapsulated)

    def private_bytes(self, *der_of_pkcs8: Any) -> bytes:
        """PKCS #8 in DER, whatever is asked for."""
        return PKCS8 + self._raw


def _implementation() -> Any:
    from pqcrypto.kem import ml_kem_512

    return ml_kem_512
