"""Key encapsulation: ML-KEM (FIPS 203)."""

from typing import Any

from vauban.crypto.errors import InvalidCiphertext
from vauban.crypto.specs import SPECS


def encapsulate(key: Any, key_spec: str) -> tuple[bytes, bytes]:
    """A shared secret (32 bytes), and what it is encapsulated in. Raises ValueError for a key of another kind."""
    _require(key_spec)
    return key.encapsulate()


def decapsulate(key: Any, key_spec: str, encapsulated: bytes) -> bytes:
    """The shared secret; of what was altered, or is for another key, one that nobody else has (implicit rejection).

    Raises InvalidCiphertext where ``encapsulated`` has not the key spec's length, ValueError for a key of another kind.
    """
    _require(key_spec)
    try:
        return key.decapsulate(encapsulated)
    except ValueError:
        raise InvalidCiphertext from None


def _require(key_spec: str) -> None:
    if "ML_KEM" not in SPECS[key_spec].encapsulation_algorithms:
        raise ValueError(f"ML_KEM is not an encapsulation algorithm of {key_spec} keys")
