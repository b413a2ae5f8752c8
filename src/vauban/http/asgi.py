"""An application of ours inside any ASGI server.

Source: https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

from vauban.http.connections import Application
from vauban.http.limits import Limits
from vauban.http.refusals import Refusal
from vauban.http.requests import SINGLE_HEADERS
from vauban.kernel.requests import Request, Response

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApplication = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class _Disconnected(Exception):
    """The client is gone; there is nobody to answer."""


def asgi(application: Application, limits: Limits | None = None) -> AsgiApplication:
    """``application`` as an ASGI 3 application. Of the limits, the body's counts here; the server has the others."""
    body_bytes = (limits or Limits()).body_bytes

    async def adapted(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await _answer(application, scope, receive, send, body_bytes)
        else:
            raise NotImplementedError(f"{scope['type']} is not served")

    return adapted


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _answer(
    application: Application, scope: MutableMapping[str, Any], receive: Receive, send: Send, body_bytes: int
) -> None:
    try:
        headers = _headers(scope["headers"])
        response = await application(_request(scope, headers, await _body(receive, body_bytes)))
    except Refusal as refusal:
        response = refusal.response()
    except _Disconnected:
        return
    await _send(response, send)


def _request(scope: MutableMapping[str, Any], headers: dict[str, str], body: bytes) -> Request:
    raw_path = scope.get("raw_path") or quote(scope["path"], safe="/:@!$&'()*+,;=~").encode()
    client = scope.get("client")
    return Request(
        method=scope["method"],
        path=raw_path.partition(b"?")[0].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=body,
        source_ip=client[0] if client else "127.0.0.1",
        tls="TLS" if scope.get("scheme") == "https" else "",
    )


def _headers(pairs: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1").strip(" \t")
        if name in headers and name in SINGLE_HEADERS:
            raise Refusal(400, f"The header {name} is repeated.")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


async def _body(receive: Receive, body_bytes: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Disconnected
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > body_bytes:
            raise Refusal(413, f"The body is larger than {body_bytes} bytes.")
        more = message.get("more_body", False)
    return b"".join(pieces)


async def _send(response: Response, send: Send) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    if "content-length" not in response.headers and response.status not in (204, 304):
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
