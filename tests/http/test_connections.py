import asyncio
import gc
import socket
import threading

import pytest

from vauban.http.connections import Connection
from vauban.http.limits import Limits
from vauban.http.requests import RequestReader
from vauban.kernel.requests import Request, Response

GET = b"GET /%d HTTP/1.1\r\nHost: vauban.test\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: vauban.test\r\nConnection: close\r\n\r\n"
HASTY = Limits(header_seconds=1, grace_seconds=1, idle_seconds=1, linger_seconds=1)


async def slow_first(request: Request) -> Response:
    """The first path takes the longest."""
    if request.path == "/0":
        await asyncio.sleep(0.05)
    return Response(200, {}, request.path.encode())


async def large(request: Request) -> Response:
    return Response(200, {}, b"x" * 20_000_000)


async def naps(request: Request) -> Response:
    await asyncio.sleep(0)
    return Response(200, {}, request.path.encode())


@pytest.fixture
def caught():
    """A future set once the application has been cancelled."""
    return threading.Event()


def test_a_connection_serves_one_request_after_another(serve):
    with serve().connect() as client:
        for number in range(3):
            client.send(GET % number)
            assert client.until(b"\n").startswith(b"HTTP/1.1 200 OK")
            client.until(b"GET /%d? 0\n" % number)


def test_the_client_may_ask_to_close(serve):
    with serve().connect() as client:
        client.send(LAST)
        answer = client.rest()
        assert b"connection: close" in answer
        assert answer.endswith(b"GET /last? 0\n")


def test_bodies_are_read_in_full_and_in_chunks(serve):
    served = serve()
    whole = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300000
    assert served.ask(whole).endswith(b"POST /? 300000\n" + b"x" * 300000)
    chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + b"3\r\nabc\r\n" * 9 + b"0\r\n\r\n"
    assert served.ask(chunked).endswith(b"POST /? 27\n" + b"abc" * 9)


@pytest.mark.parametrize("application", [slow_first, naps])
def test_pipelined_requests_are_answered_in_order_though_the_first_is_slow(serve, application):
    served = serve(application)
    answers = served.ask(b"".join(GET % number for number in range(200)) + LAST)
    positions = [answers.index(b"\r\n\r\n/%d" % number) for number in range(200)]
    assert positions == sorted(positions)
    assert answers.count(b"HTTP/1.1 200") == 201
    assert answers.endswith(b"/last")


def test_more_is_not_read_while_many_wait_for_an_answer(serve):
    gate = threading.Event()
    seen = []

    async def gated(request: Request) -> Response:
        seen.append(request.path)
        while not gate.is_set():
            await asyncio.sleep(0.01)
        return Response(200)

    served = serve(gated, Limits(pipelined=4))
    with served.connect() as client:
        client.socket.settimeout(0.5)
        with pytest.raises(TimeoutError):
            client.socket.sendall((GET % 1) * 1_000_000)
        assert len(seen) == 1
        gate.set()


def test_a_bad_request_after_good_ones_does_not_cost_them_their_answers(serve):
    answers = serve(slow_first).ask(GET % 0 + GET % 1 + b"nonsense\r\n\r\n" + GET % 2)
    assert answers.count(b"HTTP/1.1 200") == 2
    assert answers.index(b"\n/0") < answers.index(b"\n/1") < answers.index(b"HTTP/1.1 400 Bad Request")
    assert answers.count(b"HTTP/1.1") == 3
    assert b"connection: close" in answers


def test_nothing_after_a_smuggled_body_is_taken_for_a_request(serve):
    data = (
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n"
    )
    answers = serve().ask(data)
    assert answers.startswith(b"HTTP/1.1 400 ")
    assert b"admin" not in answers


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(serve):
    with serve(limits=Limits(body_bytes=10)).connect() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
        assert client.until(b"\r\n") == b"HTTP/1.1 413 Request Entity Too Large\r\n"


def test_the_answer_to_a_refused_upload_can_be_read_though_the_client_sends_on(serve):
    with serve(limits=Limits(body_bytes=10)).connect() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n" + b"x" * 1_000_000)
        assert client.rest().startswith(b"HTTP/1.1 413 ")


