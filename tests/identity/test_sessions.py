import base64
import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.crypto.sealers import AccountSealer
from vauban.identity.access_keys import account_of_key
from vauban.identity.sessions import LONGEST_TOKEN, OversizedSession, Sessions
from vauban.identity.sigv4 import Verifier
from vauban.kernel.errors import AwsError
from vauban.kernel.principals import Principal, SessionContext

ACCOUNT = "111122223333"
ROLE = Principal(
    kind="assumed-role",
    account=ACCOUNT,
    arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/app/worker",
    unique_id="AROAEXAMPLE:worker",
    issuer_arn=f"arn:aws:iam::{ACCOUNT}:role/app",
    issuer_id="AROAEXAMPLE",
    tags={"team": "é"},
    session=SessionContext(
        1_440_938_160.0,
        mfa=1_440_938_160.0,
        source_identity="alice",
        transitive_tags=("team",),
        policies=('{"Version": "2012-10-17"}',),
        policy_arns=("arn",),
        facts={"saml:sub": "alice", "saml:cn": ["a", "b"]},
    ),
)


@pytest.fixture(scope="module")
def sessions():
    return Sessions(AccountSealer.ephemeral())


def test_a_token_carries_its_session(sessions, now):
    session, token = sessions.issue(ROLE, 3600)
    opened = sessions.open(token)
    assert opened == session
    assert sessions.open(token) is opened
    assert opened.principal == replace(ROLE, access_key_id=session.principal.access_key_id)
    assert opened.expires == now + 3600
    assert opened.principal.access_key_id.startswith("ASIA")
    assert account_of_key(opened.principal.access_key_id) == ACCOUNT


def test_tokens_and_keys_differ(sessions):
    (first, one), (second, other) = sessions.issue(ROLE, 60), sessions.issue(ROLE, 60)
    assert one != other
    assert first.principal.access_key_id != second.principal.access_key_id
    assert first.secret_access_key != second.secret_access_key


def test_a_token_is_as_long_as_is_wished(sessions):
    for wished in (0, 1000, 1001, 4096):
        session, token = sessions.issue(ROLE, 60, smallest_token=wished)
        assert wished <= len(token) <= max(wished + 4, 700)
        assert sessions.open(token) == session


def test_what_no_token_can_carry_is_not_issued(sessions):
    tags = {f"{number:0128}{os.urandom(40).hex()}": os.urandom(100).hex() for number in range(50)}
    with pytest.raises(OversizedSession) as caught:
        sessions.issue(replace(ROLE, tags=tags), 60)
    assert caught.value.size > LONGEST_TOKEN


def test_a_token_of_another_server_is_none(sessions):
    _, token = Sessions(AccountSealer.ephemeral()).issue(ROLE, 60)
    assert sessions.open(token) is None


def test_a_token_cannot_be_altered(sessions):
    _, token = sessions.issue(ROLE, 60)
    raw = base64.b64decode(token)
    for position in range(len(raw)):
        altered = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
        assert sessions.open(base64.b64encode(altered).decode()) is None
    assert sessions.open(token[:-4]) is None


@given(st.text(max_size=100) | st.binary(max_size=100).map(lambda raw: base64.b64encode(raw).decode()))
def test_what_is_no_token_is_none(sessions, token):
    assert sessions.open(token) is None


def test_a_token_that_is_too_long_is_not_even_looked_at(sessions):
    assert sessions.open("A" * 1_000_000) is None


def test_a_session_belongs_to_an_account(sessions):
    with pytest.raises(ValueError):
        sessions.issue(replace(ROLE, account=""), 60)
    with pytest.raises(ValueError):
        sessions.issue(replace(ROLE, session=None), 60)


def test_nothing_secret_is_shown(sessions):
    session, token = sessions.issue(ROLE, 60)
    assert session.secret_access_key.decode() not in repr(session)
    assert session.secret_access_key not in base64.b64decode(token)


@pytest.fixture
def session_request(sessions, sign):
    session, token = sessions.issue(ROLE, 3600)

    def make(**more):
        return sign(key_id=session.principal.access_key_id, secret=session.secret_access_key, token=token, **more)

    return session, make


def nobody(access_key_id: str) -> None:
    return None


def test_a_request_of_a_session_is_verified_without_any_record(sessions, session_request, now):
    session, make = session_request
    verifier = Verifier(nobody, lambda: now, sessions.open)
    for service in ("kms", "s3", "kms"):
        identified = verifier.verify(make(service=service))
        assert identified.session == session
        assert identified.access_key is None


def test_a_session_ends(sessions, session_request, now, sign):
    _, make = session_request
    clock = [now]
    verifier = Verifier(nobody, lambda: clock[0], sessions.open)
    request = make(service="ssm")
    verifier.verify(request)
    clock[0] = now + 3600
    with pytest.raises(AwsError) as caught:
        verifier.verify(request)
    assert caught.value.code == "ExpiredTokenException"
    assert caught.value.message == "The security token included in the request is expired"


def test_a_token_of_another_session_is_refused(sessions, session_request, now):
    _, make = session_request
    verifier = Verifier(nobody, lambda: now, sessions.open)
    request = make()
    verifier.verify(request)
    _, other = sessions.issue(ROLE, 3600)
    for token in (other, "nonsense", ""):
        request.headers["x-amz-security-token"] = token
        with pytest.raises(AwsError, match="security token included in the request is invalid"):
            verifier.verify(request)
    del request.headers["x-amz-security-token"]
    with pytest.raises(AwsError, match="security token included in the request is invalid"):
        verifier.verify(request)


def test_a_token_need_not_be_signed_itself(sessions, sign, now):
    session, token = sessions.issue(ROLE, 3600)
    request = sign(key_id=session.principal.access_key_id, secret=session.secret_access_key)
    request.headers["x-amz-security-token"] = token
    assert Verifier(nobody, lambda: now, sessions.open).verify(request).session == session


def test_a_token_beside_a_lasting_key_is_refused(sessions, sign, verifier_at):
    verifier = verifier_at(session=sessions.open)
    _, token = sessions.issue(ROLE, 3600)
    for each in (token, "nonsense"):
        with pytest.raises(AwsError, match="security token"):
            verifier.verify(sign(token=each))


def test_s3_has_its_own_words_for_tokens(sessions, session_request, sign, now):
    _, make = session_request
    with pytest.raises(AwsError) as caught:
        Verifier(nobody, lambda: now + 3600, sessions.open).verify(make(service="s3"))
    assert caught.value.message == "The provided token has expired."
    with pytest.raises(AwsError) as caught:
        Verifier(nobody, lambda: now, sessions.open).verify(sign("s3", token="nonsense"))
    assert caught.value.code == "InvalidToken"
