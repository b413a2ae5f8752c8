"""Where the parts are put together: one process's worth of Vauban."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from vauban.administration.accounts import Accounts
from vauban.administration.doors import PREFIX, Answer, Door
from vauban.background.clocks import Clock, ClockOffset, VirtualClock, WallClock
from vauban.background.jobs import Jobs
from vauban.background.links import PATH as LINK_PATH
from vauban.background.links import Link, LinkDoor
from vauban.background.pollers import Pollers
from vauban.background.relay import Relay
from vauban.background.timers import Timers
from vauban.crypto.links import LinkCipher
from vauban.crypto.sealers import AccountSealer
from vauban.crypto.seals.secret_files import read_secret
from vauban.discovery import Services
from vauban.edge import issues
from vauban.edge.control import Control
from vauban.edge.issues import Issue
from vauban.edge.options import Options
from vauban.edge.processes import hand_over
from vauban.edge.publishing import Publisher
from vauban.events.sinks import DirectorySink
from vauban.gateway import Gateway
from vauban.gateway.throttle import Buckets, Throttle
from vauban.kernel.calls import ServiceCall
from vauban.kernel.events import DomainEvent
from vauban.kernel.paths import APPROVAL_PATH, ARCHIVES_PATH, CERTIFICATE_PATH, CRL_PATH, OCSP_PATH
from vauban.kernel.regions import Regions
from vauban.kernel.requests import Request, Response
from vauban.kernel.stores import Store
from vauban.outside import Outside
from vauban.outside.clusters import Cluster, Clusters
from vauban.outside.dns import Dns
from vauban.outside.https import Https
from vauban.outside.mail import Mail
from vauban.outside.webhooks import Webhooks
from vauban.settings import Settings
from vauban.sockets import edge_sockets
from vauban.storage.coherence import Page
from vauban.storage.memory import MemoryStore
from vauban.xks.door import XksDoor
from vauban.xks.records import END as XKS_PATH

ARRIVAL_SECONDS = 2.0
"""How long an answer waits at most for what the call sent to another region or account."""
_ARRIVAL_POLL_SECONDS = 0.003
EDGE_DRAIN_SECONDS = 5.0


class Vauban:
    """The gateway with all that stands behind it, on one store and one clock. An application for ``http.Server``."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, buckets: Buckets | None = None):
        """``buckets`` are those of all processes, where calls are counted."""
        self.settings = settings
        self._throttle = Throttle(buckets) if buckets is not None else None
        self.clock = clock
        self.services = Services()
        self.outside = outside_of(settings)
        self.regions = settings.held_regions
        self._link_cipher = link_cipher_of(settings)
        self.public_door = Door({"GET health": self._health})
        self.stand_on(store)

    def stand_on(self, store: Store) -> None:
        """Build everything over ``store``."""
        self.store = store
        self.accounts = Accounts(store, self.clock.now)
        self.xks_door = XksDoor(store, self.clock.now, time.time, strict_audit=self.settings.audit == "strict")
        self.gateway = Gateway(
            self.services,
            store,
            self.clock.now,
            time.time,
            strict_audit=self.settings.audit == "strict",
            outside=self.outside,
            arrival=self._arrival,
            regions=self.regions,
            throttle=self._throttle,
        )
        self.relay = Relay(store, self.gateway.carry_out, regions=self.regions)
        self.links = links_of(self.regions, store, self._link_cipher)
        self._link_door = LinkDoor(store, self._link_cipher, self.regions) if self._link_cipher else None
        self.jobs = Jobs(store, self.gateway.carry_out, self.clock.now, sink_of(self.settings))
        self.pollers = Pollers(store, self.gateway.carry_out, self.clock.now)
        self.timers = Timers(store, self.gateway.carry_out, self._settle, self.clock.now, self.jobs)
        self.publisher = self._publisher()

    def __call__(self, request: Request) -> Coroutine[Any, Any, Response]:
        if request.path.startswith((OCSP_PATH, CRL_PATH)):
            return self._revocation(request)
        if request.path.startswith(APPROVAL_PATH):
            return self._approval(request)
        if request.path.startswith(PREFIX):
            if self._link_door is not None and (request.method, request.path) == ("POST", LINK_PATH):
                return self._link_door(request)
            return self.public_door(request)
        if request.path.startswith(CERTIFICATE_PATH):
            return self._certificate(request)
        if request.path.startswith(ARCHIVES_PATH):
            return self._archive(request)
        if XKS_PATH in request.path and self.xks_door.knows(request.path):
            return self.xks_door(request)
        return self.gateway(request)

    async def prepare(self) -> None:
        """Make the accounts of a first start; on later starts there are some, and nothing is done."""
        if self.accounts.all():
            return
        for given in self.settings.account:
            await self.accounts.create(given.account, given.access_key_id, given.secret_access_key)
        if not self.settings.account:
            await self.accounts.create()

    async def open_edge(self, port: int) -> None:
        """Know where the edge is, from now on; ``port`` is the one that calls are answered on."""
        self.outside.edge.reach(edge_sockets(self.settings.data, port, self.settings.edge_count))

    async def close_edge(self) -> None:
        """Nothing: processes of their own end by themselves."""

    def _publisher(self) -> Publisher:
        """What tells the edge of changes."""
        raise NotImplementedError

    def private_operations(self) -> dict[str, Answer]:
        """What the operator's door has besides ``administration.operations``."""
        return {}

    async def _settle(self) -> None:
        """Deliver what was sent, and what comes of it and of what is polled."""
        await self.relay.deliver()
        while await self.pollers.run():
            await self.relay.deliver()

    async def _arrival(self, sent: dict[int, DomainEvent]) -> None:
        """Wait until these events have been delivered, here or by another worker, but not for long, and for no peer."""
        patience = asyncio.get_running_loop().time() + ARRIVAL_SECONDS
        for position, event in sent.items():
            if not self.regions.holds(event.place[1]):
                continue
            while self.store.waits(position) and asyncio.get_running_loop().time() < patience:
                await asyncio.sleep(_ARRIVAL_POLL_SECONDS)

    async def _certificate(self, request: Request) -> Response:
        """What notifications are signed with is anybody's to see."""
        from vauban.services.sns.signatures import certificate

        found = certificate(self.store, request.path)
        if found is None:
            return Response(404)
        return Response(200, {"Content-Type": "application/x-pem-file"}, found.encode())

    async def _revocation(self, request: Request) -> Response:
        """What is revoked is anybody's to ask: by OCSP, GET or POST (RFC 6960 appendix A), or as a list."""
        from vauban.services.acm_pca import revocations

        if request.path.startswith(CRL_PATH):
            found = revocations.revocation_list(self.store, request.path)
            return Response(200, {"Content-Type": "application/pkix-crl"}, found) if found else Response(404)
        asked = request.body if request.method == "POST" else revocations.asked_by(request.path)
        answer = revocations.answer(self.store, self.clock.now(), asked)
        return Response(200, {"Content-Type": "application/ocsp-response"}, answer)

    async def _archive(self, request: Request) -> Response:
        """The code of a function or a layer, for whoever was told where it is."""
        from vauban.services.lambda_.locations import archive_at

        found = archive_at(self.store, request.path, self.clock.now())
        return Response(403) if found is None else Response(200, {"Content-Type": "application/zip"}, found)

    async def _approval(self, request: Request) -> Response:
        """Of a certificate, by who was sent this path by mail."""
        from vauban.services.acm import emails

        asked = emails.asked_for(self.store, request.path)
        if asked is None or request.method not in ("GET", "POST"):
            return Response(404)
        certificate, name = asked
        if request.method == "POST":
            call = ServiceCall("acm", certificate.account, certificate.region, self.clock.now())
            await self.gateway.carry_out(call, lambda call: emails.approve(call, certificate.certificate_id, name))
            certificate, name = emails.asked_for(self.store, request.path) or asked
        headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
        return Response(200, headers, emails.page(certificate, name).encode())

    async def _health(self, _: dict) -> dict:
        return {"status": "running", "sealed": False}


