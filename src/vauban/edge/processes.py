"""A process of the edge. It needs no other to go on: it starts from the last snapshot on disk, and serves it."""

import asyncio
import ctypes
import http.client
import logging
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from vauban.edge import issues
from vauban.edge.caches import DirectoryCache
from vauban.edge.control import RATES_PATH, SNAPSHOT_PATH, Control
from vauban.edge.options import Options
from vauban.http.loops import collect_seldom, new_loop
from vauban.kernel.sealing import Sealer
from vauban.kernel.sinks import Sink

log = logging.getLogger("vauban.edge")
CACHE = "edge.patterns"
"""The directory of compiled patterns, in the data directory."""
DRAIN_SECONDS = 10.0
NAME = b"vauban-edge"
_PR_SET_NAME = 15
_SHARE_SECONDS = 1.0
_SECONDS = 60.0
"""For a snapshot to be taken in: a web ACL may have to be compiled."""


class Process:
    """Serves until it is told to stop, or the supervisor is gone."""

    def __init__(
        self, number: int, paths: list[str], options: Options, sink: Sink | None, sealer: Sealer, snapshot: Path
    ):
        """``paths`` are the control sockets of all, its own at ``number``; ``snapshot`` is where the last was kept."""
        self._path = paths[number]
        self._peers = [path for path in paths if path != self._path]
        self._options = options
        self._sink = sink
        self._sealer = sealer
        self._snapshot = snapshot

    def run(self, supervisor: int) -> None:
        """``supervisor`` is a descriptor that can be read once that process has ended."""
        _take_name()
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
        cache = DirectoryCache(self._snapshot.with_name(CACHE))
        control = Control(self._options, self._sink, cache, bool(self._peers))
        server = await control.listen(self._path)
        issue = issues.read(self._snapshot, self._sealer)
        if issue is not None and control.plane is None:
            await control.apply(issue)
        collect_seldom()
        sharing = asyncio.create_task(self._share(control))
        await stop.wait()
        sharing.cancel()
        await server.drain(1.0)
        with suppress(FileNotFoundError):
            os.unlink(self._path)
        await control.drain(DRAIN_SECONDS)

    async def _share(self, control: Control) -> None:
        """Tell the others every second what was counted here: a limit is one for all processes together."""
        while True:
            await asyncio.sleep(_SHARE_SECONDS)
            counts = control.plane.guards.taken() if control.plane is not None and self._peers else b""
            if counts:
                await asyncio.to_thread(_tell, self._peers, counts)


def _take_name() -> None:
    """So that whoever looks at the machine's processes sees which is which."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NAME, NAME, 0, 0, 0)


def hand_over(paths: list[str], encoded: bytes) -> None:
    """Give an encoded issue to every process that is there; one that is not starts from the file."""
    for path in paths:
        with suppress(FileNotFoundError, ConnectionRefusedError):
            _put(path, SNAPSHOT_PATH, encoded)


def _tell(peers: list[str], counts: bytes) -> None:
    """A process that does not hear it counts for itself meanwhile."""
    for path in peers:
        with suppress(OSError, http.client.HTTPException):
            _put(path, RATES_PATH, counts)


def _put(path: str, target: str, encoded: bytes) -> None:
    connection = http.client.HTTPConnection("edge", timeout=_SECONDS)
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.sock.settimeout(_SECONDS)
        connection.sock.connect(path)
        connection.request("PUT", target, encoded)
        status = connection.getresponse().status
        if status != 204:
            log.error("a process of the edge did not take %s: it answered %d", target, status)
    finally:
        connection.close()
