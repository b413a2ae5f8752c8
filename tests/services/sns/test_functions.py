"""Functions that are subscribed."""

import io
import json
import zipfile

import pytest
from botocore.exceptions import ClientError

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture
def function(vauban) -> str:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        opened.writestr("app.py", "def handler(event, context): return event")
    role = vauban.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
    made = vauban.client("lambda").create_function(
        FunctionName="job",
        Runtime="python3.12",
        Role=role["Role"]["Arn"],
        Handler="app.handler",
        Code={"ZipFile": content.getvalue()},
    )
    return made["FunctionArn"]


def outcomes(vauban) -> list[str | None]:
    """Of each time that SNS invoked a function: the error, or None."""
    return [each.get("errorCode") for each in vauban.trail() if each["eventName"] == "Invoke"]


def test_a_function_is_invoked_where_its_policy_names_the_topic(vauban, sns, topic, function):
    assert sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)["SubscriptionArn"].startswith(topic)
    sns.publish(TopicArn=topic, Message="too early")
    (denied,) = outcomes(vauban)
    assert denied.startswith("AccessDenied")
    vauban.client("lambda").add_permission(
        FunctionName="job",
        StatementId="topic",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    sns.publish(TopicArn=topic, Message="hello")
    assert outcomes(vauban)[1:] == [None]


def test_what_is_no_function_is_not_subscribed(sns, topic):
    with pytest.raises(ClientError, match="Lambda endpoint ARN"):
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint="job")
