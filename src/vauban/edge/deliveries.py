"""Log lines gathered, and delivered as compressed files every few minutes; never in a request's way."""

import asyncio
import gzip
import logging
import secrets
from datetime import UTC, datetime

from vauban.kernel.sinks import Sink, SinkFailed

_log = logging.getLogger("vauban.edge")
_MOST_BYTES = 5 * 1024 * 1024
"""Of lines that wait for one place; beyond it they are delivered at once."""

Place = tuple[str, str, str]
"""Bucket; the beginning of a key, with the time as ``strftime`` has it; its end."""


class Delivery:
    """Lines by the place that they go to."""

    def __init__(self, sink: Sink | None, seconds: float):
        self._sink = sink
        self._seconds = seconds
        self._waiting: dict[Place, list[str]] = {}
        self._sizes: dict[Place, int] = {}
        self._due = 0.0

    def add(self, place: Place, line: str) -> None:
        self._waiting.setdefault(place, []).append(line)
        self._sizes[place] = self._sizes.get(place, 0) + len(line)

    async def tick(self, now: float) -> None:
        """To be called every second (seconds since the epoch)."""
        if now >= self._due:
            self._due = now - now % self._seconds + self._seconds
            await self.deliver(now)
        elif any(size > _MOST_BYTES for size in self._sizes.values()):
            await self.deliver(now)

    async def close(self) -> None:
        await self.deliver(datetime.now(UTC).timestamp())

    async def deliver(self, now: float) -> None:
        waiting, self._waiting, self._sizes = self._waiting, {}, {}
        if self._sink is None:
            return
        for place, lines in waiting.items():
            await asyncio.to_thread(self._put, place, lines, now)

    def _put(self, place: Place, lines: list[str], now: float) -> None:
        bucket, start, end = place
        key = f"{datetime.fromtimestamp(now, UTC).strftime(start)}_{secrets.token_hex(4)}{end}"
        text = "\n".join(lines) + "\n"
        try:
            self._sink.put(bucket, key, gzip.compress(text.encode()), {})
        except SinkFailed as failure:
            _log.error("%d lines for %s are lost: %s", len(lines), bucket, failure)
