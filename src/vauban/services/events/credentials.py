"""The parameters of connections: what of them is shown, and what is secret and goes to Secrets Manager. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from vauban.kernel.errors import ValidationException
from vauban.services.events.errors import invalid_parameter

GROUPS = {
    "BASIC": "BasicAuthParameters",
    "API_KEY": "ApiKeyAuthParameters",
    "OAUTH_CLIENT_CREDENTIALS": "OAuthParameters",
}
"""The member that each kind of connection needs."""
_NAMES = {
    "BASIC": {"Username": "username", "Password": "password"},
    "API_KEY": {"ApiKeyName": "api_key_name", "ApiKeyValue": "api_key_value"},
    "OAUTH_CLIENT_CREDENTIALS": {
        "ClientID": "client_id",
        "ClientSecret": "client_secret",
        "AuthorizationEndpoint": "authorization_endpoint",
        "HttpMethod": "http_method",
        "OAuthHttpParameters": "oauth_http_parameters",
    },
}
"""What the members are called in a secret."""
_SECRET = ("Password", "ApiKeyValue", "ClientSecret")
INVOCATION = "invocation_http_parameters"
_NOT_HERE = "ConnectivityParameters"
LISTS = ("HeaderParameters", "QueryStringParameters", "BodyParameters")


def require_whole(kind: str, parameters: Mapping[str, Any]) -> None:
    """Raises ValidationException where the parameters are not those of the kind."""
    if _NOT_HERE in parameters:
        raise invalid_parameter("AuthParameters", f"{_NOT_HERE} is not supported here.")
    if GROUPS[kind] not in parameters:
        raise ValidationException(f"Parameter(s) {GROUPS[kind]} must be specified for AuthorizationType {kind}.")
    others = [group for group in GROUPS.values() if group in parameters and group != GROUPS[kind]]
    if others:
        raise ValidationException(f"Parameter(s) {', '.join(others)} cannot be used with AuthorizationType {kind}.")


def secret_of(kind: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What the connection's secret says."""
    given = _flat(parameters[GROUPS[kind]])
    said = {name: given[member] for member, name in _NAMES[kind].items() if member in given}
    further = parameters.get("InvocationHttpParameters")
    return {**said, INVOCATION: further} if further else said


def parameters_of(kind: str, secret: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a secret was made of."""
    flat = {member: secret[name] for member, name in _NAMES[kind].items() if name in secret}
    client = {member: flat.pop(member) for member in ("ClientID", "ClientSecret") if member in flat}
    group = {"ClientParameters": client, **flat} if client else flat
    further = secret.get(INVOCATION)
    return {GROUPS[kind]: group, **({"InvocationHttpParameters": further} if further else {})}


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What is said anew over what was said before; lists are said whole."""
    both = {
        name: merged(old[name], value) if isinstance(value, Mapping) and isinstance(old.get(name), Mapping) else value
        for name, value in new.items()
    }
    return {**old, **both}


def shown(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters without what is secret."""
    return dict(_shown(parameters))


def _shown(parameters: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in parameters.items():
        if isinstance(value, list):
            yield name, [_shown_entry(each) for each in value]
        elif isinstance(value, Mapping):
            yield name, dict(_shown(value))
        elif name not in _SECRET:
            yield name, value


def _shown_entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "Value" or not entry.get("IsValueSecret")}


def _flat(group: Mapping[str, Any]) -> dict[str, Any]:
    return {**group, **group.get("ClientParameters", {})}
