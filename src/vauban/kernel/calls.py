"""One request, understood."""

import copy
import os
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, NoReturn

from vauban.kernel.events import DomainEvent
from vauban.kernel.ids import request_id as new_id
from vauban.kernel.operations import BY_ITSELF, Operation
from vauban.kernel.principals import Principal, service_principal
from vauban.kernel.records import kind_of
from vauban.kernel.requests import Request
from vauban.kernel.resources import Resource
from vauban.kernel.sealing import Sealer
from vauban.kernel.sinks import Sink
from vauban.kernel.stores import Records, World


class Pending(Exception):
    """Raised through a handler by ``Call.slowly``: the door awaits the work, then runs the handler again."""

    def __init__(self, function: Callable[..., Any] | None, arguments: tuple[Any, ...], keep: Callable[[Any], None]):
        super().__init__()
        self.function = function
        self.arguments = arguments
        self.keep = keep
        """Given the result, before the handler is run again."""


class Search(Pending):
    """Slow work whose first argument is the trail, which the door has and the handler has not."""


class Errand(Pending):
    """Work that waits for others, and whose first argument is what the operator has set up for reaching them."""


class Wait(Pending):
    """Waiting until a collection of records changes, or so many seconds have passed: its argument are both."""


class Call:
    """What a handler is given. Time, ids and randomness come from here, so that tests are still."""

    __slots__ = (
        "account",
        "asker",
        "computed",
        "mfa",
        "operation",
        "params",
        "principal",
        "region",
        "request",
        "request_id",
        "resources",
        "sealer",
        "service",
        "source",
        "store",
        "time",
        "via",
        "world",
    )

    def __init__(
        self,
        service: str,
        operation: Operation,
        params: dict[str, Any],
        principal: Principal,
        account: str,
        region: str,
        time: float,
        request: Request,
        request_id: str,
        *,
        via: tuple[str, ...] = (),
    ):
        self.service = service
        """The service's signing name: ``kms``."""
        self.operation = operation
        self.params = params
        """The request's members, by the model's names, absent ones absent. Blobs are bytes, timestamps datetimes."""
        self.principal = principal
        self.account = account
        """The account acted in: the caller's, or the resource's owner once that is resolved."""
        self.region = region
        self.time = time
        """Seconds since the epoch, by Vauban's clock."""
        self.request = request
        self.request_id = request_id
        self.resources: tuple[Resource, ...] = ()
        """What it acts on, in the order of the operation's ``on``; empty until resolved."""
        self.via = via
        """Services that ask on the caller's authority, first to last (``aws:CalledVia``): ``ssm.amazonaws.com``."""
        self.source: tuple[str, str] | None = None
        """Of what a service asks by itself: the ARN of the customer's resource it acts for, and that one's account."""
        self.store: Records
        """The records of the account and region acted in; set once the call is allowed."""
        self.world: World
        """Every account held here, set with ``store``: to look up those whom a policy names, and no more."""
        self.computed: dict[Any, Any] = {}
        """Results of slow work, kept from one run of the handler to the next."""
        self.mfa: float | None = None
        """When this very call showed a second factor (seconds since the epoch); a session's is in its principal."""
        self.sealer: Sealer
        """Seals what callers keep for us, such as session tokens; set by the gateway."""
        self.asker: Callable[[Call, str, dict[str, Any]], Any] | None = None
        """What answers ``ask``; set by the gateway."""

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time, UTC)

    @property
    def second(self) -> datetime:
        """Now, as services tell it that count in whole seconds."""
        return datetime.fromtimestamp(int(self.time), UTC)

    @property
    def real_time(self) -> float:
        """Seconds since the epoch by the real clock: what one-time codes and tokens of others are made by."""
        return time.time()

    def random(self, size: int) -> bytes:
        return os.urandom(size)

    def uuid(self) -> str:
        return str(uuid.uuid4())

    @property
    def cause(self) -> Principal:
        """Who brings about what this call does."""
        return self.principal

    def as_service(self, source_arn: str = "") -> "Call":
        """This call, asking as the service itself and not as its caller.

        A service that acts for one resource of a customer's names it: the rule, the topic. Policies ask for it as
        ``aws:SourceArn``, and for its account (this call's where the ARN has none) as ``aws:SourceAccount``.
        """
        own = copy.copy(self)
        own.principal = service_principal(self.service)
        own.source = (source_arn, source_arn.split(":")[4] or self.account) if source_arn else None
        return own

    def emit(self, detail_type: str, *resources: str, **detail: Any) -> None:
        """Propose an event of this service; it leaves with the commit."""
        self.store.emit(self._event(detail_type, resources, detail))

    def send(
        self,
        detail_type: str,
        *resources: str,
        region: str = "",
        account: str = "",
        secrets: Mapping[str, bytes] | None = None,
        lane: str = "",
        **detail: Any,
    ) -> None:
        """Propose an event for the reactions of services in another region, or account, or both.

        It arrives after the commit, at least once, in order, wherever that region is held. ``secrets`` are sealed until
        the reaction is given them as ``event.secrets``. In a ``lane`` of its own it waits for no event of another.
        """
        to = (account or self.account, region or self.region)
        self.store.emit(self._event(detail_type, resources, detail, to, dict(secrets or {}), lane))

    def _event(self, detail_type: str, resources: tuple[str, ...], detail: dict[str, Any], *more: Any) -> DomainEvent:
        source = f"aws.{self.service}"
        where = (self.account, self.region, self.time)
        return DomainEvent(self.uuid(), source, detail_type, *where, resources, detail, self.cause, *more)

    def slowly(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The result of slow pure work (key generation), done off the loop; the handler is run again with it."""
        return self._awaited(Pending, function, arguments)

    def search(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The result of ``function(trail, *arguments)``: a search of the audit log, done off the loop."""
        return self._awaited(Search, function, arguments)

    def outside(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The result of ``function(outside, *arguments)``: talk with a key store or the like, done off the loop.

        ``outside`` is the server's ``vauban.outside.Outside``. A WorkFailed that it raises is raised here.
        """
        return self._awaited(Errand, function, arguments)

    def wait(self, kind: type, *, index: str, value: str, seconds: float) -> NoReturn:
        """Wait until the records that an index gathers under ``value`` become more, or fewer, whoever changes them.

        The handler is run again then, or after ``seconds`` of real time, and the call is as late as it is by then. It
        proposes nothing before it waits. Waiting holds neither the loop nor the writer, and ends with the connection.
        """
        declared = kind_of(kind)
        where = self.account if declared.in_account else "", self.region if declared.in_region else ""
        raise Wait(None, ((declared.name, *where, index, value), seconds), partial(setattr, self, "time"))

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What ``make`` gives on the handler's first run; what slow work is given must be the same on every run."""
        if name not in self.computed:
            self.computed[name] = make()
        return self.computed[name]

    def _awaited(self, kind: type[Pending], function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        key = (function, arguments)
        if key not in self.computed:
            raise kind(function, arguments, partial(self.computed.__setitem__, key))
        result = self.computed[key]
        if isinstance(result, Exception):
            raise result
        return result

    def ask(self, action: str, **params: Any) -> Any:
        """Ask another service on the caller's authority: ``call.ask("kms:Encrypt", KeyId=…)``. Raises its AwsErrors."""
        if self.asker is None:
            raise RuntimeError("this call cannot ask")
        return self.asker(self, action, params)


class ServiceCall(Call):
    """What a service does by itself, when something falls due or an event reaches it. It asks as the service."""

    __slots__ = ("_cause", "sink")

    def __init__(
        self,
        service: str,
        account: str,
        region: str,
        time: float,
        cause: Principal | None = None,
        sink: Sink | None = None,
    ):
        principal = service_principal(service)
        name = principal.arn
        request = Request("", "", headers={"user-agent": name}, source_ip=name, tls="TLS")
        super().__init__(service, BY_ITSELF, {}, principal, account, region, time, request, new_id())
        self._cause = cause or principal
        self.sink = sink
        """Where files are delivered to; None where the settings name no place."""

    @property
    def cause(self) -> Principal:
        return self._cause

    def on_behalf_of(self, principal: Principal) -> "ServiceCall":
        """This call, asking with all that ``principal`` may do now: a forward access session."""
        forwarded = copy.copy(self)
        forwarded.principal = principal
        return forwarded
