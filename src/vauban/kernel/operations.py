"""Operations and services, declared.

    @operation("DisableKey", on=key("KeyId"))
    def disable_key(call: Call, key: Key) -> None:
        call.store.put(replace(key, enabled=False))

The handler is given the call, then each resource's record, then the request's members by their snake-case names. A
member of the model's input must be a parameter, be consumed by a resolver, or stand in ``unsupported``.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import getmembers, isfunction, signature
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from vauban.kernel.decisions import Decision
from vauban.kernel.errors import AwsError, ValidationException
from vauban.kernel.events import DomainEvent
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resolver, Resource

if TYPE_CHECKING:
    from vauban.kernel.calls import Call, ServiceCall
    from vauban.kernel.stores import World

Handler = Callable[..., dict[str, Any] | None]
Evaluate = Callable[[str, Resource], Decision]
Decide = Callable[["Call", tuple[Resource, ...], Evaluate], Decision]
"""An operation's own rule of authorization, where AWS has one; ``evaluate(action, resource)`` asks the policies."""

Identify = Callable[["Call", "World"], Principal]
"""Who calls an operation that nobody signs: what its params prove. Raises AwsErrors."""


@dataclass(frozen=True)
class Operation:
    name: str
    handler: Handler
    on: tuple[Resolver, ...]
    """What it acts on; with none, the decision is about ``*``."""
    action: str
    """The IAM action where it is not ``service:Operation``."""
    also: tuple[tuple[str, str], ...]
    """Further actions, each needed only where a request member is present: ``(("TagResource", "Tags"),)``."""
    unsupported: tuple[str, ...]
    decide: Decide | None
    audit_result: bool | None
    """Whether the trail keeps the result: None follows CloudTrail (only of operations that change something)."""
    parameters: tuple[str, ...]
    """The handler's keyword parameters: snake-case members that it takes."""
    identify: Identify | None = None
    anonymous: bool = False
    """Whether a request that nobody signed is decided too, as anybody's."""


def operation(
    name: str,
    *,
    on: Resolver | tuple[Resolver, ...] = (),
    action: str = "",
    also: tuple[tuple[str, str], ...] = (),
    unsupported: tuple[str, ...] = (),
    decide: Decide | None = None,
    audit_result: bool | None = None,
    identify: Identify | None = None,
    anonymous: bool = False,
) -> Callable[[Handler], Handler]:
    """Declare a function to be an AWS operation."""

    def declare(handler: Handler) -> Handler:
        resolvers = on if isinstance(on, tuple) else (on,)
        names = tuple(signature(handler).parameters)[1 + len(resolvers) :]
        handler.__operation__ = Operation(
            name, handler, resolvers, action, also, unsupported, decide, audit_result, names, identify, anonymous
        )
        return handler

    return declare


ConditionValue = Callable[["Call", Resource], Any]
PrefixedConditionValue = Callable[["Call", Resource, str], Any]


@dataclass(frozen=True)
class Conditions:
    """The service's own condition keys, lower-case, each with the function that works out its value."""

    exact: Mapping[str, ConditionValue]
    prefixed: Mapping[str, PrefixedConditionValue]
    """Keys with a part of the caller's own: ``kms:encryptioncontext:`` -> function given what stands behind it."""


NO_CONDITIONS = Conditions({}, {})
Guard = Callable[["Call", tuple[Resource, ...]], None]
Wording = Callable[[ValidationException], AwsError]


class Quota(NamedTuple):
    """How many calls of a kind an account may make in a Region."""

    name: str
    rate: float
    """A second."""


Quotas = Callable[["Call", tuple[Resource, ...]], tuple[Quota, ...]]
"""What a call counts toward."""


class Service:
    """A service: its boto3 name, and the operations found in its modules."""

    def __init__(
        self,
        name: str,
        *modules: ModuleType,
        conditions: Conditions = NO_CONDITIONS,
        guard: Guard | None = None,
        region: str = "",
        wording: Wording | None = None,
        quotas: Quotas | None = None,
        denial: str = "",
    ):
        self.name = name
        self.region = region
        """Of a global service: the Region that its calls count for, whatever they are signed for."""
        self.conditions = conditions
        self.guard = guard
        """Consulted after the decision and before the handler: refuses what the resource's state does not allow."""
        self.wording = wording
        """How the service says that a request is not as its model has it, where it does not say ValidationException."""
        self.denial = denial
        """The code of a denial, where it is not the protocol's."""
        self.quotas = quotas
        """Asked where the operator wants AWS's request quotas; without it there are none."""
        self.operations: dict[str, Operation] = {}
        for module in modules:
            for _, function in getmembers(module, isfunction):
                declared = getattr(function, "__operation__", None)
                if declared is not None and function.__module__ == module.__name__:
                    self.operations[declared.name] = declared


