"""Rules of listeners, as customers use them."""

import pytest

from .conftest import FORBIDDEN, SUBNETS, refused

ADMIN = [{"Field": "path-pattern", "Values": ["/admin/*"]}]


@pytest.fixture
def make_rule(elbv2, listener):
    def make(priority, conditions=ADMIN, actions=FORBIDDEN, **more):
        given = {"ListenerArn": listener, "Priority": priority, "Conditions": conditions, "Actions": actions}
        return elbv2.create_rule(**{**given, **more})["Rules"][0]

    return make


def test_a_rule_is_made_and_told_in_full(elbv2, listener, make_rule):
    made = make_rule(10)
    prefix = listener.replace(":listener/", ":listener-rule/")
    assert made.pop("RuleArn").startswith(prefix + "/")
    assert made == {
        "Priority": "10",
        "Conditions": [
            {"Field": "path-pattern", "Values": ["/admin/*"], "PathPatternConfig": {"Values": ["/admin/*"]}}
        ],
        "Actions": FORBIDDEN,
        "IsDefault": False,
        "Transforms": [],
    }


CONDITIONS = {
    "host": {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com", "shop.test"]}},
    "host by expression": {"Field": "host-header", "HostHeaderConfig": {"RegexValues": ["^shop[0-9]+\\."]}},
    "path by expression": {"Field": "path-pattern", "RegexValues": ["^/v[12]/"]},
    "header": {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "User-Agent", "Values": ["*curl*"]}},
    "method": {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET", "HEAD"]}},
    "query": {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "a", "Value": "b*"}, {"Value": "c"}]}},
    "source": {"Field": "source-ip", "SourceIpConfig": {"Values": ["127.0.0.0/8", "::1/128"]}},
}


@pytest.mark.parametrize("kind", CONDITIONS)
def test_every_kind_of_condition_is_kept_as_it_was_given(make_rule, kind):
    condition = CONDITIONS[kind]
    (kept,) = make_rule(1, [condition])["Conditions"]
    assert condition.items() <= kept.items()


WRONG = [
    {"Field": "nonsense", "Values": ["x"]},
    {"Field": "path-pattern"},
    {"Field": "path-pattern", "Values": ["/a", "/b"]},
    {"Field": "path-pattern", "Values": ["/ü"]},
    {"Field": "path-pattern", "Values": ["/" + "a" * 128]},
    {"Field": "path-pattern", "Values": ["/a"], "PathPatternConfig": {"Values": ["/b"]}},
    {"Field": "path-pattern", "Values": ["/a"], "HostHeaderConfig": {"Values": ["b"]}},
    {"Field": "path-pattern", "RegexValues": ["("]},
    {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a"], "RegexValues": ["b"]}},
    {"Field": "host-header", "Values": ["shop_example.com"]},
    {"Field": "http-header", "Values": ["x"]},
    {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "Host", "Values": ["x"]}},
    {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "a b", "Values": ["x"]}},
    {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["get"]}},
    {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "a"}]}},
    {"Field": "source-ip", "SourceIpConfig": {"Values": ["127.0.0.1"]}},
    {"Field": "source-ip", "SourceIpConfig": {"IpAddressType": "ipv4"}},
    {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a", "/b", "/c", "/d", "/e", "/f"]}},
    {"Field": "path-pattern", "Values": ["/*" * 7]},
]


@pytest.mark.parametrize("condition", WRONG)
def test_conditions_that_cannot_be_are_refused(elbv2, listener, condition):
    given = {"ListenerArn": listener, "Priority": 1, "Conditions": [condition], "Actions": FORBIDDEN}
    assert refused(elbv2.create_rule, **given)[0] == "ValidationError"


def test_a_rule_has_one_condition_of_most_kinds(elbv2, listener, make_rule):
    query = CONDITIONS["query"]
    assert len(make_rule(1, [query, query])["Conditions"]) == 2
    given = {"ListenerArn": listener, "Priority": 2, "Conditions": ADMIN * 2, "Actions": FORBIDDEN}
    assert refused(elbv2.create_rule, **given) == (
        "ValidationError",
        "A rule can only have one 'path-pattern' condition",
    )


