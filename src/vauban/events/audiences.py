"""Where recorded calls are wanted as events: what EventBridge says of its rules, for CloudTrail to read.

Source: EventBridge User Guide, "AWS service events delivered via AWS CloudTrail".
"""

import json
from typing import Any

from vauban.events.trail import cloudtrail_record
from vauban.kernel.attributes import region_of
from vauban.kernel.events import AuditEvent, DomainEvent
from vauban.kernel.records import Scope, record

DETAIL_TYPES = {
    "AwsApiCall": "AWS API Call via CloudTrail",
    "AwsServiceEvent": "AWS Service Event via CloudTrail",
    "AwsConsoleSignIn": "AWS Console Sign In via CloudTrail",
}
"""By the record's ``eventType``."""


@record("events:Audience", id="key", scope=Scope.GLOBAL)
class Audience:
    """An account and Region in which rules may want recorded calls as events. Nothing is read where there is none."""

    key: str
    account: str
    region: str
    since: float
    """Calls before it are not told, in seconds since the epoch."""
    patterns: tuple[str, ...]
    patterns_of_reads: tuple[str, ...]
    """Of the rules that want management events that only read, too."""
    place: int | None = None
    """Of the audit log: what stands up to it has been told; None as long as nothing was looked for."""


def key_of(account: str, region: str) -> str:
    return f"{account} {region}"


def told(recorded: AuditEvent) -> DomainEvent:
    """A recorded call as an event. It has the id that it has on the trail, so that who is told twice can know."""
    detail = json.loads(json.dumps(cloudtrail_record(recorded), default=str))
    source = f"aws.{recorded.service}"
    where = (recorded.account, region_of(recorded), recorded.time)
    return DomainEvent(recorded.event_id, source, DETAIL_TYPES[recorded.event_type], *where, (), detail)


def only_reads(event: dict[str, Any]) -> bool:
    """Whether an event tells of a management event that changed nothing."""
    detail = event["detail"]
    if not event["source"].startswith("aws.") or event["detail-type"] not in DETAIL_TYPES.values():
        return False
    return detail.get("readOnly") is True and detail.get("managementEvent") is True
