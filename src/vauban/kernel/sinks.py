"""Where files are delivered to that AWS would put into an S3 bucket."""

from typing import Protocol


class SinkFailed(Exception):
    """A file could not be delivered; the message is one of S3's error codes."""


class Sink(Protocol):
    """Buckets, as far as delivering needs them. Crosses processes, and so must be plain data."""

    def put(self, bucket: str, key: str, body: bytes, metadata: dict[str, str]) -> None:
        """Keep ``body`` under ``key``, whole or not at all, instead of what was there. Raises SinkFailed."""
        ...
