"""Targets: registered with a target group, and deregistered."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.services.elbv2.associations import groups_of, load_balancers_of
from vauban.services.elbv2.errors import InvalidTargetException, TooManyTargetsException
from vauban.services.elbv2.quotas import TARGETS
from vauban.services.elbv2.resolvers import a_target_group
from vauban.services.elbv2.resources import Target, TargetGroup

_NETWORKS = [
    ip_network(each)
    for each in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"),
        *("127.0.0.0/8", "::1/128", "fc00::/7"),
    )
]
"""Where targets may be: AWS's private networks, and this machine."""


@operation("RegisterTargets", on=a_target_group)
def register_targets(call: Call, target_group: TargetGroup, targets: list[dict[str, Any]]) -> None:
    if not targets:
        raise ValidationException("At least one target must be specified")
    for each in targets:
        call.store.put(_target(target_group, each))
    require_few(call, [target_group.arn])
    for arn in load_balancers_of(call, target_group):
        require_few(call, groups_of(call, arn))


@operation("DeregisterTargets", on=a_target_group)
def deregister_targets(call: Call, target_group: TargetGroup, targets: list[dict[str, Any]]) -> None:
    """What is not registered needs no deregistering. A target without a port is that of the target group's port."""
    for each in targets:
        found = call.store.get(Target, _id(target_group, each))
        if found is not None:
            call.store.delete(found)


def require_few(call: Call, groups: Iterable[str]) -> None:
    """Raises TooManyTargetsException where target groups, by ARN, have too many targets between them."""
    if call.store.count(Target) <= TARGETS:
        return
    paths = [arn.partition("targetgroup/")[2] for arn in groups]
    if sum(len(call.store.list(Target, prefix=f"{path}/")) for path in paths) > TARGETS:
        raise TooManyTargetsException(f"The maximum number of targets, '{TARGETS}', has been reached")


def registered(call: Call, group: TargetGroup) -> list[Target]:
    """All targets of a target group."""
    return call.store.list(Target, prefix=f"{group.path}/")


def _id(group: TargetGroup, given: dict[str, Any]) -> str:
    return f"{group.path}/{given['Id']} {given.get('Port', group.port)}"


def _target(group: TargetGroup, given: dict[str, Any]) -> Target:
    address = given["Id"]
    if "QuicServerId" in given:
        raise ValidationException("A QUIC server ID can only be specified for protocols 'QUIC' and 'TCP_QUIC'")
    if group.target_type == "instance":
        raise InvalidTargetException(
            f"The following targets are not in a running state and cannot be registered: '{address}'"
        )
    _require_address(address, group.ip_address_type)
    where = {"account": group.account, "region": group.region}
    port = given.get("Port", group.port)
    return Target(group.path, **where, address=address, port=port, availability_zone=given.get("AvailabilityZone", ""))


def _require_address(text: str, ip_address_type: str) -> None:
    try:
        address = ip_address(text)
    except ValueError:
        raise ValidationException(f"The IP address '{text}' is not a valid IPv4 or IPv6 address") from None
    if address.version != (6 if ip_address_type == "ipv6" else 4):
        raise ValidationException(f"The IP address '{text}' is not of the type '{ip_address_type}' of the target group")
    if not any(address in each for each in _NETWORKS if each.version == address.version):
        raise ValidationException(f"The IP address '{text}' is not within a network that targets may be in")
