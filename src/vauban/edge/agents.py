"""The verdict service for HAProxy: an agent that its stream processing asks of each request.

HAProxy sends a message ``inspect`` with the arguments ``resource`` (the ARN of the load balancer whose web ACL counts),
``ip``, ``method``, ``target``, ``version``, ``headers`` (``req.hdrs_bin``) and, if it likes, ``body``, ``size`` and
``tls``. The answer are variables of the transaction: ``action``, ``status``, ``type``, ``body``, ``rule``, ``labels``.
"""

import asyncio
import logging
import socket
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from vauban.edge import spop
from vauban.edge.conditions import host_of
from vauban.edge.forwarding import trace_id
from vauban.edge.heads import RequestHead, checked
from vauban.edge.inspections import Guard
from vauban.edge.replies import plain
from vauban.edge.spop import Malformed, Value
from vauban.edge.waf_logs import Source
from vauban.engines import waf
from vauban.http.refusals import Refusal

if TYPE_CHECKING:
    from vauban.edge.planes import Plane

_log = logging.getLogger("vauban.edge")
MESSAGE = b"inspect"
MOST_FRAME_BYTES = 256 * 1024
_VERSION = "2.0"
_MOST_LABELS = 100


class Agent(asyncio.Protocol):
    """One connection of HAProxy's."""

    def __init__(self, plane: "Plane"):
        self._plane = plane
        self._transport: Any = None
        self._buffer = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        try:
            while found := spop.read_frame(self._buffer, MOST_FRAME_BYTES):
                frame, end = found
                self._buffer = self._buffer[end:]
                self._take(frame)
        except Malformed:
            _log.error("what came for the agent is no frame")
            self._transport.abort()

    def _take(self, frame: spop.Frame) -> None:
        if not frame.final:
            raise Malformed
        match frame.kind:
            case spop.HAPROXY_HELLO:
                self._greet(spop.read_pairs(frame.payload))
            case spop.NOTIFY:
                self._notify(frame)
            case spop.HAPROXY_DISCONNECT:
                self._write(spop.AGENT_DISCONNECT, {"status-code": 0, "message": "bye"})
                self._transport.close()

    def _greet(self, said: dict[bytes, Value]) -> None:
        size = said.get(b"max-frame-size")
        most = min(size, MOST_FRAME_BYTES) if isinstance(size, int) else MOST_FRAME_BYTES
        self._write(spop.AGENT_HELLO, {"version": _VERSION, "max-frame-size": most, "capabilities": "pipelining"})
        if said.get(b"healthcheck"):
            self._transport.close()

    def _notify(self, frame: spop.Frame) -> None:
        variables: dict[str, Value] = {}
        for name, arguments in spop.read_messages(frame.payload):
            if name == MESSAGE:
                variables = self._judged(arguments)
        answer = spop.write_variables(variables)
        self._transport.write(spop.write_frame(spop.ACK, frame.stream, frame.number, answer))

    def _judged(self, arguments: dict[bytes, Value]) -> dict[str, Value]:
        """Without a verdict nothing is set: what then, is for HAProxy's configuration to say."""
        resource = _bytes(arguments, b"resource").decode("latin-1")
        guard = self._plane.guards.by_resource.get(resource)
        if guard is None:
            _log.error("no web ACL protects %s", resource)
            return {}
        try:
            head = _head(arguments)
        except (Refusal, Malformed):
            return _variables(waf.Verdict("BLOCK", "Malformed", response=waf.Response(400)))
        source = Source(
            resource.partition("loadbalancer/")[2], trace_id(head)[5:].decode(), bool(arguments.get(b"tls"))
        )
        verdict = guard.judge(_request(guard, head, arguments), source)
        return _variables(verdict) if verdict is not None else {}

    def _write(self, kind: int, pairs: dict[str, Value]) -> None:
        self._transport.write(spop.write_frame(kind, 0, 0, spop.write_pairs(pairs)))


async def listen(plane: "Plane", listener: socket.socket) -> asyncio.Server:
    """Answer HAProxy on a bound socket, TCP or Unix."""
    create = plane.loop.create_unix_server if listener.family == socket.AF_UNIX else plane.loop.create_server
    return await create(lambda: Agent(plane), sock=listener)


def _head(arguments: dict[bytes, Value]) -> RequestHead:
    """Raises Refusal or Malformed."""
    headers = checked(spop.read_headers(_bytes(arguments, b"headers")))
    # HAProxy has taken the body out of its framing already, and what it says of that is nothing to inspect it by.
    framed = [(name, value) for name, value in headers if name.lower() != b"transfer-encoding"]
    version = _bytes(arguments, b"version") or b"1.1"
    return RequestHead(_bytes(arguments, b"method"), _bytes(arguments, b"target"), version, framed)


def _request(guard: Guard, head: RequestHead, arguments: dict[bytes, Value]) -> waf.Request:
    body, size = _bytes(arguments, b"body"), arguments.get(b"size")
    whole = size if isinstance(size, int) else len(body)
    return waf.Request(
        method=head.method,
        path=head.path,
        query=head.query,
        fragment=head.fragment,
        headers=tuple(head.headers),
        body=body[: guard.limit],
        body_size=max(whole, len(body)) if max(whole, len(body)) > guard.limit or whole > len(body) else None,
        client_ip=str(ip_address(_bytes(arguments, b"ip"))),
        version="HTTP/" + head.version.decode("latin-1"),
        time=time.time(),
        host=host_of(head).lower(),
    )


def _variables(verdict: waf.Verdict) -> dict[str, Value]:
    told: dict[str, Value] = {
        "action": verdict.action,
        "rule": verdict.rule,
        "labels": ",".join(verdict.labels[:_MOST_LABELS]),
    }
    if verdict.response is not None:
        page = plain(verdict.response.status)
        typed = verdict.response.content_type
        told["status"] = verdict.response.status
        told["type"] = typed or "text/html"
        told["body"] = (verdict.response.body if typed else page.body).decode("utf-8", "replace")
    return told


def _bytes(arguments: dict[bytes, Value], name: bytes) -> bytes:
    value = arguments.get(name)
    return value if isinstance(value, bytes) else b""
