"""Attributes of listeners: headers that are added to answers, and what requests for targets call others.

Source: Elastic Load Balancing, Application Load Balancers, "HTTP header modification".
"""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.elbv2.attributes import ANY, Attribute, Table, checked, flag, like, number, one_of, shown
from vauban.services.elbv2.resolvers import LISTENER, a_listener, find
from vauban.services.elbv2.resources import Listener

_METHOD = "(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH)"
_METHODS = rf"(\*|{_METHOD}(\s*,\s*{_METHOD})*)?"
_TRANSPORT = r"(max-age=[0-9]+(\s*;\s*(includeSubDomains|preload))*;?)?"
_NAMES = r"(\*|[\w-]+(\s*,\s*[\w-]+)*)?"
_RESPONSE = "routing.http.response."
_REQUEST = "routing.http.request."


def _header(valid: Any) -> Attribute:
    return Attribute("", valid)


ALL: Table = {
    f"{_RESPONSE}server.enabled": flag("true"),
    f"{_RESPONSE}strict_transport_security.header_value": _header(like(_TRANSPORT)),
    f"{_RESPONSE}access_control_allow_origin.header_value": _header(ANY),
    f"{_RESPONSE}access_control_allow_methods.header_value": _header(like(_METHODS)),
    f"{_RESPONSE}access_control_allow_headers.header_value": _header(like(_NAMES)),
    f"{_RESPONSE}access_control_allow_credentials.header_value": _header(one_of("", "true")),
    f"{_RESPONSE}access_control_expose_headers.header_value": _header(like(_NAMES)),
    f"{_RESPONSE}access_control_max_age.header_value": _header(number(0, 86_400, "")),
    f"{_RESPONSE}content_security_policy.header_value": _header(ANY),
    f"{_RESPONSE}x_content_type_options.header_value": _header(one_of("", "nosniff")),
    f"{_RESPONSE}x_frame_options.header_value": _header(like(r"(DENY|SAMEORIGIN|ALLOW-FROM [\x21-\x7e]+)?")),
}


def _named(word: str, *served: str) -> tuple[str, Attribute]:
    """The name of a header that targets are told something in; with ``served``, only these."""
    name = "-".join(part.capitalize() for part in word.split("_"))
    return f"{_REQUEST}{word}.header_name", Attribute(name, like(r"[\w-]{1,40}"), one_of(*served) if served else None)


HTTPS: Table = {
    **dict(
        _named(f"x_amzn_mtls_clientcert{word}", f"X-Amzn-Mtls-Clientcert{word.title().replace('_', '-')}")
        for word in ("_serial_number", "_issuer", "_subject", "_validity", "_leaf", "")
    ),
    **dict(_named(f"x_amzn_tls_{word}") for word in ("version", "cipher_suite")),
    **ALL,
}
"""Clients are not asked for certificates, and so nothing of them is told in headers of other names."""


@operation("DescribeListenerAttributes")
def describe_listener_attributes(call: Call, listener_arn: str) -> dict[str, Any]:
    found = find(call.store, LISTENER, listener_arn)
    if found is None:
        raise LISTENER.absent(listener_arn)
    return {"Attributes": shown(_table(found), found.attributes)}


@operation("ModifyListenerAttributes", on=a_listener)
def modify_listener_attributes(call: Call, listener: Listener, attributes: list[dict[str, str]]) -> dict[str, Any]:
    changed = {**listener.attributes, **checked(_table(listener), attributes, "Listener")}
    call.store.put(replace(listener, attributes=changed))
    return {"Attributes": shown(_table(listener), changed)}


def _table(listener: Listener) -> Table:
    return HTTPS if listener.protocol == "HTTPS" else ALL
