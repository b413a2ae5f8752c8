"""One process of the data plane: its doors, pools, connections, and the snapshot that it runs on."""

import asyncio
import logging
import time
from collections.abc import Coroutine, MutableMapping
from email.utils import formatdate
from typing import Any, Protocol

from vauban.edge.access_logs import AccessLog
from vauban.edge.agents import listen
from vauban.edge.certificates import Contexts, Wardrobe
from vauban.edge.doors import Door
from vauban.edge.exchanges import Exchange
from vauban.edge.health import Checks
from vauban.edge.inspections import Guard, Guards
from vauban.edge.options import LOOPBACK, Options
from vauban.edge.pools import Pools
from vauban.edge.sites import Site
from vauban.http.sockets import bind_tcp
from vauban.kernel.sinks import Sink
from vauban.kernel.traffic import Certificate, Listener, LoadBalancer, Snapshot, address_of

_log = logging.getLogger("vauban.edge")


class Peer(Protocol):
    """A client's connection, as it is counted and told."""

    client: Any
    door: Door

    def drain(self) -> None: ...

    def abort(self) -> None: ...

    def expire(self, now: float) -> None: ...


class Plane:
    """Runs on one event loop. ``apply`` gives it a snapshot; a request is served by the one it began under."""

    def __init__(
        self,
        key: bytes,
        options: Options | None = None,
        sink: Sink | None = None,
        cache: MutableMapping[str, bytes] | None = None,
        shares: bool = False,
    ):
        """``key`` is what cookies are made from, ``sink`` where logs are delivered to, ``cache`` what keeps patterns
        compiled; ``shares`` says whether other processes are told what was counted here.
        """
        self.options = options or Options()
        self.limits = self.options.limits
        self.key = key
        self.loop = asyncio.get_running_loop()
        self.now = self.loop.time()
        """The event loop's time, as of the last tick."""
        self.date = formatdate(usegmt=True).encode()
        self.pools = Pools(key, self.loop.time)
        self.guards = Guards(sink, self.options.log_seconds, {} if cache is None else cache, shares)
        self.log = AccessLog(sink, self.options.log_seconds)
        self.doors: dict[tuple[str, int], Door] = {}
        self.faults: dict[str, list[str]] = {}
        """Load balancer ARN -> what is wrong with where it listens."""
        self.snapshot = Snapshot()
        self._agent: asyncio.Server | None = None
        self._contexts = Contexts()
        self._checks = Checks(self.pools)
        self._peers: set[Peer] = set()
        self._clients: dict[str, int] = {}
        self._exchanges: set[Exchange] = set()
        self._welcomes: set[asyncio.Task[None]] = set()
        self._draining = False
        self._swap = asyncio.Lock()
        self._tasks = [self.loop.create_task(self._checks.run()), self.loop.create_task(self._tick())]

    # Snapshots

    async def apply(self, snapshot: Snapshot) -> None:
        """Run on ``snapshot`` from the next request on. Nothing that is under way is lost."""
        async with self._swap:
            guards = await self.guards.prepared(snapshot.inspections)
            self.faults = {}
            certificates = {each.arn: each for each in snapshot.certificates}
            wanted: dict[tuple[str, int], list[tuple[Site, Wardrobe | None]]] = {}
            used: set[str] = set()
            for balancer in snapshot.load_balancers:
                for listener in balancer.listeners:
                    site = self._site(balancer, listener, guards.get(balancer.arn))
                    if site is None:
                        continue
                    used |= site.target_groups
                    wardrobe = self._wardrobe(site, certificates)
                    for host in self._hosts(balancer):
                        wanted.setdefault((host, listener.port + self.options.port_offset), []).append((site, wardrobe))
            self.pools.update(snapshot.target_groups, used)
            self._checks.adjust()
            self._open(wanted)
            self._contexts.keep(snapshot.certificates)
            self.snapshot = snapshot
            if self.options.agent and self._agent is None:
                self._agent = await listen(self, bind_tcp(*self.options.agent, shared=True))

    def _site(self, balancer: LoadBalancer, listener: Listener, guard: Guard | None) -> Site | None:
        """A listener that cannot be understood is a fault of its own, and of no other."""
        try:
            return Site(balancer, listener, guard)
        except (ValueError, KeyError, TypeError) as error:
            self._fault(balancer, listener, f"it cannot be understood: {error!r}")
            return None

    def _hosts(self, balancer: LoadBalancer) -> list[str]:
        shared = self.options.host
        own = [address_of(balancer.arn)] if shared in ("", LOOPBACK) else []
        return [*own, shared] if shared else own

    def _wardrobe(self, site: Site, certificates: dict[str, Certificate]) -> Wardrobe | None:
        listener = site.listener
        if listener.protocol != "HTTPS":
            return None
        shown = [certificates[arn] for arn in listener.certificates if arn in certificates]
        wardrobe = Wardrobe(self._contexts, shown, listener.ssl_policy, site.http2)
        for fault in wardrobe.faults or ([] if shown else ["it has no certificate"]):
            self._fault(site.load_balancer, listener, fault)
        return wardrobe

    def _open(self, wanted: dict[tuple[str, int], list[tuple[Site, Wardrobe | None]]]) -> None:
        """Listeners of TLS and of none cannot share a port: the first one's protocol is its protocol."""
        for address in self.doors.keys() - wanted.keys():
            self._shut(self.doors.pop(address))
        for address, sites in wanted.items():
            secure = sites[0][1] is not None
            same = [each for each in sites if (each[1] is not None) == secure]
            try:
                if address not in self.doors:
                    self.doors[address] = Door(self, *address)
            except OSError as error:
                for site, _ in same:
                    self._fault(site.load_balancer, site.listener, f"{address[0]}:{address[1]}: {error.strerror}")
                continue
            self.doors[address].serve(same)

    def _shut(self, door: Door) -> None:
        """Whoever is inside is answered, and shown out."""
        door.close()
        for peer in tuple(self._peers):
            if peer.door is door:
                peer.drain()

    def _fault(self, balancer: LoadBalancer, listener: Listener, what: str) -> None:
        _log.error("%s does not listen on port %d: %s", balancer.name, listener.port, what)
        self.faults.setdefault(balancer.arn, []).append(f"port {listener.port}: {what}")

    # Connections

    def welcome(self, greeting: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(greeting)
        self._welcomes.add(task)
        task.add_done_callback(self._welcomes.discard)

    def take(self, address: str) -> bool:
        """Count a connection of a client; False where there are too many."""
        count = self._clients.get(address, 0)
        total = len(self._peers) + len(self._welcomes)
        if self._draining or count >= self.limits.connections_per_client or total > self.limits.connections:
            return False
        self._clients[address] = count + 1
        return True

    def leave(self, address: str) -> None:
        left = self._clients[address] - 1
        if left:
            self._clients[address] = left
        else:
            del self._clients[address]

    def admit(self, peer: Peer) -> None:
        self._peers.add(peer)
        if self._draining:
            peer.drain()

    def forget(self, peer: Peer) -> None:
        self._peers.discard(peer)
        self.leave(peer.client.address)

    # Requests

    def begin(self, exchange: Exchange) -> None:
        self._exchanges.add(exchange)

    def end(self, exchange: Exchange) -> None:
        self._exchanges.discard(exchange)
        self.log.note(exchange)

    def refused(self, peer: Peer, status: int) -> None:
        """What was no request is on no access log: nobody can say whose it was."""
        _log.info("what %s sent is answered %d", peer.client.address, status)

    # Time

    async def _tick(self) -> None:
        while True:
            self.now = self.loop.time()
            self.date = formatdate(usegmt=True).encode()
            for peer in tuple(self._peers):
                peer.expire(self.now)
            for exchange in tuple(self._exchanges):
                exchange.expire(self.now)
            for pool in self.pools:
                pool.tidy(self.now)
            await self.guards.tick(time.time())
            await self.log.tick(time.time())
            await asyncio.sleep(1.0 - time.time() % 1.0)

    async def drain(self, seconds: float) -> None:
        """Stop accepting, finish what is under way for at most ``seconds``, drop what is left, and write the logs."""
        self._draining = True
        if self._agent is not None:
            self._agent.close()
        for door in self.doors.values():
            door.close()
        self.doors = {}
        deadline = self.loop.time() + seconds
        for peer in tuple(self._peers):
            peer.drain()
        while (self._peers or self._welcomes) and self.loop.time() < deadline:
            await asyncio.sleep(0.01)
        for peer in tuple(self._peers):
            peer.abort()
        for task in (*self._tasks, *self._welcomes):
            task.cancel()
        self._checks.close()
        await self.guards.close()
        await self.log.close()
