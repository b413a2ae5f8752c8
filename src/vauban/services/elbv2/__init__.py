"""Elastic Load Balancing: Application Load Balancers that listen, and lead requests to targets that are healthy.

Read ``resources`` (what is kept) and ``resolvers`` (how it is named) first; ``edge`` hands it all to those who listen.
"""

from vauban.kernel.operations import Service
from vauban.services.elbv2 import (
    certificates,
    edge,
    listener_attributes,
    listeners,
    load_balancer_attributes,
    load_balancers,
    quotas,
    rules,
    ssl_policies,
    tags,
    target_group_attributes,
    target_groups,
    target_health,
    targets,
)
from vauban.services.elbv2.conditions import CONDITIONS

SERVICE = Service(
    "elbv2",
    load_balancers,
    load_balancer_attributes,
    listeners,
    listener_attributes,
    certificates,
    rules,
    target_groups,
    target_group_attributes,
    targets,
    target_health,
    ssl_policies,
    quotas,
    tags,
    edge,
    conditions=CONDITIONS,
)
