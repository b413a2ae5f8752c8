import asyncio

import pytest

from vauban.http.asgi import asgi
from vauban.http.limits import Limits
from vauban.kernel.requests import Request, Response

SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/a b",
    "raw_path": b"/a%20b",
    "query_string": b"x=%201",
    "headers": [(b"host", b"vauban.test"), (b"X-One", b" 1 "), (b"x-one", b"2")],
    "client": ("192.0.2.1", 1234),
    "scheme": "https",
}


def ask(scope, *messages, limits=None):
    asked, sent = [], []
    waiting = list(messages)

    async def application(request: Request) -> Response:
        asked.append(request)
        return Response(201, {"X-Two": "2"}, b"hello")

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    asyncio.run(asgi(application, limits)(scope, receive, send))
    return asked, sent


def body(data: bytes, more: bool = False) -> dict:
    return {"type": "http.request", "body": data, "more_body": more}


def test_a_request_comes_through_whole():
    asked, sent = ask(SCOPE, body(b"abc", more=True), body(b"def"))
    assert asked == [
        Request("POST", "/a%20b", "x=%201", {"host": "vauban.test", "x-one": "1,2"}, b"abcdef", "192.0.2.1", "TLS")
    ]
    assert sent == [
        {"type": "http.response.start", "status": 201, "headers": [(b"x-two", b"2"), (b"content-length", b"5")]},
        {"type": "http.response.body", "body": b"hello"},
    ]


def test_a_server_that_tells_no_raw_path_or_client_is_served():
    asked, _ = ask({**SCOPE, "raw_path": None, "client": None}, body(b""))
    assert asked[0].path == "/a%20b"
    assert asked[0].source_ip == "127.0.0.1"


def test_a_body_that_is_too_large_is_refused():
    asked, sent = ask(SCOPE, body(b"abc", more=True), body(b"def"), limits=Limits(body_bytes=5))
    assert asked == []
    assert sent[0]["status"] == 413


def test_a_repeated_authorization_is_refused():
    headers = [(b"authorization", b"a"), (b"authorization", b"b")]
    asked, sent = ask({**SCOPE, "headers": headers}, body(b""))
    assert asked == []
    assert sent[0]["status"] == 400


def test_a_client_that_is_gone_is_not_answered():
    assert ask(SCOPE, body(b"abc", more=True), {"type": "http.disconnect"}) == ([], [])


def test_a_lifespan_is_lived_through():
    _, sent = ask({"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_a_web_socket_is_not_served():
    with pytest.raises(NotImplementedError):
        ask({"type": "websocket"})
