"""What EventBridge keeps. Read this first; ``resolvers`` says how a call names it.

Events themselves wait in the outbox until they are delivered; a ``Delivery`` is one that failed, and is tried again.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from vauban.events.audiences import only_reads
from vauban.identity.accounts import Account
from vauban.kernel.arns import arn
from vauban.kernel.records import record, secret
from vauban.kernel.stores import World
from vauban.patterns import Pattern, compiled
from vauban.policy import Policy

BUS_TYPE = "AWS::Events::EventBus"
RULE_TYPE = "AWS::Events::Rule"
ARCHIVE_TYPE = "AWS::Events::Archive"
REPLAY_TYPE = "AWS::Events::Replay"
CONNECTION_TYPE = "AWS::Events::Connection"
DESTINATION_TYPE = "AWS::Events::ApiDestination"
ARCHIVIST = "prod.vhs.events.aws.internal"
"""By which AWS says that it keeps the rules of archives."""
SOURCE = "aws.events"
"""Of what EventBridge tells its own reactions."""
FORWARDED = "Event"
"""As a member of an entry, the event that EventBridge puts at another bus, whole; nobody else can say that."""
DEFAULT = "default"
OAUTH = "OAUTH_CLIENT_CREDENTIALS"
DISABLED = "DISABLED"
EVERY_API_CALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
"""The state of a rule that wants those recorded calls, too, that only read."""
LONGEST_AGE = 86_400
MOST_RETRIES = 185


@record("events:EventBus", id="name")
class EventBus:
    name: str
    account: str
    region: str
    created: datetime
    modified: datetime
    description: str = ""
    policy: str = ""
    tags: dict[str, str] = field(default_factory=dict, hash=False)
    kms_key_id: str = ""
    letters_arn: str = ""
    """Of the queue for events that cannot be kept under that key."""

    @cached_property
    def arn(self) -> str:
        return bus_arn(self.region, self.account, self.name)

    @cached_property
    def compiled_policy(self) -> Policy | None:
        return Policy.parse(self.policy, name="event bus policy", kind="resource") if self.policy else None


@record("events:Rule", id="key", indexes={"bus": "bus", "target": "target_arns", "heard": "heard"}, due="next_at")
class Rule:
    name: str
    bus: str
    account: str
    region: str
    created_by: str
    """The account that made it."""
    pattern: str = ""
    schedule: str = ""
    state: str = "ENABLED"
    description: str = ""
    role_arn: str = ""
    targets: tuple[dict[str, Any], ...] = field(default=(), hash=False)
    """In the model's words, in the order in which they came."""
    tags: dict[str, str] = field(default_factory=dict, hash=False)
    next_at: datetime | None = None
    """When its schedule fires next."""
    archive: str = ""
    """Of the rule that EventBridge keeps for an archive: its name."""

    @property
    def key(self) -> str:
        return key_of(self.bus, self.name)

    @cached_property
    def arn(self) -> str:
        return rule_arn(self.region, self.account, self.bus, self.name)

    @property
    def target_arns(self) -> tuple[str, ...]:
        return tuple({target["Arn"] for target in self.targets})

    @property
    def managed_by(self) -> str:
        """The service that keeps it, and alone may change it."""
        return ARCHIVIST if self.archive else ""

    @property
    def heard(self) -> tuple[str, ...]:
        """Where it may want events from, as ``heard_from`` says it: about others it is not asked."""
        if self.state == DISABLED or not self.pattern:
            return ()
        sources = json.loads(self.pattern).get("source")
        if not isinstance(sources, list) or not all(isinstance(each, str) for each in sources):
            return (heard_from(self.bus),)
        return tuple({heard_from(self.bus, each) for each in sources})

    @cached_property
    def compiled(self) -> Pattern | None:
        return compiled(self.pattern) if self.pattern else None

    def wants(self, event: dict[str, Any]) -> bool:
        if self.state == DISABLED or self.compiled is None or not self.compiled.matches(event):
            return False
        return self.state == EVERY_API_CALL or not only_reads(event)


@record("events:Archive", id="name", indexes={"bus": "bus_arn"})
class Archive:
    name: str
    account: str
    region: str
    archive_id: str
    """Another one's of the same name is another."""
    bus_arn: str
    created: datetime
    pattern: str = ""
    description: str = ""
    retention_days: int = 0
    """0 is for ever."""
    kms_key_id: str = ""

    @cached_property
    def arn(self) -> str:
        return arn("events", self.region, self.account, f"archive/{self.name}")


@record("events:Shelf", id="archive_id", due="sweep_at")
class Shelf:
    """How much is in an archive. Kept apart from the archive, which its owner changes meanwhile."""

    archive_id: str
    account: str
    region: str
    archive: str
    """Its name."""
    count: int = 0
    size: int = 0
    """Bytes."""
    sweep_at: datetime | None = None
    """When something in it is to be forgotten; None where nothing is."""


@record("events:ArchivedEvent", id="key")
class ArchivedEvent:
    key: str
    """``shelf_key``: in order of time."""
    account: str
    region: str
    time: float
    """The event's own, in seconds since the epoch."""
    data_key: bytes = b""
    """What the event is under, as KMS gave it."""
    content: bytes = secret(b"")
    """The event as JSON."""


