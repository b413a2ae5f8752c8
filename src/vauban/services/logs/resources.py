"""What CloudWatch Logs keeps: groups, the streams in them, and events in the batches that they came in."""

from dataclasses import field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

import msgspec

from vauban.kernel.arns import arn
from vauban.kernel.records import record, secret

CLOUDTRAIL_TYPE = "AWS::Logs::LogGroup"


class LogEvent(NamedTuple):
    """Times are milliseconds since the epoch."""

    timestamp: int
    number: int
    """Its place among all events of its stream, in the order they came."""
    message: str
    ingested: int
    stream: str

    @property
    def key(self) -> str:
        """By which events are ordered."""
        return f"{self.timestamp:016}{self.number:016}{self.stream}"


@record("logs:Group", id="name", due="prune_at")
class Group:
    name: str
    account: str
    region: str
    created: datetime
    tags: dict[str, str] = field(default_factory=dict)
    retention_days: int | None = None
    prune_at: datetime | None = None
    """When outdated events are looked for next; None where none go out of date."""
    is_protected: bool = False
    """Whether it can only be deleted once that has been taken back."""

    @cached_property
    def arn(self) -> str:
        return arn("logs", self.region, self.account, f"log-group:{self.name}")


@record("logs:Stream", id="stream_id")
class Stream:
    stream_id: str
    """``group:stream``."""
    account: str
    region: str
    group: str
    name: str
    created: datetime
    count: int = 0
    """How many events ever came."""
    batches: int = 0
    first: int | None = None
    last: int | None = None
    """Timestamps of the earliest and the latest event."""
    ingested: int | None = None


@record("logs:Batch", id="batch_id")
class Batch:
    batch_id: str
    """``group:stream:number``."""
    account: str
    region: str
    stream: str
    first_number: int
    latest: int
    """The latest event's timestamp."""
    ingested: int
    size: int
    content: bytes = secret()
    """Timestamps and messages, as MessagePack."""

    @cached_property
    def events(self) -> tuple[LogEvent, ...]:
        told = msgspec.msgpack.decode(self.content, type=list[tuple[int, str]])
        numbered = enumerate(told, self.first_number)
        return tuple(LogEvent(at, number, message, self.ingested, self.stream) for number, (at, message) in numbered)


@record("logs:ResourcePolicy", id="name")
class ResourcePolicy:
    """Which services may write into groups of the account."""

    name: str
    account: str
    region: str
    document: str
    updated: datetime


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