class Kept(Vauban):
    """A Vauban on a data directory: one worker's, sharing the clock's offset with the others on ``page``."""

    def __init__(self, settings: Settings, store: Store, page: Page, buckets: Buckets | None = None):
        self._page = page
        virtual = VirtualClock(lambda: page.clock_offset / 1e6, self._keep_offset)
        super().__init__(settings, store, virtual if settings.clock == "virtual" else WallClock(), buckets)

    async def prepare(self) -> None:
        offset = self.store.begin().at("", "").get(ClockOffset, "virtual")
        self._page.clock_offset = int(offset.seconds * 1e6) if offset else 0
        await super().prepare()

    def _publisher(self) -> Publisher:
        path = self.settings.directory / issues.NAME
        known = issues.read(path, self.store.sealer)
        return Publisher(self.store, self._hand_out, known.key if known else os.urandom(issues.KEY_BYTES), bool(known))

    async def _hand_out(self, issue: Issue, encoded: bytes) -> None:
        await asyncio.to_thread(self._keep_and_hand_over, encoded)

    def _keep_and_hand_over(self, encoded: bytes) -> None:
        issues.write(self.settings.directory / issues.NAME, encoded, self.store.sealer)
        hand_over(self.outside.edge.paths, encoded)

    async def _keep_offset(self, seconds: float) -> None:
        changes = self.store.begin()
        changes.at("", "").put(ClockOffset(seconds))
        await self.store.commit(changes, [])
        self._page.clock_offset = int(seconds * 1e6)


