"""What is worked out once from botocore's data and kept on disk: pruned, checksummed, for its owner's eyes only."""

import os
import re
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

FORMAT = 2
"""Grows with every change to what is pruned or how it is laid out."""
DIGEST_SIZE = 16


@cache
def botocore_root() -> Path:
    """Where botocore is installed; it is read, never imported."""
    spec = find_spec("botocore")
    if spec is None or spec.origin is None:
        raise RuntimeError("botocore, whose service models Vauban speaks by, is not installed")
    return Path(spec.origin).parent


@cache
def botocore_version() -> str:
    source = (botocore_root() / "__init__.py").read_text("utf-8")
    return re.search(r"^__version__ = ['\"]([\w.]+)['\"]", source, re.MULTILINE)[1]


@cache
def cache_directory() -> Path | None:
    """The directory of this botocore's pruned data, made if need be; None where none can be had safely."""
    root = os.environ.get("XDG_CACHE_HOME", "")
    try:
        home = Path(root) if os.path.isabs(root) else Path.home() / ".cache"
        directory = home / "vauban" / f"botocore-{botocore_version()}-{FORMAT}"
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return directory if private(directory) else None
    except (OSError, RuntimeError):
        return None


def private(path: Path) -> bool:
    """Whether only we (or root) can have written it: a model that others could change would change what is valid."""
    status = path.stat()
    return status.st_uid in (os.geteuid(), 0) and not status.st_mode & 0o022


def read(name: str) -> bytes | None:
    """What was kept under ``name``, or None where it is absent, altered or not ours."""
    directory = cache_directory()
    if directory is None:
        return None
    path = directory / name
    try:
        if not private(path):
            return None
        content = path.read_bytes()
    except OSError:
        return None
    digest, payload = content[:DIGEST_SIZE], content[DIGEST_SIZE:]
    return payload if digest == blake2b(payload, digest_size=DIGEST_SIZE).digest() else None


def write(name: str, payload: bytes) -> None:
    """Keep ``payload`` under ``name``, whole or not at all; a disk that refuses is no reason to fail."""
    directory = cache_directory()
    if directory is None:
        return
    # Costs a server that finds everything kept nothing.
    import tempfile

    try:
        descriptor, temporary = tempfile.mkstemp(dir=directory, prefix=f".{name}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(blake2b(payload, digest_size=DIGEST_SIZE).digest() + payload)
        os.replace(temporary, directory / name)
    except OSError:
        return
