"""Seals: what the root key is kept under between two starts. One file per kind."""

from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

from vauban.crypto.errors import SealError
from vauban.crypto.seals.settings import SealSettings

KINDS = {
    "file": "FileSeal",
    "passphrase": "PassphraseSeal",
    "pkcs11": "Pkcs11Seal",
    "ephemeral": "EphemeralSeal",
}
"""Kind -> the class of the module of that name; imported when asked for."""


class Seal(Protocol):
    name: ClassVar[str]
    asks_for: ClassVar[str]
    """What somebody has to give before it opens: ``passphrase``, ``PIN``, or ``""``."""

    @property
    def parameters(self) -> dict[str, Any]:
        """What ``seal.json`` keeps to find this seal again. Nothing secret."""
        ...

    @classmethod
    def create(cls, settings: SealSettings, directory: Path) -> Self:
        """A new seal for a data directory. Raises SealError."""
        ...

    @classmethod
    def reopen(cls, parameters: dict[str, Any], settings: SealSettings, directory: Path) -> Self:
        """The seal that has these parameters; where settings say otherwise, they win. Raises SealError."""
        ...

    def wrap(self, root: bytes) -> bytes: ...

    def unwrap(self, wrapped: bytes) -> bytes:
        """Raises SealError, with a message for the operator, where the seal does not open."""
        ...


def seal_class(kind: str) -> type[Seal]:
    """Raises SealError where there is no such kind of seal."""
    if kind not in KINDS:
        raise SealError(f"there is no seal {kind!r}; there are {', '.join(KINDS)}")
    return getattr(import_module(f"{__name__}.{kind}"), KINDS[kind])


def create_seal(settings: SealSettings, directory: Path) -> Seal:
    """A new seal of the kind that is set. Raises SealError."""
    return seal_class(settings.kind).create(settings, directory)


def reopen_seal(kind: str, parameters: dict[str, Any], settings: SealSettings, directory: Path) -> Seal:
    """The seal that ``seal.json`` tells of. Raises SealError."""
    return seal_class(kind).reopen(parameters, settings, directory)
