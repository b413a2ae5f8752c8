"""The root key under a passphrase: Argon2id (RFC 9106). Someone must type it at every start."""

import base64
import os
import unicodedata
from pathlib import Path
from typing import Any, ClassVar, Self

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from vauban.crypto import wrapping
from vauban.crypto.errors import SealError, WrongPassphrase
from vauban.crypto.seals.settings import SealSettings

PURPOSE = b"vauban passphrase seal 1"
SHORTEST = 8
"""Characters of a new passphrase (NIST SP 800-63B section 3.1.1.2)."""
ITERATIONS = 3
LANES = 4
BOUNDS = {"memory_kib": (64, 4 * 1024 * 1024), "iterations": (1, 64), "lanes": (1, 64)}
"""What is taken from a ``seal.json``: an altered one must not exhaust the machine."""


class PassphraseSeal:
    name: ClassVar[str] = "passphrase"
    asks_for: ClassVar[str] = "passphrase"

    def __init__(self, passphrase: str, parameters: dict[str, Any]):
        """``parameters`` are those of the seal when it was created. Raises SealError where they are out of bounds."""
        self._passphrase = unicodedata.normalize("NFC", passphrase).encode()
        self.parameters = _checked(parameters)
        self._derived: bytes | None = None

    @classmethod
    def create(cls, settings: SealSettings, directory: Path) -> Self:
        """With a salt of its own. At 256 MiB it opens in about a second."""
        passphrase = settings.read_passphrase()
        if len(passphrase) < SHORTEST:
            raise SealError(f"a passphrase has at least {SHORTEST} characters")
        salt = base64.b64encode(os.urandom(16)).decode()
        costs = {"memory_kib": settings.argon2_memory_kib, "iterations": ITERATIONS, "lanes": LANES}
        return cls(passphrase, {"salt": salt, **costs})

    @classmethod
    def reopen(cls, parameters: dict[str, Any], settings: SealSettings, directory: Path) -> Self:
        return cls(settings.read_passphrase(), parameters)

    def wrap(self, root: bytes) -> bytes:
        return wrapping.wrap(self._key(), root, PURPOSE)

    def unwrap(self, wrapped: bytes) -> bytes:
        try:
            return wrapping.unwrap(self._key(), wrapped, PURPOSE)
        except ValueError:
            raise WrongPassphrase("the passphrase is wrong, or seal.json was altered") from None

    def _key(self) -> bytes:
        if self._derived is None:
            self._derived = Argon2id(
                salt=base64.b64decode(self.parameters["salt"]),
                length=32,
                iterations=self.parameters["iterations"],
                lanes=self.parameters["lanes"],
                memory_cost=self.parameters["memory_kib"],
            ).derive(self._passphrase)
        return self._derived


def _checked(parameters: dict[str, Any]) -> dict[str, Any]:
    for name, (least, most) in BOUNDS.items():
        value = parameters.get(name)
        if type(value) is not int or not least <= value <= most:
            raise SealError(f"the passphrase seal's {name} is not a number from {least} to {most}")
    if parameters["memory_kib"] < 8 * parameters["lanes"]:
        raise SealError("the passphrase seal has less than 8 KiB of memory for each lane")
    salt = parameters.get("salt")
    if not isinstance(salt, str) or not 22 <= len(salt) <= 88 or not _is_base64(salt):
        raise SealError("the passphrase seal's salt is not 16 to 64 bytes in base64")
    return {name: parameters[name] for name in ("salt", *BOUNDS)}


def _is_base64(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) >= 16
    except ValueError:
        return False
