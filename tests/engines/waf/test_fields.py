import pytest

from vauban.engines import waf

from .web_acls import ARGUMENTS, BODY, QUERY, URI, caught, contains, json_body, members, rule, size, verdict, web_acl


def header(name):
    return {"SingleHeader": {"Name": name}}


def argument(name):
    return {"SingleQueryArgument": {"Name": name}}


REQUEST = waf.Request(
    method=b"DELETE",
    path=b"/p%41th",
    query=b"one=first%20&Two=second&one=third&flag",
    fragment=b"part",
    headers=(
        (b"Host", b"shop.example"),
        (b"X-Twice", b"alpha"),
        (b"Cookie", b"sid=abc; theme=dark"),
        (b"x-twice", b"beta"),
        (b"Cookie", b"sid=other"),
    ),
    body=b'{"key": "value", "list": [1, {"deep": "v\\u0061l"}]}',
    ja3="e7d705a3286e19ea42f587b344ee6865",
    ja4="t13d3112h2_e8f1e7e78f70_b26ce05bbdd6",
)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ({"Method": {}}, "DELETE"),
        (URI, "/p%41th"),
        (QUERY, "one=first%20&Two=second&one=third&flag"),
        (BODY, REQUEST.body),
        (header("HOST"), "shop.example"),
        (header("x-twice"), "alpha"),
        (header("x-twice"), "beta"),
        (argument("ONE"), "first%20"),
        (argument("one"), "third"),
        (argument("two"), "second"),
        (argument("flag"), ""),
        (ARGUMENTS, "second"),
        ({"UriFragment": {}}, "part"),
        ({"JA3Fingerprint": {"FallbackBehavior": "NO_MATCH"}}, REQUEST.ja3),
        ({"JA4Fingerprint": {"FallbackBehavior": "NO_MATCH"}}, REQUEST.ja4),
        ({"HeaderOrder": {"OversizeHandling": "CONTINUE"}}, "Host:X-Twice:Cookie:x-twice:Cookie"),
        (members("Headers", scope="KEY"), "X-Twice"),
        (members("Headers", scope="VALUE"), "beta"),
        (members("Headers"), "Host"),
        (members("Headers", {"IncludedHeaders": ["x-TWICE"]}, "VALUE"), "alpha"),
        (members("Headers", {"ExcludedHeaders": ["host"]}, "VALUE"), "beta"),
        (members("Cookies", scope="KEY"), "theme"),
        (members("Cookies", scope="VALUE"), "other"),
        (members("Cookies", {"IncludedCookies": ["sid"]}, "VALUE"), "abc"),
        (members("Cookies", {"ExcludedCookies": ["sid"]}, "VALUE"), "dark"),
        (json_body(), "list"),
        (json_body(), "value"),
        (json_body(scope="KEY"), "deep"),
        (json_body(scope="VALUE"), "val"),
        (json_body(scope="VALUE"), "1"),
        (json_body({"IncludedPaths": ["/list/1/deep"]}), "val"),
        (json_body({"IncludedPaths": ["/list"]}, "VALUE"), "val"),
        (json_body({"IncludedPaths": ["/key"]}, "KEY"), "key"),
    ],
)
def test_a_field_has_a_value(field, text):
    statement = contains(text, field, how="EXACTLY") if text else size("EQ", 0, field)
    assert caught(statement, REQUEST)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (header("one"), "first%20"),
        (argument("theme"), "dark"),
        (ARGUMENTS, "one"),
        (members("Headers", scope="KEY"), "alpha"),
        (members("Headers", scope="VALUE"), "X-Twice"),
        (members("Headers", {"IncludedHeaders": ["host"]}), "alpha"),
        (members("Headers", {"ExcludedHeaders": ["X-Twice"]}), "alpha"),
        (members("Cookies", {"IncludedCookies": ["SID"]}), "abc"),
        (members("Cookies", scope="KEY"), "dark"),
        (json_body(scope="KEY"), "value"),
        (json_body(scope="VALUE"), "deep"),
        (json_body({"IncludedPaths": ["/list/0"]}), "val"),
        (json_body({"IncludedPaths": ["/lis"]}), "1"),
    ],
)
def test_a_field_has_no_other_value(field, text):
    assert not caught(contains(text, field, how="EXACTLY"), REQUEST)


