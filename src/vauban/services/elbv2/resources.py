"""What Elastic Load Balancing keeps. Read this first; ``resolvers`` says how a call names it.

A load balancer has listeners, a listener has rules, a rule's actions name target groups, a target group has targets. An
id begins with the id of what it belongs to, so that all that belongs to something is found by a prefix. A listener's
default actions are a rule too: the one that has no priority.
"""

from dataclasses import field
from datetime import datetime
from functools import cached_property
from typing import Any

from vauban.kernel.arns import arn
from vauban.kernel.records import record

SERVICE = "elasticloadbalancing"


@record("elbv2:LoadBalancer", id="name")
class LoadBalancer:
    name: str
    account: str
    region: str
    number: str
    """What its ARN ends with: 16 digits in hex."""
    created: datetime
    dns_name: str
    scheme: str
    subnets: dict[str, str]
    """Subnet -> Availability Zone."""
    vpc_id: str
    security_groups: tuple[str, ...]
    ip_address_type: str = "ipv4"
    attributes: dict[str, str] = field(default_factory=dict)
    """Those that were set."""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """What the ids of its listeners begin with, but for a slash."""
        return f"app/{self.name}/{self.number}"

    @cached_property
    def arn(self) -> str:
        return arn(SERVICE, self.region, self.account, f"loadbalancer/{self.path}")


@record("elbv2:Listener", id="id")
class Listener:
    id: str
    """``app/name/50dc6c495c0c9188/f2f7dc8efc522ab2``."""
    account: str
    region: str
    port: int
    protocol: str
    default_rule: str
    """The id of the rule that its default actions are."""
    certificates: tuple[str, ...] = ()
    """ARNs: the default one, then those that are shown by name. None where it speaks HTTP."""
    ssl_policy: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    """Those that were set."""
    tags: dict[str, str] = field(default_factory=dict)

    @cached_property
    def arn(self) -> str:
        return arn(SERVICE, self.region, self.account, f"listener/{self.id}")

    @cached_property
    def load_balancer_arn(self) -> str:
        return arn(SERVICE, self.region, self.account, f"loadbalancer/{self.id.rpartition('/')[0]}")


@record("elbv2:Rule", id="id", indexes={"target_group": "target_groups"})
class Rule:
    id: str
    """The listener's, and 16 digits more."""
    account: str
    region: str
    actions: tuple[dict[str, Any], ...]
    priority: int | None = None
    """None of the default one."""
    conditions: tuple[dict[str, Any], ...] = ()
    transforms: tuple[dict[str, Any], ...] = ()
    tags: dict[str, str] = field(default_factory=dict)

    @cached_property
    def arn(self) -> str:
        return arn(SERVICE, self.region, self.account, f"listener-rule/{self.id}")

    @property
    def listener(self) -> str:
        """The id of its listener."""
        return self.id.rpartition("/")[0]

    @property
    def load_balancer_arn(self) -> str:
        return arn(SERVICE, self.region, self.account, f"loadbalancer/{self.id.rsplit('/', 2)[0]}")

    @cached_property
    def target_groups(self) -> tuple[str, ...]:
        """The ARNs of those that its actions lead to, each once."""
        return tuple(dict.fromkeys(arn for action in self.actions for arn in target_groups_of(action)))


@record("elbv2:TargetGroup", id="name")
class TargetGroup:
    name: str
    account: str
    region: str
    number: str
    target_type: str
    protocol: str
    port: int
    vpc_id: str
    health_check: dict[str, Any]
    """The members of the model's ``TargetGroup`` that say how health is found out."""
    protocol_version: str = "HTTP1"
    ip_address_type: str = "ipv4"
    attributes: dict[str, str] = field(default_factory=dict)
    """Those that were set."""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """What the ids of its targets begin with, but for a slash."""
        return f"{self.name}/{self.number}"

    @cached_property
    def arn(self) -> str:
        return arn(SERVICE, self.region, self.account, f"targetgroup/{self.path}")


@record("elbv2:Target", id="id")
class Target:
    """One that is registered."""

    group: str
    """The path of its target group."""
    account: str
    region: str
    address: str
    port: int
    availability_zone: str = ""
    """As it was given: a zone, ``all``, or nothing."""

    @cached_property
    def id(self) -> str:
        return f"{self.group}/{self.address} {self.port}"


def target_groups_of(action: dict[str, Any]) -> list[str]:
    """The ARNs that an action in its full form leads to."""
    return [each["TargetGroupArn"] for each in action.get("ForwardConfig", {}).get("TargetGroups", ())]
