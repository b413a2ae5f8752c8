"""Events of a whole group, by what is in them.

Source: CloudWatch Logs User Guide, "Filter pattern syntax": the part on unstructured events.
"""

import re
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.logs.errors import InvalidParameterException
from vauban.services.logs.events import MOST_EVENTS, events_of, within
from vauban.services.logs.lists import page
from vauban.services.logs.resolvers import an_identified_group
from vauban.services.logs.resources import Group, LogEvent, Stream

_TERM = re.compile(r'([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))\s*')


@operation("FilterLogEvents", on=an_identified_group, unsupported=("unmask",))
def filter_log_events(
    call: Call,
    group: Group,
    log_stream_names: list[str] | None = None,
    log_stream_name_prefix: str | None = None,
    start_time: int | None = None,
    end_time: int | None = None,
    filter_pattern: str = "",
    next_token: str | None = None,
    limit: int = MOST_EVENTS,
    start_from_head: bool = True,
    interleaved: bool = True,
) -> dict[str, Any]:
    """Events of all streams are always interleaved, as on AWS today."""
    if log_stream_names and log_stream_name_prefix:
        raise InvalidParameterException("logStreamNamePrefix and logStreamNames are mutually exclusive.")
    terms = _terms(filter_pattern)
    streams = [
        each.name
        for each in call.store.list(Stream, prefix=f"{group.name}:")
        if (log_stream_names is None or each.name in log_stream_names)
        and each.name.startswith(log_stream_name_prefix or "")
    ]
    found = [
        event
        for name in streams
        for event in events_of(call, group, name)
        if within(event, start_time, end_time) and _fits(event.message, terms)
    ]
    of = f"{group.name} {start_time} {end_time} {filter_pattern} {log_stream_names} {log_stream_name_prefix}"
    descending = not start_from_head
    told = page(call, "events", found, lambda each: each.key, _told, limit, next_token, of, descending=descending)
    return {**told, "searchedLogStreams": []}


def _terms(pattern: str) -> list[tuple[str, str]]:
    """Terms, each with ``-`` where it must not be there, and ``?`` where any of several will do."""
    pattern = pattern.strip()
    if pattern[:1] in ("{", "[", "%"):
        raise InvalidParameterException(
            "Filter patterns of JSON, of columns and of regular expressions are not supported here."
        )
    terms, at = [], 0
    while at < len(pattern):
        match = _TERM.match(pattern, at)
        if match is None:
            raise InvalidParameterException("Invalid filter pattern")
        quoted = match[2]
        terms.append((match[1], match[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)))
        at = match.end()
    return terms


def _fits(message: str, terms: list[tuple[str, str]]) -> bool:
    any_of = [term for sign, term in terms if sign == "?"]
    return (
        all(term in message for sign, term in terms if not sign)
        and not any(term in message for sign, term in terms if sign == "-")
        and (not any_of or any(term in message for term in any_of))
    )


def _told(event: LogEvent) -> dict[str, Any]:
    """The model's ``FilteredLogEvent``."""
    return {
        "logStreamName": event.stream,
        "timestamp": event.timestamp,
        "message": event.message,
        "ingestionTime": event.ingested,
        "eventId": f"{event.timestamp:016}{event.number:016}",
    }
