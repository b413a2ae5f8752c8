import pytest

from vauban.engines import waf

from .web_acls import ALLOW, BLOCK, COUNT, contains, rule, web_acl


def judged(*rules, request=None, **more):
    return waf.compile(web_acl(*rules, **more)).evaluate(request or waf.Request(path=b"/admin"))


def test_what_no_rule_matches_meets_the_default_action():
    allowed, blocked = judged(rule(contains("shop"))), judged(rule(contains("shop")), default=BLOCK)
    assert (allowed.action, allowed.rule, allowed.metric) == ("ALLOW", "Default_Action", "shop-metric")
    assert allowed.response is None
    assert (blocked.action, blocked.response.status) == ("BLOCK", 403)


def test_rules_are_asked_by_priority_and_the_first_that_ends_it_does():
    first, second = rule(contains("admin"), ALLOW, name="first"), rule(contains("admin"), name="second")
    spec = web_acl(first, second)
    assert waf.compile(spec).evaluate(waf.Request(path=b"/admin")).rule == "first"
    spec["Rules"][0]["Priority"], spec["Rules"][1]["Priority"] = 7, 3
    assert waf.compile(spec).evaluate(waf.Request(path=b"/admin")).rule == "second"


def test_count_goes_on_and_is_told():
    verdict = judged(rule(contains("a"), COUNT, name="counting"), rule(contains("admin"), name="ending"))
    assert [match.rule for match in verdict.non_terminating] == ["counting"]
    assert verdict.non_terminating[0].action == "COUNT"
    assert verdict.non_terminating[0].metric == "counting-metric"
    assert (verdict.rule, verdict.terminating.action, verdict.terminating.sampled) == ("ending", "BLOCK", True)


def test_what_matched_is_told():
    (detail,) = judged(rule(contains("dm"))).details
    assert (detail.condition, detail.location, detail.matched) == ("BYTE_MATCH", "URI", ("dm",))


def test_a_compiled_web_acl_judges_any_number_of_requests():
    acl = waf.compile(web_acl(rule(contains("admin"))))
    assert [acl.evaluate(waf.Request(path=path)).action for path in (b"/admin", b"/", b"/admin")] == [
        "BLOCK",
        "ALLOW",
        "BLOCK",
    ]


@pytest.mark.parametrize(
    ("resource", "config", "limit"),
    [
        ("APPLICATION_LOAD_BALANCER", {}, 8192),
        ("CLOUDFRONT", {}, 16384),
        ("APPSYNC", {}, 8192),
        ("APPLICATION_LOAD_BALANCER", {"APPLICATION_LOAD_BALANCER": "KB_64"}, 65536),
        ("API_GATEWAY", {"API_GATEWAY": "KB_32"}, 32768),
    ],
)
def test_a_resource_has_its_limit_of_bodies(resource, config, limit):
    chosen = {kind: {"DefaultSizeInspectionLimit": size} for kind, size in config.items()}
    assert waf.compile(web_acl(AssociationConfig={"RequestBody": chosen})).body_limit(resource) == limit


def test_what_was_compiled_is_taken_from_the_cache():
    cache: dict[str, bytes] = {}
    spec = web_acl(rule(contains("admin")))
    waf.compile(spec, cache=cache)
    kept = dict(cache)
    assert kept
    assert not waf.compile(spec, cache=cache).evaluate(waf.Request(path=b"/admin")).allowed
    assert cache == kept


def test_a_cache_of_another_machine_is_compiled_anew():
    cache: dict[str, bytes] = {}
    spec = web_acl(rule(contains("admin")))
    waf.compile(spec, cache=cache)
    cache.update(dict.fromkeys(cache, b"not a database"))
    assert not waf.compile(spec, cache=cache).evaluate(waf.Request(path=b"/admin")).allowed
