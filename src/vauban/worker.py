"""One process that answers: its sockets, its share of the background work, its end."""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from vauban.administration.doors import Answer, Door
from vauban.administration.operations import Administration
from vauban.announcements import endpoint, enforced
from vauban.http.limits import Limits
from vauban.http.loops import new_loop
from vauban.http.servers import Server
from vauban.http.sockets import bind_unix
from vauban.server import Open, Vauban
from vauban.settings import Settings
from vauban.sockets import admin_socket
from vauban.tls import tls_of

DRAIN_SECONDS = 10.0
_GC_THRESHOLDS = (50_000, 20, 100)
"""Requests leave little garbage in cycles; looking for it less often is worth several percent."""


class Worker:
    """Answers on a listening socket until it is told to stop, or the supervisor is gone."""

    def __init__(self, settings: Settings, listener: socket.socket, supervisor: int | None = None):
        """``supervisor`` is a descriptor that can be read once that process has ended; None where there is none."""
        self._settings = settings
        self._listener = listener
        self._supervisor = supervisor

    def run(self, open_vauban: Open, housekeeping: "Housekeeping | None" = None) -> None:
        """Answer until the end. One worker of all is given the housekeeping."""
        loop = new_loop()
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(self._work(open_vauban, housekeeping))
        finally:
            loop.close()

    async def _work(self, open_vauban: Open, housekeeping: "Housekeeping | None") -> None:
        stop = self._stop_signal()
        vauban = await open_vauban()
        if housekeeping:
            await vauban.prepare()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_GC_THRESHOLDS)
        server = Server(vauban, Limits())
        await server.listen(self._listener, tls_of(self._settings))
        if housekeeping:
            await housekeeping.start(vauban, self._listener.getsockname()[1])
        await stop.wait()
        if housekeeping:
            await housekeeping.stop()
        await server.drain(DRAIN_SECONDS)
        await vauban.store.close()

    def _stop_signal(self) -> asyncio.Event:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        if self._supervisor is None:
            loop.add_signal_handler(signal.SIGINT, stop.set)
        else:
            loop.add_reader(self._supervisor, stop.set)
        return stop


class Housekeeping:
    """What one worker does for all: the timers, the operator's door, and the word that Vauban answers."""

    def __init__(
        self,
        settings: Settings,
        announce: Callable[[dict[str, Any]], None],
        operations: dict[str, Answer] | None = None,
    ):
        """``announce`` is told where and whose Vauban is; ``operations`` are further ones for the operator's door."""
        self._settings = settings
        self._announce = announce
        self._operations = operations or {}

    async def start(self, vauban: Vauban, port: int) -> None:
        facts = {"workers": self._settings.worker_count, "enforced": enforced(self._settings)}
        administration = Administration(vauban, endpoint(self._settings, port), facts)
        operations = {**administration.operations(), **vauban.private_operations(), **self._operations}
        self._door = Server(Door(operations))
        self._path = admin_socket(self._settings.data, port)
        await self._door.listen(bind_unix(str(self._path)))
        self._timers = asyncio.create_task(vauban.timers.keep())
        accounts = [each.account for each in vauban.accounts.all()]
        key = await vauban.accounts.access_key(accounts[0])
        self._announce(
            {
                "endpoint": endpoint(self._settings, port),
                "accounts": accounts,
                "access_key_id": key.access_key_id,
            }
        )

    async def stop(self) -> None:
        self._timers.cancel()
        with suppress(FileNotFoundError):
            os.unlink(self._path)
        await self._door.drain(1.0)
