"""Attributes of target groups.

Source: Elastic Load Balancing, Application Load Balancers, "Target group attributes".
"""

import re
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.elbv2.attributes import Attribute, Table, checked, flag, like, number, one_of, shown
from vauban.services.elbv2.errors import InvalidConfigurationRequestException
from vauban.services.elbv2.resolvers import TARGET_GROUP, a_target_group, find
from vauban.services.elbv2.resources import TargetGroup

_WEEK_SECONDS = 604_800
_ALGORITHM = "load_balancing.algorithm.type"
_SLOW_START = "slow_start.duration_seconds"
_COOKIE = "stickiness.app_cookie.cookie_name"
_HEALTH = "target_group_health"
_RESERVED = re.compile(r"AWSALB(APP|TG)?([^a-zA-Z].*)?", re.IGNORECASE)
TABLE: Table = {
    "deregistration_delay.timeout_seconds": Attribute("300", number(0, 3600)),
    "stickiness.enabled": flag(),
    "stickiness.type": Attribute("lb_cookie", one_of("lb_cookie", "app_cookie")),
    "stickiness.lb_cookie.duration_seconds": Attribute("86400", number(1, _WEEK_SECONDS)),
    _COOKIE: Attribute("", like(r"[!#$%&'*+.^_`|~0-9A-Za-z-]*")),
    "stickiness.app_cookie.duration_seconds": Attribute("86400", number(1, _WEEK_SECONDS)),
    _SLOW_START: Attribute("0", lambda value: value == "0" or number(30, 900)(value)),
    _ALGORITHM: Attribute("round_robin", one_of("round_robin", "least_outstanding_requests", "weighted_random")),
    "load_balancing.algorithm.anomaly_mitigation": Attribute("off", one_of("on", "off"), one_of("off")),
    "load_balancing.cross_zone.enabled": Attribute(
        "use_load_balancer_configuration",
        one_of("true", "false", "use_load_balancer_configuration"),
        one_of("true", "use_load_balancer_configuration"),
    ),
    f"{_HEALTH}.dns_failover.minimum_healthy_targets.count": Attribute("1", number(1, 1000, "off"), one_of("1")),
    f"{_HEALTH}.dns_failover.minimum_healthy_targets.percentage": Attribute(
        "off", number(1, 100, "off"), one_of("off")
    ),
    f"{_HEALTH}.unhealthy_state_routing.minimum_healthy_targets.count": Attribute("1", number(1, 1000)),
    f"{_HEALTH}.unhealthy_state_routing.minimum_healthy_targets.percentage": Attribute("off", number(1, 100, "off")),
}


@operation("DescribeTargetGroupAttributes")
def describe_target_group_attributes(call: Call, target_group_arn: str) -> dict[str, Any]:
    found = find(call.store, TARGET_GROUP, target_group_arn)
    if found is None:
        raise TARGET_GROUP.absent(target_group_arn)
    return {"Attributes": shown(TABLE, found.attributes)}


@operation("ModifyTargetGroupAttributes", on=a_target_group)
def modify_target_group_attributes(
    call: Call, target_group: TargetGroup, attributes: list[dict[str, str]]
) -> dict[str, Any]:
    changed = {**target_group.attributes, **checked(TABLE, attributes, "Target group")}
    _require_sense(changed)
    call.store.put(replace(target_group, attributes=changed))
    return {"Attributes": shown(TABLE, changed)}


def _require_sense(attributes: dict[str, str]) -> None:
    """What attributes ask of each other."""
    if attributes.get(_ALGORITHM, "round_robin") != "round_robin" and attributes.get(_SLOW_START, "0") != "0":
        raise InvalidConfigurationRequestException(
            "You cannot enable slow start unless the load balancing algorithm type is 'round_robin'"
        )
    if _RESERVED.fullmatch(attributes.get(_COOKIE, "")):
        raise InvalidConfigurationRequestException(
            f"The cookie name '{attributes[_COOKIE]}' is reserved for use by the load balancer"
        )
    enabled = attributes.get("stickiness.enabled") == "true"
    if enabled and attributes.get("stickiness.type") == "app_cookie" and not attributes.get(_COOKIE):
        raise InvalidConfigurationRequestException(
            f"'{_COOKIE}' must be specified for the stickiness type 'app_cookie'"
        )
