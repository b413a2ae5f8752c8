import pytest

from vauban.engines import waf

from .web_acls import ANYTHING, COUNT, rule, web_acl

PAGES = {"page": {"ContentType": "TEXT_HTML", "Content": "<p>no</p>"}}


def block(**response):
    return {"Block": {"CustomResponse": {"ResponseCode": 418, **response}}}


def inserting(kind, **headers):
    listed = [{"Name": name, "Value": value} for name, value in headers.items()]
    return {kind: {"CustomRequestHandling": {"InsertHeaders": listed}}}


def judged(*rules, **more):
    return waf.compile(web_acl(*rules, **more)).evaluate(waf.Request())


def test_a_block_answers_403():
    assert judged(rule(ANYTHING)).response == waf.Response(403)


def test_a_block_answers_as_it_says():
    action = block(
        ResponseCode=429,
        CustomResponseBodyKey="page",
        ResponseHeaders=[{"Name": "Retry-After", "Value": "60"}, {"Name": "x-why", "Value": "limit"}],
    )
    expected = waf.Response(429, (("Retry-After", "60"), ("x-why", "limit")), b"<p>no</p>", "text/html")
    assert judged(rule(ANYTHING, action), CustomResponseBodies=PAGES).response == expected
    assert judged(default=action, CustomResponseBodies=PAGES).response == expected
    assert judged(rule(ANYTHING, block(ResponseCode=302))).response == waf.Response(302)


def test_headers_are_inserted_with_a_prefix_and_only_where_the_request_goes_on():
    counting = rule(ANYTHING, inserting("Count", seen="1", both="first"))
    allowing = rule(ANYTHING, inserting("Allow", both="second"))
    assert judged(counting, allowing).inserted == (("x-amzn-waf-seen", "1"), ("x-amzn-waf-both", "second"))
    assert judged(counting).inserted == (("x-amzn-waf-seen", "1"), ("x-amzn-waf-both", "first"))
    assert judged(counting, rule(ANYTHING)).inserted == ()
    assert judged(default=inserting("Allow", all="1")).inserted == (("x-amzn-waf-all", "1"),)


@pytest.mark.parametrize(
    ("action", "field"),
    [
        (block(), "CUSTOM_RESPONSE"),
        (block(ResponseCode=403, CustomResponseBodyKey="absent"), "CUSTOM_RESPONSE_BODY"),
        (block(ResponseCode=403, ResponseHeaders=[{"Name": "Content-Type", "Value": "x"}]), "CUSTOM_RESPONSE"),
        (block(ResponseCode=403, ResponseHeaders=[{"Name": "a", "Value": "x\r\nb: y"}]), "CUSTOM_RESPONSE"),
        (
            block(ResponseCode=403, ResponseHeaders=[{"Name": "a", "Value": "x"}, {"Name": "A", "Value": "y"}]),
            "CUSTOM_RESPONSE",
        ),
        (inserting("Count", a="1", A="2"), "CUSTOM_REQUEST_HANDLING"),
        (inserting("Count", a="1\n2"), "CUSTOM_REQUEST_HANDLING"),
    ],
)
def test_what_cannot_be_answered_or_inserted_is_refused(action, field):
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.compile(web_acl(rule(ANYTHING, action)))
    assert refused.value.field == field


@pytest.mark.parametrize(
    "more",
    [
        {"CustomResponseBodies": {"a": {"ContentType": "TEXT_PLAIN", "Content": "x" * 4097}}},
        {"CustomResponseBodies": {f"a{n}": {"ContentType": "TEXT_PLAIN", "Content": "x" * 4096} for n in range(13)}},
    ],
)
def test_bodies_have_their_limits(more):
    with pytest.raises(waf.LimitExceeded):
        waf.compile(web_acl(**more))


def test_ten_headers_are_the_most():
    judged(rule(ANYTHING, inserting("Count", **{f"h{n}": "x" for n in range(10)})))
    with pytest.raises(waf.LimitExceeded):
        judged(rule(ANYTHING, inserting("Count", **{f"h{n}": "x" for n in range(11)})))


def test_a_count_adds_nothing_to_what_is_answered():
    assert judged(rule(ANYTHING, COUNT)).response is None
