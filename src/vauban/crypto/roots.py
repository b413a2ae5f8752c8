"""The root key, and the keyring that it wraps.

    seal -> root key -> keyring (wrapping keys) -> account wrapping key -> a key for each sealed secret

The root key wraps nothing but the keyring, and lives only while that is opened. A keyring's wrapping keys are random,
so another root, or another seal, is a matter of wrapping the keyring anew: no sealed secret is touched. An account's
wrapping key is derived from them, so that opening an account writes nothing and every process knows its key at once.
"""

import os
from collections.abc import Sequence

from vauban.crypto.wrapping import unwrap, wrap

KEY_SIZE = 32
PURPOSE = b"vauban keyring 1"
MAXIMUM_GENERATIONS = 1024


def generate_root() -> bytes:
    """256 bits."""
    return os.urandom(KEY_SIZE)


class Keyring:
    """Wrapping keys, the oldest first. The newest seals; all unseal. The first is generation 1."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Sequence[bytes] = ()):
        self._keys = tuple(keys) or (os.urandom(KEY_SIZE),)

    @property
    def newest(self) -> int:
        return len(self._keys)

    def key(self, generation: int) -> bytes:
        """Raises ValueError where there is no such generation."""
        if not 1 <= generation <= len(self._keys):
            raise ValueError(f"there is no wrapping key of generation {generation}")
        return self._keys[generation - 1]

    def grown(self) -> "Keyring":
        """This keyring with a fresh wrapping key, for what is sealed from now on."""
        if len(self._keys) == MAXIMUM_GENERATIONS:
            raise ValueError(f"a keyring holds at most {MAXIMUM_GENERATIONS} wrapping keys")
        return Keyring((*self._keys, os.urandom(KEY_SIZE)))

    def wrap(self, root: bytes) -> bytes:
        """The keyring as it may lie on a disk."""
        return wrap(root, b"".join(self._keys), PURPOSE)

    @classmethod
    def unwrap(cls, root: bytes, wrapped: bytes) -> "Keyring":
        """Raises ValueError where ``wrapped`` was altered, or is wrapped by another root."""
        keys = unwrap(root, wrapped, PURPOSE)
        if not keys or len(keys) % KEY_SIZE:
            raise ValueError("a keyring is cut short")
        return cls([keys[start : start + KEY_SIZE] for start in range(0, len(keys), KEY_SIZE)])
