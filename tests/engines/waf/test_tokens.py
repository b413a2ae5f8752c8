import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.engines import waf
from vauban.engines.waf import tokens

from .web_acls import ANYTHING, CAPTCHA, CHALLENGE, labelled, rule, web_acl

KEY, OTHER = b"k" * 32, b"o" * 32
NOW = 1_000_000
SOLVED = tokens.Token("session-1", "shop.example", challenged=NOW - 299, solved=NOW - 299)


def judged(action, shown=None, *, host="shop.example", by=b"cookie", keys=(KEY,), **more):
    headers = ()
    if shown is not None:
        text = shown if isinstance(shown, bytes) else tokens.signed(shown, KEY).encode()
        headers = ((b"Cookie", b"a=b; aws-waf-token=" + text),) if by == b"cookie" else ((by, text),)
    acl = waf.compile(web_acl(rule(ANYTHING, action, labels=["asked"]), **more), token_keys=keys)
    return acl.evaluate(waf.Request(headers=headers, host=host, time=NOW))


@pytest.mark.parametrize(("action", "status", "name"), [(CAPTCHA, 405, "captcha"), (CHALLENGE, 202, "challenge")])
def test_without_a_token_it_ends_there(action, status, name):
    verdict = judged(action)
    assert verdict.action == name.upper()
    assert verdict.response == waf.Response(status, (("x-amzn-waf-action", name),))
    assert getattr(verdict, name) == waf.TokenCheck(status, None, "TOKEN_MISSING")
    assert getattr(verdict.terminating, name) == getattr(verdict, name)


@pytest.mark.parametrize("by", [b"cookie", b"x-aws-waf-token"])
@pytest.mark.parametrize(("action", "name"), [(CAPTCHA, "captcha"), (CHALLENGE, "challenge")])
def test_with_a_token_it_goes_on_as_count_does(action, name, by):
    verdict = judged(action, SOLVED, by=by)
    assert (verdict.action, verdict.rule) == ("ALLOW", "Default_Action")
    (match,) = verdict.non_terminating
    assert (match.action, getattr(match, name)) == (name.upper(), waf.TokenCheck(0, NOW - 299))
    assert "awswaf:111122223333:webacl:shop:asked" in verdict.labels


def test_a_challenge_is_no_captcha():
    challenged = tokens.Token("session-1", "shop.example", challenged=NOW)
    assert judged(CHALLENGE, challenged).allowed
    assert judged(CAPTCHA, challenged).captcha.failure == "TOKEN_MISSING"


@pytest.mark.parametrize(
    ("shown", "failure"),
    [
        (b"", "TOKEN_MISSING"),
        (b"nonsense", "TOKEN_INVALID"),
        (b"\xff\xfe", "TOKEN_INVALID"),
        (tokens.signed(SOLVED, OTHER).encode(), "TOKEN_INVALID"),
        (tokens.signed(SOLVED, KEY).encode()[:-1] + b"_", "TOKEN_INVALID"),
        (b"A" + tokens.signed(SOLVED, KEY).encode(), "TOKEN_INVALID"),
        (tokens.Token("s", "shop.example", NOW - 300, NOW - 300), "TOKEN_EXPIRED"),
        (tokens.Token("s", "other.example", NOW, NOW), "TOKEN_DOMAIN_MISMATCH"),
    ],
)
def test_a_token_that_is_not_good_is_told_why(shown, failure):
    assert judged(CAPTCHA, shown).captcha.failure == failure
    assert judged(CHALLENGE, shown).challenge.failure == failure


def test_without_a_key_nothing_is_signed():
    assert judged(CAPTCHA, SOLVED, keys=()).captcha.failure == "TOKEN_INVALID"


def test_tokens_of_an_older_key_are_good():
    assert judged(CAPTCHA, SOLVED, keys=(OTHER, KEY)).allowed


@pytest.mark.parametrize(
    ("domain", "accepted"),
    [("shop.example", True), ("pay.example", True), ("eu.pay.example", True), ("xpay.example", False)],
)
def test_the_domains_of_a_web_acl_are_accepted(domain, accepted):
    token = tokens.Token("s", domain, NOW, NOW)
    assert judged(CHALLENGE, token, TokenDomains=["pay.example"]).allowed is accepted


def immunity(seconds):
    return {"ImmunityTimeProperty": {"ImmunityTime": seconds}}


def test_a_rule_says_how_long_a_token_is_good_or_its_web_acl_does():
    old = tokens.Token("s", "shop.example", NOW - 500, NOW - 500)
    assert not judged(CAPTCHA, old).allowed
    assert judged(CAPTCHA, old, CaptchaConfig=immunity(501)).allowed
    assert judged(CHALLENGE, old, ChallengeConfig=immunity(501)).allowed
    assert not judged(CHALLENGE, old, CaptchaConfig=immunity(501)).allowed
    spec = web_acl(rule(ANYTHING, CAPTCHA, CaptchaConfig=immunity(60)), CaptchaConfig=immunity(501))
    acl = waf.compile(spec, token_keys=[KEY])
    shown = ((b"cookie", b"aws-waf-token=" + tokens.signed(old, KEY).encode()),)
    assert not acl.evaluate(waf.Request(headers=shown, host="shop.example", time=NOW)).allowed


def test_a_challenge_is_good_for_five_minutes_at_least():
    for spec in (
        web_acl(ChallengeConfig=immunity(299)),
        web_acl(rule(ANYTHING, CHALLENGE, ChallengeConfig=immunity(299))),
    ):
        with pytest.raises(waf.InvalidParameter) as refused:
            waf.compile(spec)
        assert refused.value.field == "CHALLENGE_CONFIG"


@pytest.mark.parametrize(
    ("shown", "label"),
    [
        (None, "awswaf:managed:captcha:absent"),
        (b"x", "awswaf:managed:captcha:rejected:invalid"),
        (SOLVED, "awswaf:managed:captcha:accepted"),
    ],
)
def test_what_was_found_is_a_label(shown, label):
    headers = () if shown is None else ((b"cookie", b"aws-waf-token=" + _text(shown)),)
    for acl in (
        waf.compile(web_acl(rule(ANYTHING, CAPTCHA)), token_keys=[KEY]),
        waf.compile(web_acl(rule(ANYTHING, CAPTCHA), rule(labelled(label))), token_keys=[KEY]),
    ):
        assert label in acl.evaluate(waf.Request(headers=headers, host="shop.example", time=NOW)).labels


def _text(shown):
    return shown if isinstance(shown, bytes) else tokens.signed(shown, KEY).encode()


@given(st.text())
def test_no_text_is_taken_for_a_token(text):
    assert tokens.read(text, [KEY]) is None


def test_a_token_is_read_as_it_was_signed():
    assert tokens.read(tokens.signed(SOLVED, KEY), [OTHER, KEY]) == SOLVED
