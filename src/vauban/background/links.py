"""Links between servers that hold different Regions: events go over, in order, and each is taken in once.

The sender keeps an event in its outbox until the other side says that it is in its own, committed together with the
position reached. A batch that comes again, from a retry or from somebody who recorded it, is acknowledged and passed
over. Neither side waits for the other: what cannot be sent now is sent later.
"""

import asyncio
import logging
import uuid
from hashlib import sha256

import msgspec

from vauban.crypto.links import LinkCipher
from vauban.kernel.errors import Conflict
from vauban.kernel.events import DomainEvent
from vauban.kernel.records import Scope, record
from vauban.kernel.regions import Regions
from vauban.kernel.requests import Request, Response
from vauban.kernel.stores import Store

log = logging.getLogger("vauban.links")

PATH = "/_vauban/link"
_EVENTS = b"events"
_TAKEN = b"taken "
_AT_ONCE = 100
_BATCH_BYTES = 2 * 2**20
"""An event is less than that, and no batch is sent that is much more."""
_SECONDS = 10.0
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0

Waiting = tuple[int, DomainEvent]


class Batch(msgspec.Struct, array_like=True, frozen=True):
    origin: str
    """The sender's ``Origin``."""
    events: list[Waiting]
    """With their positions in the sender's outbox, which grow."""


_encode = msgspec.msgpack.Encoder(enc_hook=str).encode
_decode = msgspec.msgpack.Decoder(Batch).decode


@record("background:Origin", id="name", scope=Scope.GLOBAL)
class Origin:
    """Names the outbox of this data: positions are told apart by it. A restored backup is given another."""

    origin: str
    name: str = "origin"


@record("background:Arrival", id="origin", scope=Scope.GLOBAL)
class Arrival:
    """How far another server's events have been taken in."""

    origin: str
    position: int


async def origin_of(store: Store) -> str:
    """The name of this server's outbox; it is given one if it has none yet."""
    while True:
        changes = store.begin()
        everywhere = changes.at("", "")
        found = everywhere.get(Origin, "origin")
        if found is not None:
            return found.origin
        everywhere.put(Origin(str(uuid.uuid4())))
        try:
            await store.commit(changes, [])
        except Conflict:
            continue


class Link:
    """Pushes the events for a peer's Regions to it."""

    def __init__(self, store: Store, cipher: LinkCipher, regions: frozenset[str], url: str):
        self._store = store
        self._cipher = cipher
        self._regions = regions
        self._url = url.rstrip("/") + PATH
        self._origin = ""
        self._read: int | None = None
        self._pause_seconds = 0.0

    async def push(self) -> None:
        """Send what waits, as far as the peer takes it. Costs nothing where nothing is new."""
        newest = self._store.newest()
        if self._read is not None and newest <= self._read:
            return
        self._read = self._read or 0
        while waiting := self._store.outbox(self._read):
            mine = self._first([each for each in waiting if each[1].to and each[1].to[1] in self._regions])
            if mine and not await self._send(mine):
                await asyncio.sleep(self._pause_seconds)
                return
            self._read = (mine or waiting)[-1][0]
        self._read = max(self._read, newest)

    def _first(self, waiting: list[Waiting]) -> list[Waiting]:
        """As many as one batch holds."""
        size = 0
        for number, (_, event) in enumerate(waiting[:_AT_ONCE]):
            size += len(_encode(event))
            if number and size > _BATCH_BYTES:
                return waiting[:number]
        return waiting[:_AT_ONCE]

    async def _send(self, waiting: list[Waiting]) -> bool:
        """Whether the peer has them now; then they are forgotten here."""
        self._origin = self._origin or await origin_of(self._store)
        body = self._cipher.seal(_EVENTS, _encode(Batch(self._origin, waiting)))
        try:
            answer = await asyncio.to_thread(self._post, body)
            self._cipher.open(_TAKEN + sha256(body).digest(), answer)
        except (OSError, ValueError) as error:
            self._pause_seconds = min(max(self._pause_seconds * 2, _FIRST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)
            log.warning("%d events wait for %s: %s", len(waiting), self._url, error)
            return False
        self._pause_seconds = 0.0
        await self._store.forget([position for position, _ in waiting])
        return True

    def _post(self, body: bytes) -> bytes:
        from urllib.request import ProxyHandler, Request, build_opener  # costs a start, and few servers have peers

        request = Request(self._url, body, {"Content-Type": "application/octet-stream"}, method="POST")
        with build_opener(ProxyHandler({})).open(request, timeout=_SECONDS) as answer:
            return answer.read(_BATCH_BYTES)


class LinkDoor:
    """Takes in what peers push: an application answering ``POST /_vauban/link``."""

    def __init__(self, store: Store, cipher: LinkCipher, regions: Regions):
        self._store = store
        self._cipher = cipher
        self._regions = regions

    async def __call__(self, request: Request) -> Response:
        """What was taken in is in the outbox when this answers. Whoever has not the secret learns nothing."""
        try:
            batch = _decode(self._cipher.open(_EVENTS, request.body))
        except (ValueError, msgspec.MsgspecError):
            return Response(403)
        if batch.origin == await origin_of(self._store):
            return Response(403)
        if not all(event.to and self._regions.holds(event.to[1]) for _, event in batch.events):
            log.error("a peer takes this server for one that holds other Regions: see --peer and --regions there")
            return Response(421)
        await self._take_in(batch)
        return Response(200, {}, self._cipher.seal(_TAKEN + sha256(request.body).digest(), b""))

    async def _take_in(self, batch: Batch) -> None:
        while True:
            changes = self._store.begin()
            everywhere = changes.at("", "")
            arrival = everywhere.get(Arrival, batch.origin)
            reached = arrival.position if arrival else 0
            new = [(position, event) for position, event in batch.events if position > reached]
            if not new:
                return
            for _, event in new:
                everywhere.emit(event)
            everywhere.put(Arrival(batch.origin, new[-1][0]))
            try:
                await self._store.commit(changes, [])
                return
            except Conflict:
                continue
