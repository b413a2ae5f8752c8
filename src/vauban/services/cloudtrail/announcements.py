"""Recorded calls as events, for the rules of EventBridge that want them: at least once, in the order of the log.

As on AWS, a trail of the account's must be logging that takes the call. The audit log is followed from behind, so calls
themselves cost no more for it.
"""

from dataclasses import dataclass

from vauban.events.audiences import Audience, only_reads, told
from vauban.events.envelopes import envelope_of
from vauban.kernel.attributes import region_of
from vauban.kernel.calls import ServiceCall
from vauban.kernel.events import AuditEvent, DomainEvent
from vauban.kernel.operations import every
from vauban.kernel.records import replace
from vauban.kernel.stores import Trail as AuditLog
from vauban.patterns import compiled
from vauban.services.cloudtrail.deliveries import LATE_SECONDS
from vauban.services.cloudtrail.log_files import is_logged
from vauban.services.cloudtrail.resolvers import visible_trails
from vauban.services.cloudtrail.resources import Trail

MOST_CALLS = 500
"""Looked at in one step."""


@dataclass(frozen=True)
class Watch:
    """What of the audit log is looked for, where it was left off."""

    audience: Audience
    trails: tuple[Trail, ...]


@every(Audience, seconds=1)
def announce(call: ServiceCall, audience: Audience) -> bool:
    """One step; whether there may be more."""
    trails = tuple(each for each in visible_trails(call, call.store) if _is_followed(each, call.time))
    if not trails:
        if audience.place is not None:
            call.store.put(replace(audience, place=None, since=call.time))
        return False
    found, place = call.search(calls_for, Watch(audience, trails))
    if place == audience.place:
        return False
    for event in found:
        call.store.emit(event)
    call.store.put(replace(audience, place=place))
    return True


def calls_for(log: AuditLog, watch: Watch) -> tuple[list[DomainEvent], int]:
    """The next of them as events, and up to which place of the log they were looked for."""
    audience = watch.audience
    if audience.place is None:
        place = log.end()
        recorded = reversed(list(log.events(since=audience.since, mentioning=audience.account)))
    else:
        place = log.reach(audience.place, MOST_CALLS)
        recorded = log.after(audience.place, place)
    return [told(each) for each in recorded if _is_wanted(watch, each)], place


def _is_wanted(watch: Watch, recorded: AuditEvent) -> bool:
    audience = watch.audience
    if (recorded.account, region_of(recorded)) != (audience.account, audience.region):
        return False
    if not any(is_logged(trail, recorded) for trail in watch.trails):
        return False
    event = envelope_of(told(recorded))
    patterns = audience.patterns_of_reads if only_reads(event) else audience.patterns
    return any(compiled(each).matches(event) for each in patterns)


def _is_followed(trail: Trail, now: float) -> bool:
    """Whether it is logging, or was when the newest calls were made."""
    return bool(trail.periods) and (trail.logging or trail.periods[-1].stop + LATE_SECONDS > now)
