"""Events that nobody waits for: kept until they are handled, tried again where that fails.

Source: Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation".
"""

import json
from datetime import timedelta

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.operations import ServiceEvent, when_due
from vauban.kernel.records import replace
from vauban.outside.functions import Crowded, Event, Lost, Outcome, Unfinished, begin, begin_anew, ended
from vauban.services.lambda_.destinations import bury, record_of, tell
from vauban.services.lambda_.errors import TooManyRequestsException
from vauban.services.lambda_.event_invoke_configs import config_of
from vauban.services.lambda_.invocations import chosen, performed
from vauban.services.lambda_.log_streams import keep_log
from vauban.services.lambda_.resolvers import target_of
from vauban.services.lambda_.resources import LATEST, EventInvokeConfig, Function, QueuedEvent, Version

MOST_RETRIES = 2
LONGEST_AGE = timedelta(hours=6)
FIRST_PAUSE = timedelta(minutes=1)
_SOON = timedelta(seconds=1)


@when_due(QueuedEvent)
def handle(call: Call, queued: QueuedEvent) -> ServiceEvent | None:
    """One turn of an event: give it to its function, or hear what came of that. No turn waits for a function."""
    function = call.store.get(Function, queued.function)
    if function is None:
        call.store.delete(queued)
    elif queued.is_begun:
        _hear(call, function, queued)
    else:
        _give(call, function, queued)


def _give(call: Call, function: Function, queued: QueuedEvent) -> None:
    target = target_of(call.store, function, queued.qualifier)
    if target is None:
        call.store.delete(queued)
        return
    if call.now - queued.accepted > _longest_age(_config(call, queued)):
        _give_up(call, function, queued, "EventAgeExceeded", queued.failures)
        return
    if function.reserved == 0:
        _give_up(call, function, queued, "ZeroReservedConcurrency", queued.failures)
        return
    event = Event(
        queued.request_id,
        queued.payload or b"{}",
        queued.client_context,
        call.time,
        target.arn,
        function.reserved,
    )
    version = chosen(call, target)
    try:
        performed(call, version, event, begin, begin_anew)
    except TooManyRequestsException:
        call.store.put(replace(queued, due_at=call.now + _SOON))
        return
    except AwsError:
        call.store.put(replace(queued, due_at=call.now + FIRST_PAUSE))
        return
    call.store.put(replace(queued, is_begun=True, version=version.version, due_at=call.now))


def _hear(call: Call, function: Function, queued: QueuedEvent) -> None:
    """What was lost with the process that had it is given out again."""
    try:
        outcome = call.outside(ended, queued.request_id)
    except Unfinished:
        call.store.put(replace(queued, due_at=call.now + _SOON))
    except (Lost, Crowded):
        call.store.put(replace(queued, is_begun=False, due_at=call.now + _SOON))
    else:
        keep_log(call, _version(call, queued), outcome)
        _conclude(call, function, queued, outcome)


def _conclude(call: Call, function: Function, queued: QueuedEvent, outcome: Outcome) -> None:
    config, attempts = _config(call, queued), queued.failures + 1
    if not outcome.failed:
        call.store.delete(queued)
        if config is not None and config.on_success:
            record = record_of(call, function, queued, "Success", attempts, outcome)
            tell(call, _version(call, queued), config.on_success, record)
    elif queued.failures >= _most_retries(config):
        _give_up(call, function, queued, "RetriesExhausted", attempts, outcome)
    else:
        again = call.now + FIRST_PAUSE * attempts
        call.store.put(replace(queued, is_begun=False, failures=attempts, due_at=again))


def _give_up(
    call: Call, function: Function, queued: QueuedEvent, condition: str, attempts: int, outcome: Outcome | None = None
) -> None:
    """Forget the event, and send it among the dead letters, and what became of it to its destination."""
    call.store.delete(queued)
    version, config = _version(call, queued), _config(call, queued)
    bury(call, version, queued, 200 if outcome else 500, _error(outcome) if outcome else condition)
    if config is not None and config.on_failure:
        tell(call, version, config.on_failure, record_of(call, function, queued, condition, attempts, outcome))


def _config(call: Call, queued: QueuedEvent) -> EventInvokeConfig | None:
    return config_of(call, queued.function, queued.qualifier)


def _longest_age(config: EventInvokeConfig | None) -> timedelta:
    return timedelta(seconds=config.longest_age) if config and config.longest_age else LONGEST_AGE


def _most_retries(config: EventInvokeConfig | None) -> int:
    return MOST_RETRIES if config is None or config.most_retries is None else config.most_retries


def _version(call: Call, queued: QueuedEvent) -> Version:
    """The one that had it, or stands for it."""
    given = call.store.get(Version, f"{queued.function}:{queued.version}") if queued.version else None
    return given or call.store.get(Version, f"{queued.function}:{LATEST}")


def _error(outcome: Outcome) -> str:
    try:
        return str(json.loads(outcome.payload)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return ""
