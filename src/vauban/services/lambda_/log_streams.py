"""What functions write, kept in CloudWatch Logs: as their role, if that may."""

from collections.abc import Iterator

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.outside.functions import Outcome
from vauban.services.lambda_.resources import Version
from vauban.services.lambda_.roles import as_role

MOST_BYTES = 1_000_000
"""Of messages, in one PutLogEvents."""
_OVERHEAD = 26
_MOST_MESSAGE = 256 * 1024
_MOST_EVENTS = 10_000


def keep_log(call: Call, version: Version, outcome: Outcome) -> None:
    """Put what a function wrote into its log group, which is made where it is missing. A role that may not is no
    failure of the invocation."""
    writer = as_role(call, version.role, version.name)
    if writer is None:
        return
    stream = {"logGroupName": version.log_group, "logStreamName": outcome.log_stream}
    try:
        for batch in _batches(outcome.log.decode(errors="replace"), int(call.time * 1000)):
            _put(writer, stream, batch)
    except AwsError:
        return


def _put(writer: Call, stream: dict[str, str], events: list[dict[str, object]]) -> None:
    try:
        writer.ask("logs:PutLogEvents", **stream, logEvents=events)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        _make(writer, stream)
        writer.ask("logs:PutLogEvents", **stream, logEvents=events)


def _make(writer: Call, stream: dict[str, str]) -> None:
    try:
        writer.ask("logs:CreateLogStream", **stream)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        writer.ask("logs:CreateLogGroup", logGroupName=stream["logGroupName"])
        writer.ask("logs:CreateLogStream", **stream)


def _batches(log: str, now: int) -> Iterator[list[dict[str, object]]]:
    """Lines as events, in as many calls as they need."""
    batch, size = [], 0
    for line in filter(None, log.split("\n")):
        message = line.encode()[:_MOST_MESSAGE].decode(errors="ignore")
        length = len(message.encode()) + _OVERHEAD
        if batch and (size + length > MOST_BYTES or len(batch) >= _MOST_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append({"timestamp": now, "message": message + "\n"})
        size += length
    if batch:
        yield batch
