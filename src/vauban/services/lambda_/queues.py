"""Events that nobody waits for: kept until they are handled, tried again where that fails.

Source: Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation".
"""

from datetime import timedelta

from vauban.kernel.calls import Call
from vauban.kernel.operations import ServiceEvent, when_due
from vauban.kernel.records import replace
from vauban.outside.functions import Crowded, Event, Lost, Outcome, Unfinished, begin, begin_anew, ended
from vauban.services.lambda_.errors import TooManyRequestsException
from vauban.services.lambda_.invocations import chosen, performed
from vauban.services.lambda_.log_streams import keep_log
from vauban.services.lambda_.resolvers import target_of
from vauban.services.lambda_.resources import LATEST, Function, QueuedEvent, Version

MOST_RETRIES = 2
MOST_AGE = timedelta(hours=6)
FIRST_PAUSE = timedelta(minutes=1)
_SOON = timedelta(seconds=1)


@when_due(QueuedEvent)
def handle(call: Call, queued: QueuedEvent) -> ServiceEvent | None:
    """One turn of an event: give it to its function, or hear what came of that. No turn waits for a function."""
    if queued.is_begun:
        _hear(call, queued)
    else:
        _give(call, queued)


def _give(call: Call, queued: QueuedEvent) -> None:
    function = call.store.get(Function, queued.function)
    target = target_of(call.store, function, queued.qualifier) if function else None
    if target is None or call.now - queued.accepted > MOST_AGE:
        call.store.delete(queued)
        return
    event = Event(queued.request_id, queued.payload or b"{}", queued.client_context, call.time, target.arn)
    try:
        performed(call, chosen(call, target), event, begin, begin_anew)
    except TooManyRequestsException:
        call.store.put(replace(queued, due_at=call.now + _SOON))
        return
    call.store.put(replace(queued, is_begun=True, due_at=call.now))


def _hear(call: Call, queued: QueuedEvent) -> None:
    """What was lost with the process that had it is given out again."""
    try:
        outcome = call.outside(ended, queued.request_id)
    except Unfinished:
        call.store.put(replace(queued, due_at=call.now + _SOON))
    except (Lost, Crowded):
        call.store.put(replace(queued, is_begun=False, due_at=call.now + _SOON))
    else:
        _keep_log(call, queued, outcome)
        if not outcome.failed or queued.failures >= MOST_RETRIES:
            call.store.delete(queued)
            return
        again = call.now + FIRST_PAUSE * (queued.failures + 1)
        call.store.put(replace(queued, is_begun=False, failures=queued.failures + 1, due_at=again))


def _keep_log(call: Call, queued: QueuedEvent, outcome: Outcome) -> None:
    """In the group of the version that it was given to; any version's group is the same."""
    version = call.store.get(Version, f"{queued.function}:{LATEST}")
    if version is not None:
        keep_log(call, version, outcome)