def test_a_client_that_expects_it_is_told_to_continue(serve):
    with serve().connect() as client:
        client.send(b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert client.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(b"abc")
        assert client.until(b"abc").startswith(b"HTTP/1.1 200 OK")


def test_the_invitation_to_continue_waits_for_the_answers_before_it(serve):
    with serve(slow_first).connect() as client:
        client.send(GET % 0 + b"PUT /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert client.until(b"/0").startswith(b"HTTP/1.1 200 OK")
        assert client.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(b"abc")
        client.until(b"/1")


def test_head_gets_no_body(serve):
    with serve().connect() as client:
        client.send(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + GET % 1)
        assert b"content-length: 10\r\n" in client.until(b"\r\n\r\n")
        assert client.until(b"\n").startswith(b"HTTP/1.1 200 OK")


def test_a_client_that_has_stopped_sending_still_gets_its_answers(serve):
    assert serve(slow_first).ask(GET % 0 + GET % 1).endswith(b"/1")


def test_half_a_request_and_then_nothing_is_dropped(serve):
    assert serve().ask((GET % 1)[:-3]) == b""


def test_an_application_is_cancelled_when_its_client_is_gone(serve, caught):
    started = threading.Event()

    async def patient(request: Request) -> Response:
        try:
            started.set()
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            caught.set()
            raise
        return Response(200)

    with serve(patient).connect() as client:
        client.send(GET % 1)
        assert started.wait(10)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    assert caught.wait(10)


def test_a_client_gone_in_the_middle_of_an_answer_harms_nobody(serve):
    served = serve(large)
    with served.connect() as client:
        client.send(GET % 1 + GET % 2)
        client.until(b"xxx")
    with served.connect() as client:
        client.send(LAST)
        assert len(client.rest()) > 20_000_000


@pytest.mark.parametrize("waits", [False, True])
def test_an_application_that_fails_is_answered_for(serve, waits, caplog):
    async def failing(request: Request) -> Response:
        if waits:
            await asyncio.sleep(0)
        raise LookupError("a secret")

    with serve(failing).connect() as client:
        client.send(GET % 1 + LAST)
        answers = client.rest()
    assert answers.count(b"HTTP/1.1 500 Internal Server Error") == 2
    assert b"secret" not in answers
    assert "LookupError" in caplog.text


def test_an_answer_that_cannot_be_sent_is_a_failure_of_the_server(serve, caplog):
    async def injecting(request: Request) -> Response:
        return Response(200, {"x-name": "a\r\nset-cookie: b"}, b"")

    answers = serve(injecting).ask(LAST)
    assert answers.startswith(b"HTTP/1.1 500 ")
    assert b"set-cookie" not in answers


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"408"),
        (b"GET", b"408"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc", b"408"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", b"408"),
        (b"", b""),
        (GET % 1, b"200"),
    ],
)
def test_whoever_keeps_the_server_waiting_is_let_go(serve, data, status):
    served = serve(limits=HASTY)
    with served.connect() as client:
        client.send(data)
        served.pass_time(0.9)
        assert served.server.connections
        served.pass_time(0.9)
        served.pass_time(1.1)
        assert client.rest()[9:12] == status
        served.pass_time(1.1)
        assert not served.server.connections


def test_a_request_in_drops_is_let_go_all_the_same(serve):
    served = serve(limits=HASTY)
    with served.connect() as client:
        client.send(b"GET / HTTP/1.1\r\n")
        served.pass_time(0.6)
        client.send(b"X: a\r\n")
        served.pass_time(0.6)
        assert client.until(b"\r\n") == b"HTTP/1.1 408 Request Timeout\r\n"


def test_a_body_that_keeps_coming_fast_enough_is_waited_for(serve):
    served = serve(limits=Limits(grace_seconds=1, bytes_per_second=1000))
    with served.connect() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n")
        for _ in range(5):
            client.send(b"x" * 1000)
            served.pass_time(0.9)
        client.until(b"POST /? 5000\n")


def test_a_client_that_does_not_read_its_answers_is_let_go(serve):
    served = serve(large, Limits(answer_seconds=2))
    with served.connect() as client:
        client.send(GET % 1 + GET % 2)
        client.until(b"xxx")
        for _ in range(3):
            served.pass_time(1)
        served.pass_time(1.1)
        served.run(asyncio.sleep(0.02))
        assert not served.server.connections


def test_a_client_that_reads_in_bouts_gets_it_all(serve):
    served = serve(large, Limits(answer_seconds=2, idle_seconds=1))
    served.pass_time(0)
    with served.connect() as client:
        client.send(LAST)
        received = 0
        while data := client.socket.recv(8_000_000, socket.MSG_WAITALL):
            served.pass_time(1.5)
            received += len(data)
    assert received > 20_000_000


def test_the_application_is_told_who_asks(serve):
    async def address(request: Request) -> Response:
        return Response(200, {}, f"{request.source_ip} {request.secure}".encode())

    assert serve(address).ask(LAST).endswith(b"127.0.0.1 False")


@pytest.mark.parametrize("application", [naps, large])
def test_a_connection_that_is_gone_leaves_nothing_for_the_garbage_collector(serve, application):
    served = serve(application)
    gc.collect()
    gc.disable()
    try:
        served.ask(GET % 1 + LAST)
        served.ask(b"nonsense\r\n\r\n")
        with served.connect() as client:
            client.send(GET % 1)
        while served.server.connections:
            served.pass_time(3)
        for _ in range(100):
            left = [type(each) for each in gc.get_objects() if isinstance(each, Connection | RequestReader)]
            if not left:
                break
            served.run(asyncio.sleep(0.01))
        assert left == []
    finally:
        gc.enable()


def wait_for(served, size: int) -> None:
    while served.server.unfinished.bytes != size:
        served.run(asyncio.sleep(0.005))


def test_bodies_that_are_still_coming_are_bounded_together_and_room_is_made_when_they_end(serve):
    served = serve(limits=Limits(unfinished_bytes=150_000))
    start = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n" + b"x" * 100_000
    first, second = served.connect(), served.connect()
    with first, second:
        first.send(start)
        wait_for(served, 100_000)
        second.send(start)
        assert second.until(b"\r\n").startswith(b"HTTP/1.1 503 ")
        first.send(b"x")
        assert first.until(b"\r\n").startswith(b"HTTP/1.1 200 ")
    wait_for(served, 0)
