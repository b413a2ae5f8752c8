"""LookupEvents: the last 90 days of an account in a Region, newest first.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from vauban.events.trail import cloudtrail_record
from vauban.kernel.attributes import Attribute, attributes_of, is_data_event, region_of, source_of, username_of
from vauban.kernel.calls import Call
from vauban.kernel.event_names import event_name
from vauban.kernel.events import AuditEvent
from vauban.kernel.operations import operation
from vauban.kernel.stores import Trail
from vauban.services.cloudtrail.errors import (
    InvalidLookupAttributesException,
    InvalidTimeRangeException,
    UnsupportedOperationException,
)
from vauban.services.cloudtrail.pages import begin_of, page

PAGE_SIZE = 50
KEPT_SECONDS = 90 * 86400


@operation("LookupEvents")
def lookup_events(
    call: Call,
    lookup_attributes: list[dict[str, str]] | None = None,
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    event_category: str | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> dict[str, Any]:
    if event_category:
        raise UnsupportedOperationException("There are no CloudTrail Insights events here: Insights is not offered.")
    attribute = _attribute(lookup_attributes or [])
    since, until = _period(call, start_time, end_time)
    asked = json.dumps([attribute, _seconds(start_time), _seconds(end_time)])
    before = begin_of(call, next_token, asked)
    size = max_results or PAGE_SIZE
    found = call.search(look_up, call.account, call.region, attribute, since, until, before, size + 1)
    return page(call, "Events", found, size, lambda event: event.event_id, _shown, asked)


def look_up(
    trail: Trail,
    account: str,
    region: str,
    attribute: Attribute | None,
    since: float,
    until: float,
    before: str,
    count: int,
) -> list[AuditEvent]:
    """At most ``count`` events, newest first."""
    if attribute is not None and attribute[0] == "EventId":
        event = trail.event(attribute[1])
        known: Iterable[AuditEvent] = (
            [event] if event and (event.account, region_of(event)) == (account, region) else []
        )
        return [each for each in known if since <= each.time < until and not before]
    found = trail.lookup(account, region, attribute, since=since, until=until, before=before)
    return list(islice((each for each in found if not is_data_event(each)), count))


def _attribute(given: list[dict[str, str]]) -> Attribute | None:
    if len(given) > 1:
        raise InvalidLookupAttributesException("You can only specify one lookup attribute.")
    return (given[0]["AttributeKey"], given[0]["AttributeValue"]) if given else None


def _period(call: Call, start_time: datetime | None, end_time: datetime | None) -> tuple[float, float]:
    """From when on and before when, in seconds since the epoch; events are told to the second."""
    start, end = _seconds(start_time), _seconds(end_time)
    if start is not None and end is not None and start > end:
        raise InvalidTimeRangeException("The start time must be before the end time.")
    oldest = call.time - KEPT_SECONDS
    since = oldest if start is None else max(oldest, math.ceil(start))
    return since, math.inf if end is None else math.floor(end) + 1.0


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _shown(event: AuditEvent) -> dict[str, Any]:
    """The model's ``Event``."""
    shown = {
        "EventId": event.event_id,
        "EventName": event_name(event.service, event.operation),
        "ReadOnly": "true" if event.read_only else "false",
        "EventTime": datetime.fromtimestamp(int(event.time), UTC),
        "EventSource": source_of(event),
        "Resources": [{"ResourceType": kind, "ResourceName": arn} for arn, kind, _ in event.resources],
        "CloudTrailEvent": json.dumps(cloudtrail_record(event), separators=(",", ":"), default=str),
    }
    known = dict(attributes_of(event))
    if "AccessKeyId" in known:
        shown["AccessKeyId"] = known["AccessKeyId"]
    if username := username_of(event):
        shown["Username"] = username
    return shown
