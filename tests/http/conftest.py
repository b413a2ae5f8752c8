"""A server in a thread of its own, spoken to over raw sockets."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from vauban.http.connections import Application
from vauban.http.limits import Limits
from vauban.http.loops import new_loop
from vauban.http.servers import Server
from vauban.http.sockets import bind_tcp
from vauban.kernel.requests import Request, Response

from ..raw_clients import Client


async def echo(request: Request) -> Response:
    """Answers with what was asked."""
    said = f"{request.method} {request.path}?{request.query} {len(request.body)}\n".encode()
    return Response(200, {"content-type": "text/plain"}, said + request.body)


class Served:
    """A server that runs, and clients for it."""

    def __init__(self, application: Application, limits: Limits, loop: asyncio.AbstractEventLoop, tls: Any):
        self.loop = loop
        self.thread = threading.Thread(target=loop.run_forever)
        self.thread.start()
        listener = bind_tcp("127.0.0.1", 0)
        self.port = listener.getsockname()[1]
        self.server: Server = self.run(self.start(application, limits, listener, tls))

    async def start(self, application: Application, limits: Limits, listener: socket.socket, tls: Any) -> Server:
        server = Server(application, limits)
        await server.listen(listener, tls)
        return server

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=30)

    def pass_time(self, seconds: float) -> None:
        """Move the clock that waits are measured by; from now on it moves by no other hand."""

        async def passing() -> None:
            self.server._timer.cancel()
            # What was sent before is to be read before.
            await asyncio.sleep(0.02)
            self.server.now += seconds
            for connection in tuple(self.server.connections):
                connection.expire(self.server.now)

        self.run(passing())

    def connect(self) -> Client:
        return Client(socket.create_connection(("127.0.0.1", self.port), timeout=10))

    def ask(self, data: bytes) -> bytes:
        """All that the server says to ``data`` and the end of it."""
        with self.connect() as client:
            client.send(data)
            client.end()
            return client.rest()

    def close(self) -> None:
        self.run(self.server.drain(0))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


Serve = Callable[..., Served]


@pytest.fixture(params=["uvloop", "asyncio"])
def serve(request: pytest.FixtureRequest) -> Iterator[Serve]:
    """Serves an application, on both event loops."""
    running: list[Served] = []

    def start(application: Application = echo, limits: Limits | None = None, tls: Any = None) -> Served:
        loop = new_loop() if request.param == "uvloop" else asyncio.new_event_loop()
        running.append(Served(application, limits or Limits(), loop, tls))
        return running[-1]

    yield start
    for each in running:
        each.close()
