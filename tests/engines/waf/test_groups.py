import pytest

from vauban.engines import waf
from vauban.engines.waf import tokens

from .web_acls import (
    ACCOUNT,
    ALLOW,
    ANYTHING,
    BLOCK,
    COUNT,
    NOTHING,
    contains,
    group_rule,
    labelled,
    rule,
    visibility,
    web_acl,
)

GROUP = f"arn:aws:wafv2:us-east-1:{ACCOUNT}:regional/rulegroup/own/1"
MANAGED = "AWS#AWSManagedRulesCommonRuleSet"
OWN = f"awswaf:{ACCOUNT}:rulegroup:own:"


def owned(*rules, **more):
    listed = [{**each, "Priority": number} for number, each in enumerate(rules)]
    group = {
        "Name": "own",
        "ARN": GROUP,
        "Capacity": 50,
        "Rules": listed,
        "VisibilityConfig": visibility("own"),
        **more,
    }
    return {GROUP: group}


def refers(**more):
    return {"RuleGroupReferenceStatement": {"ARN": GROUP, **more}}


def managed(**more):
    return {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet", **more}}


def judged(spec, references, **request_members):
    return waf.compile(spec, references).evaluate(waf.Request(**request_members))


FIRST = rule(contains("a"), COUNT, name="first", labels=["seen"])
SECOND = rule(contains("b"), name="second")
THIRD = rule(contains("c"), ALLOW, name="third")


def test_the_rules_of_a_group_run_where_it_is_named():
    spec = web_acl(group_rule(refers()), rule(ANYTHING, name="after"))
    verdict = judged(spec, owned(FIRST, SECOND, THIRD), path=b"/ab")
    assert (verdict.action, verdict.rule, verdict.rule_type) == ("BLOCK", "group", "GROUP")
    assert verdict.terminating is None
    (found,) = verdict.groups
    assert (found.group, found.name, found.rule, found.metric) == (GROUP, "own", "group", "group-metric")
    assert found.terminating.rule == "second"
    assert [match.rule for match in found.non_terminating] == ["first"]
    assert verdict.details[0].matched == ("b",)
    assert judged(spec, owned(FIRST, SECOND, THIRD), path=b"/c").action == "ALLOW"
    assert judged(spec, owned(FIRST, SECOND, THIRD), path=b"/").rule == "after"


def test_labels_of_a_group_are_in_its_namespace():
    spec = web_acl(group_rule(refers()), rule(labelled(OWN + "seen")))
    verdict = judged(spec, owned(FIRST), path=b"/a")
    assert (verdict.labels, verdict.action) == ((OWN + "seen",), "BLOCK")
    assert judged(web_acl(group_rule(refers()), rule(labelled("seen"))), owned(FIRST), path=b"/a").allowed
    within = owned(FIRST, rule(labelled("seen"), name="looks"))
    assert not judged(web_acl(group_rule(refers())), within, path=b"/a").allowed


def test_an_override_to_count_counts_the_result_and_the_rules_run_as_they_would():
    spec = web_acl(group_rule(refers(), "Count"), rule(ANYTHING, name="after"))
    verdict = judged(spec, owned(FIRST, SECOND, rule(ANYTHING, COUNT, name="unreached")), path=b"/ab")
    assert verdict.rule == "after"
    (found,) = verdict.groups
    assert (found.counted, found.terminating.rule, found.terminating.action) == (True, "second", "BLOCK")
    assert [match.rule for match in found.non_terminating] == ["first"]
    assert [(match.rule, match.action) for match in verdict.non_terminating] == [("group", "COUNT")]


def test_rules_of_a_group_act_as_the_web_acl_says():
    overrides = [{"Name": "second", "ActionToUse": COUNT}, {"Name": "first", "ActionToUse": BLOCK}]
    references = owned(FIRST, SECOND)
    spec = web_acl(group_rule(refers(RuleActionOverrides=overrides)))
    verdict = judged(spec, references, path=b"/b")
    (match,) = verdict.groups[0].non_terminating
    assert (verdict.action, match.action, match.overridden) == ("ALLOW", "COUNT", "BLOCK")
    verdict = judged(spec, references, path=b"/a")
    assert (verdict.action, verdict.groups[0].terminating.overridden) == ("BLOCK", "COUNT")


def test_excluded_rules_count():
    verdict = judged(web_acl(group_rule(refers(ExcludedRules=[{"Name": "second"}]))), owned(SECOND), path=b"/b")
    (match,) = verdict.groups[0].non_terminating
    assert (verdict.action, match.action, match.overridden) == ("ALLOW", "EXCLUDED_AS_COUNT", "BLOCK")


@pytest.mark.parametrize(
    "more", [{"ExcludedRules": [{"Name": "Second"}]}, {"RuleActionOverrides": [{"Name": "x", "ActionToUse": COUNT}]}]
)
def test_a_rule_that_a_group_has_not_is_refused_of_own_groups_and_ignored_of_managed_ones(more):
    with pytest.raises(waf.InvalidParameter):
        waf.compile(web_acl(group_rule(refers(**more))), owned(SECOND))
    waf.compile(web_acl(group_rule(managed(**more))), {MANAGED: {"Capacity": 700, "Rules": [SECOND]}})


def test_a_custom_body_of_a_group_is_its_own():
    response = {"ResponseCode": 404, "CustomResponseBodyKey": "page"}
    bodies = {"page": {"ContentType": "TEXT_PLAIN", "Content": "of the group"}}
    blocking = rule(ANYTHING, {"Block": {"CustomResponse": response}}, name="blocking")
    found = judged(web_acl(group_rule(refers())), owned(blocking, CustomResponseBodies=bodies))
    assert found.response == waf.Response(404, (), b"of the group", "text/plain")
    with pytest.raises(waf.InvalidParameter):
        waf.compile(web_acl(group_rule(refers()), CustomResponseBodies=bodies), owned(blocking))


def test_a_managed_group_is_known_by_vendor_name_and_version_and_asked_within_its_scope():
    namespace = "awswaf:managed:aws:core-rule-set:"
    known = {
        MANAGED: {"Capacity": 700, "LabelNamespace": namespace, "Rules": [FIRST, {**SECOND, "Priority": 1}]},
        f"{MANAGED}#Version_1.0": {"Capacity": 700, "Rules": []},
    }
    spec = web_acl(group_rule(managed(ScopeDownStatement=contains("/shop"))))
    verdict = judged(spec, known, path=b"/shop/ab")
    assert (verdict.rule_type, verdict.groups[0].group, verdict.groups[0].name) == (
        "MANAGED_RULE_GROUP",
        MANAGED,
        MANAGED,
    )
    assert verdict.labels == (namespace + "seen",)
    assert judged(spec, known, path=b"/ab").groups == ()
    assert judged(web_acl(group_rule(managed(Version="Version_1.0"))), known, path=b"/ab").allowed
    assert waf.capacity(spec["Rules"], known) == 710


@pytest.mark.parametrize("known", [{}, {MANAGED: {"Capacity": 700}}])
def test_a_managed_group_without_content_is_refused_aloud(known):
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.compile(web_acl(group_rule(managed())), known)
    assert refused.value.field == "MANAGED_RULE_SET_STATEMENT"


def test_a_group_that_is_not_there_is_refused():
    with pytest.raises(waf.Refusal):
        waf.compile(web_acl(group_rule(refers())))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"Action": BLOCK, "OverrideAction": None}, "RULE"),
        ({"OverrideAction": None}, "RULE"),
        ({"OverrideAction": {"None": {}, "Count": {}}}, "OVERRIDE_ACTION"),
        ({"OverrideAction": {"Block": {}}}, "OVERRIDE_ACTION"),
        ({"RuleLabels": [{"Name": "x"}]}, "RULE"),
    ],
)
def test_a_rule_that_names_a_group_overrides_and_does_nothing_else(changes, field):
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.compile(web_acl({**group_rule(refers()), **changes}), owned(FIRST))
    assert refused.value.field == field


