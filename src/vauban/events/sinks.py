"""A directory that stands for S3: a folder for each bucket, and in it a file for each object."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from vauban.kernel.sinks import SinkFailed

METADATA = ".metadata"
"""Behind a file's name, the file with its user metadata: a JSON object, without S3's ``x-amz-meta-``."""


@dataclass(frozen=True)
class DirectorySink:
    """``kernel.sinks.Sink``. What is there after a crash is whole."""

    directory: str

    def put(self, bucket: str, key: str, body: bytes, metadata: dict[str, str]) -> None:
        """Raises SinkFailed."""
        parts = [bucket, *key.split("/")]
        if any(part in ("", ".", "..") or "\0" in part for part in parts):
            raise SinkFailed("InvalidArgument")
        path = Path(self.directory, *parts)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if metadata:
                _write(path.with_name(path.name + METADATA), json.dumps(metadata).encode())
            _write(path, body)
            _sync(path.parent)
        except OSError as error:
            raise SinkFailed("AccessDenied" if isinstance(error, PermissionError) else "InternalError") from error


def _write(path: Path, body: bytes) -> None:
    partial = path.with_name(f".{path.name}.partial")
    descriptor = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with open(descriptor, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(descriptor)
    partial.rename(path)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
