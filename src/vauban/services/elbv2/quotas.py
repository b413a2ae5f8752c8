"""How many of each there may be: AWS's defaults, by which DescribeAccountLimits tells them.

Source: Elastic Load Balancing, Application Load Balancers, "Quotas for your Application Load Balancers".
"""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.elbv2.pages import page

LOAD_BALANCERS = 50
TARGET_GROUPS = 3000
TARGETS = 1000
LISTENERS = 50
RULES = 100
CONDITION_VALUES = 5
CONDITION_WILDCARDS = 6
GROUPS_OF_LOAD_BALANCER = 100
GROUPS_OF_ACTION = 5
CERTIFICATES = 25
ACTIONS = 5

_LIMITS = {
    "application-load-balancers": LOAD_BALANCERS,
    "target-groups": TARGET_GROUPS,
    "targets-per-application-load-balancer": TARGETS,
    "targets-per-target-group": TARGETS,
    "listeners-per-application-load-balancer": LISTENERS,
    "rules-per-application-load-balancer": RULES,
    "condition-values-per-alb-rule": CONDITION_VALUES,
    "condition-wildcards-per-alb-rule": CONDITION_WILDCARDS,
    "target-groups-per-application-load-balancer": GROUPS_OF_LOAD_BALANCER,
    "target-groups-per-action-on-application-load-balancer": GROUPS_OF_ACTION,
    "certificates-per-application-load-balancer": CERTIFICATES,
}


@operation("DescribeAccountLimits")
def describe_account_limits(call: Call, marker: str | None = None, page_size: int | None = None) -> dict[str, Any]:
    return page(call, "Limits", sorted(_LIMITS.items()), lambda each: each[0], _shown, marker, page_size)


def _shown(limit: tuple[str, int]) -> dict[str, str]:
    name, most = limit
    return {"Name": name, "Max": str(most)}
