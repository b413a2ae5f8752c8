import json
from urllib.parse import parse_qs

import pytest
from botocore.exceptions import ClientError

API_KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "hidden-1"}}
BASIC = {"BasicAuthParameters": {"Username": "alice", "Password": "hidden-2"}}


def oauth(url, **more):
    client = {"ClientID": "me", "ClientSecret": "hidden-3"}
    return {"OAuthParameters": {"ClientParameters": client, "AuthorizationEndpoint": url, "HttpMethod": "POST", **more}}


@pytest.fixture
def make(events):
    def make(kind="API_KEY", parameters=API_KEY, name="c", **more):
        return events.create_connection(Name=name, AuthorizationType=kind, AuthParameters=parameters, **more)

    return make


@pytest.fixture
def secret(vauban, events):
    """What the secret of the connection says, as its account's root user reads it."""

    def secret():
        secret_arn = events.describe_connection(Name="c")["SecretArn"]
        return json.loads(vauban.client("secretsmanager").get_secret_value(SecretId=secret_arn)["SecretString"])

    return secret


def test_a_connection_is_made_with_a_secret_that_eventbridge_owns(vauban, events, make, secret):
    made = make(Description="d")
    assert made["ConnectionArn"].startswith("arn:aws:events:us-east-1:111122223333:connection/c/")
    assert made["ConnectionState"] == "AUTHORIZED"
    told = events.describe_connection(Name="c")
    assert (told["Name"], told["Description"], told["AuthorizationType"]) == ("c", "d", "API_KEY")
    assert told["AuthParameters"] == {"ApiKeyAuthParameters": {"ApiKeyName": "x-key"}}
    assert told["LastAuthorizedTime"] == made["CreationTime"] == told["CreationTime"]
    assert ":secret:events!connection/c/" in told["SecretArn"]
    assert secret() == {"api_key_name": "x-key", "api_key_value": "hidden-1"}
    secrets = vauban.client("secretsmanager")
    assert secrets.describe_secret(SecretId=told["SecretArn"])["OwningService"] == "events"
    with pytest.raises(ClientError, match="managed by another service"):
        secrets.put_secret_value(SecretId=told["SecretArn"], SecretString="{}")
    assert "hidden-1" not in json.dumps(vauban.trail(), default=str)


def test_values_of_parameters_that_are_secret_are_not_told(events, make, secret):
    entries = [{"Key": "a", "Value": "open"}, {"Key": "b", "Value": "hidden", "IsValueSecret": True}]
    make(parameters={**API_KEY, "InvocationHttpParameters": {"HeaderParameters": entries}})
    shown = events.describe_connection(Name="c")["AuthParameters"]["InvocationHttpParameters"]["HeaderParameters"]
    assert shown == [{"Key": "a", "Value": "open"}, {"Key": "b", "IsValueSecret": True}]
    assert secret()["invocation_http_parameters"]["HeaderParameters"] == entries


def test_a_connection_is_changed_as_far_as_is_said(events, make, secret):
    make("BASIC", BASIC)
    events.update_connection(Name="c", Description="d")
    assert secret() == {"username": "alice", "password": "hidden-2"}
    events.update_connection(Name="c", AuthParameters={"BasicAuthParameters": {"Password": "hidden-4"}})
    assert secret() == {"username": "alice", "password": "hidden-4"}
    told = events.describe_connection(Name="c")
    assert (told["Description"], told["AuthParameters"]) == ("d", {"BasicAuthParameters": {"Username": "alice"}})
    with pytest.raises(ClientError, match="ApiKeyAuthParameters must be specified for AuthorizationType API_KEY"):
        events.update_connection(Name="c", AuthorizationType="API_KEY")
    events.update_connection(Name="c", AuthorizationType="API_KEY", AuthParameters=API_KEY)
    assert secret() == {"api_key_name": "x-key", "api_key_value": "hidden-1"}


