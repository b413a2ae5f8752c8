"""Load balancers: made, described, changed and deleted."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.outside.edge import EdgeUnavailable, faults
from vauban.services.elbv2 import subnets as networks
from vauban.services.elbv2.certificates import announce
from vauban.services.elbv2.errors import (
    DuplicateLoadBalancerNameException,
    InvalidConfigurationRequestException,
    LoadBalancerNotFoundException,
    OperationNotPermittedException,
    TooManyLoadBalancersException,
    unsupported,
)
from vauban.services.elbv2.load_balancer_attributes import DELETION_PROTECTION
from vauban.services.elbv2.names import require_load_balancer_name
from vauban.services.elbv2.pages import page
from vauban.services.elbv2.quotas import LOAD_BALANCERS
from vauban.services.elbv2.resolvers import LOAD_BALANCER, Named, New, a_load_balancer, find
from vauban.services.elbv2.resources import Listener, LoadBalancer, Rule
from vauban.services.elbv2.tags import tagged
from vauban.services.elbv2.zones import zone_id

if TYPE_CHECKING:
    from vauban.outside import Outside

DOMAIN = "elb.localhost"
"""Every name under ``localhost`` leads to this machine (RFC 6761)."""
MOST_DESCRIBED = 20


@operation(
    "CreateLoadBalancer",
    on=New(LOAD_BALANCER, "loadbalancer/app/"),
    also=(("AddTags", "Tags"),),
    unsupported=("CustomerOwnedIpv4Pool", "EnablePrefixForIpv6SourceNat", "IpamPools"),
)
def create_load_balancer(
    call: Call,
    _: None,
    name: str,
    subnets: list[str] | None = None,
    subnet_mappings: list[dict[str, str]] | None = None,
    security_groups: list[str] | None = None,
    scheme: str = "internet-facing",
    tags: list[dict[str, str]] | None = None,
    type: str = "application",
    ip_address_type: str = "ipv4",
) -> dict[str, Any]:
    if type != "application":
        raise unsupported(f"The load balancer type '{type}'")
    require_load_balancer_name(name)
    _require_address_type(ip_address_type)
    zones = networks.zoned(networks.named(subnets, subnet_mappings), call.region)
    networks.require_security_groups(security_groups or [])
    groups = tuple(security_groups or (networks.default_security_group(call.account, call.region),))
    made = _made(call, name, scheme, zones, groups, tagged({}, tags))
    existing = call.store.get(LoadBalancer, name)
    if existing is not None:
        _require_same(existing, made)
        return {"LoadBalancers": [_shown(existing, PROVISIONED)]}
    if call.store.count(LoadBalancer) >= LOAD_BALANCERS:
        raise TooManyLoadBalancersException(
            f"The maximum number of load balancers has been reached on account '{call.account}'"
        )
    call.store.put(made)
    return {"LoadBalancers": [_shown(made, {"Code": "provisioning"})]}


@operation("DescribeLoadBalancers")
def describe_load_balancers(
    call: Call,
    load_balancer_arns: list[str] | None = None,
    names: list[str] | None = None,
    marker: str | None = None,
    page_size: int | None = None,
) -> dict[str, Any]:
    found = _chosen(call, load_balancer_arns, names)
    result = page(call, "LoadBalancers", found, lambda each: each.name, lambda each: each, marker, page_size)
    listed = result["LoadBalancers"]
    states = _states(call, tuple(each.arn for each in listed))
    return result | {"LoadBalancers": [_shown(each, states[each.arn]) for each in listed]}


@operation("DeleteLoadBalancer", on=Named(LOAD_BALANCER, "LoadBalancerArn", optional=True))
def delete_load_balancer(call: Call, load_balancer: LoadBalancer | None) -> None:
    """Of one that is not there too: it is as the caller wants it."""
    if load_balancer is None:
        return
    if load_balancer.attributes.get(DELETION_PROTECTION) == "true":
        raise OperationNotPermittedException(
            f"Load balancer '{load_balancer.arn}' cannot be deleted because deletion protection is enabled"
        )
    for kind in (Rule, Listener):
        for each in call.store.list(kind, prefix=f"{load_balancer.path}/"):
            call.store.delete(each)
    call.store.delete(load_balancer)
    announce(call, load_balancer.arn)
    call.send("Load Balancer Deleted", load_balancer.arn)


@operation("SetSubnets", on=a_load_balancer, unsupported=("EnablePrefixForIpv6SourceNat",))
def set_subnets(
    call: Call,
    load_balancer: LoadBalancer,
    subnets: list[str] | None = None,
    subnet_mappings: list[dict[str, str]] | None = None,
    ip_address_type: str | None = None,
) -> dict[str, Any]:
    address_type = ip_address_type or load_balancer.ip_address_type
    _require_address_type(address_type)
    zones = networks.zoned(networks.named(subnets, subnet_mappings), call.region, load_balancer.subnets)
    call.store.put(replace(load_balancer, subnets=zones))
    return {"AvailabilityZones": networks.shown(zones), "IpAddressType": address_type}


@operation(
    "SetSecurityGroups",
    on=a_load_balancer,
    unsupported=("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",),
)
def set_security_groups(call: Call, load_balancer: LoadBalancer, security_groups: list[str]) -> dict[str, Any]:
    networks.require_security_groups(security_groups)
    if not security_groups:
        raise InvalidConfigurationRequestException("At least one security group must be specified")
    call.store.put(replace(load_balancer, security_groups=tuple(security_groups)))
    return {"SecurityGroupIds": security_groups}


@operation("SetIpAddressType", on=a_load_balancer)
def set_ip_address_type(call: Call, load_balancer: LoadBalancer, ip_address_type: str) -> dict[str, Any]:
    _require_address_type(ip_address_type)
    return {"IpAddressType": load_balancer.ip_address_type}


@operation("DescribeCapacityReservation")
def describe_capacity_reservation(call: Call, load_balancer_arn: str) -> dict[str, Any]:
    """Nothing is ever reserved: a load balancer has what its machine has."""
    if find(call.store, LOAD_BALANCER, load_balancer_arn) is None:
        raise LOAD_BALANCER.absent(load_balancer_arn)
    return {"CapacityReservationState": []}


PROVISIONED = {"Code": "active"}


def _made(
    call: Call, name: str, scheme: str, zones: dict[str, str], groups: tuple[str, ...], tags: dict[str, str]
) -> LoadBalancer:
    digits = call.once("digits", lambda: call.random(16))
    prefix = "internal-" if scheme == "internal" else ""
    return LoadBalancer(
        name,
        call.account,
        call.region,
        digits[:8].hex(),
        call.now,
        f"{prefix}{name}-{int.from_bytes(digits[8:]) % 10**10}.{call.region}.{DOMAIN}",
        scheme,
        zones,
        networks.default_vpc(call.account, call.region),
        groups,
        tags=tags,
    )


def _require_same(existing: LoadBalancer, made: LoadBalancer) -> None:
    """CreateLoadBalancer again is no error, so long as it says nothing new."""
    for name in ("scheme", "subnets", "security_groups", "ip_address_type", "tags"):
        if getattr(existing, name) != getattr(made, name):
            raise DuplicateLoadBalancerNameException(
                f"A load balancer with the same name '{existing.name}' exists, but with different settings"
            )


def _require_address_type(ip_address_type: str) -> None:
    if ip_address_type != "ipv4":
        raise unsupported(f"The IP address type '{ip_address_type}'")


def _chosen(call: Call, arns: list[str] | None, names: list[str] | None) -> list[LoadBalancer]:
    """All, or those that the request names. Raises LoadBalancerNotFoundException."""
    if arns and names:
        raise ValidationException("Load balancer names and load balancer ARNs cannot be specified at the same time")
    if len(arns or names or ()) > MOST_DESCRIBED:
        raise ValidationException(f"Up to '{MOST_DESCRIBED}' load balancers can be specified in a single call")
    if arns:
        found = [find(call.store, LOAD_BALANCER, each) for each in arns]
        if None in found:
            raise LoadBalancerNotFoundException("One or more load balancers not found")
        return found
    if names:
        known = {each: call.store.get(LoadBalancer, each) for each in names}
        missing = [each for each, one in known.items() if one is None]
        if missing:
            raise LoadBalancerNotFoundException(f"Load balancers '[{', '.join(missing)}]' not found")
        return list(known.values())
    return call.store.list(LoadBalancer)


def _states(call: Call, arns: tuple[str, ...]) -> Mapping[str, dict[str, str]]:
    """How each load balancer is, as the edge has it."""
    try:
        found = call.outside(_faults, arns) if arns else {}
    except EdgeUnavailable as error:
        return {arn: {"Code": "active_impaired", "Reason": str(error)} for arn in arns}
    return {
        arn: {"Code": "active_impaired", "Reason": "; ".join(reasons)} if reasons else PROVISIONED
        for arn, reasons in found.items()
    }


def _faults(outside: "Outside", arns: tuple[str, ...]) -> dict[str, list[str]]:
    return {arn: faults(outside, arn) for arn in arns}


def _shown(each: LoadBalancer, state: Mapping[str, str]) -> dict[str, Any]:
    return {
        "LoadBalancerArn": each.arn,
        "DNSName": each.dns_name,
        "CanonicalHostedZoneId": zone_id(each.region),
        "CreatedTime": each.created,
        "LoadBalancerName": each.name,
        "Scheme": each.scheme,
        "VpcId": each.vpc_id,
        "State": dict(state),
        "Type": "application",
        "AvailabilityZones": networks.shown(each.subnets),
        "SecurityGroups": list(each.security_groups),
        "IpAddressType": each.ip_address_type,
    }
