"""Log events, put and read in the order of their time.

Source: the API reference of PutLogEvents and GetLogEvents.
"""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.logs.errors import InvalidParameterException, stream_not_found
from vauban.services.logs.resolvers import a_written_stream, an_identified_group
from vauban.services.logs.resources import Batch, Group, LogEvent, Stream, milliseconds
from vauban.services.logs.retention import oldest_kept

MOST_BYTES = 1_048_576
_OVERHEAD = 26
"""Bytes that each event counts besides its message."""
MOST_EVENTS = 10_000
_TOO_OLD, _TOO_NEW, _SPAN = timedelta(days=14), timedelta(hours=2), timedelta(hours=24)
_TOKEN = re.compile(r"([fb])/(\d{32}.*)", re.DOTALL)


@operation("PutLogEvents", on=a_written_stream, unsupported=("entity",))
def put_log_events(
    call: Call, stream: Stream, log_events: list[dict[str, Any]], sequence_token: str | None = None
) -> dict[str, Any]:
    """A sequence token is taken and means nothing any more, as on AWS."""
    times = [each["timestamp"] for each in log_events]
    size = sum(len(each["message"].encode()) + _OVERHEAD for each in log_events)
    if times != sorted(times):
        raise InvalidParameterException("Log events in a single PutLogEvents request must be in chronological order.")
    if size > MOST_BYTES:
        raise InvalidParameterException(f"Upload too large: {size} bytes exceeds limit of {MOST_BYTES}")
    if times[-1] - times[0] > _SPAN.total_seconds() * 1000:
        raise InvalidParameterException(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        )
    rejected, begin, end = _rejected(call, stream, times)
    if begin < end:
        _keep(call, stream, [(each["timestamp"], each["message"]) for each in log_events[begin:end]])
    told: dict[str, Any] = {"nextSequenceToken": f"{stream.count + end - begin:056}"}
    return {**told, "rejectedLogEventsInfo": rejected} if rejected else told


@operation("GetLogEvents", on=an_identified_group, unsupported=("unmask",))
def get_log_events(
    call: Call,
    group: Group,
    log_stream_name: str,
    start_time: int | None = None,
    end_time: int | None = None,
    next_token: str | None = None,
    limit: int = MOST_EVENTS,
    start_from_head: bool = False,
) -> dict[str, Any]:
    if call.store.get(Stream, f"{group.name}:{log_stream_name}") is None:
        raise stream_not_found()
    found = [each for each in events_of(call, group, log_stream_name) if within(each, start_time, end_time)]
    way, key = _token(next_token) if next_token else ("f" if start_from_head else "b", "")
    if way == "f":
        shown = [each for each in found if each.key > key][:limit]
    else:
        shown = [each for each in found if not key or each.key < key][-limit:]
    first, last = (shown[0].key, shown[-1].key) if shown else (key or "0" * 32, key or "0" * 32)
    told = [{"timestamp": each.timestamp, "message": each.message, "ingestionTime": each.ingested} for each in shown]
    return {"events": told, "nextForwardToken": f"f/{last}", "nextBackwardToken": f"b/{first}"}


def events_of(call: Call, group: Group, stream: str) -> list[LogEvent]:
    """A stream's events that are not out of date, in the order of their time."""
    oldest = oldest_kept(call, group)
    batches: Iterable[Batch] = call.store.list(Batch, prefix=f"{group.name}:{stream}:")
    return sorted(event for batch in batches for event in batch.events if event.timestamp >= oldest)


def within(event: LogEvent, start: int | None, end: int | None) -> bool:
    return (start is None or event.timestamp >= start) and (end is None or event.timestamp < end)


def _rejected(call: Call, stream: Stream, times: list[int]) -> tuple[dict[str, int], int, int]:
    """What is told of events that are too old or too new, and which of them are kept: from one index to another."""
    group = call.store.get(Group, stream.group)
    expired, now = oldest_kept(call, group), milliseconds(call.now)
    old, new = now - _TOO_OLD.total_seconds() * 1000, now + _TOO_NEW.total_seconds() * 1000
    count_expired = sum(each < expired for each in times)
    count_old = sum(each < max(old, expired) for each in times)
    kept = sum(each <= new for each in times)
    told = {}
    if count_expired:
        told["expiredLogEventEndIndex"] = count_expired
    if count_old > count_expired:
        told["tooOldLogEventEndIndex"] = count_old
    if kept < len(times):
        told["tooNewLogEventStartIndex"] = kept
    return told, count_old, kept


def _keep(call: Call, stream: Stream, events: list[tuple[int, str]]) -> None:
    now, times = milliseconds(call.now), [at for at, _ in events]
    call.store.put(
        Batch(
            f"{stream.stream_id}:{stream.batches:012}",
            stream.account,
            stream.region,
            stream.name,
            stream.count,
            times[-1],
            now,
            sum(len(message.encode()) + _OVERHEAD for _, message in events),
            msgspec.msgpack.encode(events),
        )
    )
    changed = replace(
        stream,
        count=stream.count + len(events),
        batches=stream.batches + 1,
        first=times[0] if stream.first is None else min(stream.first, times[0]),
        last=times[-1] if stream.last is None else max(stream.last, times[-1]),
        ingested=now,
    )
    call.store.put(changed)


def _token(token: str) -> tuple[str, str]:
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise InvalidParameterException("The specified nextToken is invalid.")
    return match[1], match[2]
