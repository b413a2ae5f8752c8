"""One process that answers: its sockets, its share of the background work, its end."""

import asyncio
import gc
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from vauban.administration.doors import Answer, Door
from vauban.administration.operations import Administration
from vauban.announcements import endpoint, enforced
from vauban.http.limits import Limits
from vauban.http.loops import collect_seldom, new_loop
from vauban.http.servers import Server
from vauban.http.sockets import bind_unix
from vauban.kernel.errors import AuditUnavailable, StorageUnavailable
from vauban.server import Open, Vauban
from vauban.settings import Settings
from vauban.sockets import admin_socket
from vauban.tls import trust_bundle

if TYPE_CHECKING:
    from ssl import SSLContext

log = logging.getLogger("vauban.worker")

DRAIN_SECONDS = 10.0
_TIMER_SECONDS = 0.25
_EDGE_SECONDS = 0.1
"""How often it is looked whether anything that shapes traffic has changed."""
_RELAY_SECONDS = 0.01
"""How often a number in shared memory is looked at: what was sent should be there when its sender looks."""
_PRUNE_SECONDS = 3600.0
_SEGMENT_SECONDS = 2.0


class Worker:
    """Answers on a listening socket until it is told to stop, or the supervisor is gone."""

    def __init__(self, listener: socket.socket, tls: "SSLContext | None", supervisor: int | None = None):
        """``supervisor`` is a descriptor that can be read once that process has ended; None where there is none."""
        self._listener = listener
        self._tls = tls
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
        collect_seldom()
        server = Server(vauban, Limits())
        await server.listen(self._listener, self._tls)
        port = self._listener.getsockname()[1]
        vauban.outside.functions.reach(endpoint(vauban.settings, port), trust_bundle(vauban.settings))
        await vauban.open_edge(port)
        if not vauban.settings.scratch:
            vauban.outside.functions.slots.share(vauban.settings.directory / "functions")
        if housekeeping:
            await housekeeping.start(vauban, port)
        await stop.wait()
        vauban.gateway.end_waits()
        if housekeeping:
            await housekeeping.stop()
        await vauban.close_edge()
        await server.drain(DRAIN_SECONDS)
        vauban.outside.close()
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
        self._vauban = vauban
        for service in vauban.services:
            vauban.services[service]
            await asyncio.sleep(0)  # Callers are answered between one import and the next.
        where = endpoint(self._settings, port)
        facts = {"workers": self._settings.worker_count, "enforced": enforced(self._settings)}
        administration = Administration(vauban, where, facts, trust_bundle(self._settings))
        operations = {**administration.operations(), **vauban.private_operations(), **self._operations}
        self._door = Server(Door(operations))
        self._path = admin_socket(self._settings.data, port)
        await self._door.listen(bind_unix(str(self._path)))
        links = len(vauban.links)
        self._tasks = [
            asyncio.create_task(_repeat(_TIMER_SECONDS, lambda: vauban.timers.run(vauban.clock.now()))),
            asyncio.create_task(_repeat(_RELAY_SECONDS, lambda: vauban.relay.feed())),
            *(asyncio.create_task(_repeat(_RELAY_SECONDS, partial(_push, vauban, each))) for each in range(links)),
            asyncio.create_task(_repeat(_EDGE_SECONDS, lambda: _publish(vauban, self._settings))),
            asyncio.create_task(_repeat(_TIMER_SECONDS, lambda: vauban.jobs.run(vauban.clock.now()))),
            asyncio.create_task(_repeat(_TIMER_SECONDS, lambda: vauban.pollers.feed())),
            asyncio.create_task(_repeat(_SEGMENT_SECONDS, lambda: vauban.store.segment_trail())),
            asyncio.create_task(_repeat(_PRUNE_SECONDS, lambda: self._prune(vauban))),
        ]
        accounts = [each.account for each in vauban.accounts.all()]
        key = await vauban.accounts.access_key(accounts[0])
        self._announce({"endpoint": where, "accounts": accounts, "access_key_id": key.access_key_id})

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._vauban.timers.close()
        self._vauban.relay.close()
        self._vauban.pollers.close()
        with suppress(FileNotFoundError):
            os.unlink(self._path)
        await self._door.drain(1.0)

    async def _prune(self, vauban: Vauban) -> None:
        if self._settings.trail_days:
            await vauban.store.prune_trail(vauban.clock.now() - self._settings.trail_days * 86400)


async def _publish(vauban: Vauban, settings: Settings) -> None:
    """A reset makes the publisher anew. What cannot be published leaves the edge as it was."""
    if settings.edge == "on":
        try:
            await vauban.publisher.publish()
        except Exception:
            log.exception("the edge has not heard of the newest changes")


async def _push(vauban: Vauban, number: int) -> None:
    """A reset makes links anew."""
    await vauban.links[number].push()


async def _repeat(pause_seconds: float, work: Callable[[], Awaitable[Any] | None]) -> None:
    """Do the work for as long as the process lives. What goes wrong is logged, and done again after the pause."""
    while True:
        try:
            going = work()
            if going is not None:
                await going
        except (StorageUnavailable, AuditUnavailable) as fault:
            log.error("background work has to wait: %s", fault)
        await asyncio.sleep(pause_seconds)
