"""OAuth's client credentials, exchanged for tokens at the authorization endpoint of a connection.

Source: RFC 6749 sections 4.4 and 2.3.1.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from vauban.identity.accounts import root_principal
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AwsError
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import on
from vauban.kernel.records import replace
from vauban.outside.webhooks import WebhookFailed, exchange
from vauban.services.events.inputs import dumped
from vauban.services.events.resources import OAUTH, SOURCE, Connection

AUTHORIZE = "Connection To Be Authorized"
SECONDS = 5.0
SPARE = timedelta(seconds=30)
"""A token is not used so shortly before its end."""


class AuthorizationFailed(Exception):
    """The endpoint gave no token; the message says why."""


def authorize_soon(call: Call, connection: Connection) -> None:
    call.send(AUTHORIZE, lane=f"connection {connection.name}", connection=connection.name, arn=connection.arn)


@on("events", SOURCE, AUTHORIZE)
def authorize(call: ServiceCall, event: DomainEvent) -> None:
    connection = call.store.get(Connection, event.detail["connection"])
    if connection is None or connection.arn != event.detail["arn"] or connection.kind != OAUTH:
        return
    if connection.secret_arn:
        try:
            renewed_token(call, connection, secret_value(call, connection))
        except (AuthorizationFailed, AwsError) as failure:
            reason = f"The authorization endpoint gave no token: {failure}"[:512]
            call.store.put(replace(connection, state="DEAUTHORIZED", reason=reason, token=b"", token_ends=None))


def secret_value(call: ServiceCall, connection: Connection) -> dict[str, Any]:
    """What the connection's secret says, asked for its account. Raises what Secrets Manager says."""
    asking = call.on_behalf_of(root_principal(connection.account))
    told = asking.ask("secretsmanager:GetSecretValue", SecretId=connection.secret_arn)
    return json.loads(told["SecretString"])


def token_of(call: ServiceCall, connection: Connection, secret: Mapping[str, Any]) -> str:
    """One that is still good, as far as that is known. Raises AuthorizationFailed."""
    if connection.token and (connection.token_ends is None or connection.token_ends > call.now):
        return connection.token.decode()
    return renewed_token(call, connection, secret)


def renewed_token(call: ServiceCall, connection: Connection, secret: Mapping[str, Any]) -> str:
    """A new one, kept for the next time. Raises AuthorizationFailed."""
    try:
        status, _, body = call.outside(exchange, *token_request(secret), SECONDS)
    except WebhookFailed as failure:
        raise AuthorizationFailed(str(failure)) from None
    if not 200 <= status < 300:
        raise AuthorizationFailed(f"it answered {status}")
    token, seconds = _token(body)
    ends = call.now + timedelta(seconds=seconds) - SPARE if seconds else None
    kept = replace(
        connection,
        state="AUTHORIZED",
        reason="",
        authorized=call.second,
        token=token.encode(),
        token_ends=ends,
    )
    call.store.put(kept)
    return token


def token_request(secret: Mapping[str, Any]) -> tuple[str, str, tuple[tuple[str, str], ...], bytes]:
    """Method, URL, headers and body."""
    further = secret.get("oauth_http_parameters", {})
    said = {"grant_type": "client_credentials", "client_id": secret["client_id"]}
    said |= {"client_secret": secret["client_secret"], **_values(further, "BodyParameters")}
    headers = {name.lower(): value for name, value in _values(further, "HeaderParameters").items()}
    query = _values(further, "QueryStringParameters")
    method, url = secret["http_method"], secret["authorization_endpoint"]
    body = b""
    if method == "GET":
        query = {**said, **query}
    elif headers.get("content-type", "").startswith("application/json"):
        body = dumped(said).encode()
    else:
        headers.setdefault("content-type", "application/x-www-form-urlencoded")
        body = urlencode(said).encode()
    if query:
        url += ("&" if "?" in url else "?") + urlencode(query)
    return method, url, tuple(headers.items()), body


def _values(further: Mapping[str, Any], name: str) -> dict[str, str]:
    return {each["Key"]: each.get("Value", "") for each in further.get(name, ())}


def _token(body: bytes) -> tuple[str, int]:
    """The token, and for how many seconds it is good; 0 where that is not said. Raises AuthorizationFailed."""
    try:
        said = json.loads(body)
        return str(said["access_token"]), int(said.get("expires_in") or 0)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise AuthorizationFailed("it answered without an access_token") from None
