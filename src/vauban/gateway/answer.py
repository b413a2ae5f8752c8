"""The life of a call, from bytes to bytes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from vauban.gateway import audit
from vauban.gateway.attempts import Attempt
from vauban.gateway.authorize import Authorizer
from vauban.gateway.callers import Callers
from vauban.gateway.represented import Represented
from vauban.gateway.routes import Route, Routes
from vauban.gateway.standings import Standings
from vauban.gateway.throttle import Throttle
from vauban.gateway.waits import Waits
from vauban.identity.access_keys import AccessKey
from vauban.identity.sessions import Sessions
from vauban.identity.signers import Identified
from vauban.identity.sigv4 import ANONYMOUS, Verifier
from vauban.kernel.calls import Call, Errand, Pending, Search, ServiceCall, Wait
from vauban.kernel.errors import (
    AccessDeniedException,
    AuditUnavailable,
    AwsError,
    Conflict,
    StorageUnavailable,
    ValidationException,
    WorkFailed,
)
from vauban.kernel.events import AuditEvent, DomainEvent
from vauban.kernel.ids import request_id as new_request_id
from vauban.kernel.operations import Service, ServiceEvent
from vauban.kernel.records import kind_of
from vauban.kernel.regions import EVERY_REGION, Regions
from vauban.kernel.requests import Request, Response
from vauban.kernel.stores import Store
from vauban.wire import hosts
from vauban.wire.detect import Detector
from vauban.wire.errors import write_error

log = logging.getLogger("vauban.gateway")

T = TypeVar("T")

_ACCESS_KEY = kind_of(AccessKey).name
GLOBAL_REGION = "us-east-1"
"""The Region of a request that names none."""
_HELD_BY_NONE = "%s is held neither by this server nor by one that it knows."
_EVERYWHERE = frozenset({"sts"})
"""Services that have endpoints of Regions, and keep nothing in them."""
_ATTEMPTS = 100
"""How often a call is run again because what it stood on moved, before it is refused."""
_ERRANDS = 64
"""How many calls may wait for others at once. They wait on sockets, not on a core."""


class InternalFailure(AwsError):
    """What the caller is told of anything unforeseen; the log knows more."""

    status = 500


class MisdirectedRequest(AwsError):
    """The Region is held by another server, or by none (RFC 9110 section 15.5.20)."""

    status = 421


class ServiceUnavailableException(AwsError):
    """The records or the trail cannot be written now."""

    status = 503


class Gateway:
    """Answers requests: an application for ``http.server``, and callable without a socket."""

    def __init__(
        self,
        services: dict[str, Service],
        store: Store,
        now: Callable[[], float],
        real_time: Callable[[], float],
        *,
        strict_audit: bool = False,
        outside: Any = None,
        arrival: Callable[[dict[int, DomainEvent]], Awaitable[None]] | None = None,
        regions: Regions = EVERY_REGION,
        throttle: Throttle | None = None,
    ):
        """``now`` is Vauban's clock; ``real_time`` is what signatures are checked against. Both in epoch seconds.

        ``outside`` is what errands are given: see ``Call.outside``. ``arrival`` is awaited before a call that sent
        events is answered; it is given them by position in the outbox. ``throttle`` counts calls against quotas.
        ``regions`` are those held here, and who holds the others.
        """
        self.store = store
        self.routes = Routes(services)
        standings = Standings()
        self.authorizer = Authorizer(standings)
        self._callers = Callers(standings)
        self.represented = Represented(standings)
        self._now = now
        self._strict_audit = strict_audit
        self._arrival = arrival
        self._regions = regions
        self._elsewhere = regions != EVERY_REGION
        self._detect = Detector(services)
        self._verifier = Verifier(self._access_key, real_time, Sessions(store.sealer).open, now)
        self.throttle = throttle
        self._outside = outside
        self._waits = Waits(store)
        self._slow_work = ThreadPoolExecutor(max_workers=2, thread_name_prefix="slow-work")
        self._errands = ThreadPoolExecutor(max_workers=_ERRANDS, thread_name_prefix="errand")

    async def __call__(self, request: Request) -> Response:
        """The answer, whatever came. What is unforeseen is logged under the request id, and told as InternalFailure."""
        request_id = new_request_id()
        try:
            return await self._answer(request, request_id)
        except AwsError as error:
            return write_error(error, request, request_id)
        except (AuditUnavailable, StorageUnavailable) as fault:
            log.critical("request %s: %s", request_id, fault)
            error = ServiceUnavailableException("The call could not be recorded, so it was not carried out.")
            return write_error(error, request, request_id)
        except Exception:
            log.exception("request %s failed", request_id)
            return write_error(InternalFailure("An internal error occurred."), request, request_id)

    async def _answer(self, request: Request, request_id: str) -> Response:
        target = self._detect(request)
        route = self.routes.find(target.service, target.operation)
        identified = ANONYMOUS
        if not route.unsigned:
            identified = self._verifier.verify(request, route.signing_name, anonymous=route.operation.anonymous)
        if identified is ANONYMOUS:
            identified = Identified(None, None, route.signing_name, hosts.region(request) or GLOBAL_REGION)
        if self._elsewhere:
            self._require_held(identified.region, route)
        changes = self.store.begin()
        caller = self._callers.of(identified, changes)
        codec = route.codec(target.protocol)
        call = Call(
            route.signing_name,
            route.operation,
            {},
            caller.principal,
            caller.principal.account,
            route.service.region or identified.region,
            self._now(),
            request,
            request_id,
        )
        attempt = Attempt(self, caller, changes)
        try:
            call.params = codec.read(request, target)
            response = codec.write(await self._run(attempt, attempt.perform, call, route), request_id)
            if attempt.position and self._arrival is not None:
                await self._arrive(attempt)
        except AwsError as error:
            error = _worded(error, route)
            attempt.events.append(audit.refused(call, caller, route, error))
            self._remember(attempt.events)
            response = codec.write_error(error, request_id)
        if self._strict_audit:
            await self.store.audited()
        return response

    def end_waits(self) -> None:
        """Answer those who wait for something to change, and let nobody wait from here on."""
        self._waits.end()

    async def carry_out(self, call: ServiceCall, act: Callable[[ServiceCall], ServiceEvent | None]) -> None:
        """Do what a service does by itself: its changes, events, and all that it asks for, in one commit.

        Raises what ``act`` raises; a denial of what it asked is on the trail then.
        """
        caller = self.represented.caller(call.principal, self.store.begin())
        attempt = Attempt(self, caller, self.store.begin())
        try:
            await self._run(attempt, attempt.carry_out, call, act)
        except AwsError:
            self._remember(attempt.events)
            raise

    async def _run(self, attempt: Attempt, work: Callable[..., T], *arguments: Any) -> T:
        """Do the work until what it stood on stood still, and what it proposed is kept."""
        for _ in range(_ATTEMPTS):
            try:
                result = work(*arguments)
            except Pending as pending:
                done = await self._done(pending)
                pending.keep(done)
                if isinstance(pending, Wait):
                    # Whoever asked for what waits is as late as that is.
                    arguments[0].time = done
            else:
                if not attempt.changes.empty:
                    kept = await self._commit(attempt)
                elif kept := not self.store.stale(attempt.changes):
                    self._remember(attempt.events)
                if kept:
                    return result
            attempt.start_again(self.store.begin())
        raise ServiceUnavailableException("Too many callers are changing the same resource. Try again.")

    async def _done(self, pending: Pending) -> Any:
        """The result of a handler's slow work, or how it failed: the handler is told either."""
        loop = asyncio.get_running_loop()
        if isinstance(pending, Wait):
            await self._waits.wait(*pending.arguments)
            return self._now()
        try:
            if isinstance(pending, Search):
                return await self.store.search(pending.function, *pending.arguments)
            if isinstance(pending, Errand):
                arguments = (self._outside, *pending.arguments)
                return await loop.run_in_executor(self._errands, pending.function, *arguments)
            return await loop.run_in_executor(self._slow_work, pending.function, *pending.arguments)
        except (AwsError, WorkFailed) as failure:
            return failure

    async def _commit(self, attempt: Attempt) -> bool:
        """Keep what was proposed together with its audit events; False where something it stands on has moved."""
        if self._elsewhere:
            self._require_reached(attempt.changes.events or ())
        try:
            attempt.position = await self.store.commit(attempt.changes, attempt.events)
        except Conflict:
            return False
        return True

    def _require_held(self, region: str, route: Route) -> None:
        """Services of no Region are everywhere. Raises MisdirectedRequest."""
        if self._regions.holds(region) or route.service.region or route.signing_name in _EVERYWHERE:
            return
        where = self._regions.peers.get(region)
        raise MisdirectedRequest(f"{region} is held by the server at {where}." if where else _HELD_BY_NONE % region)

    def _require_reached(self, events: Sequence[DomainEvent]) -> None:
        """Raises MisdirectedRequest where an event is for a Region that nobody holds."""
        for event in events:
            if event.to is not None and not self._regions.reaches(event.to[1]):
                raise MisdirectedRequest(_HELD_BY_NONE % event.to[1])

    async def _arrive(self, attempt: Attempt) -> None:
        """What was sent to another region or account is there when the answer is, unless that takes long."""
        events = attempt.changes.events
        first = attempt.position - len(events) + 1
        sent = {position: event for position, event in enumerate(events, first) if event.to is not None}
        if sent:
            await self._arrival(sent)

    def _remember(self, events: list[AuditEvent]) -> None:
        for event in events:
            self.store.audit(event)

    def _access_key(self, access_key_id: str) -> AccessKey | None:
        return self.store.load((_ACCESS_KEY, "", "", access_key_id))


def _worded(error: AwsError, route: Route) -> AwsError:
    """The error as the service says it."""
    if route.service.denial and isinstance(error, AccessDeniedException):
        error.code, error.status = route.service.denial, 403
    wording = route.service.wording
    return error if wording is None or not isinstance(error, ValidationException) else wording(error)
