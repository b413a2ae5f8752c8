import pytest

from .conftest import ACCOUNT
from .test_web_acls import blocking
from .test_web_acls import make as make_web_acl


def make(waf, *patterns, name="patterns", **more):
    listed = [{"RegexString": pattern} for pattern in patterns]
    return waf.create_regex_pattern_set(Name=name, Scope="REGIONAL", RegularExpressionList=listed, **more)["Summary"]


def test_a_set_is_told_as_it_was_made_and_changed(waf, named):
    made = make(waf, "^a+$", "b|c", Description="what we look for")
    assert made["ARN"] == f"arn:aws:wafv2:us-east-1:{ACCOUNT}:regional/regexpatternset/patterns/{made['Id']}"
    told = waf.get_regex_pattern_set(**named(made))
    assert told["RegexPatternSet"]["RegularExpressionList"] == [{"RegexString": "^a+$"}, {"RegexString": "b|c"}]
    assert told["RegexPatternSet"]["Description"] == "what we look for"
    changed = waf.update_regex_pattern_set(
        **named(made, lock=True), RegularExpressionList=[{"RegexString": "d"}], Description="other ones"
    )
    told = waf.get_regex_pattern_set(**named(made))
    assert told["LockToken"] == changed["NextLockToken"]
    assert told["RegexPatternSet"]["RegularExpressionList"] == [{"RegexString": "d"}]
    assert [each["Name"] for each in waf.list_regex_pattern_sets(Scope="REGIONAL")["RegexPatternSets"]] == ["patterns"]


@pytest.mark.parametrize("pattern", ["(unclosed", r"(a)\1", "a++"])
def test_what_waf_cannot_match_is_refused(pattern, waf):
    with pytest.raises(waf.exceptions.WAFInvalidParameterException):
        make(waf, "fine", pattern)


def test_a_set_has_ten_patterns_at_most_and_a_region_ten_sets(waf):
    with pytest.raises(waf.exceptions.WAFLimitsExceededException):
        make(waf, *("a" * number for number in range(1, 12)))
    for number in range(10):
        make(waf, "a", name=f"set{number}")
    with pytest.raises(waf.exceptions.WAFLimitsExceededException):
        make(waf, "a", name="one-more")


def test_a_set_that_a_rule_names_cannot_be_deleted(waf, named):
    made = make(waf, "^/admin")
    statement = {
        "RegexPatternSetReferenceStatement": {
            "ARN": made["ARN"],
            "FieldToMatch": {"UriPath": {}},
            "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        }
    }
    acl = make_web_acl(waf, Rules=[blocking("admin", statement)])
    assert waf.get_web_acl(**named(acl))["WebACL"]["Capacity"] == 25
    with pytest.raises(waf.exceptions.WAFAssociatedItemException):
        waf.delete_regex_pattern_set(**named(made, lock=True))
    waf.delete_web_acl(**named(acl, lock=True))
    waf.delete_regex_pattern_set(**named(made, lock=True))
