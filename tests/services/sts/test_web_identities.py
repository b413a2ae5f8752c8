import base64
import json
import time

import jwt
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from vauban.identity.providers import OidcProvider

from ...identity_providers import IdentityProvider
from .conftest import ACCOUNT, LONG_AGO, allow, trust

ACTION = "sts:AssumeRoleWithWebIdentity"


def refused(operation, **params):
    with pytest.raises(ClientError) as caught:
        operation(**params)
    error = caught.value.response
    return (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Message"])


@pytest.fixture(scope="module")
def provider():
    running = IdentityProvider()
    yield running
    running.close()


@pytest.fixture
def arn(house, provider):
    """The provider, as the account knows it."""
    record = OidcProvider(ACCOUNT, provider.url, LONG_AGO, client_ids=("vauban", "other"))
    house.put(record)
    return record.arn


@pytest.fixture
def nobody(house):
    """A client that signs nothing."""
    return house.vauban.client("sts", config=Config(signature_version=UNSIGNED))


@pytest.fixture
def role(house, provider, arn):
    condition = {
        "StringEquals": {f"{provider.url}:aud": "vauban"},
        "StringLike": {f"{provider.url}:sub": "repo:octo/*"},
    }
    return house.role("deploy", trust({"Federated": arn}, ACTION, Condition=condition), allow("kms:ListKeys"))


@pytest.fixture
def assume(nobody, role):
    def assume(token, **params):
        return nobody.assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="job", WebIdentityToken=token, **params
        )

    return assume


def test_a_token_of_a_trusted_provider_assumes_the_role(house, provider, assume, arn):
    answer = assume(provider.token())
    assert answer["SubjectFromWebIdentityToken"] == "repo:octo/cat"
    assert answer["Audience"] == "vauban"
    assert answer["Provider"] == arn
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/job"
    kms = house.vauban.client("kms", credentials=answer["Credentials"])
    kms.list_keys()
    refused(kms.list_aliases)


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "ES256", "ES384", "ES512"])
def test_tokens_may_be_signed_in_several_ways(provider, assume, algorithm):
    provider.add_key(algorithm, algorithm)
    assume(provider.token(algorithm, algorithm))


def test_who_asked_is_on_the_trail_and_the_token_is_not(house, provider, assume, arn):
    token = provider.token()
    answer = assume(token)
    (event,) = house.events("AssumeRoleWithWebIdentity")
    assert event["userIdentity"] == {
        "type": "WebIdentityUser",
        "principalId": f"{arn}:vauban:repo:octo/cat",
        "userName": "repo:octo/cat",
        "identityProvider": arn,
    }
    assert event["recipientAccountId"] == ACCOUNT
    assert set(event["responseElements"]["credentials"]) == {"accessKeyId", "expiration"}
    assert token not in str(house.vauban.trail())
    house.vauban.client("kms", credentials=answer["Credentials"]).list_keys()
    (event,) = house.events("ListKeys")
    assert event["userIdentity"]["sessionContext"]["webIdFederationData"]["federatedProvider"] == arn


def test_a_new_key_of_the_provider_is_fetched_when_it_is_met(provider, assume, monkeypatch):
    monkeypatch.setattr("vauban.outside.issuers.AGAIN_SECONDS", 0.0)
    assume(provider.token())
    asked = len(provider.requests)
    assume(provider.token())
    assert len(provider.requests) == asked
    provider.add_key("new", "RS256")
    assume(provider.token("new"))
    assert provider.requests[asked:] == ["/.well-known/openid-configuration", "/keys"]


def test_whom_the_role_does_not_trust_is_told_no_more_than_that(provider, assume):
    code, status, message = refused(assume, token=provider.token(sub="repo:other/cat"))
    assert (code, status, message) == ("AccessDenied", 403, f"Not authorized to perform {ACTION}")
    code, _, message = refused(assume, token=provider.token(aud="other"))
    assert (code, message) == ("AccessDenied", f"Not authorized to perform {ACTION}")


def test_a_denial_can_be_explained(house, provider, assume):
    refused(assume, token=provider.token(sub="repo:other/cat"))
    event = next(house.vauban.vauban.store.trail.events())
    assert event.decision["reason"] == f"because no role trust policy allows the {ACTION} action"
    assert event.authorization_id


@pytest.mark.parametrize(
    ("claims", "code", "said"),
    [
        ({"exp": int(time.time()) - 10, "iat": 0}, "ExpiredTokenException", "Token expired: current date/time "),
        ({"aud": "stranger"}, "InvalidIdentityToken", "Incorrect token audience"),
        ({"aud": []}, "InvalidIdentityToken", "Incorrect token audience"),
        ({"sub": None}, "InvalidIdentityToken", "Missing a required claim: sub"),
        ({"iss": None}, "InvalidIdentityToken", "Missing a required claim: iss"),
        ({"exp": None}, "InvalidIdentityToken", "Missing a required claim: exp"),
        ({"iss": "https://nobody.example.com"}, "InvalidIdentityToken", "No OpenIDConnect provider found in your acc"),
        ({"iss": "http://nobody.example.com"}, "InvalidIdentityToken", "No OpenIDConnect provider found in your acco"),
        ({"nbf": int(time.time()) + 600}, "InvalidIdentityToken", "Token must not be used before its time"),
        ({"exp": float(int(time.time()) + 60.5)}, "InvalidIdentityToken", "Timestamps in the token must be integers"),
    ],
)
def test_a_token_must_be_for_us_and_for_now(provider, assume, claims, code, said):
    told, status, message = refused(assume, token=provider.token(**claims))
    assert (told, status) == (code, 400)
    assert message.startswith(said)


