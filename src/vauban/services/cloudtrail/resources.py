"""What CloudTrail keeps. Read this first; ``resolvers`` says how a call names it.

The events themselves are on the audit log, whoever asks for them: a trail says which of them are delivered where.
Trails are found from every Region, and an organization's from all its accounts, so they belong to no one place.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from vauban.kernel.arns import arn
from vauban.kernel.records import Scope, record, secret
from vauban.policy import Policy

TRAIL_TYPE = "AWS::CloudTrail::Trail"
STORE_TYPE = "AWS::CloudTrail::EventDataStore"
DELETION_WAIT = timedelta(days=7)
QUERIES_KEPT = timedelta(days=7)
UNASKED = timedelta(minutes=1)
"""After which a query is run that nobody has asked the result of."""


@dataclass(frozen=True)
class Period:
    """A time in which events are recorded, in seconds since the epoch."""

    start: float
    stop: float | None = None
    """None while it lasts."""

    def includes(self, time: float) -> bool:
        return self.start <= time and (self.stop is None or time <= self.stop)


@record(
    "cloudtrail:Trail", id="arn", scope=Scope.GLOBAL, indexes={"account": "account", "organization": "organization_id"}
)
class Trail:
    arn: str
    name: str
    account: str
    region: str
    """The home Region: the one it was made in."""
    bucket: str
    prefix: str = ""
    global_services: bool = True
    multi_region: bool = False
    log_file_validation: bool = False
    organization_id: str | None = None
    recursive_logging: bool = True
    periods: tuple[Period, ...] = ()
    """When it was logging, oldest first; the last may still last."""
    event_selectors: tuple[dict[str, Any], ...] = field(default=(), hash=False)
    """As they were put, in the model's words; with neither kind, all management events are logged."""
    advanced_event_selectors: tuple[dict[str, Any], ...] = field(default=(), hash=False)
    tags: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def logging(self) -> bool:
        return bool(self.periods) and self.periods[-1].stop is None

    @property
    def custom_selectors(self) -> bool:
        return bool(self.event_selectors or self.advanced_event_selectors)

    @cached_property
    def description(self) -> dict[str, Any]:
        """What CreateTrail and UpdateTrail answer, and with three members more the model's ``Trail``."""
        shown = {
            "Name": self.name,
            "S3BucketName": self.bucket,
            "IncludeGlobalServiceEvents": self.global_services,
            "IsMultiRegionTrail": self.multi_region,
            "TrailARN": self.arn,
            "LogFileValidationEnabled": self.log_file_validation,
            "IsOrganizationTrail": self.organization_id is not None,
            "RecursiveLogging": self.recursive_logging,
        }
        return {**shown, "S3KeyPrefix": self.prefix} if self.prefix else shown


def trail_arn(region: str, account: str, name: str) -> str:
    return arn("cloudtrail", region, account, f"trail/{name}")


@record("cloudtrail:Delivery", id="trail_arn", scope=Scope.GLOBAL)
class Delivery:
    """How far a trail's events are delivered. Kept apart from the trail, which its owner changes meanwhile."""

    trail_arn: str
    place: int
    """Of the audit log: everything up to it is delivered."""
    next_place: int = 0
    """Up to where is being delivered now, if greater: said before, so that who does it again does the same."""
    time: float = 0.0
    """By what time the files under way are named."""
    delivered: datetime | None = None
    digested: datetime | None = None
    """When files, and digests, were last delivered."""
    idle: bool = False
    """Whether the trail was stopped, and all from before is delivered."""
    error: str = ""
    """What kept the newest files from being delivered: one of S3's codes."""


@dataclass(frozen=True)
class LogFile:
    """A delivered file, as a digest speaks of it."""

    account: str
    region: str
    bucket: str
    key: str
    sha256: str
    """Of what was compressed, in hex."""
    oldest: str
    newest: str
    """Times of its first and last event, in ISO 8601."""


@dataclass(frozen=True)
class Digest:
    """A delivered digest, as the next one speaks of it."""

    bucket: str
    key: str
    sha256: str
    signature: str
    """Both in hex."""


@record("cloudtrail:DigestChain", id="chain_id", scope=Scope.GLOBAL, indexes={"trail": "trail_arn"})
class DigestChain:
    """The digests of one account in one Region, each of which has the one before it signed once more."""

    chain_id: str
    """The trail's ARN, the account, the Region."""
    trail_arn: str
    account: str
    region: str
    start: float
    """When the period of the next digest began, in seconds since the epoch."""
    files: tuple[LogFile, ...] = ()
    """Delivered since then."""
    previous: Digest | None = None


@record("cloudtrail:SigningKey", id="fingerprint", scope=Scope.ACCOUNT, indexes={"region": "region"})
class SigningKey:
    """What digests about a Region are signed with."""

    fingerprint: str
    account: str
    region: str
    valid_from: datetime
    valid_to: datetime
    private_key: bytes = secret()
    """PKCS #8 in DER."""

    @cached_property
    def loaded(self) -> Any:
        """The ``crypto.private_keys.PrivateKey``."""
        from vauban.crypto.private_keys import PrivateKey

        return PrivateKey(self.private_key)


@dataclass(frozen=True)
class Ingestion:
    """A time in which an event data store takes events, and which."""

    period: Period
    selectors: str
    """Advanced event selectors, in JSON."""


@record("cloudtrail:EventDataStore", id="store_id", indexes={"name": "name"}, due="deletion_date")
class EventDataStore:
    """A window on the audit log: nothing is copied, and what it holds is what its ingestions let through."""

    store_id: str
    """A UUID: the end of its ARN, and its name in SQL."""
    account: str
    region: str
    name: str
    created: datetime
    updated: datetime
    selectors: str
    """Advanced event selectors, in JSON."""
    multi_region: bool = True
    organization_id: str | None = None
    retention_days: int = 366
    termination_protection: bool = True
    billing_mode: str = "EXTENDABLE_RETENTION_PRICING"
    ingestions: tuple[Ingestion, ...] = ()
    """Oldest first; the last may still last."""
    deletion_date: datetime | None = None
    policy: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    @cached_property
    def arn(self) -> str:
        return arn("cloudtrail", self.region, self.account, f"eventdatastore/{self.store_id}")

    @property
    def ingesting(self) -> bool:
        return bool(self.ingestions) and self.ingestions[-1].period.stop is None

    @property
    def status(self) -> str:
        if self.deletion_date is not None:
            return "PENDING_DELETION"
        return "ENABLED" if self.ingesting else "STOPPED_INGESTION"

    @cached_property
    def compiled_policy(self) -> Policy | None:
        return Policy.parse(self.policy, name="resource policy", kind="resource") if self.policy else None


@record("cloudtrail:Query", id="query_id", indexes={"store": "store_id"}, due="due_at")
class Query:
    query_id: str
    account: str
    region: str
    store_id: str
    statement: str
    created: datetime
    status: str = "QUEUED"
    error: str = ""
    scanned: int = 0
    matched: int = 0
    bytes_scanned: int = 0
    milliseconds: int = 0

    @property
    def due_at(self) -> datetime:
        """When it is run, if nobody asks before; and when it is forgotten."""
        return self.created + (UNASKED if self.status == "QUEUED" else QUERIES_KEPT)


@record("cloudtrail:QueryResult", id="query_id")
class QueryResult:
    """Kept apart from its query, for it may be large."""

    query_id: str
    account: str
    region: str
    rows: bytes
    """JSON, deflated: for each row its columns and values."""
