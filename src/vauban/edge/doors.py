"""Where clients come in: an address and a port listened on, and what of a connection is found out before it speaks."""

import asyncio
import logging
import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from vauban.edge.certificates import Wardrobe
from vauban.edge.claims import Claim
from vauban.edge.connections import Connection
from vauban.edge.forwarding import Client
from vauban.edge.heads import RequestHead
from vauban.edge.hellos import MOST_BYTES, Hello, NotTls, read_hello
from vauban.edge.proxies import MOST_BYTES as MOST_PROXY_BYTES
from vauban.edge.proxies import NotProxied, Origin, read_origin
from vauban.edge.streams import MultiplexedConnection
from vauban.http.sockets import bind_tcp

if TYPE_CHECKING:
    from vauban.edge.planes import Plane
    from vauban.edge.sites import Site

_log = logging.getLogger("vauban.edge")
_BACKLOG = 2048
_AT_ONCE = 64
"""Connections accepted before anything else is done."""
_PEEK_AGAIN_SECONDS = 0.02


class Gone(Exception):
    """The client left before it had said what it wants."""


class Door:
    """A listening socket, and the listeners of load balancers that are to be had there."""

    def __init__(self, plane: "Plane", host: str, port: int):
        """Raises OSError where it cannot be bound."""
        self.plane = plane
        self.host = host
        self.port = port
        self.sites: list[tuple[Site, Wardrobe | None]] = []
        self._claim = Claim(plane.options.server, host, port)
        try:
            self._socket = bind_tcp(host, port, shared=True)
        except OSError:
            self._claim.release()
            raise
        self._socket.listen(_BACKLOG)
        plane.loop.add_reader(self._socket, self._accept)

    def serve(self, sites: "list[tuple[Site, Wardrobe | None]]") -> None:
        """From the next request, and the next handshake, on."""
        self.sites = sites

    def close(self) -> None:
        """Listen no more. Connections go on; what the kernel has taken in already is still accepted."""
        self.plane.loop.remove_reader(self._socket)
        self._accept()
        self._socket.close()
        self._claim.release()

    def site_for(self, head: RequestHead, client: Client) -> "Site":
        """Of several load balancers at one address: the one whose name is asked for, or else the first."""
        if len(self.sites) > 1:
            name = head.host.decode("latin-1").partition(":")[0].lower()
            for site, _ in self.sites:
                if site.name == name:
                    return site
        return self.sites[0][0]

    def _accept(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                accepted, peer = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                _log.error("no connection can be accepted: %s", error)
                return
            accepted.setblocking(False)
            self.plane.welcome(self._welcome(accepted, peer))

    async def _welcome(self, accepted: socket.socket, peer: Any) -> None:
        """Have a connection speak with whoever is for it."""
        taken = False
        try:
            async with asyncio.timeout(self.plane.limits.handshake_seconds):
                origin = await self._origin(accepted) or (_plain(peer[0]), peer[1])
                taken = self.plane.take(origin[0])
                if taken:
                    await self._hand_over(accepted, origin)
                    return
        except (TimeoutError, OSError, NotTls, NotProxied, Gone):
            pass
        if taken:
            self.plane.leave(origin[0])
        accepted.close()

    async def _hand_over(self, accepted: socket.socket, origin: Origin) -> None:
        if self.sites[0][1] is None:
            client = Client(*origin)
            await self.plane.loop.connect_accepted_socket(lambda: Connection(self, client), accepted)
            return
        hello = await _peek(accepted, self.plane.loop)
        chosen = self._wardrobe(hello.server_name).choose(hello.server_name)
        if chosen is None:
            raise NotTls
        await self.plane.loop.connect_accepted_socket(
            lambda: Secured(self, origin, hello, chosen[0]),
            accepted,
            ssl=chosen[1],
            ssl_handshake_timeout=self.plane.limits.handshake_seconds,
        )

    def _wardrobe(self, name: str) -> Wardrobe:
        named = (wardrobe for site, wardrobe in self.sites if site.name == name and wardrobe is not None)
        return next(named, None) or self.sites[0][1]

    async def _origin(self, accepted: socket.socket) -> Origin | None:
        """What the PROXY protocol says, where it is spoken here."""
        if not self.plane.options.proxy_protocol:
            return None
        data = b""
        while (found := read_origin(data)) is None:
            await _readable(accepted, self.plane.loop, bool(data))
            data = accepted.recv(MOST_PROXY_BYTES, socket.MSG_PEEK)
            if not data:
                raise Gone
        origin, size = found
        accepted.recv(size)
        return origin


class Secured(asyncio.Protocol):
    """A connection whose handshake is done: hands it to the protocol that was agreed on."""

    def __init__(self, door: Door, origin: Origin, hello: Hello, certificate: str):
        self._door = door
        self._origin = origin
        self._hello = hello
        self._certificate = certificate

    def connection_made(self, transport: Any) -> None:
        tls = transport.get_extra_info("ssl_object")
        cipher, version, _ = tls.cipher()
        hello = self._hello
        client = Client(*self._origin, version, cipher, hello.server_name, hello.ja3, hello.ja4, self._certificate)
        kind = MultiplexedConnection if tls.selected_alpn_protocol() == "h2" else Connection
        protocol = kind(self._door, client)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)


async def _peek(accepted: socket.socket, loop: asyncio.AbstractEventLoop) -> Hello:
    """The ClientHello, which stays where it is for OpenSSL to read."""
    data, again = b"", False
    while (hello := read_hello(data)) is None:
        await _readable(accepted, loop, again)
        again = True
        data = accepted.recv(MOST_BYTES + 1, socket.MSG_PEEK)
        if not data:
            raise Gone
    return hello


async def _readable(accepted: socket.socket, loop: asyncio.AbstractEventLoop, again: bool) -> None:
    """Wait for something to read; for more of it, where there is some already."""
    if again:
        await asyncio.sleep(_PEEK_AGAIN_SECONDS)
        return
    ready = loop.create_future()
    loop.add_reader(accepted, lambda: ready.done() or ready.set_result(None))
    try:
        await ready
    finally:
        loop.remove_reader(accepted)


def _plain(address: str) -> str:
    """IPv4 as IPv4."""
    found = ip_address(address.partition("%")[0])
    return str(getattr(found, "ipv4_mapped", None) or found)
