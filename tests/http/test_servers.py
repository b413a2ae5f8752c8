import asyncio
import socket
import threading

import pytest

from vauban.http.limits import Limits
from vauban.http.sockets import bind_unix
from vauban.kernel.requests import Request, Response

GET = b"GET / HTTP/1.1\r\nHost: vauban.test\r\n\r\n"


@pytest.mark.parametrize("limits", [Limits(connections=2), Limits(connections_per_client=2)])
def test_connections_beyond_the_bound_are_refused_and_room_is_made_when_one_leaves(serve, limits):
    served = serve(limits=limits)
    with served.connect() as first, served.connect() as second:
        for client in (first, second):
            client.send(GET)
            client.until(b"200 OK")
        assert served.ask(b"").startswith(b"HTTP/1.1 503 Service Unavailable")
    while served.server.connections:
        pass
    assert served.ask(GET).startswith(b"HTTP/1.1 200 OK")


def test_draining_lets_answers_in_flight_be_finished_and_drops_the_idle(serve):
    started, gate = threading.Event(), threading.Event()

    async def gated(request: Request) -> Response:
        started.set()
        while not gate.is_set():
            await asyncio.sleep(0.01)
        return Response(200, {}, b"finished")

    served = serve(gated)
    with served.connect() as idle, served.connect() as busy:
        busy.send(GET)
        assert started.wait(10)
        draining = asyncio.run_coroutine_threadsafe(served.server.drain(20), served.loop)
        assert idle.rest() == b""
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", served.port), timeout=5).close()
        gate.set()
        answer = busy.rest()
        assert b"connection: close" in answer
        assert answer.endswith(b"finished")
        draining.result(timeout=10)


def test_a_request_half_sent_when_draining_begins_is_answered(serve):
    served = serve()
    with served.connect() as client:
        client.send(GET[:20])
        served.run(asyncio.sleep(0.1))
        draining = asyncio.run_coroutine_threadsafe(served.server.drain(20), served.loop)
        served.run(asyncio.sleep(0.1))
        client.send(GET[20:])
        assert b"connection: close" in client.rest()
        draining.result(timeout=10)


def test_draining_ends_though_an_answer_does_not(serve):
    started, cancelled = threading.Event(), threading.Event()

    async def endless(request: Request) -> Response:
        try:
            started.set()
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    served = serve(endless)
    with served.connect() as client:
        client.send(GET)
        assert started.wait(10)
        served.run(served.server.drain(0.1))
        assert client.rest() == b""
    assert cancelled.wait(10)


def test_a_unix_socket_is_served_too(serve, tmp_path):
    served = serve()
    path = str(tmp_path / "admin.sock")
    served.run(served.server.listen(bind_unix(path)))
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.sendall(GET)
        assert client.recv(1000).startswith(b"HTTP/1.1 200 OK")