@pytest.mark.parametrize("kind", ["JA3Fingerprint", "JA4Fingerprint", "UriFragment"])
@pytest.mark.parametrize("otherwise", ["MATCH", "NO_MATCH"])
def test_what_is_not_there_is_what_the_fallback_says(kind, otherwise):
    for statement in (
        contains("x", {kind: {"FallbackBehavior": otherwise}}),
        size("EQ", 9, {kind: {"FallbackBehavior": otherwise}}),
    ):
        assert caught(statement) is (otherwise == "MATCH")


@pytest.mark.parametrize(
    ("field", "request_members", "logged"),
    [
        (lambda how: {"Body": {"OversizeHandling": how}}, {"body": b"x" * 10, "body_size": 11}, "REQUEST_BODY"),
        (lambda how: json_body(OversizeHandling=how), {"body": b"{}", "body_size": 3}, "REQUEST_JSON_BODY"),
        (lambda how: members("Headers", oversize=how), {"headers": ((b"a", b"x" * 9000),)}, "REQUEST_HEADERS"),
        (lambda how: members("Headers", oversize=how), {"headers": ((b"a", b"b"),) * 201}, "REQUEST_HEADERS"),
        (
            lambda how: members("Cookies", oversize=how),
            {"headers": ((b"Cookie", b"; ".join([b"a=b"] * 201)),)},
            "REQUEST_COOKIES",
        ),
        (lambda how: {"HeaderOrder": {"OversizeHandling": how}}, {"headers": ((b"a", b"b"),) * 201}, "REQUEST_HEADERS"),
    ],
)
def test_what_is_too_long_to_inspect_is_what_was_chosen(field, request_members, logged):
    request = waf.Request(**request_members)
    for how, expected in (("MATCH", True), ("NO_MATCH", False), ("CONTINUE", False)):
        found = verdict(contains("not in it", field(how)), request)
        assert found.allowed is not expected
        assert found.oversize == (logged,)
    assert not verdict(contains("x", {"Body": {}}), waf.Request(body=b"x", body_size=1)).oversize


def test_a_body_goes_on_where_nothing_is_chosen():
    assert caught(contains("evil"), path=b"/evil")
    assert caught(contains("evil", BODY), body=b"evil", body_size=100_000)


def test_of_headers_and_cookies_the_first_eight_kilobytes_are_inspected():
    hidden = ((b"filler", b"x" * 8182), (b"evil", b"evil"))
    assert caught(contains("ev", members("Headers", scope="KEY")), headers=hidden)
    assert not caught(contains("evil", members("Headers", scope="VALUE")), headers=hidden)
    assert not caught(contains("evil", members("Headers")), headers=((b"a", b"b"),) * 200 + hidden[1:])
    assert caught(contains("evil", members("Headers")), headers=((b"a", b"b"),) * 199 + hidden[1:])
    assert caught(contains("evil", header("evil")), headers=hidden)


@pytest.mark.parametrize(
    ("behavior", "body", "expected"),
    [
        ("MATCH", b'{"a": ', True),
        ("NO_MATCH", b'{"a": "evil"', False),
        ("EVALUATE_AS_STRING", b"{ evil", True),
        (None, b'{"a": "evil"', True),
        (None, b'{"a": "good", evil', False),
        ("MATCH", b'{"a": "good"}', False),
        ("MATCH", b"", False),
    ],
)
def test_a_body_that_is_no_json_is_what_the_fallback_says(behavior, body, expected):
    field = json_body(**({"InvalidFallbackBehavior": behavior} if behavior else {}))
    assert caught(contains("evil", field), body=body) is expected


