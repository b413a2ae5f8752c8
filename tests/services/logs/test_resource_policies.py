import json

import pytest


@pytest.fixture
def logs(vauban):
    return vauban.client("logs")


def document(action="logs:PutLogEvents"):
    statement = {"Sid": "a", "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": action}
    return json.dumps({"Version": "2012-10-17", "Statement": {**statement, "Resource": "*"}})


def test_policies_are_put_told_and_deleted(logs):
    put = logs.put_resource_policy(policyName="p", policyDocument=document())["resourcePolicy"]
    assert (put["policyName"], put["policyDocument"], put["policyScope"]) == ("p", document(), "ACCOUNT")
    logs.put_resource_policy(policyName="p", policyDocument=document("logs:CreateLogStream"))
    (told,) = logs.describe_resource_policies()["resourcePolicies"]
    assert told["policyDocument"] == document("logs:CreateLogStream")
    assert logs.describe_resource_policies(policyScope="RESOURCE")["resourcePolicies"] == []
    logs.delete_resource_policy(policyName="p")
    with pytest.raises(logs.exceptions.ResourceNotFoundException, match=r"Policy with name \[p\] does not exist\."):
        logs.delete_resource_policy(policyName="p")


def test_ten_policies_are_kept(logs):
    for number in range(10):
        logs.put_resource_policy(policyName=f"p{number}", policyDocument=document())
    with pytest.raises(logs.exceptions.LimitExceededException):
        logs.put_resource_policy(policyName="p", policyDocument=document())
    logs.put_resource_policy(policyName="p1", policyDocument=document("logs:*"))


def test_what_is_no_policy_is_refused(logs):
    for asked in ({"policyName": "p"}, {"policyName": "p", "policyDocument": "{}"}, {"policyDocument": document()}):
        with pytest.raises(logs.exceptions.InvalidParameterException):
            logs.put_resource_policy(**asked)


def test_they_let_no_user_in(vauban, logs):
    logs.create_log_group(logGroupName="g")
    everybody = json.loads(document("logs:*"))
    everybody["Statement"]["Principal"] = "*"
    logs.put_resource_policy(policyName="p", policyDocument=json.dumps(everybody))
    vauban.user("nobody")
    with pytest.raises(vauban.client("logs", user="nobody").exceptions.ClientError, match="not authorized"):
        vauban.client("logs", user="nobody").create_log_stream(logGroupName="g", logStreamName="s")


def test_a_policy_names_what_is_in_a_group_by_what_follows_the_groups_name(vauban, logs):
    logs.create_log_group(logGroupName="/app")
    arn = "arn:aws:logs:us-east-1:111122223333:log-group:/app:*"
    allow = {"Effect": "Allow", "Action": "logs:CreateLogStream", "Resource": arn}
    vauban.user("writer", {"Version": "2012-10-17", "Statement": allow})
    vauban.client("logs", user="writer").create_log_stream(logGroupName="/app", logStreamName="s")
    assert len(logs.describe_log_streams(logGroupName="/app")["logStreams"]) == 1
