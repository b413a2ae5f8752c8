import base64
import json

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
RULE = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/r"


@pytest.fixture
def connect(events):
    """The ARN of a connection."""

    def connect(kind="API_KEY", further=None, **group):
        group = group or {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "k"}}
        parameters = {**group, **({"InvocationHttpParameters": further} if further else {})}
        made = events.create_connection(Name="c", AuthorizationType=kind, AuthParameters=parameters)
        return made["ConnectionArn"]

    return connect


@pytest.fixture
def make(events):
    """The ARN of an API destination."""

    def make(connection, url, name="d", **more):
        given = {"HttpMethod": "POST", **more}
        made = events.create_api_destination(Name=name, ConnectionArn=connection, InvocationEndpoint=url, **given)
        return made["ApiDestinationArn"]

    return make


@pytest.fixture
def role(vauban):
    """Of a rule that may invoke API destinations."""
    iam = vauban.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    made = iam.create_role(RoleName="invoker", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    allow = {"Effect": "Allow", "Action": "events:InvokeApiDestination", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": allow})
    iam.put_role_policy(RoleName="invoker", PolicyName="invoke", PolicyDocument=policy)
    return made


@pytest.fixture
def tell(events, role):
    """Have a rule tell the destination; then an event comes."""

    def tell(arn, **target):
        events.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
        told = events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": arn, "RoleArn": role, **target}])
        assert told["FailedEntryCount"] == 0
        events.put_events(Entries=[{"Source": "shop", "DetailType": "Order", "Detail": '{"total": 5}'}])

    return tell


def test_a_destination_is_made_described_changed_and_deleted(events, connect, make):
    connection = connect()
    arn = make(connection, "https://example.com/hook", Description="d")
    assert arn.startswith(f"arn:aws:events:us-east-1:{ACCOUNT}:api-destination/d/")
    told = events.describe_api_destination(Name="d")
    assert (told["ApiDestinationArn"], told["ConnectionArn"], told["Description"]) == (arn, connection, "d")
    assert (told["ApiDestinationState"], told["HttpMethod"]) == ("ACTIVE", "POST")
    assert (told["InvocationEndpoint"], told["InvocationRateLimitPerSecond"]) == ("https://example.com/hook", 300)
    events.update_api_destination(Name="d", HttpMethod="PUT", InvocationRateLimitPerSecond=7)
    told = events.describe_api_destination(Name="d")
    assert (told["HttpMethod"], told["InvocationRateLimitPerSecond"], told["Description"]) == ("PUT", 7, "d")
    events.delete_connection(Name="c")
    assert events.describe_api_destination(Name="d")["ApiDestinationState"] == "INACTIVE"
    events.delete_api_destination(Name="d")
    with pytest.raises(events.exceptions.ResourceNotFoundException, match=r"An api-destination 'd' does not exist\."):
        events.describe_api_destination(Name="d")


def test_a_destination_is_refused(events, connect, make):
    connection = connect()
    for url in ("http://example.com/", "ftp://example.com", "https:///x", "https://a:b@example.com", "https://x:y/"):
        with pytest.raises(ClientError, match="InvocationEndpoint"):
            make(connection, url)
    with pytest.raises(events.exceptions.ResourceNotFoundException, match=r"Connection '.*' does not exist\."):
        make(connection + "0", "https://example.com/")
    make(connection, "https://example.com/")
    with pytest.raises(events.exceptions.ResourceAlreadyExistsException):
        make(connection, "https://example.com/")


def test_destinations_are_listed(events, connect, make):
    connection = connect()
    for name in ("a1", "a2", "b1"):
        make(connection, "https://example.com/", name)

    def names(**asked):
        return [each["Name"] for each in events.list_api_destinations(**asked)["ApiDestinations"]]

    assert names() == ["a1", "a2", "b1"]
    assert names(NamePrefix="a") == ["a1", "a2"]
    assert names(ConnectionArn=connection, Limit=1) == ["a1"]
    assert names(ConnectionArn=connection + "0") == []


def test_an_event_is_sent_with_all_that_target_and_connection_add(connect, make, tell, listener):
    further = {
        "HeaderParameters": [{"Key": "x-more", "Value": "connection"}],
        "QueryStringParameters": [{"Key": "q", "Value": "connection", "IsValueSecret": True}],
        "BodyParameters": [{"Key": "extra", "Value": "1"}],
    }
    arn = make(connect(further=further), f"{listener.url}/orders/*/items/*", HttpMethod="PUT")
    http = {
        "PathParameterValues": ["7 up", "8"],
        "HeaderParameters": {"X-More": "target", "x-other": "target"},
        "QueryStringParameters": {"q": "target", "p": "target"},
    }
    tell(arn, HttpParameters=http, InputPath="$.detail")
    (asked,) = listener.requests
    assert (asked.method, asked.path) == ("PUT", "/orders/7%20up/items/8?q=connection&p=target")
    assert json.loads(asked.body) == {"total": 5, "extra": "1"}
    assert asked.headers["x-key"] == "k"
    assert (asked.headers["x-more"], asked.headers["x-other"]) == ("connection", "target")
    assert asked.headers["content-type"] == "application/json; charset=utf-8"
    assert asked.headers["user-agent"] == "Amazon/EventBridge/ApiDestinations"


def test_basic_credentials_are_sent(connect, make, tell, listener):
    basic = {"Username": "alice", "Password": "p w"}
    tell(make(connect("BASIC", BasicAuthParameters=basic), listener.url))
    (asked,) = listener.requests
    assert asked.headers["authorization"] == f"Basic {base64.b64encode(b'alice:p w').decode()}"
    assert json.loads(asked.body)["detail"] == {"total": 5}


def test_a_token_is_used_until_it_is_refused_and_then_renewed(events, connect, make, tell, listener):
    client = {"ClientID": "me", "ClientSecret": "s"}
    parameters = {"ClientParameters": client, "AuthorizationEndpoint": listener.url, "HttpMethod": "GET"}

    def token(name):
        return 200, {}, json.dumps({"access_token": name, "expires_in": 3600})

    listener.answers = [token("t1"), (200, {}, ""), (401, {}, ""), token("t2"), (200, {}, "")]
    arn = make(connect("OAUTH_CLIENT_CREDENTIALS", OAuthParameters=parameters), f"{listener.url}/hook")
    tell(arn)
    tell(arn)
    assert [each.headers.get("authorization") for each in listener.requests] == [
        None, "Bearer t1", "Bearer t1", None, "Bearer t2",
    ]  # fmt: skip
    assert "client_secret=s" in listener.requests[0].path


@pytest.mark.parametrize(("status", "tries"), [(503, 2), (429, 2), (409, 2), (400, 1), (302, 1)])
def test_only_what_may_pass_is_tried_again(vauban, connect, make, tell, listener, status, tries):
    listener.answers = [(status, {}, "")]
    tell(make(connect(), listener.url))
    vauban.advance(minutes=1)
    assert len(listener.requests) == tries


def test_who_says_when_to_come_again_is_left_until_then(vauban, connect, make, tell, listener):
    listener.answers = [(429, {"Retry-After": "300"}, "")]
    tell(make(connect(), listener.url))
    vauban.advance(seconds=290)
    assert len(listener.requests) == 1
    vauban.advance(seconds=20)
    assert len(listener.requests) == 2


def test_nobody_listening_is_a_dead_letter_in_the_end(vauban, connect, make, tell, listener, failures):
    listener.close()
    tell(make(connect(), listener.url), RetryPolicy={"MaximumRetryAttempts": 1})
    vauban.advance(minutes=1)
    assert [each["code"] for each in failures(vauban)] == ["CONNECTION_FAILURE"] * 2


def test_a_role_that_may_not_invoke_the_destination_sends_nothing(vauban, connect, make, tell, listener, failures):
    vauban.client("iam").delete_role_policy(RoleName="invoker", PolicyName="invoke")
    tell(make(connect(), listener.url))
    assert listener.requests == []
    assert [each["code"] for each in failures(vauban)] == ["NO_PERMISSIONS"]


def test_a_destination_that_is_gone_is_not_asked(vauban, events, connect, make, tell, failures):
    arn = make(connect(), "https://127.0.0.1:1/")
    events.delete_api_destination(Name="d")
    tell(arn)
    assert [each["code"] for each in failures(vauban)] == ["NO_RESOURCE"]


def test_targets_of_this_kind_need_a_role_and_others_take_no_http_parameters(events, connect, make, role):
    arn = make(connect(), "https://example.com/")
    events.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
    with pytest.raises(ClientError, match="RoleArn is required"):
        events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": arn}])
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
    with pytest.raises(ClientError, match="HttpParameters cannot be used"):
        events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": queue, "HttpParameters": {"HeaderParameters": {}}}])


def test_no_more_are_sent_a_second_than_the_destination_takes():
    from vauban.outside.webhooks import Webhooks

    webhooks = Webhooks()
    slept = []
    for _ in range(3):
        webhooks.await_turn("d", 50)
        slept.append(webhooks._turns["d"])
    assert slept[2] - slept[0] == pytest.approx(0.04)
