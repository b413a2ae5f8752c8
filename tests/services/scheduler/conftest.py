"""The Scheduler in process, with a role for its schedules and a queue that they may send to."""

import json
from typing import Any

import pytest

ACCOUNT = "111122223333"


def document(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}})


@pytest.fixture
def scheduler(vauban):
    return vauban.client("scheduler")


@pytest.fixture
def sqs(vauban):
    return vauban.client("sqs")


@pytest.fixture
def role(vauban) -> str:
    iam = vauban.client("iam")
    trust = document(Principal={"Service": "scheduler.amazonaws.com"}, Action="sts:AssumeRole")
    made = iam.create_role(RoleName="runner", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    actions = ["sqs:SendMessage", "sns:Publish", "events:PutEvents", "lambda:InvokeFunction", "ssm:PutParameter"]
    policy = document(Action=actions, Resource="*")
    iam.put_role_policy(RoleName="runner", PolicyName="run", PolicyDocument=policy)
    return made


@pytest.fixture
def queue(sqs) -> str:
    """Its ARN."""
    sqs.create_queue(QueueName="heard")
    return f"arn:aws:sqs:us-east-1:{ACCOUNT}:heard"


@pytest.fixture
def heard(sqs, queue):
    """What the queue was sent since it was last asked."""

    def heard() -> list[str]:
        url = sqs.get_queue_url(QueueName="heard")["QueueUrl"]
        bodies = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            bodies += [each["Body"] for each in found]
            for each in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return bodies

    return heard


@pytest.fixture
def make(scheduler, role, queue):
    """The ARN of a schedule that sends ``now`` to the queue."""

    def make(expression="rate(1 hour)", name="s", target=None, window=None, **more):
        asked = {"Arn": queue, "RoleArn": role, "Input": "now", **(target or {})}
        given = {"FlexibleTimeWindow": window or {"Mode": "OFF"}, **more}
        return scheduler.create_schedule(Name=name, ScheduleExpression=expression, Target=asked, **given)["ScheduleArn"]

    return make
