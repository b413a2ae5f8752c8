"""A process of the edge. It needs no other to go on: it starts from the last snapshot on disk, and serves it."""

import asyncio
import http.client
import logging
import os
import signal
import socket
from contextlib import suppress
from pathlib import Path

from vauban.edge import issues
from vauban.edge.control import SNAPSHOT_PATH, Control
from vauban.edge.options import Options
from vauban.http.loops import new_loop
from vauban.kernel.sealing import Sealer
from vauban.kernel.sinks import Sink

log = logging.getLogger("vauban.edge")
DRAIN_SECONDS = 10.0
_SECONDS = 60.0
"""For a snapshot to be taken in: a web ACL may have to be compiled."""


class Process:
    """Serves until it is told to stop, or the supervisor is gone."""

    def __init__(self, path: str, options: Options, sink: Sink | None, sealer: Sealer, snapshot: Path):
        """``path`` is its control socket, ``snapshot`` where the last one was kept."""
        self._path = path
        self._options = options
        self._sink = sink
        self._sealer = sealer
        self._snapshot = snapshot

    def run(self, supervisor: int) -> None:
        """``supervisor`` is a descriptor that can be read once that process has ended."""
        loop = new_loop()
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(self._work(supervisor))
        finally:
            loop.close()

    async def _work(self, supervisor: int) -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        loop.add_reader(supervisor, stop.set)
        control = Control(self._options, self._sink)
        server = await control.listen(self._path)
        issue = issues.read(self._snapshot, self._sealer)
        if issue is not None and control.plane is None:
            await control.apply(issue)
        await stop.wait()
        await server.drain(1.0)
        with suppress(FileNotFoundError):
            os.unlink(self._path)
        await control.drain(DRAIN_SECONDS)


def hand_over(paths: list[str], encoded: bytes) -> None:
    """Give an encoded issue to every process that is there; one that is not starts from the file."""
    for path in paths:
        with suppress(FileNotFoundError, ConnectionRefusedError):
            _put(path, encoded)


def _put(path: str, encoded: bytes) -> None:
    connection = http.client.HTTPConnection("edge", timeout=_SECONDS)
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.sock.settimeout(_SECONDS)
        connection.sock.connect(path)
        connection.request("PUT", SNAPSHOT_PATH, encoded)
        status = connection.getresponse().status
        if status != 204:
            log.error("a process of the edge took no snapshot: it answered %d", status)
    finally:
        connection.close()
