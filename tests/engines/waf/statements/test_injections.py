import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.engines import waf
from vauban.engines.waf import sqli as sqli_detector
from vauban.engines.waf import xss as xss_detector

from ..corpora import corpus
from ..web_acls import ARGUMENTS, BODY, QUERY, caught, inspects, rule, verdict, web_acl


def sqli(field=QUERY, *transformations, **more):
    return inspects("SqliMatchStatement", field, *transformations, **more)


def xss(field=QUERY, *transformations):
    return inspects("XssMatchStatement", field, *transformations)


def by_values(statement):
    acl = waf.compile(web_acl(rule(statement)))
    return lambda value: not acl.evaluate(waf.Request(body=value)).allowed


SQLI, XSS = by_values(sqli(BODY)), by_values(xss(BODY))


def test_all_that_the_detectors_know_is_caught():
    assert [attack for attack in corpus("sqli") if not SQLI(attack)] == []
    assert [attack for attack in corpus("xss") if not XSS(attack)] == []


def test_what_people_write_passes():
    assert [value for value in corpus("ordinary") if SQLI(value) or XSS(value)] == []


def test_an_attack_is_found_among_many_values():
    query = b"&".join(b"a%d=ordinary+value+%d" % (number, number) for number in range(50)) + b"&last=1'+or+'1'='1"
    (detail,) = verdict(sqli(ARGUMENTS, "URL_DECODE"), waf.Request(query=query)).details
    assert (detail.condition, detail.location, detail.field) == ("SQL_INJECTION", "ALL_QUERY_ARGS", "last")
    assert detail.sensitivity == "LOW"
    assert detail.matched[:3] == ("1'", "or", "'1'")


def test_values_that_are_an_attack_only_together_are_none():
    assert not caught(sqli(ARGUMENTS), query=b"a=union&b=select&c=password")


def test_the_high_sensitivity_catches_more():
    assert not caught(sqli(SensitivityLevel="LOW"), query=b"1 or 2")
    assert caught(sqli(SensitivityLevel="HIGH"), query=b"1 or 2")


def test_script_is_told():
    (detail,) = verdict(xss(QUERY, "URL_DECODE"), waf.Request(query=b"q=%3Cscript%3Ealert(1)%3C/script%3E")).details
    assert (detail.condition, detail.sensitivity, detail.matched) == ("XSS", "", ("<script>",))


@pytest.mark.parametrize("value", ["\u00a0<script >".encode(), b"\x1c<script\x1d>", b"&lt;script&gt;alert(1)"])
def test_what_text_and_bytes_read_differently_is_read_as_text(value):
    assert XSS(value)


@pytest.mark.parametrize("kind", ["JA3Fingerprint", "JA4Fingerprint"])
@pytest.mark.parametrize("statement", [sqli, xss])
def test_fingerprints_are_not_inspected_for_attacks(kind, statement):
    with pytest.raises(waf.InvalidParameter):
        waf.compile(web_acl(rule(statement({kind: {"FallbackBehavior": "MATCH"}}))))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(corpus("sqli") + corpus("xss")), st.binary(max_size=4), st.binary(max_size=4), st.integers(0, 30)
)
def test_the_scan_of_all_values_hides_nothing_from_the_detectors(attack, before, after, cut):
    value = before + attack[cut:] + after
    assert SQLI(value) is bool(sqli_detector.detect(value))
    assert XSS(value) is bool(xss_detector.detect(value))