@dataclass(frozen=True)
class ServiceEvent:
    """What a service did by itself, for the trail (CloudTrail's ``AwsServiceEvent``)."""

    name: str
    """``RotateKey``."""
    resources: tuple[tuple[str, str, str], ...] = ()
    """ARN, CloudTrail resource type, owning account."""
    details: dict[str, Any] | None = None
    account: str = ""
    """Whose trail it is on, where that is not the account it was done in."""


CarryOut = Callable[["ServiceCall", Callable[["ServiceCall"], ServiceEvent | None]], Awaitable[None]]
"""Does what a service does by itself, in one commit; it runs again where that, or slow work, needs it."""

Act = Callable[["ServiceCall", Any], ServiceEvent | None]
DUE: dict[type, Act] = {}
WAITING: set[type] = set()
"""Kinds whose work waits for others."""


def when_due(kind: type, *, waits: bool = False) -> Callable[[Act], Act]:
    """Declare what happens when a record of ``kind`` falls due: a function of a call in the record's scope, and it.

    It must move the record's ``due`` on, or forget the record: that is how the work is known to be done. Work that
    ``waits`` for others (a function, a server elsewhere) holds up nothing: it is done beside the rest, for a few
    records at a time, and for each until nothing more of it is due.
    """

    def declare(act: Act) -> Act:
        DUE[kind] = act
        if waits:
            WAITING.add(kind)
        return act

    return declare


Repeat = Callable[["ServiceCall", Any], bool]


@dataclass(frozen=True)
class Job:
    """Work that is done every so often by the clock, over each record of a kind that belongs to no one place.

    ``act`` is given a call in the record's account and Region, and the record; what it proposes is one commit, and
    where it answers True it is called again at once. However far the clock moves at once, it is done once then.
    """

    seconds: int
    kind: type
    act: Repeat


JOBS: list[Job] = []


def every(kind: type, *, seconds: int) -> Callable[[Repeat], Repeat]:
    """Declare what is done over each record of ``kind`` whenever the clock passes a multiple of ``seconds``."""

    def declare(act: Repeat) -> Repeat:
        JOBS.append(Job(seconds, kind, act))
        return act

    return declare


@dataclass(frozen=True)
class Poll:
    """Work that goes on for as long as a record of a kind that belongs to no one place is there.

    ``take(call, record, held, patient)`` says what there is to do, in one commit: None for nothing. Where it is patient
    it may wait for that. It is called again with what it has said (``held``) until that is ``ready``. Then
    ``handle(call, record, held)`` does it, in another commit, with as many others at a time as ``record.at_once`` says.
    What was taken and not handled is lost with the process: whoever it was taken from gives it out again.
    """

    kind: type
    take: Callable[["ServiceCall", Any, Any, bool], Any]
    handle: Callable[["ServiceCall", Any, Any], None]


POLLS: list[Poll] = []


React = Callable[["ServiceCall", DomainEvent], ServiceEvent | None]


@dataclass(frozen=True)
class Reaction:
    """What a service does when it hears of an event, in the place it is for: the account and region it was sent to, or
    happened in. It may be told twice, and must do no harm the second time."""

    service: str
    source: str
    detail_type: str
    act: React

    def wants(self, event: DomainEvent) -> bool:
        if self.source == EVERYTHING:
            return event.to is None
        return (event.source, event.detail_type) == (self.source, self.detail_type)


REACTIONS: list[Reaction] = []
EVERYTHING = "*"
"""As the source and detail type of a reaction: whatever is told at large."""


def on(service: str, source: str, detail_type: str) -> Callable[[React], React]:
    """Declare what ``service`` does on an event: ``@on("events", "aws.kms", "KMS CMK Rotation")``."""

    def declare(act: React) -> React:
        REACTIONS.append(Reaction(service, source, detail_type, act))
        return act

    return declare


BY_ITSELF = Operation("", lambda call: None, (), "", (), (), None, None, ())
"""Stands where a call has an operation, for what a service does without being asked."""
