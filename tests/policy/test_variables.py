import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.policy.matching import Wildcard, literal, matcher
from vauban.policy.variables import expand, has_variables, template

CONTEXT = {"aws:username": "alice", "aws:principaltag/team name": "red*", "aws:tagkeys": ["a", "b"], "aws:epochtime": 7}


def expanded(source, *, wildcards=False, variables=True):
    parsed = expand(template(source, wildcards=wildcards, variables=variables), CONTEXT)
    return None if parsed is None else literal(parsed)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("home/${aws:username}/x", "home/alice/x"),
        ("${AWS:UserName}", "alice"),
        ("${aws:PrincipalTag/Team Name}", "red*"),
        ("${aws:EpochTime}", "7"),
        ("${aws:nosuch, 'nobody'}", "nobody"),
        ("${aws:nosuch,''}", ""),
        ("${aws:username, 'nobody'}", "alice"),
        ("${*}${?}${$}", "*?$"),
        ("${$}{aws:username}", "${aws:username}"),
        ("${unfinished", "${unfinished"),
        ("$aws", "$aws"),
    ],
)
def test_variables_are_replaced(source, expected):
    assert expanded(source) == expected


@pytest.mark.parametrize("source", ["${aws:nosuch}", "a${aws:TagKeys}", "${}"])
def test_a_variable_without_one_value_leaves_nothing(source):
    assert expanded(source) is None


def test_before_2012_variables_are_text():
    assert expanded("${aws:username}", variables=False) == "${aws:username}"
    assert not has_variables(template("${aws:username}", wildcards=True, variables=False))


def test_a_star_in_a_value_is_no_wildcard():
    matches = matcher(expand(template("${aws:PrincipalTag/Team Name}-*", wildcards=True, variables=True), CONTEXT))
    assert matches("red*-x")
    assert not matches("redder-x")


def test_an_escaped_star_is_no_wildcard():
    assert template("a${*}*", wildcards=True, variables=True) == ("a", "*", Wildcard.ANY)


@settings(deadline=None)
@given(st.text("${}*?',: ab", max_size=40), st.booleans(), st.booleans())
def test_every_text_is_a_template(source, wildcards, variables):
    parsed = template(source, wildcards=wildcards, variables=variables)
    if not has_variables(parsed):
        assert expand(parsed, {}) == list(parsed)
