"""The models' patterns, against whole values, in linear time."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.aws.derivatives import Automaton
from vauban.aws.models import load
from vauban.aws.patterns import Pattern, pattern
from vauban.aws.regexes import UnsupportedPattern, parse

SERVICES = ("kms", "ssm", "secretsmanager", "acm", "acm-pca", "wafv2", "shield", "fms", "guardduty", "inspector2")
SERVICES += ("macie2", "iam", "sts", "sqs", "sns", "s3", "events", "organizations", "cloudtrail", "logs")
UNSUPPORTED = {"ssm": 1}
"""An ISO 8601 date that refers back to its own dash."""


def patterns_of(service: str) -> set[str]:
    return {shape["pattern"] for shape in load(service).definitions.values() if "pattern" in shape}


@pytest.mark.parametrize("service", SERVICES)
def test_the_patterns_of_our_services_can_be_matched(service):
    unsupported = [each for each in patterns_of(service) if pattern(each) is None]
    assert len(unsupported) == UNSUPPORTED.get(service, 0)


def same_for_python(text: str) -> re.Pattern[str] | None:
    """The pattern for Python's re, where both languages mean the same by it."""
    if re.search(r"\\[pPuzZQhRX]|&&|\[[^\]]*\[|\(\?<[a-zA-Z]|[*+?}]\+", text):
        return None
    try:
        return re.compile(text, re.ASCII)
    except re.error:
        return None


COMPARABLE = sorted(
    {each for name in SERVICES for each in patterns_of(name) if pattern(each) and same_for_python(each)}
)
SHORT = [each for each in COMPARABLE if len(each) < 60]


@settings(max_examples=600, deadline=None)
@given(data=st.data())
def test_derivatives_and_re_agree_with_python(data):
    text = data.draw(st.sampled_from(SHORT))
    theirs = same_for_python(text)
    value = data.draw(st.from_regex(theirs, fullmatch=True) | st.text("aA1-_/:.*\n x", max_size=12))[:64]
    if data.draw(st.booleans()) and value:
        at = data.draw(st.integers(0, len(value) - 1))
        value = value[:at] + data.draw(st.sampled_from("aZ0-/:\n é")) + value[at + 1 :]
    if "\r" in value or "\x85" in value or "\u2028" in value or "\u2029" in value:
        return
    wanted = theirs.fullmatch(value) is not None
    assert Automaton(parse(text)).matches(value) == wanted
    assert Pattern(text).matches(value) == wanted


@pytest.mark.parametrize(
    ("text", "matched", "refused"),
    [
        ("[a-z]+", ["a", "abc"], ["", "A", "a1", "abc\n"]),
        ("^[a-z]+$", ["abc"], ["abc\n", "1abc"]),
        ("abc|^abd$", ["abc", "abd"], ["abcd"]),
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", ["", "é ü:1", "日本"], ["#", "a\n"]),
        (r"[\P{C}]+", ["é"], ["\x00", ""]),
        (r"[^\p{Cc}]*", ["a b"], ["\x07"]),
        (r"(?!aws:)[a-z:]+", ["aw:", "xaws:"], ["aws:x"]),
        (r"(?!\s+$)[\w\s]*", ["", "a ", " a"], ["  "]),
        (r"(?=.{2,4}$)[a-z]+", ["ab", "abcd"], ["a", "abcde"]),
        (r"(?:(?!\$\{)[\P{C}])*", ["", "$", "a{b"], ["a${b"]),
        (r"[a-z ]*(?<! )", ["", "a b"], ["a "]),
        (r"(?i)true|FALSE", ["TRUE", "false"], ["yes"]),
        (r"\x{60}\u0041\x42\056", ["`AB."], ["`ABx"]),
        (r"[\uD800\uDC00-\uDBFF\uDFFF]", ["\U0001f600"], ["a"]),
        (r"[a-z&&[^m-p]]+", ["abz"], ["n"]),
        (r"[\w-.]+", ["a-.b"], ["a b"]),
        (r"a{2}b{1,}c{0,2}", ["aab", "aabbcc"], ["ab", "aabccc"]),
        (r"\A[a-z]+\z", ["abc"], ["abc\n"]),
        (r"\bab\b", ["ab"], ["abc"]),
        (r".*[^\s].*", ["a", " a "], ["  ", "a\n"]),
        (r"([a-z]{1,3}-){2}x", ["a-abc-x"], ["a-x", "abcd-a-x"]),
    ],
)
def test_a_pattern_means_what_it_means_in_java(text, matched, refused):
    assert [value for value in matched if not Pattern(text).matches(value)] == []
    assert [value for value in refused if Pattern(text).matches(value)] == []


@pytest.mark.parametrize(
    "text", ["(", "[a", "a)", "*", "a{2", r"\1", r"(a)\1", "(?<=ab)c", r"\p{Nothing}", "[z-a]", "(?", "\\"]
)
def test_what_is_no_pattern_or_looks_back_is_not_matched(text):
    if text == "a{2":
        assert Pattern(text).matches("a{2")
        return
    assert pattern(text) is None
    with pytest.raises(UnsupportedPattern):
        parse(text)


@pytest.mark.parametrize(
    "text",
    ["(a+)+b", "(a|a)*b", "(a|aa)+b", "(.*a){12}b", r"^(([a-z])+.)+[A-Z]([a-z])+$", "a*a*a*a*a*a*b", "(a?){30}a{30}b"],
)
def test_a_pattern_that_explodes_elsewhere_does_not_here(text):
    started = time.process_time()
    assert not Pattern(text).matches("a" * 3_000)
    # An exponential search would outlive the universe; this only tells the two apart.
    assert time.process_time() - started < 20


def test_no_pattern_of_ours_given_to_python_can_go_back_for_long():
    for service in SERVICES:
        for text in patterns_of(service):
            compiled = pattern(text)
            if compiled and compiled.expression:
                compiled.matches("a" * 20_000 + "\x00")


@settings(max_examples=300, deadline=None)
@given(st.text("ab()[]{}|*+?^$\\.-,12&pu<=!:", max_size=12))
def test_any_text_is_a_pattern_or_refused(text):
    compiled = pattern(text)
    if compiled is not None:
        compiled.matches("ab1")
