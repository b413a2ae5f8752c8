"""What rules do with requests that they match."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vauban.engines.waf.refusals import NONE_OR_MULTIPLE, InvalidParameter, LimitExceeded, one_of
from vauban.engines.waf.tokens import CAPTCHA_STATUS, CHALLENGE_STATUS
from vauban.engines.waf.verdicts import Header, Response

ACTIONS = ("Allow", "Block", "Count", "Captcha", "Challenge", "Monetize")
DEFAULT_ACTIONS = ("Allow", "Block")
STATUSES = frozenset(
    (
        *(200, 201, 202, 204, 206, 300, 301, 302, 303, 304, 307, 308),
        *(400, 401, 403, 404, 405, 408, 409, 411, 412, 413, 414, 415, 416, 421, 429, 500, 501, 502, 503, 504, 505),
    )
)
"""What a custom response can answer with: AWS WAF Developer Guide, "Supported status codes for custom response"."""

_BLOCKED = 403
_MOST_HEADERS = 10
_MOST_BODY = 4096
_MOST_BODIES = 51_200
_INSERTED = "x-amzn-waf-"
_CONTENT_TYPES = {"TEXT_PLAIN": "text/plain", "TEXT_HTML": "text/html", "APPLICATION_JSON": "application/json"}
_LINE_ENDS = re.compile(r"[\r\n\0]")

Bodies = Mapping[str, tuple[bytes, str]]
"""Content and content type of custom responses, by their keys."""


@dataclass(frozen=True)
class Action:
    kind: str
    """`ALLOW`, `BLOCK`, `COUNT`, `CAPTCHA`, `CHALLENGE`; `EXCLUDED_AS_COUNT`."""
    response: Response | None = None
    inserted: tuple[Header, ...] = ()
    overridden: str = ""
    """What the rule's own action is, where the web ACL set this one."""


EXCLUDED = Action("EXCLUDED_AS_COUNT")


def action(spec: Mapping[str, Any], bodies: Bodies, *, default: bool = False) -> Action:
    """A RuleAction, or a DefaultAction. Raises InvalidParameter, LimitExceeded."""
    kinds, field = (DEFAULT_ACTIONS, "DEFAULT_ACTION") if default else (ACTIONS, "RULE_ACTION")
    kind = one_of(spec, kinds, field, "DefaultAction" if default else "RuleAction")
    if kind == "Monetize":
        raise InvalidParameter("MONETIZATION_CONFIG", "Monetize", "The action is not available for this scope.")
    content = spec[kind] or {}
    inserted = _inserted(content.get("CustomRequestHandling"))
    return Action(kind.upper(), _response(kind, content.get("CustomResponse"), bodies), inserted)


def bodies(specs: Mapping[str, Mapping[str, str]] | None) -> Bodies:
    """CustomResponseBodies. Raises LimitExceeded."""
    found = {
        key: (spec["Content"].encode(), _CONTENT_TYPES[spec["ContentType"]]) for key, spec in (specs or {}).items()
    }
    sizes = [len(content) for content, _ in found.values()]
    if max(sizes, default=0) > _MOST_BODY or sum(sizes) > _MOST_BODIES:
        raise LimitExceeded
    return found


def _response(kind: str, spec: Mapping[str, Any] | None, bodies: Bodies) -> Response | None:
    match kind:
        case "Block":
            return _custom_response(spec, bodies) if spec else Response(_BLOCKED)
        case "Captcha":
            return Response(CAPTCHA_STATUS, (("x-amzn-waf-action", "captcha"),))
        case "Challenge":
            return Response(CHALLENGE_STATUS, (("x-amzn-waf-action", "challenge"),))
    return None


def _custom_response(spec: Mapping[str, Any], bodies: Bodies) -> Response:
    if spec["ResponseCode"] not in STATUSES:
        raise InvalidParameter("CUSTOM_RESPONSE", str(spec["ResponseCode"]), "The response code is not valid.")
    key = spec.get("CustomResponseBodyKey")
    if key and key not in bodies:
        raise InvalidParameter("CUSTOM_RESPONSE_BODY", key, "The referenced custom response body does not exist.")
    content, content_type = bodies[key] if key else (b"", "")
    headers = _headers(spec.get("ResponseHeaders") or (), "CUSTOM_RESPONSE")
    if any(name.lower() == "content-type" for name, _ in headers):
        raise InvalidParameter("CUSTOM_RESPONSE", "content-type", "The header name is not valid.")
    return Response(spec["ResponseCode"], headers, content, content_type)


def _inserted(spec: Mapping[str, Any] | None) -> tuple[Header, ...]:
    headers = _headers((spec or {}).get("InsertHeaders") or (), "CUSTOM_REQUEST_HANDLING")
    return tuple((_INSERTED + name, value) for name, value in headers)


def _headers(specs: Iterable[Mapping[str, str]], field: str) -> tuple[Header, ...]:
    headers = tuple((spec["Name"], spec["Value"]) for spec in specs)
    if len(headers) > _MOST_HEADERS:
        raise LimitExceeded
    names = [name.lower() for name, _ in headers]
    if len(set(names)) < len(names):
        raise InvalidParameter(field, "Name", NONE_OR_MULTIPLE)
    for _, value in headers:
        if _LINE_ENDS.search(value):
            raise InvalidParameter(field, "Value", "The parameter contains formatting that is not valid.")
    return headers
