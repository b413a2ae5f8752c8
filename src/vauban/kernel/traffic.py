"""What the edge runs on: plain data, composed of what services keep, swapped whole and never changed.

A service that shapes traffic has an ``edge.py`` with a function of its records, declared here:

    @shapes_traffic(LoadBalancer, Listener, Rule, TargetGroup, Tag)
    def part(every: Every) -> Snapshot: ...

Conditions, actions, attributes and web ACLs are in the words of the services' APIs, as they are kept.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, Protocol, TypeVar

import msgspec

T = TypeVar("T")


class Certificate(msgspec.Struct, frozen=True):
    """What a listener proves its name with."""

    arn: str
    chain: bytes
    """PEM: the certificate, then those between it and its root."""
    key: bytes
    """PEM, PKCS#8, not encrypted. The edge keeps it in memory, and sealed on disk."""


class Target(msgspec.Struct, frozen=True):
    """One that is registered; one that is deregistered leaves the snapshot, and is drained by the edge."""

    id: str
    """An IP address, or the ARN of a Lambda function."""
    port: int = 0
    """0 for a function."""
    availability_zone: str = ""


class HealthCheck(msgspec.Struct, frozen=True):
    """How health is found out; the defaults are those of AWS for HTTP targets."""

    enabled: bool = True
    protocol: str = "HTTP"
    port: int = 0
    """0 is the port of the target (``traffic-port``)."""
    path: str = "/"
    interval_seconds: int = 30
    timeout_seconds: int = 5
    healthy_threshold: int = 5
    unhealthy_threshold: int = 2
    matcher: str = "200"
    """HTTP codes: ``200``, ``200,202``, ``200-299``."""


class TargetGroup(msgspec.Struct, frozen=True):
    arn: str
    target_type: str = "ip"
    """``ip`` or ``lambda``."""
    protocol: str = "HTTP"
    """``HTTP`` or ``HTTPS``."""
    protocol_version: str = "HTTP1"
    targets: tuple[Target, ...] = ()
    health_check: HealthCheck = HealthCheck()
    attributes: dict[str, str] = {}
    """By AWS's keys (``stickiness.enabled``); one that is absent has AWS's default."""


class Rule(msgspec.Struct, frozen=True):
    arn: str
    priority: int
    conditions: tuple[dict[str, Any], ...]
    """``RuleCondition`` of elbv2."""
    actions: tuple[dict[str, Any], ...]
    """``Action`` of elbv2."""
    transforms: tuple[dict[str, Any], ...] = ()
    """``RuleTransform`` of elbv2."""


class Listener(msgspec.Struct, frozen=True):
    arn: str
    protocol: str
    """``HTTP`` or ``HTTPS``."""
    port: int
    default_actions: tuple[dict[str, Any], ...]
    rules: tuple[Rule, ...] = ()
    """Without the default one; in any order."""
    certificates: tuple[str, ...] = ()
    """ARNs, the default one first."""
    ssl_policy: str = ""
    attributes: dict[str, str] = {}


class LoadBalancer(msgspec.Struct, frozen=True):
    """An Application Load Balancer."""

    arn: str
    name: str
    dns_name: str
    listeners: tuple[Listener, ...] = ()
    attributes: dict[str, str] = {}


class Inspection(msgspec.Struct, frozen=True):
    """A web ACL, and what it protects."""

    web_acl_arn: str
    resources: tuple[str, ...]
    """ARNs of what it is associated with."""
    web_acl: dict[str, Any]
    """``WebACL`` of wafv2: DefaultAction, Rules, VisibilityConfig, CustomResponseBodies, AssociationConfig, …"""
    references: dict[str, dict[str, Any]] = {}
    """ARN -> the ``IPSet``, ``RegexPatternSet`` or ``RuleGroup`` of wafv2, for all that its rules name."""
    logging: dict[str, Any] | None = None
    """``LoggingConfiguration`` of wafv2."""
    token_keys: tuple[bytes, ...] = ()
    """What the tokens of CAPTCHA and Challenge are signed with, the newest first."""


class Snapshot(msgspec.Struct, frozen=True):
    """All of it, or a service's part: each service fills what is its own."""

    load_balancers: tuple[LoadBalancer, ...] = ()
    target_groups: tuple[TargetGroup, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    inspections: tuple[Inspection, ...] = ()


class Every(Protocol):
    """Every record of a kind, of all accounts and Regions held here."""

    def __call__(self, kind: type[T]) -> Iterable[T]: ...


Shape = Callable[[Every], Snapshot]
SHAPES: list[tuple[tuple[type, ...], Shape]] = []
"""What is asked for its part of the snapshot, each with the kinds of records that it is made of."""


def shapes_traffic(*kinds: type) -> Callable[[Shape], Shape]:
    """Declare a function that gives a service's part; it is asked anew when a record of one of ``kinds`` changes."""

    def declare(shape: Shape) -> Shape:
        SHAPES.append((kinds, shape))
        return shape

    return declare


def joined(parts: Iterable[Snapshot]) -> Snapshot:
    """The services' parts as one."""
    parts = tuple(parts)
    return Snapshot(*(sum((getattr(part, name) for part in parts), ()) for name in Snapshot.__struct_fields__))


def address_of(load_balancer_arn: str) -> str:
    """The loopback address of a load balancer's own, so that any number of them may have port 80."""
    digest = sha256(load_balancer_arn.encode()).digest()
    return f"127.{64 + digest[0] % 64}.{digest[1]}.{1 + digest[2] % 254}"
