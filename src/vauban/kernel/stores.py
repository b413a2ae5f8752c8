"""What a call may do with records, and what storage promises. ``storage`` implements both."""

from collections.abc import Callable, Iterator, Sequence, Set
from typing import Any, Protocol, TypeVar

from vauban.kernel.events import AuditEvent, DomainEvent
from vauban.kernel.records import Identity
from vauban.kernel.sealing import Sealer

T = TypeVar("T")


class Records(Protocol):
    """One account's records in one region, as one call sees them: a snapshot under its own proposed changes."""

    account: str
    region: str

    def get(self, kind: type[T], id: str) -> T | None: ...

    def list(
        self,
        kind: type[T],
        *,
        index: str = "",
        value: str = "",
        prefix: str = "",
        after: str = "",
        limit: int | None = None,
    ) -> list[T]:
        """Records of ``kind`` in order of id, those with ``id > after``; by index where one is named.

        With a ``prefix``, only those whose id starts with it and goes on.
        """
        ...

    def count(self, kind: type, *, index: str = "", value: str = "") -> int: ...

    def put(self, record: Any) -> None:
        """Propose to keep ``record``; it must belong to this account and region (by its kind's scope)."""
        ...

    def delete(self, record: Any) -> None:
        """Propose to forget ``record``."""
        ...

    def emit(self, event: DomainEvent) -> None:
        """Propose an event; it leaves with the commit, or not at all."""
        ...


class World(Protocol):
    """Every account and region of this process: for resolvers and the clock, never for handlers."""

    def at(self, account: str, region: str) -> Records: ...


class Changeset(World, Protocol):
    """What one call reads and proposes."""

    epoch: int
    """The version of the newest change, of whatever it was, that it stands on."""

    def nested(self) -> "Changeset":
        """A changeset inside this one; dropped unless ``merge`` is called."""
        ...

    def merge(self) -> None:
        """Hand a nested changeset's proposals to the one around it."""
        ...

    @property
    def empty(self) -> bool:
        """Whether it proposes nothing."""
        ...


class Trail(Protocol):
    """The audit log, as it is searched."""

    def events(self, *, since: float, mentioning: str) -> Iterator[AuditEvent]:
        """Newest first, of ``since <= time`` (seconds since the epoch), from where ``mentioning`` stands nearby."""
        ...

    def lookup(
        self,
        account: str,
        region: str,
        attribute: tuple[str, str] | None = None,
        *,
        since: float,
        until: float,
        before: str = "",
    ) -> Iterator[AuditEvent]:
        """Newest first, what is on the trail of an account and Region with an attribute (``kernel.attributes``), of
        ``since <= time < until``; only what stands before the event with the id ``before``, where one is named."""
        ...

    def find(self, authorization_id: str) -> AuditEvent | None:
        """The denial that carried an authorization id."""
        ...

    def event(self, event_id: str) -> AuditEvent | None:
        """The event with an id."""
        ...

    def after(self, sequence: int, up_to: int) -> Iterator[AuditEvent]:
        """What was written after a place in the log, up to and with another; places are numbers that only grow."""
        ...

    def end(self) -> int:
        """The log's newest place."""
        ...

    def reach(self, sequence: int, count: int) -> int:
        """The place about ``count`` events after another, or the newest."""
        ...

    def start(self) -> float | None:
        """The time of the oldest event kept; None where there is none."""
        ...


class Store(Protocol):
    """Records kept. Reads are synchronous (memory, then disk); commits are awaited."""

    sealer: Sealer
    """What secrets are sealed with on their way to disk, and whatever else leaves the house sealed."""

    def begin(self) -> Changeset:
        """A changeset over the newest committed state: whatever was acknowledged to anyone before is seen."""
        ...

    @property
    def position(self) -> int:
        """How many changes there were, whoever made them; cheap to ask, and only ever grows."""
        ...

    @property
    def taken_in(self) -> int:
        """The position that the newest changeset stands on."""
        ...

    def changed(self, after: int, up_to: int) -> Set[int] | None:
        """``digest`` of all collections that changed between two positions; None where that is not known any more."""
        ...

    def digest(self, collection: tuple[str, ...]) -> int:
        """What ``changed`` calls the records of ``(kind, account, region, index, value)``."""
        ...

    def stale(self, changes: Changeset) -> bool:
        """Whether what a call that proposes nothing has read was not one consistent state; then it is run again."""
        ...

    async def commit(self, changes: Changeset, audit: Sequence[AuditEvent]) -> int:
        """Durably apply the changes, their events and the audit events: together, or not at all.

        The position of the last of their events in the outbox, where they stand one after the other; 0 without events.
        Raises ``kernel.errors.Conflict`` where a record that was read or written has moved since.
        """
        ...

    def audit(self, event: AuditEvent) -> None:
        """Remember a call that changed nothing; durable within 50 ms. Raises AuditUnavailable where it cannot be."""
        ...

    async def audited(self) -> None:
        """Wait until everything given to ``audit`` so far is durable (strict audit)."""
        ...

    def due(
        self, until: float, passing_over: Set[Identity] = frozenset(), kinds: Set[str] | None = None
    ) -> "tuple[float, Identity] | None":
        """The earliest record that falls due at or before ``until`` (seconds since the epoch), whatever its scope.

        Only one of these ``kinds`` where some are named, and none of those to be passed over.
        """
        ...

    def places(self, kind: type) -> list[tuple[str, str]]:
        """Account and region (``""`` where the kind's scope does not reach) of where records of ``kind`` are."""
        ...

    def outbox(self, after: int = 0, limit: int = 100) -> list[tuple[int, DomainEvent]]:
        """Events that wait to be delivered, at positions greater than ``after``, oldest first."""
        ...

    def newest(self) -> int:
        """The position of the newest event there ever was, as far as this process has heard; cheap to ask."""
        ...

    def waits(self, position: int) -> bool:
        """Whether the event at ``position`` of the outbox has not been delivered yet."""
        ...

    async def forget(self, positions: Sequence[int]) -> None:
        """Drop the events at these positions: they were delivered."""
        ...

    async def prune_trail(self, before: float) -> int:
        """Forget the oldest audit chunks whose every event is of a time before (epoch seconds); how many went."""
        ...

    async def segment_trail(self) -> int:
        """Summarize what is new of the audit log, so that searches can pass over it; how many segments were made."""
        ...

    async def search(self, function: Callable[..., T], *arguments: Any) -> T:
        """What ``function(trail, *arguments)`` finds, off the loop; all that was given to ``audit`` here is seen."""
        ...

    def load(self, identity: Identity) -> Any | None:
        """A record by identity, outside any call."""
        ...
