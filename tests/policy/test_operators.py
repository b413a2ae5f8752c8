import pytest

from vauban.policy.operators import OPERATORS
from vauban.policy.variables import template


def holds(name, policy_values, value):
    operator = OPERATORS[name.lower()]
    values = [template(each, wildcards=operator.wildcards, variables=False) for each in policy_values]
    found = operator.read(value)
    return (found is not None and operator.build(values)(found)) is not operator.negated


TOPIC = "arn:aws:sns:eu-west-1:111122223333:app"


@pytest.mark.parametrize(
    ("name", "policy_values", "value", "expected"),
    [
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", ["a"], "A", False),
        ("StringEquals", ["a*"], "ab", False),
        ("StringEquals", ["true"], True, True),
        ("StringEquals", ["42"], 42, True),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringEqualsIgnoreCase", ["App"], "aPP", True),
        ("StringEqualsIgnoreCase", ["strasse"], "straße", False),
        ("StringNotEqualsIgnoreCase", ["App"], "aPP", False),
        ("StringLike", ["a*", "b?"], "bc", True),
        ("StringLike", ["a*"], "Ab", False),
        ("StringLike", [""], "", True),
        ("StringNotLike", ["a*"], "ab", False),
        ("NumericEquals", ["10"], "10.0", True),
        ("NumericNotEquals", ["10"], 11, True),
        ("NumericLessThan", ["10"], 9.5, True),
        ("NumericLessThan", ["10"], 10, False),
        ("NumericLessThanEquals", ["10"], 10, True),
        ("NumericGreaterThan", ["10", "100"], 50, True),
        ("NumericGreaterThanEquals", ["10"], "10", True),
        ("NumericEquals", ["10"], "ten", False),
        ("DateEquals", ["2026-01-01T00:00:00Z"], 1767225600, True),
        ("DateNotEquals", ["2026-01-01"], "2026-01-02", True),
        ("DateLessThan", ["2026-01-01T00:00:00Z"], "2025-12-31T23:59:59Z", True),
        ("DateLessThanEquals", ["2026-01-01"], "2026-01-01", True),
        ("DateGreaterThan", ["1767225600"], "2026-01-01T00:00:01Z", True),
        ("DateGreaterThanEquals", ["2026-01-01"], "2025-12-31", False),
        ("Bool", ["true"], True, True),
        ("Bool", ["TRUE"], "true", True),
        ("Bool", ["true"], False, False),
        ("Bool", ["true", "false"], False, True),
        ("BinaryEquals", ["AP8="], b"\x00\xff", True),
        ("BinaryEquals", ["AP8="], "AP8=", True),
        ("BinaryEquals", ["AP8="], b"\x00", False),
        ("IpAddress", ["203.0.113.0/24"], "203.0.113.7", True),
        ("IpAddress", ["203.0.113.0/24", "2001:db8::/32"], "2001:db8:1::1", True),
        ("IpAddress", ["203.0.113.7"], "203.0.113.8", False),
        ("IpAddress", ["0.0.0.0/0"], "2001:db8::1", False),
        ("IpAddress", ["203.0.113.0/24"], "::ffff:203.0.113.7", True),
        ("IpAddress", ["203.0.113.0/24"], "vpce-1", False),
        ("NotIpAddress", ["203.0.113.0/24"], "198.51.100.1", True),
        ("NotIpAddress", ["203.0.113.0/24"], "203.0.113.7", False),
        ("ArnLike", ["arn:aws:sns:*:*:app*"], TOPIC, True),
        ("ArnEquals", ["arn:aws:sns:*:*:app*"], TOPIC, True),
        ("ArnLike", ["arn:aws:sns:*:app"], TOPIC, False),
        ("ArnLike", ["*"], TOPIC, True),
        ("ArnNotLike", ["arn:aws:sns:us-*"], TOPIC, True),
        ("ArnNotEquals", [TOPIC], TOPIC, False),
        ("ArnEquals", [TOPIC], "app", False),
    ],
)
def test_operators_compare_as_documented(name, policy_values, value, expected):
    assert holds(name, policy_values, value) is expected


def test_every_operator_of_awss_is_here():
    negatable = [
        "StringEquals",
        "StringEqualsIgnoreCase",
        "StringLike",
        "NumericEquals",
        "DateEquals",
        "ArnEquals",
        "ArnLike",
    ]
    ordered = [f"{kind}{order}" for kind in ("Numeric", "Date") for order in
               ("LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")]  # fmt: skip
    negated = [
        each.replace("Equals", "NotEquals", 1) if "Equals" in each else each.replace("Like", "NotLike")
        for each in negatable
    ]
    named = {*negatable, *negated, *ordered, "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null"}
    assert {each.name for each in OPERATORS.values()} == named
