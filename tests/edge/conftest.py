"""A data plane in a thread of its own, with targets behind it, spoken to over raw sockets."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from vauban.edge.options import Options
from vauban.edge.planes import Plane
from vauban.http.loops import new_loop
from vauban.kernel.sinks import Sink
from vauban.kernel.traffic import HealthCheck, Listener, LoadBalancer, Rule, Snapshot, Target, TargetGroup, address_of

from ..raw_clients import Client

PORT = 8080
GROUP = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/app/0123456789abcdef"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b"


class Application:
    """A target: keeps what it was asked, and answers with it, or with ``answer``, as it stands."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.writers: list[asyncio.StreamWriter] = []
        self.connections = 0
        self.answer: bytes | None = None
        self.closing = False
        self.health = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        self.port = 0

    async def start(self) -> None:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            await self._converse(reader, writer)
        writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"ELB-HealthChecker" in head:
            writer.write(self.health)
            return
        self.connections += 1
        self.writers.append(writer)
        while True:
            whole = head + await self._body(head, reader)
            self.heard.append(whole)
            writer.write(OK % (len(whole), whole) if self.answer is None else self.answer)
            if self.closing:
                return
            head = await reader.readuntil(b"\r\n\r\n")

    async def _body(self, head: bytes, reader: asyncio.StreamReader) -> bytes:
        lowered = head.lower()
        if b"transfer-encoding: chunked" in lowered:
            return await reader.readuntil(b"0\r\n\r\n")
        length = lowered.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        return await reader.readexactly(int(length or 0))


class Edge:
    """A plane that runs a load balancer, and clients for it."""

    def __init__(self, options: Options, sink: Sink | None = None):
        self.loop = new_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.arn = f"arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/web/{uuid4().hex[:16]}"
        self.host = address_of(self.arn)
        self.plane: Plane = self.run(self._plane(options, sink))
        self.application = self.add_application()
        self.snapshot = Snapshot()

    async def _plane(self, options: Options, sink: Sink | None) -> Plane:
        return Plane(b"k" * 32, options, sink)

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=30)

    def add_application(self) -> Application:
        application = Application()
        self.run(application.start())
        return application

    def group(self, *applications: Application, arn: str = GROUP, **more: Any) -> TargetGroup:
        targets = tuple(Target("127.0.0.1", each.port) for each in applications or (self.application,))
        more.setdefault("health_check", HealthCheck(enabled=False))
        return TargetGroup(arn, targets=targets, **more)

    def apply(
        self,
        *rules: Rule,
        groups: tuple[TargetGroup, ...] = (),
        actions: tuple[dict[str, Any], ...] = ({"Type": "forward", "TargetGroupArn": GROUP},),
        attributes: dict[str, str] | None = None,
        listener: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        """Run on a load balancer of one listener; without more, all goes to the application."""
        made = Listener("arn:listener", "HTTP", PORT, actions, rules)
        made = msgspec.structs.replace(made, **(listener or {}))
        balancer = LoadBalancer(self.arn, "web", "web-1.us-east-1.elb.localhost", (made,), attributes or {})
        self.snapshot = Snapshot((balancer,), groups or (self.group(),), **more)
        self.run(self.plane.apply(self.snapshot))

    def connect(self) -> Client:
        return Client(socket.create_connection((self.host, PORT), timeout=10))

    def ask(self, data: bytes) -> bytes:
        """All that is said to ``data`` and the end of it."""
        with self.connect() as client:
            client.send(data)
            client.end()
            return client.rest()

    def get(self, target: str = "/", *headers: str, host: str = "web.test", method: str = "GET") -> bytes:
        """The whole answer to a request over a connection of its own."""
        lines = "".join(f"{each}\r\n" for each in headers)
        return self.ask(f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{lines}\r\n".encode())

    def pass_time(self, seconds: float) -> None:
        """Move the clock that waits are measured by."""

        async def passing() -> None:
            # What was sent before is to be read before.
            await asyncio.sleep(0.02)
            plane = self.plane
            plane._tasks[1].cancel()
            plane.now += seconds
            for peer in tuple(plane._peers):
                peer.expire(plane.now)
            for exchange in tuple(plane._exchanges):
                exchange.expire(plane.now)

        self.run(passing())

    def close(self) -> None:
        self.run(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def _close(self) -> None:
        await self.plane.drain(0)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def options(**more: Any) -> Options:
    """No address but the load balancers' own: tests run beside each other."""
    return Options(host="", **more)


@pytest.fixture
def edge() -> Iterator[Edge]:
    running = Edge(options())
    running.apply()
    yield running
    running.close()
