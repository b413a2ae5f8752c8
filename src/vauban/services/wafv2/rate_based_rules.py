"""Whom rate-based rules limit now, as the edge counts."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.outside import edge
from vauban.services.wafv2.errors import WAFNonexistentItemException, WAFUnsupportedAggregateKeyTypeException
from vauban.services.wafv2.resolvers import KINDS, EntityResolver, found
from vauban.services.wafv2.resources import WebACL
from vauban.services.wafv2.scopes import read
from vauban.services.wafv2.statements import Rule, Statement

MOST = 10_000
_BY_ADDRESS = {"IP", "FORWARDED_IP"}


@operation("GetRateBasedStatementManagedKeys", on=EntityResolver(WebACL, members=("WebACLName", "Scope", "WebACLId")))
def get_rate_based_statement_managed_keys(
    call: Call, web_acl: WebACL, rule_name: str, rule_group_rule_name: str = ""
) -> dict[str, Any]:
    rules = _rules_of_group(call, web_acl, rule_group_rule_name) if rule_group_rule_name else web_acl.rules
    statement = _statement(rules, rule_name, "RateBasedStatement")
    if statement["AggregateKeyType"] not in _BY_ADDRESS:
        raise WAFUnsupportedAggregateKeyTypeException(
            "The rule doesn't aggregate solely on the IP address or solely on the forwarded IP address."
        )
    try:
        limited = call.outside(edge.limited_keys, web_acl.arn, rule_name, rule_group_rule_name)
    except edge.EdgeUnavailable:
        limited = []
    ranges = [ip_network(ip_address(each)) for each in limited[:MOST]]
    return {f"ManagedKeysIPV{version}": _shown(version, ranges) for version in (4, 6)}


def _rules_of_group(call: Call, web_acl: WebACL, rule_name: str) -> list[Rule]:
    """The rules of the rule group that a rule of the web ACL refers to."""
    named = read(_statement(web_acl.rules, rule_name, "RuleGroupReferenceStatement")["ARN"])
    group = found(call.world, KINDS[named.noun], named).record
    return group.rules if group else []


def _statement(rules: Iterable[Rule], name: str, kind: str) -> Statement:
    """The statement of the rule of that name. Raises WAFNonexistentItemException where it is of another kind."""
    for rule in rules:
        if rule["Name"] == name and kind in rule["Statement"]:
            return rule["Statement"][kind]
    raise WAFNonexistentItemException


def _shown(version: int, ranges: Iterable[Any]) -> dict[str, Any]:
    return {"IPAddressVersion": f"IPV{version}", "Addresses": [str(each) for each in ranges if each.version == version]}
