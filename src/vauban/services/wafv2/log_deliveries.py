"""Log lines on their way from the edge to log groups, and to what stands for Firehose streams.

A bucket is written to by the edge itself. There is no Firehose: what a stream would deliver to its bucket is delivered
to one of its own name, where the settings say that buckets are.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from vauban.identity.accounts import root_principal
from vauban.kernel.calls import ServiceCall
from vauban.kernel.errors import AwsError
from vauban.kernel.operations import every
from vauban.kernel.sinks import Sink, SinkFailed
from vauban.outside import edge
from vauban.services.wafv2.resources import LogDelivery
from vauban.services.wafv2.scopes import read

DELIVERY_SECONDS = 5
_MOST_EVENTS = 1_000
"""Of one PutLogEvents."""
_MOST_BYTES = 1_000_000
_OVERHEAD = 26


class _Line(msgspec.Struct):
    timestamp: int


_timestamp_of = msgspec.json.Decoder(_Line).decode


@every(LogDelivery, seconds=DELIVERY_SECONDS)
def deliver(call: ServiceCall, delivery: LogDelivery) -> bool:
    """Fetch what there is, and bring it where it goes; a destination that is gone loses it."""
    kind = delivery.destination.split(":")[2]
    if kind == "s3" or (kind == "firehose" and call.sink is None):
        return False
    try:
        lines = call.outside(edge.log_lines, delivery.web_acl_arn)
    except edge.EdgeUnavailable:
        return False
    if lines:
        (_to_log_group if kind == "logs" else _to_files)(call, delivery, lines)
    return False


def _to_log_group(call: ServiceCall, delivery: LogDelivery, lines: list[str]) -> None:
    """As the account itself: that WAF writes there was decided when it was configured."""
    writer = call.on_behalf_of(root_principal(delivery.account))
    group = delivery.destination.removesuffix(":*").rpartition(":")[2]
    stream = {"logGroupName": group, "logStreamName": f"{delivery.region}_{read(delivery.web_acl_arn).name}_0"}
    for events in _batches(lines):
        try:
            writer.ask("logs:PutLogEvents", **stream, logEvents=events)
        except AwsError as error:
            if error.code != "ResourceNotFoundException":
                raise
            writer.ask("logs:CreateLogStream", **stream)
            writer.ask("logs:PutLogEvents", **stream, logEvents=events)


def _batches(lines: list[str]) -> Iterator[list[dict[str, Any]]]:
    """In order of time, each as large as PutLogEvents takes."""
    batch: list[dict[str, Any]] = []
    size = 0
    for timestamp, line in sorted((_timestamp_of(line).timestamp, line) for line in lines):
        needed = len(line.encode()) + _OVERHEAD
        if batch and (size + needed > _MOST_BYTES or len(batch) == _MOST_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append({"timestamp": timestamp, "message": line})
        size += needed
    if batch:
        yield batch


def _to_files(call: ServiceCall, delivery: LogDelivery, lines: list[str]) -> None:
    """In the layout that Firehose has."""
    name = delivery.destination.rpartition("/")[2]
    ending = call.once("ending", call.uuid)
    key = f"{call.now:%Y/%m/%d/%H}/{name}-1-{call.now:%Y-%m-%d-%H-%M-%S}-{ending}"
    call.slowly(_put, call.sink, name, key, "".join(f"{line}\n" for line in lines).encode())


def _put(sink: Sink, bucket: str, key: str, body: bytes) -> None:
    try:
        sink.put(bucket, key, body, {})
    except SinkFailed as failure:
        raise AwsError(str(failure), code="SinkFailed") from failure
