"""Target groups: made, described, changed and deleted."""

import re
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.elbv2.associations import groups_of, load_balancers_of
from vauban.services.elbv2.errors import (
    DuplicateTargetGroupNameException,
    LoadBalancerNotFoundException,
    ResourceInUseException,
    TargetGroupNotFoundException,
    TooManyTargetGroupsException,
    unsupported,
)
from vauban.services.elbv2.health_checks import MEMBERS, checked, defaults
from vauban.services.elbv2.names import require_name
from vauban.services.elbv2.pages import page
from vauban.services.elbv2.quotas import TARGET_GROUPS
from vauban.services.elbv2.resolvers import LOAD_BALANCER, TARGET_GROUP, Named, New, a_target_group, find
from vauban.services.elbv2.resources import Rule, Target, TargetGroup
from vauban.services.elbv2.tags import tagged

PROTOCOLS = ("HTTP", "HTTPS")
TYPES = ("instance", "ip")
_VERSIONS = ("HTTP1",)
_VPC = re.compile(r"vpc-[0-9A-Za-z]+")


@operation(
    "CreateTargetGroup",
    on=New(TARGET_GROUP, "targetgroup/"),
    also=(("AddTags", "Tags"),),
    unsupported=("TargetControlPort",),
)
def create_target_group(
    call: Call,
    _: None,
    name: str,
    protocol: str | None = None,
    protocol_version: str | None = None,
    port: int | None = None,
    vpc_id: str | None = None,
    health_check_protocol: str | None = None,
    health_check_port: str | None = None,
    health_check_enabled: bool | None = None,
    health_check_path: str | None = None,
    health_check_interval_seconds: int | None = None,
    health_check_timeout_seconds: int | None = None,
    healthy_threshold_count: int | None = None,
    unhealthy_threshold_count: int | None = None,
    matcher: dict[str, str] | None = None,
    target_type: str = "instance",
    tags: list[dict[str, str]] | None = None,
    ip_address_type: str | None = None,
) -> dict[str, Any]:
    require_name(name, "target group")
    if target_type not in TYPES:
        raise unsupported(f"The target type '{target_type}'")
    _require_place(protocol, port, vpc_id)
    made = TargetGroup(
        name,
        call.account,
        call.region,
        call.once("digits", lambda: call.random(8)).hex(),
        target_type,
        protocol or "",
        port or 0,
        vpc_id or "",
        checked(defaults(), _asked(call), protocol or ""),
        _version(protocol_version),
        ip_address_type or "ipv4",
        tags=tagged({}, tags),
    )
    existing = call.store.get(TargetGroup, name)
    if existing is not None:
        _require_same(existing, made)
        return {"TargetGroups": [shown(call, existing)]}
    if call.store.count(TargetGroup) >= TARGET_GROUPS:
        raise TooManyTargetGroupsException(f"The maximum number of target groups, '{TARGET_GROUPS}', has been reached")
    call.store.put(made)
    return {"TargetGroups": [shown(call, made)]}


@operation("ModifyTargetGroup", on=a_target_group)
def modify_target_group(
    call: Call,
    target_group: TargetGroup,
    health_check_protocol: str | None = None,
    health_check_port: str | None = None,
    health_check_path: str | None = None,
    health_check_enabled: bool | None = None,
    health_check_interval_seconds: int | None = None,
    health_check_timeout_seconds: int | None = None,
    healthy_threshold_count: int | None = None,
    unhealthy_threshold_count: int | None = None,
    matcher: dict[str, str] | None = None,
) -> dict[str, Any]:
    health_check = checked(target_group.health_check, _asked(call), target_group.protocol)
    changed = replace(target_group, health_check=health_check)
    call.store.put(changed)
    return {"TargetGroups": [shown(call, changed)]}


@operation("DeleteTargetGroup", on=Named(TARGET_GROUP, "TargetGroupArn", optional=True))
def delete_target_group(call: Call, target_group: TargetGroup | None) -> None:
    """Of one that is not there too: it is as the caller wants it."""
    if target_group is None:
        return
    if call.store.count(Rule, index="target_group", value=target_group.arn):
        raise ResourceInUseException(f"Target group '{target_group.arn}' is currently in use by a listener or a rule")
    for each in call.store.list(Target, prefix=f"{target_group.path}/"):
        call.store.delete(each)
    call.store.delete(target_group)


