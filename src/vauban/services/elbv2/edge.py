"""Elastic Load Balancing's part of what the edge runs on."""

from collections import defaultdict
from typing import Any

from vauban.kernel import traffic
from vauban.kernel.traffic import Every, HealthCheck, Snapshot, shapes_traffic
from vauban.services.elbv2.health_checks import TRAFFIC_PORT
from vauban.services.elbv2.resources import Listener, LoadBalancer, Rule, Target, TargetGroup

Place = tuple[str, str, str]
"""Account, Region, and what ids begin with."""


@shapes_traffic(LoadBalancer, Listener, Rule, TargetGroup, Target)
def balanced(every: Every) -> Snapshot:
    """Every load balancer with its listeners and their rules, and every target group with its targets."""
    rules, listeners, targets = _gathered(every, Rule), _gathered(every, Listener), _gathered(every, Target)
    return Snapshot(
        load_balancers=tuple(_load_balancer(each, listeners, rules) for each in every(LoadBalancer)),
        target_groups=tuple(_target_group(each, targets) for each in every(TargetGroup)),
    )


def _gathered(every: Every, kind: type) -> dict[Place, list[Any]]:
    """Records by what they belong to."""
    found: dict[Place, list[Any]] = defaultdict(list)
    for each in every(kind):
        owner = each.group if kind is Target else each.id.rpartition("/")[0]
        found[each.account, each.region, owner].append(each)
    return found


def _load_balancer(
    balancer: LoadBalancer, listeners: dict[Place, list[Listener]], rules: dict[Place, list[Rule]]
) -> traffic.LoadBalancer:
    place = balancer.account, balancer.region
    own = listeners.get((*place, balancer.path), ())
    return traffic.LoadBalancer(
        balancer.arn,
        balancer.name,
        balancer.dns_name,
        tuple(_listener(each, rules[*place, each.id]) for each in own),
        balancer.attributes,
    )


def _listener(listener: Listener, rules: list[Rule]) -> traffic.Listener:
    (default,) = (each for each in rules if each.priority is None)
    return traffic.Listener(
        listener.arn,
        listener.protocol,
        listener.port,
        default.actions,
        tuple(
            traffic.Rule(each.arn, each.priority, each.conditions, each.actions, each.transforms)
            for each in rules
            if each.priority is not None
        ),
        listener.certificates,
        listener.ssl_policy,
        listener.attributes,
    )


def _target_group(group: TargetGroup, targets: dict[Place, list[Target]]) -> traffic.TargetGroup:
    """There are no instances, and so no targets in a group of instances."""
    own = targets.get((group.account, group.region, group.path), ())
    return traffic.TargetGroup(
        group.arn,
        "ip",
        group.protocol,
        group.protocol_version,
        tuple(traffic.Target(each.address, each.port, each.availability_zone) for each in own),
        _health_check(group.health_check),
        group.attributes,
    )


def _health_check(kept: dict[str, Any]) -> HealthCheck:
    port = kept["HealthCheckPort"]
    return HealthCheck(
        kept["HealthCheckEnabled"],
        kept["HealthCheckProtocol"],
        0 if port == TRAFFIC_PORT else int(port),
        kept["HealthCheckPath"],
        kept["HealthCheckIntervalSeconds"],
        kept["HealthCheckTimeoutSeconds"],
        kept["HealthyThresholdCount"],
        kept["UnhealthyThresholdCount"],
        kept["Matcher"]["HttpCode"],
    )
