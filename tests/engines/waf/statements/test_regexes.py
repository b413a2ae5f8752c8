import pytest

from vauban.engines import waf

from ..web_acls import ARGUMENTS, QUERY, URI, caught, matches, rule, verdict, web_acl

SET = "arn:aws:wafv2:us-east-1:111122223333:regional/regexpatternset/bad/1"


def patterns(*texts):
    return {SET: {"Name": "bad", "RegularExpressionList": [{"RegexString": text} for text in texts]}}


def in_set(field=URI):
    return {
        "RegexPatternSetReferenceStatement": {
            "ARN": SET,
            "FieldToMatch": field,
            "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        }
    }


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("I[a@]mAB[a@]dRequest", b"/I@mABadRequest", True),
        ("^/a$", b"/a", True),
        ("^/a$", b"/ab", False),
        ("^/a$", b"x\n/a", False),
        ("(?m)^/a$", b"x\n/a", True),
        ("(?i)admin", b"/ADMIN", True),
        ("admin", b"/ADMIN", False),
        (r"\badmin\b", b"/admin/", True),
        (r"\A/a\z", b"/a", True),
        ("a.c", b"/a\nc", False),
        ("(?s)a.c", b"/a\nc", True),
        ("é", "/caf\u00e9".encode(), True),
        ("x*", b"", True),
        ("^$", b"", True),
        ("(a|b){2,3}$", b"/abab", True),
    ],
)
def test_a_pattern_is_perls(pattern, path, expected):
    assert caught(matches(pattern), path=path) is expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"a=1&b=evil&c=2", True),
        (b"a=1&b=evil2&c=2", False),
        (b"a=ev&b=il", False),
        (b"a=x&b=evil", True),
        (b"a=evil", True),
        (b"", False),
    ],
)
@pytest.mark.parametrize("pattern", ["^evil$", r"\Aevil\z", r"^(?:evil)$"])
def test_each_of_several_values_is_matched_by_itself(pattern, query, expected):
    assert caught(matches(pattern, ARGUMENTS), query=query) is expected


def test_a_pattern_that_spans_lines_does_not_span_values():
    assert not caught(matches(r"a\sb", ARGUMENTS), query=b"x=a&y=b")
    assert caught(matches(r"a\sb", ARGUMENTS), query=b"x=a%0ab&y=a\tb")


@pytest.mark.parametrize(
    "pattern",
    [
        "[",
        "(",
        r"(a)\1",
        "joe(?!(ann|jen))",
        "(?=a)b",
        "(?<=a)b",
        "(?<!a)b",
        "a++",
        "(?>a)",
        r"a\Kb",
        r"\R",
        r"\C",
        r"x\Cy",
        "(*ACCEPT)a",
        "(*UTF8)a",
        "a{1,40000}",
        "(?R)",
        "(?(1)a|b)",
    ],
)
def test_what_is_not_supported_of_them_is_refused(pattern):
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.compile(web_acl(rule(matches(pattern))))
    assert refused.value.field == "REGEX_PATTERN_SET"
    assert refused.value.parameter == pattern
    assert refused.value.reason == "The parameter contains formatting that is not valid."
    with pytest.raises(waf.InvalidParameter):
        waf.require_patterns(["fine", pattern])


@pytest.mark.parametrize("pattern", [r"\\C", "[(*]", r"\(\*a", r"\Q(*a\E", r"[]\\C]", r"\p{Lu}", "(?P<name>a)"])
def test_what_only_looks_like_it_is_taken(pattern):
    waf.require_patterns([pattern])


def test_any_pattern_of_a_set_matches():
    assert caught(in_set(), references=patterns("^/x", "evil"), path=b"/an/evil")
    assert caught(in_set(), references=patterns("^/x", "evil"), path=b"/x")
    assert not caught(in_set(), references=patterns("^/x", "evil"), path=b"/good")
    assert not caught(in_set(), references=patterns(), path=b"/good")


def test_a_set_that_is_not_there_is_told():
    with pytest.raises(waf.Nonexistent):
        waf.compile(web_acl(rule(in_set())))
    with pytest.raises(waf.InvalidParameter):
        waf.compile(web_acl(rule(in_set())), {SET: {"Addresses": []}})


def test_the_excerpt_ends_where_the_match_does():
    (detail,) = verdict(matches("e.il", QUERY), waf.Request(query=b"x" * 100 + b"evil and more")).details
    assert detail.matched == ("x" * 60 + "evil",)
