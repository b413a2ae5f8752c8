"""API destinations: endpoints over HTTP that rules tell of events, authorized at by a connection.

Source: EventBridge User Guide, "API destinations as targets".
"""

import re
from typing import Any
from urllib.parse import urlsplit

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.services.events.errors import (
    ResourceAlreadyExistsException,
    ResourceNotFoundException,
    invalid_parameter,
    too_many,
)
from vauban.services.events.lists import page
from vauban.services.events.resolvers import NamedResolver, by_eventbridge
from vauban.services.events.resources import DESTINATION_TYPE, ApiDestination, Connection

MAXIMUM = 3_000
"""In a Region."""
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1|.+\.localhost")
a_destination = NamedResolver(ApiDestination, "api-destination", DESTINATION_TYPE, "Name")
a_new_destination = NamedResolver(ApiDestination, "api-destination", DESTINATION_TYPE, "Name", draft=True)


def may_see(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """For who asks; and for EventBridge, about to invoke it for a rule, in a role that must be allowed to do that."""
    action = "InvokeApiDestination" if by_eventbridge(call) else "DescribeApiDestination"
    return evaluate(f"events:{action}", resources[0])


@operation("CreateApiDestination", on=a_new_destination)
def create_api_destination(
    call: Call,
    existing: ApiDestination | None,
    connection_arn: str,
    invocation_endpoint: str,
    http_method: str,
    description: str = "",
    invocation_rate_limit_per_second: int = 300,
) -> dict[str, Any]:
    name = call.params["Name"]
    require_endpoint(invocation_endpoint)
    _require_connection(call, connection_arn)
    if existing is not None:
        raise ResourceAlreadyExistsException(f"An api-destination '{name}' already exists.")
    if call.store.count(ApiDestination) >= MAXIMUM:
        raise too_many()
    made = ApiDestination(
        name,
        call.account,
        call.region,
        call.uuid(),
        connection_arn,
        invocation_endpoint,
        http_method,
        call.second,
        call.second,
        invocation_rate_limit_per_second,
        description,
    )
    call.store.put(made)
    return _told(call, made)


@operation("UpdateApiDestination", on=a_destination)
def update_api_destination(
    call: Call,
    destination: ApiDestination,
    description: str | None = None,
    connection_arn: str | None = None,
    invocation_endpoint: str | None = None,
    http_method: str | None = None,
    invocation_rate_limit_per_second: int | None = None,
) -> dict[str, Any]:
    """What is not said stays as it is."""
    if invocation_endpoint is not None:
        require_endpoint(invocation_endpoint)
    if connection_arn is not None:
        _require_connection(call, connection_arn)
    said = {
        "description": description,
        "connection_arn": connection_arn,
        "endpoint": invocation_endpoint,
        "method": http_method,
        "rate": invocation_rate_limit_per_second,
    }
    changes = {name: value for name, value in said.items() if value is not None}
    changed = replace(destination, **changes, modified=call.second)
    call.store.put(changed)
    return _told(call, changed)


@operation("DeleteApiDestination", on=a_destination)
def delete_api_destination(call: Call, destination: ApiDestination) -> None:
    call.store.delete(destination)


@operation("DescribeApiDestination", on=a_destination, decide=may_see)
def describe_api_destination(call: Call, destination: ApiDestination) -> dict[str, Any]:
    told = _summary(call, destination)
    return {**told, "Description": destination.description} if destination.description else told


@operation("ListApiDestinations")
def list_api_destinations(
    call: Call,
    name_prefix: str = "",
    connection_arn: str | None = None,
    next_token: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    narrowed = {"index": "connection", "value": connection_arn} if connection_arn else {}
    found = call.store.list(ApiDestination, **narrowed)
    entries = [(each.name, _summary(call, each)) for each in found if each.name.startswith(name_prefix)]
    return page(call, "ApiDestinations", entries, limit, next_token, of=f"{name_prefix} {connection_arn}")


def connection_of(call: Call, destination: ApiDestination) -> Connection | None:
    return next(iter(call.store.list(Connection, index="arn", value=destination.connection_arn)), None)


def require_endpoint(url: str) -> None:
    """HTTPS; without TLS this machine itself, at most. Raises ValidationException."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018 - raises ValueError where it is none
    except ValueError:
        raise invalid_parameter("InvocationEndpoint", "It is no URL.") from None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and _LOOPBACK.fullmatch(host))):
        raise invalid_parameter("InvocationEndpoint", "The endpoint must be an HTTPS URL.")
    if parts.username is not None:
        raise invalid_parameter("InvocationEndpoint", "Credentials belong to the connection.")


def _require_connection(call: Call, connection_arn: str) -> None:
    if not call.store.count(Connection, index="arn", value=connection_arn):
        raise ResourceNotFoundException(f"Connection '{connection_arn}' does not exist.")


def _state(call: Call, destination: ApiDestination) -> str:
    connection = connection_of(call, destination)
    return "ACTIVE" if connection is not None and connection.state == "AUTHORIZED" else "INACTIVE"


def _told(call: Call, destination: ApiDestination) -> dict[str, Any]:
    return {
        "ApiDestinationArn": destination.arn,
        "ApiDestinationState": _state(call, destination),
        "CreationTime": destination.created,
        "LastModifiedTime": destination.modified,
    }


def _summary(call: Call, destination: ApiDestination) -> dict[str, Any]:
    return {
        **_told(call, destination),
        "Name": destination.name,
        "ConnectionArn": destination.connection_arn,
        "InvocationEndpoint": destination.endpoint,
        "HttpMethod": destination.method,
        "InvocationRateLimitPerSecond": destination.rate,
    }
