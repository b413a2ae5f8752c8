import pytest

from vauban.engines import waf

from .web_acls import (
    ANYTHING,
    ARGUMENTS,
    BODY,
    QUERY,
    URI,
    all_of,
    any_of,
    contains,
    inspects,
    json_body,
    labelled,
    matches,
    no,
    rule,
    size,
)

FORWARDED = {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "MATCH"}


def rates(*keys, **more):
    kind = "CUSTOM_KEYS" if keys else "IP"
    return {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": kind, "CustomKeys": list(keys), **more}}


def ip_set(**more):
    return {"IPSetReferenceStatement": {"ARN": "arn", **more}}


@pytest.mark.parametrize(
    ("statement", "units"),
    [
        (contains("x", how="EXACTLY"), 2),
        (contains("x", how="STARTS_WITH"), 2),
        (contains("x", how="ENDS_WITH"), 2),
        (contains("x", how="CONTAINS"), 10),
        (contains("x", how="CONTAINS_WORD"), 10),
        (contains("x", URI, "LOWERCASE"), 20),
        (contains("x", URI, "LOWERCASE", "URL_DECODE"), 30),
        (contains("x", URI, "NONE"), 10),
        (contains("x", ARGUMENTS), 20),
        (contains("x", ARGUMENTS, PreParseTextTransformations=[{"Priority": 0, "Type": "URL_DECODE"}]), 30),
        (contains("x", json_body()), 20),
        (contains("x", json_body(), "LOWERCASE"), 30),
        (size("GT", 1, BODY), 1),
        (size("GT", 1, json_body()), 2),
        (matches("x"), 3),
        (matches("x", ARGUMENTS, "LOWERCASE"), 23),
        (inspects("RegexPatternSetReferenceStatement", QUERY, ARN="arn"), 25),
        (inspects("SqliMatchStatement", QUERY), 20),
        (inspects("SqliMatchStatement", QUERY, SensitivityLevel="LOW"), 20),
        (inspects("SqliMatchStatement", QUERY, SensitivityLevel="HIGH"), 30),
        (inspects("SqliMatchStatement", json_body(), SensitivityLevel="HIGH"), 60),
        (inspects("XssMatchStatement", QUERY, "URL_DECODE", "HTML_ENTITY_DECODE"), 60),
        (labelled("x"), 1),
        ({"GeoMatchStatement": {"CountryCodes": ["KR", "JP"]}}, 1),
        ({"AsnMatchStatement": {"AsnList": [1, 2]}}, 1),
        (ip_set(), 1),
        (ip_set(IPSetForwardedIPConfig={**FORWARDED, "Position": "FIRST"}), 1),
        (ip_set(IPSetForwardedIPConfig={**FORWARDED, "Position": "ANY"}), 5),
        (rates(), 2),
        (rates(ScopeDownStatement=contains("x")), 12),
        (rates({"HTTPMethod": {}}, {"IP": {}}), 62),
        (rates({"Header": {"Name": "a", "TextTransformations": [{"Priority": 0, "Type": "LOWERCASE"}]}}), 42),
        (no(contains("x")), 10),
        (all_of(contains("x"), ANYTHING), 11),
        (any_of(contains("x"), no(ANYTHING), labelled("x")), 12),
        ({"RuleGroupReferenceStatement": {"ARN": "group"}}, 70),
    ],
)
def test_a_statement_needs_its_capacity(statement, units):
    assert waf.capacity([rule(statement)], {"group": {"Capacity": 70, "Rules": []}}) == units


def test_rules_need_what_each_of_them_does():
    assert waf.capacity([rule(contains("x")), rule(labelled("x"))]) == 11
