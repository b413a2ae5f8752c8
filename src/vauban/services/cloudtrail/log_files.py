"""Log files: events as gzipped JSON under AWS's names.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from vauban.events.trail import cloudtrail_record
from vauban.kernel.attributes import GLOBAL_SERVICES, region_of
from vauban.kernel.events import AuditEvent
from vauban.kernel.sinks import Sink, SinkFailed
from vauban.kernel.stores import Trail as AuditLog
from vauban.services.cloudtrail.resources import LogFile, Trail
from vauban.services.cloudtrail.selectors import lets_through

MOST_RECORDS = 10_000
"""Of one file."""


@dataclass(frozen=True)
class Stretch:
    """What of the audit log is to be delivered for a trail, whose events, and by what time the files are named."""

    trail: Trail
    accounts: frozenset[str]
    after: int
    up_to: int
    time: float


def write_log_files(log: AuditLog, sink: Sink, stretch: Stretch) -> list[LogFile] | str:
    """The files that the stretch's events went into, or the error that S3 would have; the same however often."""
    found: dict[tuple[str, str], list[AuditEvent]] = {}
    for event in log.after(stretch.after, stretch.up_to):
        if event.account in stretch.accounts and is_logged(stretch.trail, event):
            found.setdefault((event.account, region_of(event)), []).append(event)
    try:
        return [
            _write(sink, stretch, account, region, part, number)
            for (account, region), events in sorted(found.items())
            for number, part in enumerate(_parts(events))
        ]
    except SinkFailed as failure:
        return str(failure)


def is_logged(trail: Trail, event: AuditEvent) -> bool:
    """Whether the trail takes the event, whosever it is."""
    return (
        (trail.multi_region or region_of(event) == trail.region)
        and (trail.global_services or event.service not in GLOBAL_SERVICES)
        and any(period.includes(event.time) for period in trail.periods)
        and lets_through(trail.event_selectors, trail.advanced_event_selectors, event)
    )


def _parts(events: list[AuditEvent]) -> Iterator[list[AuditEvent]]:
    rest = iter(events)
    while part := list(islice(rest, MOST_RECORDS)):
        yield part


def _write(sink: Sink, stretch: Stretch, account: str, region: str, events: list[AuditEvent], number: int) -> LogFile:
    records = [cloudtrail_record(event) for event in events]
    body = json.dumps({"Records": records}, separators=(",", ":"), default=str).encode()
    key = log_file_key(stretch, account, region, number)
    sink.put(stretch.trail.bucket, key, gzip.compress(body, mtime=0), {})
    times = sorted(record["eventTime"] for record in records)
    return LogFile(account, region, stretch.trail.bucket, key, hashlib.sha256(body).hexdigest(), times[0], times[-1])


def log_file_key(stretch: Stretch, account: str, region: str, number: int) -> str:
    moment = datetime.fromtimestamp(stretch.time, UTC)
    of = f"{stretch.trail.arn} {account} {region} {stretch.after} {stretch.up_to} {number}"
    unique = _letters(hashlib.sha256(of.encode()).digest())
    name = f"{account}_CloudTrail_{region}_{moment:%Y%m%dT%H%MZ}_{unique}.json.gz"
    return f"{folder(stretch.trail, account, 'CloudTrail', region, moment)}/{name}"


def folder(trail: Trail, account: str, kind: str, region: str, moment: datetime) -> str:
    """``prefix/AWSLogs/o-…/account/CloudTrail/region/YYYY/MM/DD``, without what is not there."""
    parts: list[Any] = [trail.prefix, "AWSLogs", trail.organization_id, account, kind, region, f"{moment:%Y/%m/%d}"]
    return "/".join(part for part in parts if part)


def _letters(digest: bytes) -> str:
    """16 letters and digits, as AWS's names end in."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(alphabet[byte % len(alphabet)] for byte in digest[:16])
