"""Rules with a schedule, when it fires."""

from datetime import datetime

from vauban.aws.schedules import parse
from vauban.events.envelopes import envelope
from vauban.kernel.calls import ServiceCall
from vauban.kernel.operations import when_due
from vauban.kernel.records import replace
from vauban.services.events.arrivals import tell
from vauban.services.events.resources import SOURCE, Rule


@when_due(Rule)
def fire(call: ServiceCall, rule: Rule) -> None:
    """Tell its targets; whatever was missed while nobody looked at the clock is fired once."""
    event = envelope(call.uuid(), SOURCE, "Scheduled Event", rule.account, rule.region, call.time, (rule.arn,), {})
    tell(call, rule, event)
    call.store.put(replace(rule, next_at=_next(rule, call.now)))


def _next(rule: Rule, now: datetime) -> datetime | None:
    """A rate keeps its beat."""
    schedule = parse(rule.schedule)
    following = schedule.next_after(rule.next_at)
    return following if following is None or following > now else schedule.next_after(now)
