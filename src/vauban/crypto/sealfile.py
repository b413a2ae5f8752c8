"""``seal.json`` in the data directory: which seal, the root key under it, and the keyring under the root key.

One file, so that every change of seal or root is one rename: after a crash the old one stands, or the new.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from vauban.crypto.errors import SealError
from vauban.crypto.roots import KEY_SIZE, Keyring, generate_root
from vauban.crypto.sealers import AccountSealer
from vauban.crypto.seals import Seal
from vauban.crypto.seals.secret_files import sync_directory

NAME = "seal.json"
VERSION = 1
MAXIMUM_SIZE = 256 * 1024


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``seal.json`` says. Nothing in it is secret without what the seal keeps elsewhere."""

    version: int
    seal: str
    """The kind of seal."""
    parameters: dict[str, Any]
    """What finds it again."""
    root: bytes
    keyring: bytes

    def __repr__(self) -> str:
        return f"Sealed({self.seal!r}, {self.parameters!r})"


def read(directory: Path) -> Sealed | None:
    """What the directory is sealed with, or None where it is not yet. Raises SealError where that is unsound."""
    try:
        with open(directory / NAME, "rb") as file:
            text = file.read(MAXIMUM_SIZE)
    except FileNotFoundError:
        return None
    try:
        sealed = msgspec.json.decode(text, type=Sealed)
    except (msgspec.DecodeError, RecursionError):
        raise SealError(f"{directory / NAME} is unsound") from None
    if sealed.version != VERSION:
        raise SealError(f"{directory / NAME} is of version {sealed.version}, not {VERSION}")
    return sealed


def initialize(directory: Path, seal: Seal) -> AccountSealer:
    """Seal a directory for the first time: a fresh root key, a fresh keyring. Raises SealError where it is sealed."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(directory):
        if read(directory) is not None:
            raise SealError(f"{directory} is sealed already")
        keyring = Keyring()
        _keep(directory, seal, generate_root(), keyring)
    return AccountSealer(keyring)


def unseal(directory: Path, seal: Seal) -> AccountSealer:
    """Raises SealError where the seal does not open, or the directory was never sealed."""
    return AccountSealer(_open(directory, seal)[1])


def rewrap(directory: Path, old: Seal, new: Seal) -> None:
    """Change the seal; root key and keyring stay. Raises SealError, and changes nothing, where either does not open.

    Who has the old seal and an old ``seal.json`` can still open what was sealed then.
    """
    with _locked(directory):
        root, keyring = _open(directory, old)
        _keep(directory, new, root, keyring)


def rotate(directory: Path, seal: Seal) -> AccountSealer:
    """A fresh root key, and a fresh wrapping key for what is sealed from now on; what is sealed stays readable.

    Processes that run already must be started anew before they can read what the returned sealer seals.
    """
    with _locked(directory):
        keyring = _open(directory, seal)[1].grown()
        _keep(directory, seal, generate_root(), keyring)
    return AccountSealer(keyring)


def _open(directory: Path, seal: Seal) -> tuple[bytes, Keyring]:
    sealed = read(directory)
    if sealed is None:
        raise SealError(f"{directory} is not sealed yet")
    if sealed.seal != seal.name:
        raise SealError(f"{directory} is sealed by a {sealed.seal} seal, not by a {seal.name} seal")
    root = seal.unwrap(sealed.root)
    try:
        return root, Keyring.unwrap(root, sealed.keyring)
    except ValueError:
        raise SealError(f"{directory / NAME} was altered: its keyring is not of its root key") from None


def _keep(directory: Path, seal: Seal, root: bytes, keyring: Keyring) -> None:
    wrapped = seal.wrap(root)
    if seal.unwrap(wrapped) != root or len(root) != KEY_SIZE:
        raise SealError(f"the {seal.name} seal does not give back what it was given")
    sealed = Sealed(VERSION, seal.name, seal.parameters, wrapped, keyring.wrap(root))
    _replace(directory, msgspec.json.format(msgspec.json.encode(sealed)) + b"\n")


def _replace(directory: Path, text: bytes) -> None:
    fresh = directory / f"{NAME}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    os.rename(fresh, directory / NAME)
    sync_directory(directory)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Two changes of seal at once would each undo the other's keyring."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
