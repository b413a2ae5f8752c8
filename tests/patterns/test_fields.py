import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.patterns import InvalidPattern, compiled

EVENT = {
    "source": "aws.kms",
    "detail-type": "KMS CMK Rotation",
    "resources": ["arn:1", "arn:2"],
    "detail": {
        "state": "running",
        "count": 5,
        "ratio": 2.5,
        "on": True,
        "none": None,
        "empty": [],
        "address": "10.0.0.7",
        "six": "2001:db8::1",
        "file": "dir/picture.PNG",
        "nested": {"deep": ["x", ["y"]]},
        "items": [{"name": "a", "size": 1}, {"name": "b", "size": 2}],
    },
}


def matches(pattern, event=EVENT):
    return compiled(json.dumps(pattern)).matches(event)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"state": ["stopped", "running"]}, True),
        ({"state": ["Running"]}, False),
        ({"count": [5]}, True),
        ({"count": [5.0]}, True),
        ({"count": ["5"]}, False),
        ({"on": [True]}, True),
        ({"on": [1]}, False),
        ({"none": [None]}, True),
        ({"missing": [None]}, False),
        ({"state": [{"prefix": "run"}]}, True),
        ({"file": [{"suffix": ".png"}]}, False),
        ({"file": [{"suffix": {"equals-ignore-case": ".png"}}]}, True),
        ({"file": [{"prefix": {"equals-ignore-case": "DIR/"}}]}, True),
        ({"state": [{"equals-ignore-case": "RUNNING"}]}, True),
        ({"state": [{"anything-but": "running"}]}, False),
        ({"state": [{"anything-but": ["a", "b"]}]}, True),
        ({"count": [{"anything-but": [5, 6]}]}, False),
        ({"count": [{"anything-but": "5"}]}, True),
        ({"missing": [{"anything-but": "x"}]}, False),
        ({"state": [{"anything-but": {"prefix": "run"}}]}, False),
        ({"state": [{"anything-but": {"prefix": ["a", "run"]}}]}, False),
        ({"state": [{"anything-but": {"suffix": "x"}}]}, True),
        ({"state": [{"anything-but": {"equals-ignore-case": ["RUNNING", "x"]}}]}, False),
        ({"state": [{"anything-but": {"wildcard": "*nn*"}}]}, False),
        ({"count": [{"numeric": [">", 0, "<=", 5]}]}, True),
        ({"count": [{"numeric": ["<", 5]}]}, False),
        ({"ratio": [{"numeric": ["=", 2.5]}]}, True),
        ({"state": [{"numeric": [">", 0]}]}, False),
        ({"on": [{"numeric": ["=", 1]}]}, False),
        ({"address": [{"cidr": "10.0.0.0/24"}]}, True),
        ({"address": [{"cidr": "10.0.1.0/24"}]}, False),
        ({"six": [{"cidr": "2001:db8::/32"}]}, True),
        ({"state": [{"cidr": "10.0.0.0/24"}]}, False),
        ({"file": [{"wildcard": "dir/*.PNG"}]}, True),
        ({"file": [{"wildcard": "*"}]}, True),
        ({"file": [{"wildcard": "d*pic*e.*"}]}, True),
        ({"file": [{"wildcard": "dir/*x.PNG"}]}, False),
        ({"state": [{"exists": True}]}, True),
        ({"none": [{"exists": True}]}, True),
        ({"missing": [{"exists": True}]}, False),
        ({"missing": [{"exists": False}]}, True),
        ({"state": [{"exists": False}]}, False),
        ({"missing": [{"exists": False}, "x"]}, True),
        ({"empty": [{"exists": False}]}, True),
        ({"nested": [{"exists": True}]}, False),
        ({"missing": {"deep": [{"exists": False}]}}, True),
        ({"missing": {"deep": ["x"]}}, False),
        ({"nested": {"deep": ["y"]}}, True),
        ({"items": {"name": ["b"], "size": [2]}}, True),
        ({"items": {"name": ["a"], "size": [2]}}, False),
        ({"$or": [{"state": ["x"]}, {"count": [5]}]}, True),
        ({"$or": [{"state": ["x"]}, {"count": [6]}]}, False),
        ({"state": ["running"], "$or": [{"count": [1]}, {"nested": {"deep": ["x"]}}]}, True),
    ],
)
def test_what_is_asked_of_a_detail(asked, expected):
    assert matches({"detail": asked}) is expected


def test_of_an_array_one_value_is_enough():
    assert matches({"resources": ["arn:2"]})
    assert matches({"resources": [{"anything-but": "arn:1"}]})
    assert not matches({"resources": ["arn:3"]})


def test_every_field_has_to_match():
    assert matches({"source": ["aws.kms"], "detail-type": [{"prefix": "KMS"}]})
    assert not matches({"source": ["aws.kms"], "detail-type": ["other"]})