@pytest.mark.parametrize(
    ("steps", "field", "query", "text"),
    [
        (["URL_DECODE"], argument("evil"), b"a%26%65vil=x", "x"),
        (["URL_DECODE_UNI"], argument("b"), b"a=1%u0026b=2", "2"),
        (["REPLACE_SEMICOLONS_WITH_AMPERSANDS"], argument("b"), b"a=1;b=2", "2"),
        (["COMBINE_DUPLICATE_QUERY_ARGS_BY_COMMA"], argument("a"), b"a=uni&b=0&a=on", "uni,on"),
        (["URL_DECODE", "REPLACE_SEMICOLONS_WITH_AMPERSANDS"], ARGUMENTS, b"a=1%3Bb=2", "2"),
        (["NONE"], ARGUMENTS, b"a=%31", "%31"),
    ],
)
def test_a_query_string_is_made_plain_before_it_is_read(steps, field, query, text):
    before = [{"Priority": number, "Type": name} for number, name in enumerate(steps)]
    statement = contains(text, field, how="EXACTLY", PreParseTextTransformations=before)
    assert caught(statement, query=query)
    assert steps == ["NONE"] or not caught(contains(text, field, how="EXACTLY"), query=query)


def test_transformations_are_applied_by_priority():
    statement = contains("<", QUERY, how="EXACTLY")
    statement["ByteMatchStatement"]["TextTransformations"] = [
        {"Priority": 9, "Type": "HTML_ENTITY_DECODE"},
        {"Priority": 2, "Type": "URL_DECODE"},
    ]
    assert caught(statement, query=b"%26lt;")
    assert not caught(contains("<", QUERY, "HTML_ENTITY_DECODE", "URL_DECODE", how="EXACTLY"), query=b"%26lt;")


def test_the_name_of_what_matched_is_told():
    for field, name in (
        (members("Headers", scope="VALUE"), "x-twice"),
        (header("X-Twice"), "x-twice"),
    ):
        assert verdict(contains("beta", field), REQUEST).details[0].field == name
    assert verdict(contains("dark", members("Cookies")), REQUEST).details[0].field == "theme"
    assert verdict(contains("second", ARGUMENTS), REQUEST).details[0].field == "Two"
    assert verdict(contains("X-Tw", members("Headers")), REQUEST).details[0].field == "X-Twice"


@pytest.mark.parametrize(
    ("field", "refused_field"),
    [
        ({}, "FIELD_TO_MATCH"),
        ({**URI, **QUERY}, "FIELD_TO_MATCH"),
        (members("Headers", {}), "HEADER_MATCH_PATTERN"),
        (members("Headers", {"All": {}, "IncludedHeaders": ["a"]}), "HEADER_MATCH_PATTERN"),
        (members("Cookies", {}), "COOKIE_MATCH_PATTERN"),
        (json_body({}), "JSON_MATCH_PATTERN"),
        (json_body({"All": {}, "IncludedPaths": ["/a"]}), "JSON_MATCH_PATTERN"),
        (json_body({"IncludedPaths": ["a"]}), "JSON_MATCH_PATTERN"),
        (json_body({"IncludedPaths": ["/a~2"]}), "JSON_MATCH_PATTERN"),
    ],
)
def test_what_is_no_field_is_refused(field, refused_field):
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.compile(web_acl(rule(contains("x", field))))
    assert refused.value.field == refused_field


def test_only_arguments_are_made_plain_before_they_are_read():
    before = [{"Priority": 0, "Type": "URL_DECODE"}]
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.compile(web_acl(rule(contains("x", QUERY, PreParseTextTransformations=before))))
    assert refused.value.field == "PRE_PARSE_TEXT_TRANSFORMATION"


def test_transformations_have_different_priorities_and_are_ten_at_most():
    statement = contains("x")
    statement["ByteMatchStatement"]["TextTransformations"] = [{"Priority": 0, "Type": "LOWERCASE"}] * 2
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.compile(web_acl(rule(statement)))
    assert refused.value.field == "TEXT_TRANSFORMATION"
    with pytest.raises(waf.LimitExceeded):
        waf.compile(web_acl(rule(contains("x", URI, *["LOWERCASE"] * 11))))
    waf.compile(web_acl(rule(contains("x", URI, *["LOWERCASE"] * 10))))
