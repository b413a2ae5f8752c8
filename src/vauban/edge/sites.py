"""Listeners of a snapshot, understood: what is asked of them on every request is worked out beforehand."""

import logging
import re
from typing import Any, NamedTuple

from vauban.edge.conditions import Condition, compiled
from vauban.edge.forwarding import Manner
from vauban.edge.heads import Headers, RequestHead, checked
from vauban.edge.inspections import Guard
from vauban.edge.transforms import Transform, transform_of
from vauban.http.refusals import Refusal
from vauban.kernel.traffic import Listener, LoadBalancer, Rule

_log = logging.getLogger("vauban.edge")
_RESPONSE_HEADER = re.compile(r"routing\.http\.response\.([a-z_]+)\.header_value")


class Route(NamedTuple):
    """What is to be done with a request."""

    priority: int
    """0 is the default rule's, as in AWS's access log."""
    actions: tuple[dict[str, Any], ...]
    """In their order."""
    transform: Transform | None = None


class Site:
    """A listener of a load balancer."""

    def __init__(self, load_balancer: LoadBalancer, listener: Listener, guard: Guard | None):
        self.load_balancer = load_balancer
        self.listener = listener
        self.guard = guard
        self.name = load_balancer.dns_name.lower()
        attributes = load_balancer.attributes
        self.manner = Manner.of(attributes, listener.attributes)
        self.idle_seconds = float(attributes.get("idle_timeout.timeout_seconds", 60))
        self.keep_alive_seconds = float(attributes.get("client_keep_alive.seconds", 3600))
        self.http2 = attributes.get("routing.http2.enabled", "true") == "true"
        self.says_server = listener.attributes.get("routing.http.response.server.enabled", "true") == "true"
        self.response_headers = _response_headers(listener.attributes)
        named = {name.lower() for name, _ in self.response_headers}
        self.replaced_headers = frozenset(named if self.says_server else {*named, b"server"})
        self._default = Route(0, _ordered(listener.default_actions))
        self._rules = [made for rule in sorted(listener.rules, key=_priority) if (made := _understood(rule))]

    def route_for(self, head: RequestHead, client: str) -> Route:
        """The first rule, by priority, whose conditions hold."""
        for condition, route in self._rules:
            if condition(head, client):
                return route
        return self._default

    @property
    def target_groups(self) -> set[str]:
        """The ARNs that its rules lead to."""
        routes = [self._default, *(route for _, route in self._rules)]
        return {arn for route in routes for action in route.actions for arn in _groups_of(action)}


def _understood(rule: Rule) -> tuple[Condition, Route] | None:
    """A rule that cannot be understood is passed over, and that is said: the others still hold."""
    try:
        transform = transform_of(rule.transforms) if rule.transforms else None
        return compiled(rule.conditions), Route(rule.priority, _ordered(rule.actions), transform)
    except (ValueError, KeyError, TypeError) as error:
        _log.error("the rule %s is passed over: %s", rule.arn, error)
        return None


def _priority(rule: Rule) -> int:
    return rule.priority


def _ordered(actions: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    return tuple(sorted(actions, key=lambda action: action.get("Order", 1)))


def _groups_of(action: dict[str, Any]) -> list[str]:
    config = action.get("ForwardConfig") or {}
    groups = [each["TargetGroupArn"] for each in config.get("TargetGroups", ())]
    return groups or ([action["TargetGroupArn"]] if action.get("TargetGroupArn") else [])


def _response_headers(attributes: dict[str, str]) -> Headers:
    """``routing.http.response.x_frame_options.header_value`` -> ``X-Frame-Options``."""
    headers: Headers = []
    for name, value in attributes.items():
        found = _RESPONSE_HEADER.fullmatch(name)
        if found and value:
            headers.append((found[1].replace("_", "-").title().encode(), value.encode("latin-1")))
    try:
        return checked(headers)
    except Refusal:
        raise ValueError("a header for answers would break out of its line") from None