def test_a_choice_of_one_is_a_field_of_that_name():
    assert matches({"$or": ["x"]}, {"$or": "x"})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "Filter is not an object"),
        ("{}", "Empty objects are not allowed"),
        ('{"a": []}', "Empty arrays are not allowed"),
        ('{"a": {}}', "Empty objects are not allowed"),
        ('{"a": "x"}', '"a" must be an object or an array'),
        ('{"a": [["x"]]}', "Match value must be String, number, true, false, or null"),
        ('{"a": [{"like": "x"}]}', "Unrecognized match type like"),
        ('{"a": [{"prefix": "x", "suffix": "y"}]}', "Only one key allowed in match expression"),
        ('{"a": [{"prefix": 1}]}', "prefix match pattern must be a string"),
        ('{"a": [{"prefix": {"suffix": "x"}}]}', "Unsupported prefix match type"),
        ('{"a": [{"exists": "x"}]}', "exists match pattern must be either true or false."),
        ('{"a": [{"exists": 0}]}', "exists match pattern must be either true or false."),
        ('{"a": [{"numeric": 1}]}', "Value of numeric must be an array."),
        ('{"a": [{"numeric": []}]}', "Invalid member in numeric match: ]"),
        ('{"a": [{"numeric": [1]}]}', "Invalid member in numeric match: 1"),
        ('{"a": [{"numeric": ["=="]}]}', "Unrecognized numeric range operator: =="),
        ('{"a": [{"numeric": ["=", "x"]}]}', "Value of equals must be numeric"),
        ('{"a": [{"numeric": [">", 5, "<", 1]}]}', "Bottom must be less than top"),
        ('{"a": [{"numeric": [">", 5, ">", 6]}]}', "Bad numeric range operator: >"),
        ('{"a": [{"numeric": ["<", 5, ">", 6]}]}', "Too many terms in numeric range expression"),
        ('{"a": [{"numeric": [">", 1, "<", 2, "<", 3]}]}', "Too many elements in numeric expression"),
        ('{"a": [6000000000]}', "Value must be between -5.0E9 and 5.0E9, inclusive"),
        ('{"a": [{"cidr": "x"}]}', "Malformed CIDR, one '/' required"),
        ('{"a": [{"cidr": "10.0.0.0/x"}]}', "Malformed CIDR, mask bits must be an integer"),
        ('{"a": [{"cidr": "10.0.0.0/64"}]}', "Malformed CIDR: 10.0.0.0/64"),
        ('{"a": [{"anything-but": []}]}', "Empty arrays are not allowed"),
        ('{"a": [{"anything-but": [true]}]}', "Inside anything but list, start|null|boolean is not supported."),
        ('{"a": [{"anything-but": {"numeric": [1]}}]}', "Unsupported anything-but pattern: numeric"),
        ('{"a": [{"wildcard": "a**"}]}', "Consecutive wildcard characters at pos 1"),
        ('{"a": [{"wildcard": "a\\\\b"}]}', "Invalid escape character at pos 1"),
    ],
)
def test_why_a_pattern_is_none(text, reason):
    with pytest.raises(InvalidPattern) as caught:
        compiled(text)
    assert str(caught.value) == reason


@pytest.mark.parametrize("text", ["", "{", "nonsense", '{"a": [NaN]}', "[" * 100_000])
def test_what_is_no_json_is_no_pattern(text):
    with pytest.raises(InvalidPattern):
        compiled(text)


def test_choices_of_choices_have_an_end():
    choice = [{f"f{number}": ["x"]} for number in range(11)]
    pattern = {"a": {"$or": choice}, "b": {"$or": choice}, "c": {"$or": choice}}
    with pytest.raises(InvalidPattern, match="too complex"):
        compiled(json.dumps(pattern))


@given(st.text(alphabet="ab*\\", max_size=12))
def test_a_text_with_its_asterisks_escaped_matches_itself_alone(text):
    escaped = text.replace("\\", "\\\\").replace("*", "\\*")
    assert matches({"a": [{"wildcard": escaped}]}, {"a": text})
    assert not matches({"a": [{"wildcard": escaped}]}, {"a": text + "x"})


@given(st.lists(st.text(alphabet="ab", max_size=3), min_size=1, max_size=4), st.text(alphabet="ab", max_size=3))
def test_whatever_an_asterisk_stands_for_is_found(pieces, between):
    pieces = [pieces[0], *(piece or "a" for piece in pieces[1:])]
    assert matches({"a": [{"wildcard": "*".join(pieces)}]}, {"a": between.join(pieces)})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.dictionaries(st.text(max_size=3), JSON, max_size=3))
def test_whatever_it_is_it_is_a_pattern_or_refused(document, event):
    try:
        pattern = compiled(json.dumps(document))
    except InvalidPattern:
        return
    assert pattern.matches(event) in (True, False)
