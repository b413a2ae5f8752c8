import pytest

from vauban.engines import waf

from ..web_acls import (
    ANYTHING,
    BLOCK,
    COUNT,
    all_of,
    contains,
    group_rule,
    headers,
    rule,
    steps,
    visibility,
    web_acl,
)

FORWARDED = {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "NO_MATCH"}
COUNTED = 11


def limits(kind="IP", **more):
    return {"RateBasedStatement": {"Limit": 10, "AggregateKeyType": kind, **more}}


def by(*keys, **more):
    return limits("CUSTOM_KEYS", CustomKeys=list(keys), **more)


def limited(statement, counted, asked, *, before=()):
    """Whether, after one request too many, another one is limited."""
    acl = waf.compile(web_acl(*before, rule(statement, name="rates")))
    rates = waf.Rates()
    for _ in range(COUNTED):
        assert acl.evaluate(waf.Request(time=100, **counted), rates, locate).allowed
    return not acl.evaluate(waf.Request(time=110, **asked), rates, locate).allowed


def locate(ip):
    return waf.Place("KR", "11", 4766) if ip.startswith("192.0.2.") else waf.Place("US", "CA", 15169)


def named(kind, name, *transformations):
    return {kind: {"Name": name, "TextTransformations": steps(*transformations)}}


def whole(kind, *transformations):
    return {kind: {"TextTransformations": steps(*transformations)}}


def cookie(value):
    return {"headers": headers(cookie=value)}


SAME, OTHER = {"client_ip": "192.0.2.1"}, {"client_ip": "198.51.100.1"}


@pytest.mark.parametrize(
    ("statement", "counted", "other"),
    [
        (limits(), SAME, OTHER),
        (
            limits("FORWARDED_IP", ForwardedIPConfig=FORWARDED),
            {"headers": headers(x_forwarded_for="192.0.2.1, 10.0.0.1")},
            {"headers": headers(x_forwarded_for="192.0.2.2, 10.0.0.1")},
        ),
        (limits("CONSTANT", ScopeDownStatement=contains("/login")), {"path": b"/login"}, {"path": b"/"}),
        (limits(ScopeDownStatement=contains("/login")), {"path": b"/login"}, {"path": b"/"}),
        (by({"HTTPMethod": {}}), {"method": b"POST"}, {"method": b"GET"}),
        (by(named("Header", "X-Key")), {"headers": headers(x_key="a")}, {"headers": headers(x_key="b")}),
        (by(named("Cookie", "sid")), cookie("a=b; sid=1"), cookie("a=b; sid=2")),
        (by(named("QueryArgument", "User")), {"query": b"user=1"}, {"query": b"user=2"}),
        (by(whole("QueryString")), {"query": b"a=1"}, {"query": b"a=2"}),
        (by(whole("UriPath")), {"path": b"/a"}, {"path": b"/b"}),
        (by({"JA3Fingerprint": {"FallbackBehavior": "NO_MATCH"}}), {"ja3": "a" * 32}, {"ja3": "b" * 32}),
        (by({"JA4Fingerprint": {"FallbackBehavior": "NO_MATCH"}}), {"ja4": "a" * 36}, {"ja4": "b" * 36}),
        (by({"ASN": {}}), SAME, OTHER),
        (by({"IP": {}}, {"HTTPMethod": {}}), SAME, {**SAME, "method": b"POST"}),
        (
            by({"ForwardedIP": {}}, {"HTTPMethod": {}}, ForwardedIPConfig=FORWARDED),
            {"headers": headers(x_forwarded_for="192.0.2.1")},
            {"headers": headers(x_forwarded_for="192.0.2.2")},
        ),
    ],
)
def test_requests_are_counted_by_their_keys(statement, counted, other):
    assert limited(statement, counted, counted)
    assert not limited(statement, counted, other)