def test_what_a_forward_leaves_out_is_filled_in(make_rule, group, make_group):
    (single,) = make_rule(1, actions=[{"Type": "forward", "TargetGroupArn": group}])["Actions"]
    assert single == {
        "Type": "forward",
        "TargetGroupArn": group,
        "ForwardConfig": {
            "TargetGroups": [{"TargetGroupArn": group, "Weight": 1}],
            "TargetGroupStickinessConfig": {"Enabled": False},
        },
    }
    several = {
        "TargetGroups": [{"TargetGroupArn": group, "Weight": 0}, {"TargetGroupArn": make_group("b"), "Weight": 999}],
        "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60},
    }
    (weighed,) = make_rule(2, actions=[{"Type": "forward", "ForwardConfig": several}])["Actions"]
    assert weighed == {"Type": "forward", "ForwardConfig": several}


def test_what_a_redirect_leaves_out_stays_as_it_was(make_rule):
    given = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    (kept,) = make_rule(1, actions=[{"Type": "redirect", "Order": 1, "RedirectConfig": given}])["Actions"]
    full = {**given, "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
    assert kept == {"Type": "redirect", "Order": 1, "RedirectConfig": full}


@pytest.mark.parametrize(
    ("code", "actions"),
    [
        ("ValidationError", [{"Type": "jwt-validation"}]),
        ("InvalidLoadBalancerAction", FORBIDDEN * 2),
        ("TooManyActions", FORBIDDEN * 6),
        ("InvalidLoadBalancerAction", [{"Type": "forward"}]),
        ("InvalidLoadBalancerAction", [{"Type": "redirect"}]),
        ("InvalidLoadBalancerAction", [{"Type": "fixed-response"}]),
        ("InvalidLoadBalancerAction", [{**FORBIDDEN[0], "TargetGroupArn": "x"}]),
        ("InvalidLoadBalancerAction", [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301"}}]),
        (
            "InvalidLoadBalancerAction",
            [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Port": "0"}}],
        ),
        (
            "InvalidLoadBalancerAction",
            [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Path": "x"}}],
        ),
        (
            "InvalidLoadBalancerAction",
            [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "ContentType": "image/png"}}],
        ),
        ("ValidationError", [{"Type": "forward", "TargetGroupArn": "nonsense"}]),
    ],
)
def test_actions_that_cannot_be_are_refused(elbv2, listener, code, actions):
    given = {"ListenerArn": listener, "Priority": 1, "Conditions": ADMIN, "Actions": actions}
    assert refused(elbv2.create_rule, **given)[0] == code


def test_a_target_group_that_is_not_there_is_not_led_to(elbv2, group, make_listener):
    elbv2.delete_target_group(TargetGroupArn=group)
    with pytest.raises(elbv2.exceptions.TargetGroupNotFoundException, match="not found"):
        make_listener(actions=[{"Type": "forward", "TargetGroupArn": group}])


def test_a_target_group_belongs_to_one_load_balancer(elbv2, group, make_listener):
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    make_listener(actions=forward)
    make_listener(81, forward)
    other = elbv2.create_load_balancer(Name="other", Subnets=SUBNETS)["LoadBalancers"][0]["LoadBalancerArn"]
    given = {"LoadBalancerArn": other, "Protocol": "HTTP", "Port": 80, "DefaultActions": forward}
    assert refused(elbv2.create_listener, **given) == (
        "TargetGroupAssociationLimit",
        f"The following target groups cannot be associated with more than one load balancer: {group}",
    )


def test_rules_are_in_order_with_the_default_one_last(elbv2, listener, make_rule):
    second, first = make_rule(20)["RuleArn"], make_rule(3)["RuleArn"]
    rules = elbv2.describe_rules(ListenerArn=listener)["Rules"]
    assert [each["Priority"] for each in rules] == ["3", "20", "default"]
    assert rules[2]["IsDefault"]
    assert rules[2]["Actions"] == FORBIDDEN
    assert [each["RuleArn"] for each in elbv2.describe_rules(RuleArns=[second, first])["Rules"]] == [second, first]
    pages = elbv2.get_paginator("describe_rules").paginate(ListenerArn=listener, PaginationConfig={"PageSize": 2})
    assert [len(page["Rules"]) for page in pages] == [2, 1]
    assert refused(elbv2.describe_rules)[0] == "ValidationError"
    assert refused(elbv2.describe_rules, RuleArns=[f"{first}0"]) == ("RuleNotFound", "One or more rules not found")


def test_a_priority_is_given_once(elbv2, listener, make_rule):
    first, second = make_rule(1)["RuleArn"], make_rule(2)["RuleArn"]
    given = {"ListenerArn": listener, "Priority": 1, "Conditions": ADMIN, "Actions": FORBIDDEN}
    assert refused(elbv2.create_rule, **given) == ("PriorityInUse", "Priority '1' is currently in use")
    swapped = [{"RuleArn": first, "Priority": 2}, {"RuleArn": second, "Priority": 1}]
    changed = elbv2.set_rule_priorities(RulePriorities=swapped)["Rules"]
    assert [each["Priority"] for each in changed] == ["2", "1"]
    taken = [{"RuleArn": first, "Priority": 1}]
    assert refused(elbv2.set_rule_priorities, RulePriorities=taken)[0] == "PriorityInUse"
    both = [{"RuleArn": first, "Priority": 5}, {"RuleArn": second, "Priority": 5}]
    assert refused(elbv2.set_rule_priorities, RulePriorities=both)[0] == "PriorityInUse"
    assert refused(elbv2.set_rule_priorities, RulePriorities=[{"RuleArn": first}])[0] == "ValidationError"


def test_a_rule_is_changed_as_far_as_is_said(elbv2, make_rule):
    rewrite = {"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "^/a/(.*)", "Replace": "/$1"}]}}
    made = make_rule(1, Transforms=[rewrite])
    assert made["Transforms"] == [rewrite]
    arn = made["RuleArn"]
    (changed,) = elbv2.modify_rule(RuleArn=arn, Conditions=[CONDITIONS["method"]])["Rules"]
    assert changed["Conditions"] == [CONDITIONS["method"]]
    assert changed["Actions"] == FORBIDDEN
    assert changed["Transforms"] == [rewrite]
    (changed,) = elbv2.modify_rule(RuleArn=arn, ResetTransforms=True)["Rules"]
    assert changed["Transforms"] == []
    both = {"RuleArn": arn, "ResetTransforms": True, "Transforms": [rewrite]}
    assert refused(elbv2.modify_rule, **both)[0] == "ValidationError"


@pytest.mark.parametrize(
    "transforms",
    [
        [{"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "(", "Replace": ""}]}}],
        [{"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "a", "Replace": "$1"}]}}],
        [{"Type": "url-rewrite", "HostHeaderRewriteConfig": {"Rewrites": [{"Regex": "a", "Replace": "b"}]}}],
        [{"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "a", "Replace": "b"}] * 2}}],
        [{"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "a", "Replace": "b"}]}}] * 2,
    ],
)
def test_transforms_that_cannot_be_are_refused(elbv2, listener, transforms):
    given = {"ListenerArn": listener, "Priority": 1, "Conditions": ADMIN, "Actions": FORBIDDEN}
    assert refused(elbv2.create_rule, **given, Transforms=transforms)[0] == "ValidationError"


def test_the_default_rule_goes_with_its_listener_alone(elbv2, listener, make_rule):
    (default,) = elbv2.describe_rules(ListenerArn=listener)["Rules"]
    arn = default["RuleArn"]
    assert refused(elbv2.delete_rule, RuleArn=arn) == (
        "OperationNotPermitted",
        f"Default rule '{arn}' cannot be deleted",
    )
    assert refused(elbv2.modify_rule, RuleArn=arn, Actions=FORBIDDEN)[0] == "OperationNotPermitted"
    moved = [{"RuleArn": arn, "Priority": 1}]
    assert refused(elbv2.set_rule_priorities, RulePriorities=moved)[0] == "OperationNotPermitted"
    other = make_rule(1)["RuleArn"]
    elbv2.delete_rule(RuleArn=other)
    assert refused(elbv2.delete_rule, RuleArn=other)[0] == "RuleNotFound"
    elbv2.delete_listener(ListenerArn=listener)
    assert refused(elbv2.describe_rules, RuleArns=[arn])[0] == "RuleNotFound"
