"""Starting and stopping a trail, and how it fares.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
"""

from datetime import UTC, datetime
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.cloudtrail.deliveries import begin_delivery
from vauban.services.cloudtrail.resolvers import a_trail, own_trail
from vauban.services.cloudtrail.resources import Delivery, Period, Trail

PERIODS_KEPT = 20


@operation("StartLogging", on=own_trail())
def start_logging(call: Call, trail: Trail) -> None:
    if not trail.logging:
        begin_delivery(call, trail)
        call.store.put(replace(trail, periods=(*trail.periods, Period(call.time))[-PERIODS_KEPT:]))


@operation("StopLogging", on=own_trail())
def stop_logging(call: Call, trail: Trail) -> None:
    if trail.logging:
        last = replace(trail.periods[-1], stop=call.time)
        call.store.put(replace(trail, periods=(*trail.periods[:-1], last)))


@operation("GetTrailStatus", on=a_trail())
def get_trail_status(call: Call, trail: Trail) -> dict[str, Any]:
    started, stopped = _started(trail), _stopped(trail)
    delivery = call.store.get(Delivery, trail.arn) or Delivery(trail.arn, 0)
    status = {
        "IsLogging": trail.logging,
        "LatestDeliveryError": delivery.error,
        "LatestDeliveryTime": delivery.delivered,
        "LatestDigestDeliveryTime": delivery.digested,
        "StartLoggingTime": started,
        "StopLoggingTime": stopped,
        "LatestDeliveryAttemptTime": _text(delivery.delivered),
        "LatestDeliveryAttemptSucceeded": _text(delivery.delivered),
        "LatestNotificationAttemptTime": "",
        "LatestNotificationAttemptSucceeded": "",
        "TimeLoggingStarted": _text(started),
        "TimeLoggingStopped": _text(stopped),
    }
    return {
        name: value for name, value in status.items() if value is not None and (value or name != "LatestDeliveryError")
    }


def _started(trail: Trail) -> datetime | None:
    return datetime.fromtimestamp(trail.periods[-1].start, UTC) if trail.periods else None


def _stopped(trail: Trail) -> datetime | None:
    """The most recent time, which may be before the most recent start."""
    stops = [each.stop for each in trail.periods if each.stop is not None]
    return datetime.fromtimestamp(stops[-1], UTC) if stops else None


def _text(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
