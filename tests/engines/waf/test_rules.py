import pytest

from vauban.engines import waf

from .web_acls import ALLOW, ANYTHING, BLOCK, COUNT, contains, rule, web_acl


def refusal(spec, references=None):
    with pytest.raises(waf.Refusal) as refused:
        waf.check(spec, references)
    with pytest.raises(type(refused.value)):
        waf.compile(spec, references)
    return refused.value


@pytest.mark.parametrize(
    ("changes", "field", "parameter"),
    [
        ({"Action": None}, "RULE", "Rule"),
        ({"Action": {}}, "RULE", "Rule"),
        ({"Action": {"Block": {}, "Count": {}}}, "RULE_ACTION", "RuleAction"),
        ({"Action": {"None": {}}}, "RULE_ACTION", "RuleAction"),
        ({"OverrideAction": {"None": {}}}, "RULE", "Rule"),
    ],
)
def test_a_rule_has_one_action(changes, field, parameter):
    refused = refusal(web_acl({**rule(ANYTHING), **changes}))
    assert (refused.field, refused.parameter) == (field, parameter)
    assert refused.reason == "You have used none or multiple values for a field that requires exactly one value."


def test_only_groups_have_an_override_action():
    refused = refusal(web_acl({**rule(ANYTHING), "Action": None, "OverrideAction": {"None": {}}}))
    assert str(refused) == (
        "Error reason: A reference in your rule statement is not valid., field: RULE, parameter: Statement"
    )


def test_names_and_priorities_are_unique():
    spec = web_acl(rule(ANYTHING), rule(ANYTHING))
    spec["Rules"][1]["Priority"] = 0
    assert refusal(spec).parameter == "Priority"
    assert refusal(web_acl(rule(ANYTHING, name="same"), rule(ANYTHING, name="same"))).parameter == "Name"


@pytest.mark.parametrize("name", ["All", "Default_Action"])
def test_some_metric_names_are_reserved(name):
    visibility = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": name}
    for spec in (web_acl(VisibilityConfig=visibility), web_acl(rule(ANYTHING, VisibilityConfig=visibility))):
        assert refusal(spec).field == "METRIC_NAME"


@pytest.mark.parametrize("default", [{}, COUNT, {**ALLOW, **BLOCK}, {"Captcha": {}}])
def test_a_default_action_allows_or_blocks(default):
    assert refusal(web_acl(default=default)).field == "DEFAULT_ACTION"


def test_no_more_capacity_is_used_than_there_is():
    many = [rule(contains("x", {"UriPath": {}}, *["LOWERCASE"] * 10)) for _ in range(46)]
    refused = refusal(web_acl(*many))
    assert str(refused) == (
        "Error reason: You exceeded the capacity limit for a rule group or web ACL., field: WEB_ACL, parameter: 5060"
    )
    assert waf.check(web_acl(*many[1:])) == 4950


def test_a_rule_that_is_not_there_yet_is_refused_aloud():
    assert refusal(web_acl(rule(ANYTHING, {"Monetize": {"PriceMultiplier": "1"}}))).field == "MONETIZATION_CONFIG"


def test_fifty_references_are_the_most():
    arn = "arn:aws:wafv2:us-east-1:111122223333:regional/ipset/bad/1"
    sets = {arn: {"IPAddressVersion": "IPV4", "Addresses": []}}
    refers = rule({"IPSetReferenceStatement": {"ARN": arn}})
    assert waf.check(web_acl(*[refers] * 50), sets) == 50
    assert refusal(web_acl(*[refers] * 51), sets).name == "WAFLimitsExceededException"
