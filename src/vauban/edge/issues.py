"""Snapshots on their way to the edge, and on disk: sealed there, for they hold private keys."""

import os
from pathlib import Path

import msgspec

from vauban.kernel.sealing import Sealer
from vauban.kernel.traffic import Snapshot

NAME = "edge.snapshot"
"""The newest one's file, in the data directory."""
KEY_BYTES = 32
_BINDING = b"edge.snapshot"


class Issue(msgspec.Struct, frozen=True):
    """A snapshot, and what all processes of the edge must agree on."""

    key: bytes
    """What cookies are made from; it stays the same from one issue to the next."""
    snapshot: Snapshot


encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Issue).decode


def write(path: Path, issue: bytes, sealer: Sealer) -> None:
    """Keep an encoded issue: whole, or the one before it."""
    partial = path.with_name(f".{path.name}.partial")
    descriptor = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with open(descriptor, "wb") as file:
        file.write(sealer.seal("", issue, _BINDING))
        file.flush()
        os.fsync(descriptor)
    partial.rename(path)


def read(path: Path, sealer: Sealer) -> Issue | None:
    """The one that was kept last; None where there is none that can be read."""
    try:
        return decode(sealer.unseal("", path.read_bytes(), _BINDING))
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
