import pytest

from vauban.engines import waf

from .web_acls import ACCOUNT, ANYTHING, COUNT, labelled, rule, web_acl

OWN = f"awswaf:{ACCOUNT}:webacl:shop:"


def found(key, scope, *labels):
    spec = web_acl(rule(ANYTHING, COUNT, labels=labels), rule(labelled(key, scope)))
    return not waf.compile(spec).evaluate(waf.Request()).allowed


def test_a_label_is_told_in_full_and_once():
    spec = web_acl(rule(ANYTHING, COUNT, labels=["one", "ns:two"]), rule(ANYTHING, COUNT, labels=["one"]))
    assert waf.compile(spec).evaluate(waf.Request()).labels == (OWN + "one", OWN + "ns:two")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("header:encoding:utf8", True),
        ("encoding:utf8", True),
        ("utf8", True),
        ("tf8", False),
        ("UTF8", False),
        ("header:encoding", False),
        (OWN + "header:encoding:utf8", True),
        (OWN + "utf8", False),
        (f"awswaf:{ACCOUNT}:rulegroup:shop:header:encoding:utf8", False),
    ],
)
def test_a_label_is_matched_by_its_name_and_namespaces_before_it(key, expected):
    assert found(key, "LABEL", "header:encoding:utf8") is expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("header:encoding:", True),
        ("header:", True),
        ("encoding:", True),
        ("header:encoding:utf8:", False),
        ("head:", False),
        ("ncoding:", False),
        (OWN, True),
        (OWN + "header:", True),
        ("awswaf:managed:", False),
    ],
)
def test_a_namespace_is_matched_as_a_whole(key, expected):
    assert found(key, "NAMESPACE", "header:encoding:utf8") is expected


def test_a_label_is_seen_by_later_rules_only():
    spec = web_acl(rule(labelled("late")), rule(ANYTHING, COUNT, labels=["late"]))
    assert waf.compile(spec).evaluate(waf.Request()).allowed


@pytest.mark.parametrize(
    "label", ["aws", "waf:x", "a:managed", "a::b", ":a", "a:", "a:b:c:d:e:f:g", "x" * 129, "rulegroup", "ü"]
)
def test_what_is_no_label_is_refused(label):
    with pytest.raises(waf.InvalidParameter):
        waf.compile(web_acl(rule(ANYTHING, labels=[label])))


def test_five_namespaces_are_the_most():
    waf.compile(web_acl(rule(ANYTHING, labels=["a:b:c:d:e:f", "x" * 128])))
