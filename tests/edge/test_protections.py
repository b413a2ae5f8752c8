from hashlib import sha256

import pytest
from msgspec import structs

from vauban.edge.protections import Protections
from vauban.engines.waf import Detail, GroupMatch, Match, RateMatch, Request, Verdict

REQUEST = Request(
    query=b"q=shoes&to%6Ben=hush&card=4111",
    headers=((b"Host", b"web.test"), (b"Authorization", b"Bearer hush"), (b"Cookie", b"a=1; session=hush; b=2")),
)
HASH = sha256(b"hush").hexdigest()


def shown(kind, *keys, action="SUBSTITUTION", verdict=None, **more):
    field = {"FieldType": kind, **({"FieldKeys": list(keys)} if keys else {})}
    protections = Protections({"DataProtections": [{"Field": field, "Action": action, **more}]})
    return protections.shown(REQUEST, verdict or Verdict("ALLOW"))


def test_without_protection_all_is_shown():
    verdict = Verdict("ALLOW")
    assert Protections(None).shown(REQUEST, verdict) == (REQUEST, verdict)


def test_a_header_is_shown_without_its_value():
    request, _ = shown("SINGLE_HEADER", "authorization")
    assert dict(request.headers)[b"Authorization"] == b"REDACTED"
    assert request.headers[0] == REQUEST.headers[0]
    assert request.query == REQUEST.query


def test_one_cookie_of_several_is_protected():
    request, _ = shown("SINGLE_COOKIE", "Session", action="HASH")
    assert dict(request.headers)[b"Cookie"] == f"a=1; session={HASH}; b=2".encode()


def test_an_argument_is_protected_however_its_name_is_written():
    request, _ = shown("SINGLE_QUERY_ARGUMENT", "token", action="HASH")
    assert request.query == f"q=shoes&to%6Ben={HASH}&card=4111".encode()


def test_a_query_string_is_protected_as_a_whole():
    assert shown("QUERY_STRING")[0].query == b"REDACTED"
    assert shown("BODY")[0] == REQUEST


def found(location, field="", *matched):
    return Detail("SQL_INJECTION", location, field, matched or ("hush",))


@pytest.mark.parametrize(
    ("kind", "keys", "detail"),
    [
        ("SINGLE_HEADER", ("authorization",), found("HEADER", "Authorization")),
        ("SINGLE_COOKIE", ("session",), found("COOKIE", "session")),
        ("SINGLE_QUERY_ARGUMENT", ("token",), found("ALL_QUERY_ARGS", "token")),
        ("SINGLE_COOKIE", ("session",), found("HEADER", "Cookie")),
        ("SINGLE_QUERY_ARGUMENT", ("token",), found("QUERY_STRING")),
        ("QUERY_STRING", (), found("QUERY_STRING")),
        ("BODY", (), found("JSON_BODY")),
    ],
)
def test_what_rules_matched_is_protected_unless_it_is_excluded(kind, keys, detail):
    other = found("URI")
    match = Match("rule", "BLOCK", details=(detail, other))
    verdict = Verdict(
        "BLOCK",
        terminating=match,
        non_terminating=(match,),
        groups=(GroupMatch("group", "", "", "", match, (match,)),),
    )
    _, told = shown(kind, *keys, verdict=verdict)
    protected = structs.replace(match, details=(structs.replace(detail, matched=("REDACTED",)), other))
    assert told.terminating == told.non_terminating[0] == protected
    assert told.groups[0].terminating == told.groups[0].non_terminating[0] == protected
    assert shown(kind, *keys, verdict=verdict, ExcludeRuleMatchDetails=True)[1] == verdict


def test_what_rate_based_rules_count_by_is_protected_unless_it_is_excluded():
    keys = ({"key": "HEADER", "name": "Authorization", "value": "hush"}, {"key": "IP", "name": "", "value": "::1"})
    verdict = Verdict("BLOCK", rates=(RateMatch("rule", "id", "CUSTOMKEYS", 10, 60, custom=keys),))
    _, told = shown("SINGLE_HEADER", "authorization", verdict=verdict)
    assert [each["value"] for each in told.rates[0].custom] == ["REDACTED", "::1"]
    assert shown("SINGLE_HEADER", "authorization", verdict=verdict, ExcludeRateBasedDetails=True)[1] == verdict
