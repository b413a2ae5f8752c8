"""Functions, called.

Source: the API reference of Invoke; Lambda Developer Guide, "Invoking Lambda functions".
"""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.operations import operation
from vauban.outside.functions import (
    Archives,
    CannotIsolate,
    Crowded,
    Event,
    NotWarm,
    Setting,
    invoke,
    invoke_anew,
)
from vauban.outside.functions.slots import Full
from vauban.services.lambda_.errors import (
    InvalidParameterValueException,
    InvalidRequestContentException,
    RequestTooLargeException,
    ServiceException,
    TooManyRequestsException,
)
from vauban.services.lambda_.laid_layers import archives_of
from vauban.services.lambda_.log_streams import keep_log
from vauban.services.lambda_.resolvers import Target, a_target, target_of
from vauban.services.lambda_.resources import Code, QueuedEvent, Version
from vauban.services.lambda_.roles import credentials_of
from vauban.services.lambda_.variables import opened

MOST_PAYLOAD = 6 * 1024 * 1024
MOST_QUEUED = 1024 * 1024
MOST_CLIENT_CONTEXT = 3_583
RESERVED = "ReservedFunctionConcurrentInvocationLimitExceeded"
TAIL = 4_096
"""Bytes of the log that come back with the answer."""


@operation(
    "Invoke",
    on=a_target,
    action="lambda:InvokeFunction",
    unsupported=("DurableExecutionName", "TenantId"),
)
def invoke_function(
    call: Call,
    target: Target,
    invocation_type: str = "RequestResponse",
    log_type: str = "None",
    client_context: str = "",
    payload: bytes = b"",
) -> dict[str, Any]:
    if invocation_type == "DryRun":
        return {"StatusCode": 204}
    _require_json(payload, MOST_QUEUED if invocation_type == "Event" else MOST_PAYLOAD, invocation_type)
    context = _context(client_context)
    if invocation_type == "Event":
        call.store.put(_queued(call, target, context, payload))
        return {"StatusCode": 202}
    version = chosen(call, target)
    event = Event(_request_id(call), payload or b"{}", context, call.time, target.arn, target.function.reserved)
    outcome = performed(call, version, event, invoke, invoke_anew)
    keep_log(call, version, outcome)
    answer: dict[str, Any] = {"StatusCode": 200, "ExecutedVersion": version.version, "Payload": outcome.payload}
    if outcome.failed:
        answer["FunctionError"] = "Unhandled"
    if log_type == "Tail":
        answer["LogResult"] = base64.b64encode(outcome.log[-TAIL:]).decode()
    return answer


@operation("InvokeAsync", on=a_target.of_the_function)
def invoke_async(call: Call, target: Target, invoke_args: bytes) -> dict[str, Any]:
    """What ``Invoke`` with ``Event`` was before there was that."""
    _require_json(invoke_args, MOST_QUEUED, "Event")
    call.store.put(_queued(call, target, "", invoke_args))
    return {"Status": 202}


def performed(call: Call, version: Version, event: Event, warm: Callable[..., Any], anew: Callable[..., Any]) -> Any:
    """What ``warm`` or else ``anew`` makes of an event: the one where an environment is idle, the other where not.

    Raises TooManyRequestsException, ServiceException, InvalidParameterValueException, or what KMS says.
    """
    setting = _setting(version)
    try:
        return call.outside(warm, setting, event)
    except NotWarm:
        pass
    except Full:
        raise TooManyRequestsException(RESERVED) from None
    try:
        credentials = credentials_of(call, version.role, version.name)
    except AwsError as error:
        raise InvalidParameterValueException(
            "The role defined for the function cannot be assumed by Lambda."
        ) from error
    code = call.store.get(Code, version.code_id)
    archives = Archives(code.archive, archives_of(call, version.layers))
    setting = replace(setting, variables=tuple(opened(call, version).items()))
    try:
        return call.outside(anew, setting, event, archives, credentials)
    except Full:
        raise TooManyRequestsException(RESERVED) from None
    except Crowded:
        raise TooManyRequestsException from None
    except CannotIsolate:
        raise ServiceException("This host does not let functions be isolated from it, so none is run.") from None


def _request_id(call: Call) -> str:
    """The invocation's, of which the function is told too: the call's own, unless a service makes several in one."""
    is_direct = not call.via and call.principal.kind != "service"
    return call.request_id if is_direct else call.once("invocation", call.uuid)


def chosen(call: Call, target: Target) -> Version:
    """The version that an alias sends this invocation to."""
    if target.alias is None or not target.alias.weights:
        return target.version
    drawn = call.once("version", lambda: int.from_bytes(call.random(6)) / 2**48)
    for number, weight in target.alias.weights.items():
        if drawn < weight:
            other = target_of(call.store, target.function, number)
            return other.version if other else target.version
        drawn -= weight
    return target.version


def _setting(version: Version) -> Setting:
    return Setting(
        version.arn,
        version.name,
        version.version,
        version.revision_id,
        version.region,
        version.runtime,
        version.handler,
        version.timeout,
        version.memory_size,
        version.ephemeral_storage,
        (),
        version.log_group,
        tuple(each for each, _ in version.layers),
    )


def _queued(call: Call, target: Target, context: str, payload: bytes) -> QueuedEvent:
    return QueuedEvent(
        _request_id(call),
        target.function.account,
        target.function.region,
        target.function.name,
        target.qualifier,
        call.now,
        call.now,
        context,
        payload=payload,
    )


def _require_json(payload: bytes, most: int, invocation_type: str) -> None:
    if len(payload) > most:
        raise RequestTooLargeException(
            f"{len(payload)} byte payload is too large for the {invocation_type} invocation type (limit {most} bytes)"
        )
    try:
        json.loads(payload or b"{}")
    except (ValueError, RecursionError) as error:
        raise InvalidRequestContentException(
            f"Could not parse request body into json: Could not parse payload into json: {error}"
        ) from None


def _context(client_context: str) -> str:
    """Client context comes in base64, and goes to the function as JSON."""
    if len(client_context) > MOST_CLIENT_CONTEXT:
        raise InvalidRequestContentException("Client context must be at most 3583 bytes of base64-encoded data.")
    try:
        text = base64.b64decode(client_context, validate=True).decode()
        return json.dumps(json.loads(text)) if text else ""
    except (ValueError, RecursionError, binascii.Error):
        raise InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object.") from None