@operation("DescribeTargetGroups")
def describe_target_groups(
    call: Call,
    load_balancer_arn: str | None = None,
    target_group_arns: list[str] | None = None,
    names: list[str] | None = None,
    marker: str | None = None,
    page_size: int | None = None,
) -> dict[str, Any]:
    if sum(map(bool, (load_balancer_arn, target_group_arns, names))) > 1:
        raise ValidationException(
            "Target group names, target group ARNs and a load balancer ARN cannot be specified at the same time"
        )
    found = _chosen(call, load_balancer_arn, target_group_arns, names)
    return page(call, "TargetGroups", found, lambda each: each.name, lambda each: shown(call, each), marker, page_size)


def shown(call: Call, group: TargetGroup) -> dict[str, Any]:
    """The model's ``TargetGroup``."""
    return {
        "TargetGroupArn": group.arn,
        "TargetGroupName": group.name,
        "Protocol": group.protocol,
        "Port": group.port,
        "VpcId": group.vpc_id,
        **group.health_check,
        "LoadBalancerArns": load_balancers_of(call, group),
        "TargetType": group.target_type,
        "ProtocolVersion": group.protocol_version,
        "IpAddressType": group.ip_address_type,
    }


def _asked(call: Call) -> dict[str, Any]:
    """What a request says of health checks, by the names that the model's ``TargetGroup`` has for it too."""
    return {name: call.params[name] for name in MEMBERS if name in call.params}


def _require_place(protocol: str | None, port: int | None, vpc_id: str | None) -> None:
    if not protocol:
        raise ValidationException("A protocol must be specified")
    if not port:
        raise ValidationException("A port must be specified")
    if not vpc_id:
        raise ValidationException("A VPC ID must be specified")
    if protocol not in PROTOCOLS:
        raise unsupported(f"The target group protocol '{protocol}'")
    if _VPC.fullmatch(vpc_id) is None:
        raise ValidationException(f"The VPC ID '{vpc_id}' is not valid")


def _version(protocol_version: str | None) -> str:
    version = protocol_version or "HTTP1"
    if version in ("HTTP2", "GRPC"):
        raise unsupported(f"The protocol version '{version}'")
    if version not in _VERSIONS:
        raise ValidationException(f"Protocol version '{version}' must be one of 'HTTP1', 'HTTP2' and 'GRPC'")
    return version


def _require_same(existing: TargetGroup, made: TargetGroup) -> None:
    """CreateTargetGroup again is no error, so long as it says nothing new."""
    names = ("protocol", "port", "vpc_id", "target_type", "protocol_version", "ip_address_type", "health_check", "tags")
    if any(getattr(existing, name) != getattr(made, name) for name in names):
        raise DuplicateTargetGroupNameException(
            f"A target group with the same name '{existing.name}' exists, but with different settings"
        )


def _chosen(
    call: Call, load_balancer_arn: str | None, arns: list[str] | None, names: list[str] | None
) -> list[TargetGroup]:
    """All, or those that the request names. Raises TargetGroupNotFoundException or LoadBalancerNotFoundException."""
    if load_balancer_arn is not None:
        return _of_load_balancer(call, load_balancer_arn)
    if not arns and not names:
        return call.store.list(TargetGroup)
    found = [find(call.store, TARGET_GROUP, each) for each in arns or ()]
    found += [call.store.get(TargetGroup, each) for each in names or ()]
    if None in found:
        raise TargetGroupNotFoundException("One or more target groups not found")
    return found


def _of_load_balancer(call: Call, arn: str) -> list[TargetGroup]:
    balancer = find(call.store, LOAD_BALANCER, arn)
    if balancer is None:
        raise LoadBalancerNotFoundException(f"Load balancer '{arn}' not found")
    found = [find(call.store, TARGET_GROUP, each) for each in groups_of(call, arn)]
    return sorted(found, key=lambda group: group.name)