@record("events:Replay", id="name", indexes={"archive": "archive_arn"}, due="due_at")
class Replay:
    name: str
    account: str
    region: str
    archive_arn: str
    archive_id: str
    bus_arn: str
    filters: tuple[str, ...]
    """ARNs of the rules that are told; none for all."""
    start: datetime
    end: datetime
    started: datetime
    state: str = "STARTING"
    reason: str = ""
    description: str = ""
    place: str = ""
    """Key of the newest archived event that was told."""
    reached: datetime | None = None
    """The time of that event."""
    ended: datetime | None = None
    due_at: datetime | None = None
    """When it goes on, or is forgotten."""

    @cached_property
    def arn(self) -> str:
        return arn("events", self.region, self.account, f"replay/{self.name}")


@record("events:Connection", id="name", indexes={"arn": "arn"})
class Connection:
    """How API destinations are authorized at. What is secret of it is in a secret of Secrets Manager."""

    name: str
    account: str
    region: str
    connection_id: str
    kind: str
    """``BASIC``, ``OAUTH_CLIENT_CREDENTIALS`` or ``API_KEY``."""
    parameters: dict[str, Any] = field(hash=False)
    """In the model's words, without what is secret."""
    secret_arn: str
    created: datetime
    modified: datetime
    state: str = "AUTHORIZED"
    reason: str = ""
    authorized: datetime | None = None
    description: str = ""
    kms_key_id: str = ""
    token: bytes = secret(b"")
    """Of OAuth: what the authorization endpoint gave last."""
    token_ends: datetime | None = None
    """None for a token that lasts until it is refused."""

    @cached_property
    def arn(self) -> str:
        return arn("events", self.region, self.account, f"connection/{self.name}/{self.connection_id}")


@record("events:ApiDestination", id="name", indexes={"connection": "connection_arn"})
class ApiDestination:
    name: str
    account: str
    region: str
    destination_id: str
    connection_arn: str
    endpoint: str
    method: str
    created: datetime
    modified: datetime
    rate: int = 300
    """Requests a second at most."""
    description: str = ""

    @cached_property
    def arn(self) -> str:
        return arn("events", self.region, self.account, f"api-destination/{self.name}/{self.destination_id}")


def shelf_key(archive_id: str, time: float, event_id: str = "") -> str:
    return f"{archive_id}:{int(time):012}:{event_id}"


@record("events:Delivery", id="delivery_id", due="due_at")
class Delivery:
    """An event for one target that could not be reached; it is tried again."""

    delivery_id: str
    account: str
    region: str
    due_at: datetime
    bus: str
    data_key: bytes
    """What the parcel is under, as KMS gave it; empty without a key of the bus's own."""
    content: bytes = secret()
    """``Parcel.packed``."""


@record("events:DataKey", id="name", due="ends")
class DataKey:
    name: str
    """The bus's ARN and the KMS key."""
    account: str
    region: str
    ends: datetime
    blob: bytes
    """As KMS gave it."""
    plaintext: bytes = secret()


@dataclass(frozen=True)
class Parcel:
    """An event on its way to one target of a rule."""

    event: dict[str, Any]
    rule_arn: str
    account: str
    region: str
    """Of the rule."""
    target: dict[str, Any]
    since: float
    """When the rule matched, in seconds since the epoch."""
    tries: int = 0
    """How many failed."""

    @property
    def packed(self) -> bytes:
        return json.dumps({name: getattr(self, name) for name in self.__dataclass_fields__}).encode()

    @classmethod
    def unpacked(cls, content: bytes) -> "Parcel":
        return cls(**json.loads(content))

    @property
    def bus(self) -> str:
        """The name of the rule's."""
        *_, bus, _ = ["", *self.rule_arn.split(":rule/")[1].split("/")]
        return bus or DEFAULT

    @property
    def most_retries(self) -> int:
        return self.target.get("RetryPolicy", {}).get("MaximumRetryAttempts", MOST_RETRIES)

    @property
    def longest_age(self) -> int:
        """Seconds."""
        return self.target.get("RetryPolicy", {}).get("MaximumEventAgeInSeconds", LONGEST_AGE)

    @property
    def pause(self) -> timedelta:
        """Before it is tried again: twice as long each time, up to ten minutes."""
        return timedelta(seconds=min(2**self.tries, 600))


def heard_from(bus: str, source: str = "") -> str:
    """A bus and a source; without one, the bus whatever the source is."""
    return f"{bus} {source}"


def key_of(bus: str, rule: str) -> str:
    return f"{bus}:{rule}"


def bus_arn(region: str, account: str, name: str) -> str:
    return arn("events", region, account, f"event-bus/{name}")


def rule_arn(region: str, account: str, bus: str, name: str) -> str:
    return arn("events", region, account, f"rule/{name}" if bus == DEFAULT else f"rule/{bus}/{name}")


def find_bus(world: World, account: str, region: str, name: str) -> EventBus | None:
    """The default bus is there in every account and Region, and kept only once something was changed about it."""
    found = world.at(account, region).get(EventBus, name)
    if found is not None or name != DEFAULT:
        return found
    owner = world.at("", "").get(Account, account)
    created = owner.created if owner else datetime.fromtimestamp(0, UTC)
    return EventBus(DEFAULT, account, region, created, created)
