"""How targets are, as the edge finds it out."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.outside.edge import EdgeUnavailable, target_health
from vauban.services.elbv2.associations import load_balancers_of
from vauban.services.elbv2.errors import unsupported
from vauban.services.elbv2.health_checks import TRAFFIC_PORT
from vauban.services.elbv2.resolvers import TARGET_GROUP, find
from vauban.services.elbv2.resources import Target, TargetGroup
from vauban.services.elbv2.targets import registered

_UNUSED = {
    "State": "unused",
    "Reason": "Target.NotInUse",
    "Description": "Target group is not configured to receive traffic from the load balancer",
}
_UNREGISTERED = {
    "State": "unused",
    "Reason": "Target.NotRegistered",
    "Description": "Target is not registered to the target group",
}
_UNAVAILABLE = {
    "State": "unavailable",
    "Reason": "Elb.InternalError",
    "Description": "Target health is unavailable due to an internal error",
}
"""Where no edge is there to ask."""
_UNSEEN = {
    "State": "initial",
    "Reason": "Elb.RegistrationInProgress",
    "Description": "Target registration is in progress",
}


@operation("DescribeTargetHealth")
def describe_target_health(
    call: Call,
    target_group_arn: str,
    targets: list[dict[str, Any]] | None = None,
    include: list[str] | None = None,
) -> dict[str, Any]:
    if include:
        raise unsupported(f"Include '{include[0]}'")
    group = find(call.store, TARGET_GROUP, target_group_arn)
    if group is None:
        raise TARGET_GROUP.absent(target_group_arn)
    known = _known(call, group)
    if targets:
        keys = [(each["Id"], each.get("Port", group.port)) for each in targets]
        return {"TargetHealthDescriptions": [known.get(key) or _told(group, *key, _UNREGISTERED) for key in keys]}
    return {"TargetHealthDescriptions": list(known.values())}


def _known(call: Call, group: TargetGroup) -> dict[tuple[str, int], dict[str, Any]]:
    """By address and port: those that are registered, and those that are draining still."""
    own = registered(call, group)
    if not load_balancers_of(call, group):
        return {(each.address, each.port): _of(group, each, _UNUSED) for each in own}
    try:
        told = call.outside(target_health, group.arn)
    except EdgeUnavailable:
        return {(each.address, each.port): _of(group, each, _UNAVAILABLE) for each in own}
    seen = {(each["Target"]["Id"], each["Target"]["Port"]): each for each in told}
    found = {
        (each.address, each.port): seen.get((each.address, each.port)) or _of(group, each, _UNSEEN) for each in own
    }
    draining = {key: each for key, each in seen.items() if each["TargetHealth"]["State"] == "draining"}
    return {**draining, **found}


def _of(group: TargetGroup, target: Target, health: dict[str, str]) -> dict[str, Any]:
    told = _told(group, target.address, target.port, health)
    if target.availability_zone:
        told["Target"]["AvailabilityZone"] = target.availability_zone
    return told


def _told(group: TargetGroup, address: str, port: int, health: dict[str, str]) -> dict[str, Any]:
    checked = group.health_check["HealthCheckPort"]
    return {
        "Target": {"Id": address, "Port": port},
        "HealthCheckPort": str(port) if checked == TRAFFIC_PORT else checked,
        "TargetHealth": dict(health),
    }