def test_a_forged_token_is_not_believed(provider, assume):
    head, body, signature = provider.token().split(".")
    claims = {**json.loads(base64.urlsafe_b64decode(body + "==")), "sub": "repo:octo/admin"}
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    for token in (f"{head}.{forged}.{signature}", f"{head}.{body}.{signature[:-8]}AAAAAAAA"):
        assert refused(assume, token=token)[0] == "InvalidIdentityToken"
    now = int(time.time())
    claims = {"iss": provider.issuer, "sub": "repo:octo/cat", "aud": "vauban", "iat": now, "exp": now + 60}
    unsigned = jwt.encode(claims, None, algorithm="none")
    by_secret = jwt.encode(claims, "s" * 64, algorithm="HS256", headers={"kid": "rsa"})
    for token in (unsigned, by_secret, "a.b.c", "nonsense"):
        assert refused(assume, token=token)[0] == "InvalidIdentityToken"


def test_a_key_of_nobody_proves_nothing(provider, assume):
    provider.private["stranger"] = provider.private["rsa"]
    code, _, message = refused(assume, token=provider.token("stranger"))
    assert code == "InvalidIdentityToken"
    assert message.startswith("Couldn't retrieve verification key from your identity provider")


def test_a_provider_that_does_not_answer_is_said_to(house, nobody):
    dead = IdentityProvider()
    token = dead.token()
    record = OidcProvider(ACCOUNT, dead.url, LONG_AGO, client_ids=("vauban",))
    house.put(record)
    role = house.role("dead", trust({"Federated": record.arn}, ACTION))
    given = {"RoleArn": role, "RoleSessionName": "job", "WebIdentityToken": token}
    dead.answers["/keys"] = b'{"keys": 1}'
    assert refused(nobody.assume_role_with_web_identity, **given)[0] == "IDPCommunicationError"
    dead.answers["/keys"] = b"x" * 300_000
    assert refused(nobody.assume_role_with_web_identity, **given)[0] == "IDPCommunicationError"
    dead.close()
    assert refused(nobody.assume_role_with_web_identity, **given)[0] == "IDPCommunicationError"


def test_a_provider_gives_tags_and_a_source_identity(house, provider, assume, arn):
    token = provider.token(
        **{
            "https://aws.amazon.com/tags": {"principal_tags": {"team": ["blue"]}, "transitive_tag_keys": ["team"]},
            "https://aws.amazon.com/source_identity": "octo",
        }
    )
    assert refused(assume, token=token)[2] == "Not authorized to perform sts:TagSession"
    every = (ACTION, "sts:TagSession", "sts:SetSourceIdentity")
    asked = {"StringEquals": {"aws:RequestTag/team": "blue", "sts:SourceIdentity": "octo"}}
    condition = {"StringEquals": {"aws:PrincipalTag/team": "blue", "aws:FederatedProvider": arn}}
    house.role("deploy", trust({"Federated": arn}, *every, Condition=asked), allow("kms:ListKeys", Condition=condition))
    answer = assume(token)
    assert answer["SourceIdentity"] == "octo"
    house.vauban.client("kms", credentials=answer["Credentials"]).list_keys()


def test_claims_are_condition_keys_of_the_session_too(house, provider, assume, arn):
    condition = {"StringEquals": {f"{provider.url}:sub": "repo:octo/cat"}}
    house.role("deploy", trust({"Federated": arn}, ACTION), allow("kms:ListKeys", Condition=condition))
    for subject, allowed in (("repo:octo/cat", True), ("repo:octo/dog", False)):
        kms = house.vauban.client("kms", credentials=assume(provider.token(sub=subject))["Credentials"])
        if allowed:
            kms.list_keys()
        else:
            refused(kms.list_keys)


def test_nobody_in_particular_assumes_no_role(nobody, role):
    with pytest.raises(ClientError, match="MissingAuthenticationToken"):
        nobody.assume_role(RoleArn=role, RoleSessionName="job")


def test_sessions_last_and_narrow_as_any(provider, assume):
    code, _, message = refused(assume, token=provider.token(), DurationSeconds=3601)
    assert (code, message[:36]) == ("ValidationError", "The requested DurationSeconds exceed")
    assert assume(provider.token(), Policy=json.dumps(allow("kms:ListAliases")))["PackedPolicySize"] > 0
