"""What functions write, kept in CloudWatch Logs: as their role, if that may."""

import copy
from collections.abc import Iterator

from vauban.identity.roles import Role
from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.principals import Principal, SessionContext
from vauban.outside.functions import Outcome
from vauban.services.lambda_.resources import Version

MOST_BYTES = 1_000_000
"""Of messages, in one PutLogEvents."""
_OVERHEAD = 26
_MOST_MESSAGE = 256 * 1024
_MOST_EVENTS = 10_000


def keep_log(call: Call, version: Version, outcome: Outcome) -> None:
    """Put what a function wrote into its log group, which is made where it is missing. A role that may not is no
    failure of the invocation."""
    writer = _as_role(call, version)
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


def _as_role(call: Call, version: Version) -> Call | None:
    """This call, asking as a session of the function's role; None where the role is gone."""
    role = call.world.at(version.account, "").get(Role, version.role.rpartition("/")[2])
    if role is None or role.arn != version.role:
        return None
    writer = copy.copy(call)
    writer.principal = Principal(
        kind="assumed-role",
        account=role.account,
        arn=arn("sts", "", role.account, f"assumed-role/{role.name}/{version.name}"),
        unique_id=f"{role.role_id}:{version.name}",
        issuer_arn=role.arn,
        issuer_id=role.role_id,
        session=SessionContext(float(int(call.time))),
    )
    return writer


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
