"""What is done with a request: actions as requests give them, brought into the full form that answers have.

Source: Elastic Load Balancing, Application Load Balancers, "Action types for listener rules".
"""

from collections.abc import Iterable
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.services.elbv2.errors import (
    IncompatibleProtocolsException,
    InvalidLoadBalancerActionException,
    TooManyActionsException,
    unsupported,
)
from vauban.services.elbv2.quotas import ACTIONS, GROUPS_OF_ACTION
from vauban.services.elbv2.resolvers import TARGET_GROUP, find

Action = dict[str, Any]
_CONFIGS = {
    "forward": "ForwardConfig",
    "redirect": "RedirectConfig",
    "fixed-response": "FixedResponseConfig",
}
"""Each ends a rule."""
_NOT_HERE = ("authenticate-oidc", "authenticate-cognito", "jwt-validation")
_CONTENT_TYPES = ("text/plain", "text/css", "text/html", "application/javascript", "application/json")
_UNCHANGED = {
    "Protocol": "#{protocol}",
    "Port": "#{port}",
    "Host": "#{host}",
    "Path": "/#{path}",
    "Query": "#{query}",
}
_MOST_WEIGHT = 999
_MOST_SECONDS = 604_800


def checked(call: Call, given: Iterable[Action], protocol: str) -> tuple[Action, ...]:
    """A rule's actions on a listener of a protocol, in their order. Raises the model's errors for actions."""
    actions = sorted(given, key=lambda action: action.get("Order", 0))
    if not actions:
        raise ValidationException("At least one action must be specified")
    if len(actions) > ACTIONS:
        raise TooManyActionsException(f"The maximum number of actions for a rule, '{ACTIONS}', has been reached")
    made = tuple(_checked(call, each, protocol) for each in actions)
    if len(made) > 1:
        raise InvalidLoadBalancerActionException(
            "A rule must have exactly one 'forward', 'redirect' or 'fixed-response' action, and it must be the last one"
        )
    return made


def _checked(call: Call, action: Action, protocol: str) -> Action:
    kind = action["Type"]
    if kind in _NOT_HERE:
        raise unsupported(f"The action type '{kind}'")
    _require_own_members(action, kind)
    order = {"Order": action["Order"]} if "Order" in action else {}
    match kind:
        case "forward":
            return {"Type": kind, **order, **_forward(call, action)}
        case "redirect":
            return {"Type": kind, **order, "RedirectConfig": _redirect(action, protocol)}
        case _:
            return {"Type": kind, **order, "FixedResponseConfig": _fixed_response(action)}


def _require_own_members(action: Action, kind: str) -> None:
    own = {"Type", "Order", _CONFIGS[kind]} | ({"TargetGroupArn"} if kind == "forward" else set())
    for member in action:
        if member not in own:
            raise InvalidLoadBalancerActionException(f"'{member}' cannot be specified for the action type '{kind}'")


def _forward(call: Call, action: Action) -> Action:
    config, single = action.get("ForwardConfig") or {}, action.get("TargetGroupArn")
    groups = config.get("TargetGroups") or ([{"TargetGroupArn": single}] if single else [])
    if not groups:
        raise InvalidLoadBalancerActionException("A target group must be specified for the action type 'forward'")
    if single and [each.get("TargetGroupArn") for each in groups] != [single]:
        raise InvalidLoadBalancerActionException(
            "TargetGroupArn and ForwardConfig must lead to the same single target group"
        )
    full = {
        "TargetGroups": [_weighed(call, each) for each in groups],
        "TargetGroupStickinessConfig": _stickiness(config.get("TargetGroupStickinessConfig") or {}),
    }
    arns = [each["TargetGroupArn"] for each in groups]
    if len(set(arns)) != len(arns):
        raise InvalidLoadBalancerActionException("Each target group can be specified once for an action")
    if len(arns) > GROUPS_OF_ACTION:
        raise InvalidLoadBalancerActionException(
            f"An action of the type 'forward' can have up to '{GROUPS_OF_ACTION}' target groups"
        )
    return {"ForwardConfig": full} if len(arns) > 1 else {"TargetGroupArn": arns[0], "ForwardConfig": full}


def _weighed(call: Call, given: Action) -> Action:
    arn, weight = given.get("TargetGroupArn", ""), given.get("Weight", 1)
    group = find(call.store, TARGET_GROUP, arn)
    if group is None:
        raise TARGET_GROUP.absent(arn)
    if group.protocol not in ("HTTP", "HTTPS"):
        raise IncompatibleProtocolsException(f"The protocol of the target group '{arn}' cannot be used here")
    if not 0 <= weight <= _MOST_WEIGHT:
        raise ValidationException(f"Target group weight '{weight}' must be between 0 and {_MOST_WEIGHT} inclusive")
    return {"TargetGroupArn": arn, "Weight": weight}


def _stickiness(given: Action) -> Action:
    enabled, seconds = given.get("Enabled", False), given.get("DurationSeconds")
    if enabled and seconds is None:
        raise ValidationException("Target group stickiness duration must be specified when stickiness is enabled")
    if seconds is not None and not 1 <= seconds <= _MOST_SECONDS:
        raise ValidationException(
            f"Target group stickiness duration '{seconds}' must be between 1 and {_MOST_SECONDS} seconds inclusive"
        )
    return {"Enabled": enabled, **({} if seconds is None else {"DurationSeconds": seconds})}


def _redirect(action: Action, protocol: str) -> Action:
    given = action.get("RedirectConfig")
    if given is None:
        raise InvalidLoadBalancerActionException("A redirect configuration must be specified")
    config = {**_UNCHANGED, **given}
    if all(config[name] == _UNCHANGED[name] for name in ("Protocol", "Port", "Host", "Path")):
        raise InvalidLoadBalancerActionException(
            "The redirect configuration is not valid because it creates a loop: at least one of protocol, host, port "
            "and path must be modified"
        )
    if protocol == "HTTPS" and config["Protocol"] == "HTTP":
        raise InvalidLoadBalancerActionException("A redirect from HTTPS to HTTP is not allowed")
    port = config["Port"]
    if port != "#{port}" and not (port.isascii() and port.isdecimal() and 1 <= int(port) <= 65535):
        raise InvalidLoadBalancerActionException(f"The redirect port '{port}' is not valid")
    if not config["Path"].startswith("/"):
        raise InvalidLoadBalancerActionException("The redirect path must begin with a '/' character")
    return config


def _fixed_response(action: Action) -> Action:
    config = action.get("FixedResponseConfig")
    if config is None:
        raise InvalidLoadBalancerActionException("A fixed response configuration must be specified")
    content_type = config.get("ContentType")
    if content_type is not None and content_type not in _CONTENT_TYPES:
        raise InvalidLoadBalancerActionException(f"The content type '{content_type}' must be one of {_CONTENT_TYPES}")
    return dict(config)
