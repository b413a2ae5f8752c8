"""What functions write is in CloudWatch Logs, if their role may write there."""

import json

import pytest
from botocore.exceptions import ClientError

from .conftest import allow

MAY_WRITE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": "*",
        }
    ],
}


def test_a_function_whose_role_may_write_has_its_log_in_a_group(vauban, client, make):
    make("def handler(event, context): print('hello')")
    vauban.client("iam").put_role_policy(RoleName="worker", PolicyName="log", PolicyDocument=json.dumps(MAY_WRITE))
    for _ in range(2):
        assert "FunctionError" not in client.invoke(FunctionName="job")
    logs = vauban.client("logs")
    (stream,) = logs.describe_log_streams(logGroupName="/aws/lambda/job")["logStreams"]
    assert "[$LATEST]" in stream["logStreamName"]
    messages = [each["message"] for each in logs.filter_log_events(logGroupName="/aws/lambda/job")["events"]]
    assert messages.count("hello\n") == 2
    assert messages[0].startswith("START RequestId: ")


def test_a_role_that_may_not_write_is_no_failure_of_the_invocation(vauban, client, make):
    make("def handler(event, context): print('hello')")
    assert "FunctionError" not in client.invoke(FunctionName="job")
    assert vauban.client("logs").describe_log_groups()["logGroups"] == []


def test_a_function_may_be_given_another_log_group(vauban, client, make):
    allow(vauban, "logs:*")
    logging = {"LogFormat": "Text", "LogGroup": "/jobs"}
    assert make("def handler(event, context): print('hello')", LoggingConfig=logging)["LoggingConfig"] == logging
    client.invoke(FunctionName="job")
    events = vauban.client("logs").filter_log_events(logGroupName="/jobs", filterPattern="hello")["events"]
    assert [each["message"] for each in events] == ["hello\n"]
    with pytest.raises(ClientError) as refused:
        client.update_function_configuration(FunctionName="job", LoggingConfig={"LogFormat": "JSON"})
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
