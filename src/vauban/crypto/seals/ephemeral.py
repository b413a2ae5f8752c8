"""The root key under a key that exists in this process only: what was sealed is lost with it. For tests and CI."""

import os
from pathlib import Path
from typing import Any, ClassVar, Self

from vauban.crypto import wrapping
from vauban.crypto.errors import SealError
from vauban.crypto.seals.settings import SealSettings

PURPOSE = b"vauban ephemeral seal 1"


class EphemeralSeal:
    name: ClassVar[str] = "ephemeral"
    asks_for: ClassVar[str] = ""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self.parameters: dict[str, Any] = {}

    @classmethod
    def create(cls, settings: SealSettings, directory: Path) -> Self:
        return cls()

    @classmethod
    def reopen(cls, parameters: dict[str, Any], settings: SealSettings, directory: Path) -> Self:
        raise SealError("the data was sealed by an ephemeral seal, whose key ended with its process")

    def wrap(self, root: bytes) -> bytes:
        return wrapping.wrap(self._key, root, PURPOSE)

    def unwrap(self, wrapped: bytes) -> bytes:
        try:
            return wrapping.unwrap(self._key, wrapped, PURPOSE)
        except ValueError:
            raise SealError("the data was sealed by another process's ephemeral seal") from None
