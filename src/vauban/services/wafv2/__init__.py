"""AWS WAF: web ACLs that say which requests come through to what they protect, and which do not.

Read ``resources`` (what is kept) and ``resolvers`` (how it is named) first; then one file per noun. Rules are judged by
``engines.waf`` at the edge, which ``edge`` gives its part of what is kept here.
"""

from vauban.kernel.operations import Service
from vauban.services.wafv2 import (
    api_keys,
    associations,
    capacities,
    edge,
    firewall_manager,
    ip_sets,
    log_deliveries,
    logging_configurations,
    managed_rule_groups,
    managed_rule_sets,
    permission_policies,
    rate_based_rules,
    reactions,
    regex_pattern_sets,
    rule_groups,
    sampled_requests,
    tags,
    web_acls,
)
from vauban.services.wafv2.conditions import CONDITIONS

SERVICE = Service(
    "wafv2",
    web_acls,
    rule_groups,
    ip_sets,
    regex_pattern_sets,
    capacities,
    associations,
    logging_configurations,
    sampled_requests,
    rate_based_rules,
    managed_rule_groups,
    managed_rule_sets,
    firewall_manager,
    permission_policies,
    api_keys,
    tags,
    log_deliveries,
    reactions,
    edge,
    conditions=CONDITIONS,
)
