import pytest

from vauban.policy.conditions import Clause, compile_clause, parse_operator

KEY = "aws:TagKeys"


def holds(operator, values, context_value=None, *, allow=True, **context):
    quantifier, found, if_exists = parse_operator(operator)
    clause = Clause(quantifier, found, if_exists, KEY, tuple(values))
    if context_value is not None:
        context["aws:tagkeys"] = context_value
    return compile_clause(clause, variables=True, allow=allow)(context)


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("NumericLessThan", False),
        ("Bool", False),
        ("NotIpAddress", True),
        ("ArnNotLike", True),
        ("StringEqualsIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAllValues:StringNotEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAnyValue:StringEqualsIfExists", True),
        ("ForAllValues:StringEqualsIfExists", True),
    ],
)
def test_an_absent_key_is_as_documented(operator, expected):
    values = {"Num": "1", "Boo": "true", "Not": "10.0.0.0/8"}.get(operator[:3], "x")
    assert holds(operator, [values]) is expected
    assert holds(operator, [values], []) is expected


@pytest.mark.parametrize(
    ("operator", "policy_values", "values", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
        ("ForAllValues:StringEquals", ["a"], "a", True),
        ("ForAllValues:StringNotEquals", ["a", "b"], ["c"], True),
        ("ForAllValues:StringNotEquals", ["a", "b"], ["c", "a"], False),
        ("ForAllValues:StringLike", ["team-*"], ["team-a", "team-b"], True),
        ("ForAllValues:StringEquals", ["a"], "", True),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], True),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c"], False),
        ("ForAnyValue:StringEquals", [""], "", False),
        ("ForAnyValue:StringNotEquals", ["a"], ["a", "c"], True),
        ("ForAnyValue:StringNotEquals", ["a"], ["a"], False),
        ("StringEquals", ["a"], ["a", "c"], True),
        ("StringEquals", ["a"], ["c"], False),
        ("StringNotEquals", ["a"], ["a", "c"], False),
        ("StringNotEquals", ["a"], ["b", "c"], True),
        ("StringEquals", [], "a", False),
        ("StringNotEquals", [], "a", True),
    ],
)
def test_several_values_are_as_documented(operator, policy_values, values, expected):
    assert holds(operator, policy_values, values) is expected


@pytest.mark.parametrize(
    ("values", "present", "expected"),
    [(["true"], False, True), (["true"], True, False), (["false"], True, True), (["false"], False, False)],
)
def test_null_asks_whether_the_key_is_there(values, present, expected):
    assert holds("Null", values, "x" if present else None) is expected
    assert holds("ForAnyValue:Null", values, ["x"] if present else []) is expected


def test_a_falsy_value_is_a_value():
    assert holds("Null", ["false"], 0)
    assert holds("Null", ["false"], False)
    assert holds("StringEquals", ["false"], False)
    assert holds("NumericEquals", ["0"], 0)


@pytest.mark.parametrize(
    "name", ["stringequals", "STRINGLIKE", "foranyvalue:StringLikeIfExists", "ForAllValues:ArnLike"]
)
def test_operators_are_named_in_any_case(name):
    assert parse_operator(name)


@pytest.mark.parametrize(
    "name", ["", "StringEqual", "NullIfExists", "ForSomeValues:StringEquals", ":StringEquals", "IfExists"]
)
def test_there_is_no_such_operator(name):
    assert parse_operator(name) is None


def test_variables_take_their_value_from_the_request():
    assert holds("StringEquals", ["${aws:username}"], "alice", **{"aws:username": "alice"})
    assert not holds("StringEquals", ["${aws:username}"], "alice", **{"aws:username": "bob"})
    assert holds("StringLike", ["home/${aws:username}/*"], "home/alice/x", **{"aws:username": "alice"})
    assert holds("ArnLike", ["arn:aws:sns:*:${aws:a}:app"], "arn:aws:sns:eu-west-1:1:app", **{"aws:a": "1"})
    assert holds("Bool", ["${aws:securetransport}"], "true", **{"aws:securetransport": True})


def test_a_value_cannot_shift_the_segments_of_an_arn():
    pattern, shifted = "arn:aws:sns:*:${aws:a}:app", "arn:aws:sns:eu-west-1:1:x:app"
    assert not holds("ArnLike", [pattern], shifted, **{"aws:a": "1:x"})


def test_operators_of_other_types_know_no_variables():
    assert not holds("NumericEquals", ["${aws:epochtime}"], 7, **{"aws:epochtime": 7})


def test_an_unset_variable_matches_nothing():
    assert not holds("StringEquals", ["${aws:username}"], "alice")
    assert not holds("StringLike", ["${aws:username}*"], "alice")
    assert holds("StringEquals", ["${aws:username}", "alice"], "alice")


def test_an_unset_variable_never_widens_an_allow_nor_narrows_a_deny():
    assert not holds("StringNotEquals", ["${aws:username}"], "alice", allow=True)
    assert holds("StringNotEquals", ["${aws:username}"], "alice", allow=False)


def test_a_clause_says_what_it_asks():
    quantifier, operator, if_exists = parse_operator("forAnyValue:stringLikeIfExists")
    assert str(Clause(quantifier, operator, if_exists, KEY, ("a*", "b"))) == (
        "ForAnyValue:StringLikeIfExists aws:TagKeys a* or b"
    )
