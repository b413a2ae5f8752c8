"""A sealed server: it answers health and unseal, and nothing else."""

import asyncio
import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from vauban.administration.doors import PREFIX, Door, Refused
from vauban.administration.sealing import Sealing
from vauban.announcements import endpoint, sealed_banner
from vauban.crypto.errors import SealError
from vauban.crypto.sealers import AccountSealer
from vauban.http.servers import Server
from vauban.http.sockets import bind_unix
from vauban.kernel.errors import AwsError
from vauban.kernel.ids import request_id
from vauban.kernel.requests import Request, Response
from vauban.settings import Settings
from vauban.sockets import admin_socket
from vauban.wire.errors import write_error

if TYPE_CHECKING:
    from ssl import SSLContext


class ServiceUnavailableException(AwsError):
    """Nothing can be answered while the keys are sealed."""

    status = 503


def wait_unsealed(
    settings: Settings, sealing: Sealing, listeners: list[socket.socket], tls: "SSLContext | None"
) -> AccountSealer | None:
    """Say so and answer as a sealed server until somebody unseals it; None where it is told to stop instead."""
    return asyncio.run(_Sealed(settings, sealing).wait(listeners, tls))


class _Sealed:
    def __init__(self, settings: Settings, sealing: Sealing):
        self._settings = settings
        self._sealing = sealing
        self._sealer: AccountSealer | None = None
        self._end = asyncio.Event()
        self._door = Door({"GET health": self._health, "GET status": self._status, "POST unseal": self._unseal})

    async def wait(self, listeners: list[socket.socket], tls: "SSLContext | None") -> AccountSealer | None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._end.set)
        server = Server(self)
        path = admin_socket(self._settings.data, self._settings.port)
        for listener in listeners:
            await server.listen(listener.dup(), tls)
        await server.listen(bind_unix(str(path)))
        where = endpoint(self._settings, listeners[0].getsockname()[1])
        print(sealed_banner(where, self._sealing.needs), flush=True)
        await self._end.wait()
        await server.drain(1.0)
        with suppress(FileNotFoundError):
            path.unlink()
        return self._sealer

    async def __call__(self, request: Request) -> Response:
        if request.path.startswith(PREFIX):
            return await self._door(request)
        return write_error(ServiceUnavailableException("Vauban is sealed."), request, request_id())

    async def _health(self, _: dict) -> dict:
        return {"status": "sealed", "sealed": True}

    async def _status(self, _: dict) -> dict:
        return {"sealed": True, "seal": self._sealing.kind, "needs": self._sealing.needs}

    async def _unseal(self, given: dict) -> dict:
        try:
            self._sealer = self._sealing.open(str(given.get("secret", "")))
        except SealError as error:
            raise Refused(str(error), 403) from None
        self._end.set()
        return {"sealed": False}
