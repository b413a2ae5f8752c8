import pytest

from vauban.engines import waf

from ..web_acls import ANYTHING, NOTHING, QUERY, all_of, any_of, caught, contains, no, rule, verdict, web_acl


@pytest.mark.parametrize("left", [ANYTHING, NOTHING])
@pytest.mark.parametrize("right", [ANYTHING, NOTHING])
def test_statements_are_combined(left, right):
    one, two = left is ANYTHING, right is ANYTHING
    assert caught(all_of(left, right)) is (one and two)
    assert caught(any_of(left, right)) is (one or two)
    assert caught(no(left)) is not one


def test_what_made_it_match_is_told_and_nothing_else():
    found = verdict(
        all_of(no(contains("x")), any_of(all_of(contains("a"), contains("zzz")), contains("q", QUERY))),
        waf.Request(path=b"/a", query=b"q"),
    )
    assert [detail.location for detail in found.details] == ["QUERY_STRING"]


@pytest.mark.parametrize(("combine", "field"), [(all_of, "AND_STATEMENT"), (any_of, "OR_STATEMENT")])
def test_one_statement_is_too_few_to_combine(combine, field):
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.compile(web_acl(rule(combine(ANYTHING))))
    assert (refused.value.field, refused.value.parameter) == (field, "Statements")


@pytest.mark.parametrize("statement", [{}, {**ANYTHING, **NOTHING}, {"NoSuchStatement": {}}])
def test_a_statement_is_exactly_one(statement):
    for nested in (statement, no(statement), all_of(ANYTHING, statement)):
        with pytest.raises(waf.InvalidParameter) as refused:
            waf.compile(web_acl(rule(nested)))
        assert str(refused.value) == (
            "Error reason: You have used none or multiple values for a field that requires exactly one value., "
            "field: STATEMENT, parameter: Statement"
        )


@pytest.mark.parametrize("nest", [no, lambda statement: all_of(ANYTHING, statement), lambda s: any_of(s, ANYTHING)])
@pytest.mark.parametrize(
    ("statement", "field"),
    [
        ({"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP"}}, "RATE_BASED_STATEMENT"),
        ({"RuleGroupReferenceStatement": {"ARN": "arn"}}, "RULE_GROUP_REFERENCE_STATEMENT"),
        ({"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "X"}}, "MANAGED_RULE_SET_STATEMENT"),
    ],
)
def test_some_statements_cannot_be_nested(nest, statement, field):
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.compile(web_acl(rule(nest(statement))))
    assert refused.value.field == field
    assert refused.value.reason == "A reference in your rule statement is not valid."