@pytest.mark.parametrize(
    ("statement", "counted"),
    [
        (by(named("Header", "X-Key")), {}),
        (by(named("Cookie", "sid")), {}),
        (by(named("QueryArgument", "user")), {}),
        (by(whole("QueryString")), {}),
        (by({"JA3Fingerprint": {"FallbackBehavior": "NO_MATCH"}}), {}),
        (by({"LabelNamespace": {"Namespace": "none:"}}), {}),
        (limits("FORWARDED_IP", ForwardedIPConfig=FORWARDED), {}),
        (limits("FORWARDED_IP", ForwardedIPConfig=FORWARDED), {"headers": headers(x_forwarded_for="nobody")}),
    ],
)
def test_a_request_without_the_key_is_not_counted(statement, counted):
    assert not limited(statement, counted, counted)


@pytest.mark.parametrize(
    ("statement", "request_members"),
    [
        (by({"JA3Fingerprint": {"FallbackBehavior": "MATCH"}}), {}),
        (
            limits("FORWARDED_IP", ForwardedIPConfig={**FORWARDED, "FallbackBehavior": "MATCH"}),
            {"headers": headers(x_forwarded_for="nobody")},
        ),
    ],
)
def test_what_has_no_key_is_what_the_fallback_says(statement, request_members):
    acl = waf.compile(web_acl(rule(statement)))
    assert not acl.evaluate(waf.Request(**request_members), waf.Rates()).allowed


def test_a_header_that_is_not_there_is_not_what_the_fallback_says():
    statement = limits("FORWARDED_IP", ForwardedIPConfig={**FORWARDED, "FallbackBehavior": "MATCH"})
    assert waf.compile(web_acl(rule(statement))).evaluate(waf.Request(), waf.Rates()).allowed


def test_labels_are_keys():
    before = [rule(contains(text), COUNT, name=text, labels=[f"plan:{text}"]) for text in ("gold", "free")]
    statement = by({"LabelNamespace": {"Namespace": "plan:"}})
    assert limited(statement, {"path": b"/gold"}, {"path": b"/gold"}, before=before)
    assert not limited(statement, {"path": b"/gold"}, {"path": b"/free"}, before=before)


def test_keys_are_transformed():
    statement = by(named("Header", "x-key", "LOWERCASE"))
    assert limited(statement, {"headers": headers(x_key="A")}, {"headers": headers(x_key="a")})


def test_what_is_limited_is_told():
    statement = by(named("Header", "X-Key"), {"HTTPMethod": {}}, EvaluationWindowSec=60)
    acl = waf.compile(web_acl(rule(statement, name="rates")))
    rates = waf.Rates()
    request = {"headers": headers(x_key="k"), "method": b"PUT"}
    for _ in range(COUNTED):
        acl.evaluate(waf.Request(time=100, **request), rates)
    verdict = acl.evaluate(waf.Request(time=110, **request), rates)
    assert (verdict.action, verdict.rule, verdict.rule_type) == ("BLOCK", "rates", "RATE_BASED")
    (found,) = verdict.rates
    assert (found.rule, found.key_type, found.limit, found.window_seconds) == ("rates", "CUSTOMKEYS", 10, 60)
    assert found.custom == (
        {"key": "HEADER", "name": "X-Key", "value": "k"},
        {"key": "HTTP_METHOD", "name": "", "value": "PUT"},
    )


def test_the_addresses_that_a_rule_limits_can_be_asked_for():
    group = "arn:aws:wafv2:us-east-1:111122223333:regional/rulegroup/own/1"
    rules = [rule(limits(), COUNT, name="inner")]
    references = {group: {"Name": "own", "Capacity": 10, "Rules": rules, "VisibilityConfig": visibility("own")}}
    spec = web_acl(rule(limits(), COUNT, name="outer"), group_rule({"RuleGroupReferenceStatement": {"ARN": group}}))
    acl, rates = waf.compile(spec, references), waf.Rates()
    for _ in range(COUNTED):
        acl.evaluate(waf.Request(time=100), rates)
    assert set(acl.rates) == {"outer", "group/inner"}
    assert list(acl.limited(rates, 110, "outer")) == ["127.0.0.1"]
    assert list(acl.limited(rates, 110, "inner", "group")) == ["127.0.0.1"]
    with pytest.raises(KeyError):
        acl.limited(rates, 110, "absent")
    verdict = acl.evaluate(waf.Request(time=110), rates)
    assert [found.value for found in verdict.rates] == ["127.0.0.1"] * 2
    assert list(acl.limited(rates, 1000, "outer")) == []


