"""The request that an API destination is sent: endpoint, target, connection and credentials, put together. Pure."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from vauban.services.events.credentials import INVOCATION
from vauban.services.events.inputs import dumped
from vauban.services.events.resources import ApiDestination

WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")
_OWN = {
    "User-Agent": "Amazon/EventBridge/ApiDestinations",
    "Content-Type": "application/json; charset=utf-8",
    "Range": "bytes=0-1048575",
    "Accept-Encoding": "gzip,deflate",
    "Connection": "close",
}


class Invocation(NamedTuple):
    """As ``outside.webhooks.exchange`` takes it."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def invocation_of(
    destination: ApiDestination, http: Mapping[str, Any], secret: Mapping[str, Any], token: str, text: str
) -> Invocation:
    """What the connection says takes precedence over ``http``, a target's HttpParameters. ``token`` is OAuth's."""
    further = secret.get(INVOCATION, {})
    query = {**http.get("QueryStringParameters", {}), **_values(further.get("QueryStringParameters", ()))}
    url = _filled(destination.endpoint, http.get("PathParameterValues", ()))
    if query:
        url += ("&" if "?" in url else "?") + urlencode(query, quote_via=quote)
    headers = _headers(
        _OWN,
        http.get("HeaderParameters", {}),
        _values(further.get("HeaderParameters", ())),
        _authorization(secret, token),
    )
    body = b"" if destination.method in WITHOUT_BODY else _body(text, further.get("BodyParameters", ()))
    return Invocation(destination.method, url, headers, body)


def _filled(endpoint: str, values: Iterable[str]) -> str:
    """Each ``*`` is a value's place."""
    left = iter(values)
    return re.sub(r"\*", lambda star: quote(next(left, star[0]), safe=""), endpoint)


def _headers(*layers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Names are alike whatever their case; the last layer that has one counts."""
    found: dict[str, tuple[str, str]] = {}
    for layer in layers:
        found |= {name.lower(): (name, value) for name, value in layer.items()}
    return tuple(found.values())


def _authorization(secret: Mapping[str, Any], token: str) -> dict[str, str]:
    if "api_key_name" in secret:
        return {secret["api_key_name"]: secret["api_key_value"]}
    if "username" in secret:
        pair = f"{secret['username']}:{secret['password']}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    return {"Authorization": f"Bearer {token}"}


def _body(text: str, parameters: Iterable[Mapping[str, Any]]) -> bytes:
    """The connection's parameters are added to a body that is a JSON object."""
    added = _values(parameters)
    if not added:
        return text.encode()
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text.encode()
    return dumped({**found, **added}).encode() if isinstance(found, dict) else text.encode()


def _values(entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {each["Key"]: each.get("Value", "") for each in entries}
