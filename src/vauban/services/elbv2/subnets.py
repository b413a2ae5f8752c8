"""Subnets, security groups and the VPC: there is no EC2 here, so they are names.

Any well-formed subnet is taken. Each of a load balancer's is in an Availability Zone of its own, and stays there; the
VPC is the one that an account has in a Region by default. Security groups keep nobody out.
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from vauban.kernel.errors import ValidationException
from vauban.services.elbv2.errors import (
    InvalidConfigurationRequestException,
    InvalidSecurityGroupException,
    InvalidSubnetException,
    unsupported,
)

ZONES = "abcdef"
LEAST = 2
MOST_SECURITY_GROUPS = 5
_SUBNET = re.compile(r"subnet-[0-9A-Za-z]+")
_SECURITY_GROUP = re.compile(r"sg-[0-9A-Za-z]+")


def named(subnets: list[str] | None, mappings: list[dict[str, str]] | None) -> list[str]:
    """The subnets that a request names, one way or the other. Raises ValidationException."""
    if subnets and mappings:
        raise ValidationException("You must specify either subnets or subnet mappings, but not both")
    for mapping in mappings or ():
        for member in mapping:
            if member != "SubnetId":
                raise unsupported(f"SubnetMappings.{member}")
    found = subnets or [mapping.get("SubnetId", "") for mapping in mappings or ()]
    if len(set(found)) < LEAST:
        raise ValidationException("At least two subnets in two different Availability Zones must be specified")
    return found


def zoned(subnets: Iterable[str], region: str, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Each subnet with its zone; those that are ``known`` stay in theirs.

    Raises InvalidSubnetException or InvalidConfigurationRequestException.
    """
    wanted = sorted(set(subnets))
    for each in wanted:
        if _SUBNET.fullmatch(each) is None:
            raise InvalidSubnetException(f"The subnet ID '{each}' is not valid")
    if len(wanted) > len(ZONES):
        raise InvalidConfigurationRequestException(
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        )
    kept = {each: zone for each, zone in (known or {}).items() if each in wanted}
    free = (zone for letter in ZONES if (zone := f"{region}{letter}") not in kept.values())
    return {each: kept.get(each) or next(free) for each in wanted}


def shown(subnets: Mapping[str, str]) -> list[dict[str, Any]]:
    """The model's ``AvailabilityZones``."""
    zones = sorted((zone, subnet) for subnet, zone in subnets.items())
    return [{"ZoneName": zone, "SubnetId": subnet, "LoadBalancerAddresses": []} for zone, subnet in zones]


def require_security_groups(groups: list[str]) -> None:
    """Raises InvalidSecurityGroupException or InvalidConfigurationRequestException."""
    for each in groups:
        if _SECURITY_GROUP.fullmatch(each) is None:
            raise InvalidSecurityGroupException(f"One or more security groups are invalid: '{each}'")
    if len(groups) > MOST_SECURITY_GROUPS:
        raise InvalidConfigurationRequestException(
            f"A load balancer cannot have more than '{MOST_SECURITY_GROUPS}' security groups"
        )


def default_vpc(account: str, region: str) -> str:
    return f"vpc-{_digits(account, region)}"


def default_security_group(account: str, region: str) -> str:
    return f"sg-{_digits(account, region, 'default')}"


def _digits(*words: str) -> str:
    return sha256(" ".join(words).encode()).hexdigest()[:17]
