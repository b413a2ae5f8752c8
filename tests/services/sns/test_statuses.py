"""Delivery status logging."""

import hashlib
import json

import pytest
from botocore.exceptions import ClientError

from .test_queues import queue_for

ROLE = "arn:aws:iam::111122223333:role/feedback"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sts:AssumeRole"},
}
WRITE = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}}
GROUP = "sns/us-east-1/111122223333/orders"


@pytest.fixture
def role(vauban) -> str:
    iam = vauban.client("iam")
    iam.create_role(RoleName="feedback", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="feedback", PolicyName="write", PolicyDocument=json.dumps(WRITE))
    return ROLE


@pytest.fixture
def watched(sns, role, topic) -> str:
    """A topic that wants to know of everything."""
    for kind in ("HTTP", "Lambda", "SQS"):
        attributes = {
            f"{kind}SuccessFeedbackRoleArn": role,
            f"{kind}FailureFeedbackRoleArn": role,
            f"{kind}SuccessFeedbackSampleRate": "100",
        }
        for name, value in attributes.items():
            sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)
    return topic


@pytest.fixture
def written(vauban):
    """The statuses in a log group."""
    logs = vauban.client("logs")

    def read(group: str) -> list[dict]:
        return [json.loads(each["message"]) for each in logs.filter_log_events(logGroupName=group)["events"]]

    return read


def test_a_delivery_that_went_well_is_logged(vauban, sns, watched, written):
    _, arn = queue_for(vauban.client("sqs"), watched)
    sns.subscribe(TopicArn=watched, Protocol="sqs", Endpoint=arn)
    message_id = sns.publish(TopicArn=watched, Message="hello")["MessageId"]
    (status,) = written(GROUP)
    assert status["status"] == "SUCCESS"
    assert status["notification"]["messageId"] == message_id
    assert status["notification"]["messageMD5Sum"] == hashlib.md5(b"hello").hexdigest()
    assert status["notification"]["topicArn"] == watched
    assert status["delivery"]["destination"] == arn
    assert (status["delivery"]["attempts"], status["delivery"]["statusCode"]) == (1, 200)


def test_one_that_failed_is_logged_apart(sns, watched, written):
    sns.subscribe(TopicArn=watched, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:111122223333:nowhere")
    sns.publish(TopicArn=watched, Message="hello")
    (status,) = written(f"{GROUP}/Failure")
    assert status["status"] == "FAILURE"


def test_an_endpoint_counts_its_attempts(vauban, sns, watched, endpoint, confirmed, written):
    endpoint.statuses[:] = [503]
    sns.publish(TopicArn=watched, Message="hello")
    vauban.advance(seconds=30)
    (status,) = written(GROUP)
    assert status["delivery"]["attempts"] == 2
    endpoint.statuses[:] = [404]
    sns.publish(TopicArn=watched, Message="hello")
    (failed,) = written(f"{GROUP}/Failure")
    assert failed["delivery"]["statusCode"] == 404


def test_a_sample_of_nothing_logs_no_success(vauban, sns, watched, written):
    name = "SQSSuccessFeedbackSampleRate"
    sns.set_topic_attributes(TopicArn=watched, AttributeName=name, AttributeValue="0")
    _, arn = queue_for(vauban.client("sqs"), watched)
    sns.subscribe(TopicArn=watched, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=watched, Message="hello")
    assert vauban.client("logs").describe_log_groups()["logGroups"] == []


def test_a_role_that_may_not_write_loses_no_message(vauban, sns, watched):
    vauban.client("iam").delete_role_policy(RoleName="feedback", PolicyName="write")
    sqs = vauban.client("sqs")
    url, arn = queue_for(sqs, watched)
    sns.subscribe(TopicArn=watched, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=watched, Message="hello")
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1


def test_who_names_a_role_must_be_let_pass_it(vauban, sns, topic, role):
    vauban.user(
        "maker", {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sns:*", "Resource": "*"}}
    )
    maker = vauban.client("sns", user="maker")
    with pytest.raises(ClientError, match="iam:PassRole"):
        maker.set_topic_attributes(TopicArn=topic, AttributeName="SQSFailureFeedbackRoleArn", AttributeValue=role)
    with pytest.raises(ClientError, match="iam:PassRole"):
        maker.create_topic(Name="t", Attributes={"HTTPSuccessFeedbackRoleArn": role})
    maker.create_topic(Name="t", Tags=[{"Key": "a", "Value": "b"}])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SQSSuccessFeedbackRoleArn", "nobody"),
        ("SQSSuccessFeedbackSampleRate", "101"),
        ("ApplicationFailureFeedbackRoleArn", ROLE),
    ],
)
def test_what_is_no_role_and_no_percentage_is_refused(sns, topic, name, value):
    with pytest.raises(ClientError, match="InvalidParameter"):
        sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)