class Scratch(Vauban):
    """A Vauban that keeps nothing, and can be made new: the operator's accounts and their root keys stay."""

    def __init__(self, settings: Settings):
        Services().load()
        self._offset = 0.0
        self._edge = Control(edge_options(settings), sink_of(settings))
        self._edge_key = os.urandom(issues.KEY_BYTES)
        virtual = VirtualClock(lambda: self._offset, self._keep_offset)
        clock = virtual if settings.clock == "virtual" else WallClock()
        super().__init__(settings, _memory(), clock, buckets_of(settings))
        self.public_door = Door({"GET health": self._health, "POST reset": self._reset})

    async def open_edge(self, port: int) -> None:
        """Be the edge too."""
        if self.settings.edge == "on":
            paths = edge_sockets(self.settings.data, port, 1)
            self._edge_server = await self._edge.listen(paths[0])
            self.outside.edge.reach(paths)

    async def close_edge(self) -> None:
        for path in self.outside.edge.paths:
            await self._edge_server.drain(1.0)
            Path(path).unlink(missing_ok=True)
        await self._edge.drain(EDGE_DRAIN_SECONDS)

    def _publisher(self) -> Publisher:
        return Publisher(self.store, self._take, self._edge_key, self._edge.plane is not None)

    async def _take(self, issue: Issue, encoded: bytes) -> None:
        await self._edge.apply(issue)

    def private_operations(self) -> dict[str, Answer]:
        return {"POST reset": self._reset}

    async def _arrival(self, sent: dict[int, DomainEvent]) -> None:
        """A Vauban by itself delivers at once."""
        self.relay.feed()
        await super()._arrival(sent)

    async def _keep_offset(self, seconds: float) -> None:
        self._offset = seconds

    async def _reset(self, _: dict) -> dict:
        kept = [(each.account, self.accounts.root_key(each.account)) for each in self.accounts.all() if not each.email]
        self._offset = 0.0
        self.stand_on(_memory())
        for account, key in kept:
            secret = key.secret_access_key.decode() if key else ""
            await self.accounts.create(account, key.access_key_id if key else "", secret)
        return {"status": "reset"}


def link_cipher_of(settings: Settings) -> LinkCipher | None:
    """What this server and its peers seal their messages with. Raises SealError or ValueError for what is no secret."""
    if not settings.link_secret_file:
        return None
    return LinkCipher(read_secret(Path(settings.link_secret_file)).strip())


def links_of(regions: Regions, store: Store, cipher: LinkCipher | None) -> list[Link]:
    """One for each peer, whatever number of Regions it holds."""
    urls = sorted(set(regions.peers.values()))
    held = {url: frozenset(region for region, its in regions.peers.items() if its == url) for url in urls}
    return [Link(store, cipher, held[url], url) for url in urls]


def sink_of(settings: Settings) -> DirectorySink | None:
    """What stands for S3 where trails deliver to it; a scratch server has none unless one is named."""
    if settings.trail_sink:
        return DirectorySink(str(Path(settings.trail_sink).absolute()))
    return None if settings.scratch else DirectorySink(str((settings.directory / "trails").absolute()))


def edge_options(settings: Settings) -> Options:
    """What the settings say of the edge."""
    proxied = settings.edge_proxy_protocol == "on"
    name = f"{os.getpid()}" if settings.scratch else str(settings.directory.resolve())
    offset, seconds = settings.edge_port_offset, settings.edge_log_seconds
    return Options(settings.edge_host, name, offset, proxied, settings.edge_agent, log_seconds=seconds)


def _memory() -> MemoryStore:
    return MemoryStore(AccountSealer.ephemeral())


def buckets_of(settings: Settings) -> Buckets | None:
    """Where calls are counted; None where they are not."""
    return Buckets() if settings.quotas == "aws" else None


def outside_of(settings: Settings) -> Outside:
    """What the settings say of reaching what lies outside. Raises OSError or ValueError where a file is no good."""
    addresses = {each.name: (each.host, each.port) for each in settings.xks_address}
    clusters = {each.cluster: Cluster(each.module, each.token, each.account) for each in settings.cloudhsm_cluster}
    https = Https(settings.xks_ca, addresses, settings.xks_timeout / 1000)
    roots = _roots(settings.attestation_root)
    dns = Dns(*settings.dns_resolver) if settings.dns_resolver else Dns()
    webhooks = Webhooks(settings.webhook_ca, public=settings.webhook_reach == "public")
    return Outside(https, Clusters(clusters), roots, webhooks=webhooks, mail=_mail(settings), dns=dns)


def _mail(settings: Settings) -> Mail:
    """Raises OSError where the password's file is none."""
    if not settings.smtp_relay:
        return Mail()
    host, _, port = settings.smtp_relay.rpartition(":")
    if settings.smtp_password_file:
        Path(settings.smtp_password_file).read_text()
    return Mail(
        host.strip("[]"),
        int(port),
        settings.smtp_from,
        settings.smtp_tls,
        settings.smtp_ca,
        settings.smtp_user,
        settings.smtp_password_file,
    )


def publish_parameters(settings: Settings) -> None:
    """Take public parameters from the operator's file, where the settings name one. Raises OSError or ValueError."""
    if settings.public_parameters:
        from vauban.services.ssm import public_parameters

        public_parameters.use(Path(settings.public_parameters))


def _roots(path: str) -> tuple[Any, ...]:
    if not path:
        return ()
    from vauban.crypto.attestation import read_roots

    return read_roots(Path(path).read_bytes())


Open = Callable[[], Awaitable[Vauban]]
"""How a process gets its Vauban, once its event loop runs."""