def test_a_connection_is_deauthorized_authorized_anew_and_deleted(vauban, events, make):
    make()
    first = events.describe_connection(Name="c")["SecretArn"]
    assert events.deauthorize_connection(Name="c")["ConnectionState"] == "DEAUTHORIZING"
    told = events.describe_connection(Name="c")
    assert (told["ConnectionState"], "SecretArn" in told) == ("DEAUTHORIZED", False)
    events.update_connection(Name="c", AuthParameters=API_KEY)
    told = events.describe_connection(Name="c")
    assert told["ConnectionState"] == "AUTHORIZED"
    assert told["SecretArn"] != first
    assert events.delete_connection(Name="c")["ConnectionState"] == "DELETING"
    vauban.advance(seconds=1)
    assert vauban.client("secretsmanager").list_secrets()["SecretList"] == []
    with pytest.raises(events.exceptions.ResourceNotFoundException, match=r"Connection 'c' does not exist\."):
        events.describe_connection(Name="c")


def test_a_connection_is_refused(events, make):
    make()
    with pytest.raises(events.exceptions.ResourceAlreadyExistsException, match=r"Connection c already exists\."):
        make()
    with pytest.raises(ClientError, match="BasicAuthParameters must be specified"):
        make("BASIC", API_KEY, "d")
    with pytest.raises(ClientError, match="cannot be used with AuthorizationType API_KEY"):
        make("API_KEY", {**API_KEY, **BASIC}, "d")
    lattice = f"arn:aws:vpc-lattice:us-east-1:111122223333:resourceconfiguration/rcfg-{'0' * 17}"
    resource = {"ResourceParameters": {"ResourceConfigurationArn": lattice}}
    with pytest.raises(ClientError, match="ConnectivityParameters is not supported here"):
        make("API_KEY", {**API_KEY, "ConnectivityParameters": resource}, "d")


def test_who_may_make_no_secrets_makes_no_connection(vauban):
    allow = {"Effect": "Allow", "Action": "events:*", "Resource": "*"}
    vauban.user("poor", {"Version": "2012-10-17", "Statement": allow})
    events = vauban.client("events", user="poor")
    with pytest.raises(ClientError, match="secretsmanager:CreateSecret"):
        events.create_connection(Name="c", AuthorizationType="API_KEY", AuthParameters=API_KEY)
    assert events.list_connections()["Connections"] == []


def test_connections_are_listed(events, make):
    for name in ("a1", "a2", "b1"):
        make(name=name)
    events.deauthorize_connection(Name="a2")

    def names(**asked):
        return [each["Name"] for each in events.list_connections(**asked)["Connections"]]

    assert names() == ["a1", "a2", "b1"]
    assert names(NamePrefix="a") == ["a1", "a2"]
    assert names(ConnectionState="DEAUTHORIZED") == ["a2"]
    assert names(Limit=2, NextToken=events.list_connections(Limit=2)["NextToken"]) == ["b1"]


def test_oauth_is_authorized_once_the_endpoint_gives_a_token(events, make, listener):
    listener.answers = [(200, {}, '{"access_token": "t", "expires_in": 3600}')]
    further = {
        "BodyParameters": [{"Key": "audience", "Value": "shop"}],
        "QueryStringParameters": [{"Key": "q", "Value": "1"}],
    }
    made = make("OAUTH_CLIENT_CREDENTIALS", oauth(f"{listener.url}/token", OAuthHttpParameters=further))
    assert made["ConnectionState"] == "AUTHORIZING"
    told = events.describe_connection(Name="c")
    assert told["ConnectionState"] == "AUTHORIZED"
    assert told["AuthParameters"]["OAuthParameters"]["ClientParameters"] == {"ClientID": "me"}
    (asked,) = listener.requests
    assert (asked.method, asked.path) == ("POST", "/token?q=1")
    assert {name: value for name, (value,) in parse_qs(asked.body).items()} == {
        "grant_type": "client_credentials",
        "client_id": "me",
        "client_secret": "hidden-3",
        "audience": "shop",
    }


@pytest.mark.parametrize("answer", [(403, {}, "no"), (200, {}, "no JSON"), (200, {}, '{"token": "t"}')])
def test_oauth_without_a_token_is_not_authorized(events, make, listener, answer):
    listener.answers = [answer]
    make("OAUTH_CLIENT_CREDENTIALS", oauth(listener.url))
    told = events.describe_connection(Name="c")
    assert told["ConnectionState"] == "DEAUTHORIZED"
    assert "gave no token" in told["StateReason"]