def test_groups_are_not_nested():
    nested = {**group_rule(refers()), "Priority": 0}
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.check_group({"Name": "outer", "Capacity": 100, "Rules": [nested]}, owned(FIRST))
    assert refused.value.reason == "A reference in your rule statement is not valid."


def test_the_rules_of_a_group_need_no_more_than_its_capacity():
    group = {"Name": "own", "Capacity": 19, "Rules": [FIRST, {**SECOND, "Priority": 1}]}
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.check_group(group)
    assert (refused.value.field, refused.value.parameter) == ("RULE_GROUP", "20")
    assert waf.check_group({**group, "Capacity": 20}) == 20


def test_a_group_needs_the_capacity_that_it_was_given():
    assert waf.capacity(web_acl(group_rule(refers()))["Rules"], owned(FIRST)) == 50


def test_nothing_is_told_of_a_group_in_which_nothing_matched():
    assert judged(web_acl(group_rule(refers())), owned(rule(NOTHING, name="no"))).groups == ()


def test_tokens_are_good_in_groups_for_as_long_as_the_web_acl_says():
    key, now = b"k" * 32, 1_000_000
    old = tokens.signed(tokens.Token("s", "shop.example", now - 500, now - 500), key).encode()
    request = waf.Request(headers=((b"cookie", b"aws-waf-token=" + old),), host="shop.example", time=now)
    config = {"CaptchaConfig": {"ImmunityTimeProperty": {"ImmunityTime": 501}}}
    asking = owned(rule(ANYTHING, {"Captcha": {}}, name="asks"))
    overriding = refers(RuleActionOverrides=[{"Name": "second", "ActionToUse": {"Captcha": {}}}])
    for statement, references in ((refers(), asking), (overriding, owned(rule(ANYTHING, name="second")))):
        for settings, allowed in ((config, True), ({}, False)):
            acl = waf.compile(web_acl(group_rule(statement), **settings), references, token_keys=[key])
            assert acl.evaluate(request).allowed is allowed