def test_a_rule_that_is_changed_counts_anew():
    first, same = (waf.compile(web_acl(rule(limits(), name="rates"))) for _ in range(2))
    changed = waf.compile(web_acl(rule(limits(EvaluationWindowSec=60), name="rates")))
    assert first.rates["rates"].identity == same.rates["rates"].identity != changed.rates["rates"].identity


def test_a_long_key_is_kept_short():
    statement = by(named("Header", "x-key"))
    acl, rates = waf.compile(web_acl(rule(statement, name="rates"))), waf.Rates(shared=True)
    acl.evaluate(waf.Request(headers=headers(x_key="x" * 8000)), rates)
    (count,) = rates.taken()
    assert len(count.key) == 64


def test_without_rates_nothing_is_limited():
    acl = waf.compile(web_acl(rule(limits())))
    assert all(acl.evaluate(waf.Request(time=now)).allowed for now in range(100))


@pytest.mark.parametrize(
    ("statement", "field"),
    [
        (limits("CONSTANT"), "SCOPE_DOWN"),
        (limits("CUSTOM_KEYS"), "CUSTOM_KEYS"),
        (limits(CustomKeys=[{"HTTPMethod": {}}]), "CUSTOM_KEYS"),
        (by(*[named("Header", f"h{n}") for n in range(6)]), "CUSTOM_KEYS"),
        (by({}), "CUSTOM_KEYS"),
        (by({"IP": {}, "HTTPMethod": {}}), "CUSTOM_KEYS"),
        (by({"IP": {}}), "CUSTOM_KEYS"),
        (by({"ForwardedIP": {}}, ForwardedIPConfig=FORWARDED), "CUSTOM_KEYS"),
        (by({"ForwardedIP": {}}, {"IP": {}}), "FORWARDED_IP_CONFIG"),
        (limits("FORWARDED_IP"), "FORWARDED_IP_CONFIG"),
        (limits(ForwardedIPConfig=FORWARDED), "FORWARDED_IP_CONFIG"),
        (limits(EvaluationWindowSec=61), "RATE_BASED_STATEMENT"),
        (limits(Limit=9), "RATE_BASED_STATEMENT"),
        (limits(ScopeDownStatement=limits()), "RATE_BASED_STATEMENT"),
        (all_of(limits(), ANYTHING), "RATE_BASED_STATEMENT"),
    ],
)
def test_what_cannot_be_counted_is_refused(statement, field):
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.compile(web_acl(rule(statement)))
    assert refused.value.field == field


def test_a_rate_based_rule_does_not_allow():
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.compile(web_acl(rule(limits(), {"Allow": {}})))
    assert refused.value.field == "RULE_ACTION"


def test_ten_of_them_are_the_most():
    waf.compile(web_acl(*[rule(limits(), BLOCK) for _ in range(10)]))
    with pytest.raises(waf.LimitExceeded):
        waf.compile(web_acl(*[rule(limits(), BLOCK) for _ in range(11)]))


def test_four_are_the_most_of_a_group():
    rules = [rule(limits(), name=f"r{n}", priority=n) for n in range(5)]
    with pytest.raises(waf.LimitExceeded):
        waf.check_group({"Name": "own", "Capacity": 100, "Rules": rules})
    assert waf.check_group({"Name": "own", "Capacity": 100, "Rules": rules[:4]}) == 8
