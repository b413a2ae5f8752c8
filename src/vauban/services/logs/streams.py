"""Log streams."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.logs.errors import InvalidParameterException, ResourceAlreadyExistsException
from vauban.services.logs.lists import page
from vauban.services.logs.resolvers import a_stream, a_written_group, an_identified_group
from vauban.services.logs.resources import Batch, Group, Stream, milliseconds


@operation("CreateLogStream", on=a_written_group)
def create_log_stream(call: Call, group: Group, log_stream_name: str) -> None:
    stream_id = f"{group.name}:{log_stream_name}"
    if call.store.get(Stream, stream_id) is not None:
        raise ResourceAlreadyExistsException("The specified log stream already exists")
    call.store.put(Stream(stream_id, group.account, group.region, group.name, log_stream_name, call.now))


@operation("DeleteLogStream", on=a_stream)
def delete_log_stream(call: Call, stream: Stream) -> None:
    for batch in call.store.list(Batch, prefix=f"{stream.stream_id}:"):
        call.store.delete(batch)
    call.store.delete(stream)


@operation("DescribeLogStreams", on=an_identified_group)
def describe_log_streams(
    call: Call,
    group: Group,
    log_stream_name_prefix: str = "",
    order_by: str = "LogStreamName",
    descending: bool = False,
    next_token: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    by_time = order_by == "LastEventTime"
    if by_time and log_stream_name_prefix:
        raise InvalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix.")
    found = call.store.list(Stream, prefix=f"{group.name}:")
    found = [each for each in found if each.name.startswith(log_stream_name_prefix)]

    def key(stream: Stream) -> str:
        return f"{stream.last or 0:016}{stream.name}" if by_time else stream.name

    def told(stream: Stream) -> dict[str, Any]:
        return _told(group, stream)

    of = f"{group.name} {order_by} {descending} {log_stream_name_prefix}"
    return page(call, "logStreams", found, key, told, limit, next_token, of, descending=descending)


def _told(group: Group, stream: Stream) -> dict[str, Any]:
    """The model's ``LogStream``. AWS has given up telling how many bytes one holds."""
    told = {
        "logStreamName": stream.name,
        "creationTime": milliseconds(stream.created),
        "firstEventTimestamp": stream.first,
        "lastEventTimestamp": stream.last,
        "lastIngestionTime": stream.ingested,
        "arn": f"{group.arn}:log-stream:{stream.name}",
        "storedBytes": 0,
    }
    return {name: value for name, value in told.items() if value is not None}
