"""What took long to compile, kept in a directory for the next start."""

import os
import re
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")


class DirectoryCache(MutableMapping[str, bytes]):
    """A file for each key. What cannot be read or kept is as if it had never been there."""

    def __init__(self, directory: Path):
        self._directory = directory

    def __getitem__(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except OSError:
            raise KeyError(key) from None

    def __setitem__(self, key: str, value: bytes) -> None:
        path = self._path(key)
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        with suppress(OSError):
            self._directory.mkdir(mode=0o700, exist_ok=True)
            partial.write_bytes(value)
            partial.rename(path)

    def __delitem__(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def __iter__(self) -> Iterator[str]:
        return (each.name for each in self._directory.glob("[!.]*"))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _path(self, key: str) -> Path:
        if not _NAME.fullmatch(key):
            raise KeyError(key)
        return self._directory / key
