"""Which target groups and load balancers belong together: those that rules lead from and to."""

from vauban.kernel.calls import Call
from vauban.services.elbv2.resources import Rule, TargetGroup


def load_balancers_of(call: Call, group: TargetGroup) -> list[str]:
    """The ARNs of those whose rules lead to a target group."""
    rules = call.store.list(Rule, index="target_group", value=group.arn)
    return list(dict.fromkeys(each.load_balancer_arn for each in rules))


def groups_of(call: Call, load_balancer_arn: str) -> list[str]:
    """The ARNs of the target groups that a load balancer's rules lead to, each once."""
    path = load_balancer_arn.partition("loadbalancer/")[2]
    return list(dict.fromkeys(arn for rule in call.store.list(Rule, prefix=f"{path}/") for arn in rule.target_groups))
