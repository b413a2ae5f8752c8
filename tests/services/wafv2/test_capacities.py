import pytest

from .test_rule_groups import make as make_rule_group
from .test_rule_groups import using
from .test_web_acls import blocking, containing, from_set


def capacity(waf, *rules):
    return waf.check_capacity(Scope="REGIONAL", Rules=list(rules))["Capacity"]


def test_the_capacity_of_rules_is_the_sum_of_what_they_need(waf, ip_set):
    strangers, admin = blocking("strangers", from_set(ip_set["ARN"])), blocking("admin", containing(b"/admin"), 1)
    assert capacity(waf, strangers) == 1
    assert capacity(waf, admin) == 10
    assert capacity(waf, strangers, admin) == 11
    assert capacity(waf, using(make_rule_group(waf, capacity=77))) == 77


def test_rules_that_cannot_be_have_no_capacity(vauban, waf):
    with pytest.raises(waf.exceptions.WAFInvalidParameterException):
        capacity(waf, blocking("nothing", {}))
    away = vauban.client("wafv2", region="eu-west-1")
    with pytest.raises(away.exceptions.WAFInvalidParameterException, match="SCOPE_VALUE"):
        away.check_capacity(Scope="CLOUDFRONT", Rules=[])
