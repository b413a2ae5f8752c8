"""A server: sockets listened on, connections bounded, a clock that ticks, and a graceful end."""

import asyncio
import socket
import time
from typing import TYPE_CHECKING

from vauban.http.connections import Application, Connection
from vauban.http.limits import Limits
from vauban.http.refusals import Refusal
from vauban.http.requests import Unfinished
from vauban.http.responses import ResponseWriter

if TYPE_CHECKING:
    from ssl import SSLContext

_BACKLOG = 2048


class Server:
    """Serves one application on any number of sockets of the running event loop."""

    def __init__(self, application: Application, limits: Limits | None = None):
        self.application = application
        self.limits = limits or Limits()
        self.loop = asyncio.get_running_loop()
        self.writer = ResponseWriter()
        self.now = self.loop.time()
        """The event loop's time, as of the last tick: what waits are measured by."""
        self.unfinished = Unfinished()
        self.connections: set[Connection] = set()
        """Those that are open."""
        self._clients: dict[str, int] = {}
        self._listeners: list[asyncio.Server] = []
        self._draining = False
        self._timer = self.loop.call_soon(self._tick)

    async def listen(self, listener: socket.socket, tls: "SSLContext | None" = None) -> None:
        """Accept connections on a bound socket, TCP or Unix, over TLS where a context is given."""
        secure = tls is not None
        listen = self.loop.create_unix_server if listener.family == socket.AF_UNIX else self.loop.create_server
        timeouts = {"ssl_handshake_timeout": self.limits.handshake_seconds} if secure else {}
        server = await listen(lambda: Connection(self, secure), sock=listener, backlog=_BACKLOG, ssl=tls, **timeouts)
        self._listeners.append(server)

    async def drain(self, seconds: float) -> None:
        """Stop accepting, let the answers in flight be finished for at most ``seconds``, then drop what is left."""
        self._draining = True
        for listener in self._listeners:
            listener.close()
        for connection in tuple(self.connections):
            connection.drain()
        deadline = self.loop.time() + seconds
        while self.connections and self.loop.time() < deadline:
            await asyncio.sleep(0.01)
        for connection in tuple(self.connections):
            connection.abort()
        await asyncio.sleep(0)
        self._timer.cancel()

    def admit(self, connection: Connection) -> Refusal | None:
        """Count a new connection; the refusal it is to be answered with where there are too many."""
        self.connections.add(connection)
        count = self._clients[connection.client] = self._clients.get(connection.client, 0) + 1
        if self._draining:
            return Refusal(503, "The server is closing.")
        if len(self.connections) > self.limits.connections or count > self.limits.connections_per_client:
            return Refusal(503, "There are too many connections.")
        return None

    def forget(self, connection: Connection) -> None:
        self.connections.discard(connection)
        left = self._clients[connection.client] - 1
        if left:
            self._clients[connection.client] = left
        else:
            del self._clients[connection.client]

    def _tick(self) -> None:
        self.now = self.loop.time()
        wall = time.time()
        self.writer.tick(wall)
        for connection in tuple(self.connections):
            connection.expire(self.now)
        self._timer = self.loop.call_later(1.0 - wall % 1.0, self._tick)
