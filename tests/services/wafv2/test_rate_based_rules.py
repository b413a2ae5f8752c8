import pytest

from vauban.outside import edge

from .test_rule_groups import make as make_rule_group
from .test_rule_groups import using
from .test_web_acls import blocking, make


def limiting(name, key="IP", **more):
    return blocking(name, {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": key, **more}})


def ask(waf, acl, rule, **more):
    named = {"Scope": "REGIONAL", "WebACLName": acl["Name"], "WebACLId": acl["Id"], "RuleName": rule}
    return waf.get_rate_based_statement_managed_keys(**named, **more)


def test_the_limited_addresses_are_those_of_the_edge(waf, monkeypatch):
    acl = make(waf, Rules=[limiting("often")])
    asked = []

    def limited_keys(outside, *question):
        asked.append(question)
        return ["192.0.2.44", "2001:db8::1"]

    monkeypatch.setattr(edge, "limited_keys", limited_keys)
    told = ask(waf, acl, "often")
    assert told["ManagedKeysIPV4"] == {"IPAddressVersion": "IPV4", "Addresses": ["192.0.2.44/32"]}
    assert told["ManagedKeysIPV6"] == {"IPAddressVersion": "IPV6", "Addresses": ["2001:db8::1/128"]}
    assert asked == [(acl["ARN"], "often", "")]


def test_a_rule_within_a_group_is_found_by_the_rule_that_refers_to_it(waf):
    group = make_rule_group(waf, Rules=[limiting("often")])
    acl = make(waf, Rules=[using(group, "ours")])
    assert ask(waf, acl, "often", RuleGroupRuleName="ours")["ManagedKeysIPV4"]["Addresses"] == []
    for wrong in ({"RuleGroupRuleName": "theirs"}, {}):
        with pytest.raises(waf.exceptions.WAFNonexistentItemException):
            ask(waf, acl, "often", **wrong)


def test_only_rules_that_count_by_address_tell_whom_they_limit(waf):
    scope_down = {"ScopeDownStatement": {"LabelMatchStatement": {"Scope": "LABEL", "Key": "a"}}}
    acl = make(waf, Rules=[limiting("all", "CONSTANT", **scope_down)])
    with pytest.raises(waf.exceptions.WAFUnsupportedAggregateKeyTypeException):
        ask(waf, acl, "all")
