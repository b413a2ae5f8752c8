"""Requests to API destinations: each destination's one after the other, no more of them a second than it takes.

Source: EventBridge User Guide, "API destinations as targets" (time limits, which answers are tried again).
"""

from typing import Any

from vauban.kernel.calls import ServiceCall
from vauban.kernel.errors import AwsError
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import on
from vauban.outside.webhooks import Answer, WebhookFailed, paced_exchange
from vauban.services.events.api_destinations import connection_of
from vauban.services.events.authorizations import AuthorizationFailed, renewed_token, secret_value, token_of
from vauban.services.events.deliveries import fail
from vauban.services.events.handovers import INVOKE
from vauban.services.events.inputs import input_of
from vauban.services.events.invocations import invocation_of
from vauban.services.events.resources import OAUTH, SOURCE, ApiDestination, Connection, Parcel

SECONDS = 5.0
"""For a whole exchange."""
TRIED_AGAIN = (401, 407, 409, 429)
"""Besides those from 500 on."""
UNAUTHORIZED = (401, 407)


@on("events", SOURCE, INVOKE)
def invoke(call: ServiceCall, event: DomainEvent) -> None:
    parcel = Parcel.unpacked(event.secrets["parcel"])
    destination = call.store.get(ApiDestination, event.detail["destination"])
    connection = destination and connection_of(call, destination)
    if destination is None or destination.arn != parcel.target["Arn"] or connection is None:
        fail(call, parcel, "NO_RESOURCE", "The API destination or its connection does not exist.", lasting=True)
    elif connection.state == "DEAUTHORIZED" and connection.kind != OAUTH:
        fail(call, parcel, "NO_PERMISSIONS", "The connection is not authorized.", lasting=True)
    else:
        _try(call, parcel, destination, connection)


def _try(call: ServiceCall, parcel: Parcel, destination: ApiDestination, connection: Connection) -> None:
    try:
        answer = _answer(call, parcel, destination, connection)
    except WebhookFailed as failure:
        code = "TIMEOUT" if "Timeout" in str(failure) else "CONNECTION_FAILURE"
        fail(call, parcel, code, str(failure), lasting=False)
    except AuthorizationFailed as failure:
        fail(call, parcel, "NO_PERMISSIONS", f"The authorization endpoint gave no token: {failure}", lasting=False)
    except AwsError as error:
        fail(call, parcel, "NO_PERMISSIONS", error.message, lasting=error.status < 500)
    else:
        _judge(call, parcel, answer)


def _answer(call: ServiceCall, parcel: Parcel, destination: ApiDestination, connection: Connection) -> Answer:
    """OAuth's token is renewed where it is refused, and the request sent once more."""
    secret = secret_value(call, connection)
    token = token_of(call, connection, secret) if connection.kind == OAUTH else ""
    answer = _send(call, parcel, destination, secret, token)
    if answer.status in UNAUTHORIZED and connection.kind == OAUTH and connection.token:
        answer = _send(call, parcel, destination, secret, renewed_token(call, connection, secret))
    return answer


def _send(call: ServiceCall, parcel: Parcel, destination: ApiDestination, secret: dict[str, Any], token: str) -> Answer:
    text = input_of(parcel.target, parcel.event, parcel.rule_arn)
    invocation = invocation_of(destination, parcel.target.get("HttpParameters", {}), secret, token, text)
    pace = (destination.arn, destination.rate)
    return call.outside(paced_exchange, pace, *invocation, SECONDS)


def _judge(call: ServiceCall, parcel: Parcel, answer: Answer) -> None:
    if 200 <= answer.status < 300:
        return
    lasting = answer.status < 500 and answer.status not in TRIED_AGAIN
    code = "THROTTLING" if answer.status == 429 else "ERROR_FROM_TARGET"
    pause = _retry_after(answer)
    fail(call, parcel, code, f"The endpoint answered {answer.status}.", lasting=lasting, pause=pause)


def _retry_after(answer: Answer) -> int:
    """Seconds, where the endpoint says how many."""
    said = answer.headers.get("retry-after", "")
    return min(int(said), 86_400) if said.isascii() and said.isdigit() and len(said) < 10 else 0
