"""The root key under a key in a file: nothing to type or to install. The file stays out of backups of the data."""

import os
import re
from pathlib import Path
from typing import Any, ClassVar, Self

from vauban.crypto import wrapping
from vauban.crypto.errors import SealError
from vauban.crypto.seals.secret_files import create_secret, read_secret
from vauban.crypto.seals.settings import SealSettings

PURPOSE = b"vauban file seal 1"
KEY_FILE = "seal.key"
"""Where the key lies in the data directory, unless it lies elsewhere."""


class FileSeal:
    """A file of 64 hex digits that is ours alone: mode 0600, in a directory that others cannot write to."""

    name: ClassVar[str] = "file"
    asks_for: ClassVar[str] = ""

    def __init__(self, directory: Path, key_file: str = KEY_FILE):
        """``key_file`` is relative to ``directory``, or absolute."""
        self._path = directory / key_file
        self.parameters: dict[str, Any] = {"key_file": key_file}

    @classmethod
    def create(cls, settings: SealSettings, directory: Path) -> Self:
        """Makes the key file; one that is already there, from a start that was cut short, is used as it is."""
        seal = cls(directory, settings.key_file or KEY_FILE)
        if not seal._path.exists():
            create_secret(seal._path, os.urandom(32).hex().encode() + b"\n")
        return seal

    @classmethod
    def reopen(cls, parameters: dict[str, Any], settings: SealSettings, directory: Path) -> Self:
        return cls(directory, settings.key_file or str(parameters.get("key_file", KEY_FILE)))

    def wrap(self, root: bytes) -> bytes:
        return wrapping.wrap(self._key(), root, PURPOSE)

    def unwrap(self, wrapped: bytes) -> bytes:
        try:
            return wrapping.unwrap(self._key(), wrapped, PURPOSE)
        except SealError:
            raise
        except ValueError:
            raise SealError(f"{self._path} is not the key that the data was sealed with") from None

    def _key(self) -> bytes:
        found = re.fullmatch(rb"([0-9a-f]{64})\n?", read_secret(self._path))
        if found is None:
            raise SealError(f"{self._path} does not hold a key of 64 hex digits")
        return bytes.fromhex(found[1].decode())
