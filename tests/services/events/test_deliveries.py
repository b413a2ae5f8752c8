import io
import json
import zipfile
from datetime import timedelta

import pytest

from vauban.kernel.errors import AwsError
from vauban.services.events import deliveries

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
RULE = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/r"


def entry(**members):
    return {"Source": "shop", "DetailType": "Order", "Detail": '{"total": 5}', **members}


def letting_in(rule_arn=RULE):
    """A queue's policy for EventBridge, for one rule."""
    return {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
            "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}, "StringEquals": {"aws:SourceAccount": ACCOUNT}},
        },
    }


def make_queue(sqs, name, policy=None, **attributes):
    """Its URL and ARN."""
    if policy:
        attributes["Policy"] = json.dumps(policy)
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def messages(sqs, url):
    given = {"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}
    return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **given).get("Messages", [])


@pytest.fixture
def sqs(vauban):
    return vauban.client("sqs")


@pytest.fixture
def tell(events):
    """Have the rule ``r`` tell a target; then an event comes."""

    def tell(**target):
        events.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
        told = events.put_targets(Rule="r", Targets=[{"Id": "1", **target}])
        assert told["FailedEntryCount"] == 0
        events.put_events(Entries=[entry()])

    return tell


def test_a_queue_that_lets_the_rule_in_gets_the_event(sqs, tell):
    url, queue = make_queue(sqs, "heard", letting_in())
    tell(Arn=queue)
    (message,) = messages(sqs, url)
    event = json.loads(message["Body"])
    assert (event["source"], event["detail-type"], event["detail"]) == ("shop", "Order", {"total": 5})


def test_a_queue_gets_what_the_target_says(sqs, tell):
    url, queue = make_queue(sqs, "heard", letting_in())
    tell(Arn=queue, InputPath="$.detail")
    assert [each["Body"] for each in messages(sqs, url)] == ['{"total":5}']


def test_a_queue_for_another_rule_gets_nothing_and_that_is_a_dead_letter(sqs, tell):
    url, queue = make_queue(sqs, "heard", letting_in(RULE + "-other"))
    letters_url, letters = make_queue(sqs, "letters", letting_in())
    tell(Arn=queue, DeadLetterConfig={"Arn": letters})
    assert messages(sqs, url) == []
    (letter,) = messages(sqs, letters_url)
    assert json.loads(letter["Body"])["detail"] == {"total": 5}
    said = {name: each["StringValue"] for name, each in letter["MessageAttributes"].items()}
    assert said.pop("ERROR_MESSAGE")
    assert said == {
        "RULE_ARN": RULE,
        "TARGET_ARN": queue,
        "ERROR_CODE": "NO_PERMISSIONS",
        "RETRY_ATTEMPTS": "0",
    }


def test_a_fifo_queue_gets_its_group(sqs, tell):
    url, queue = make_queue(sqs, "heard.fifo", letting_in(), FifoQueue="true", ContentBasedDeduplication="true")
    tell(Arn=queue, SqsParameters={"MessageGroupId": "orders"})
    (message,) = messages(sqs, url)
    assert message["Attributes"]["MessageGroupId"] == "orders"


def test_a_role_that_trusts_eventbridge_reaches_a_queue(vauban, sqs, tell, failures):
    url, queue = make_queue(sqs, "heard")
    iam = vauban.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName="sender", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust})
    )["Role"]["Arn"]
    tell(Arn=queue, RoleArn=role)
    assert messages(sqs, url) == []
    assert [each["code"] for each in failures(vauban)] == ["NO_PERMISSIONS"]
    allow = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue}
    policy = json.dumps({"Version": "2012-10-17", "Statement": allow})
    iam.put_role_policy(RoleName="sender", PolicyName="send", PolicyDocument=policy)
    tell(Arn=queue, RoleArn=role)
    assert len(messages(sqs, url)) == 1


def test_a_queue_of_another_account_and_region_gets_the_event(neighbours):
    theirs = neighbours.client("sqs", account=OTHER_ACCOUNT, region="eu-west-1")
    url, queue = make_queue(theirs, "heard", letting_in())
    events = neighbours.client("events")
    events.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": queue}])
    events.put_events(Entries=[entry()])
    assert len(messages(theirs, url)) == 1


class Down:
    """A target's service that cannot take anything for a while."""

    def __init__(self, monkeypatch):
        self.tries = 0
        self.down = True
        self._hand_over = deliveries.hand_over
        monkeypatch.setattr(deliveries, "hand_over", self)

    def __call__(self, call, parcel):
        self.tries += 1
        if self.down:
            raise AwsError("down", code="ServiceUnavailable", status=503)
        self._hand_over(call, parcel)


def test_what_fails_is_tried_again_until_it_is_taken(vauban, sqs, tell, monkeypatch):
    target = Down(monkeypatch)
    url, queue = make_queue(sqs, "heard", letting_in())
    tell(Arn=queue)
    vauban.advance(minutes=1)
    assert target.tries > 3
    assert messages(sqs, url) == []
    target.down = False
    vauban.advance(minutes=10)
    assert len(messages(sqs, url)) == 1
    tries = target.tries
    vauban.advance(days=2)
    assert target.tries == tries


@pytest.mark.parametrize(
    ("policy", "condition"),
    [
        ({"MaximumRetryAttempts": 2}, "MaximumRetryAttempts"),
        ({"MaximumEventAgeInSeconds": 60}, "MaximumEventAgeInSeconds"),
    ],
)
def test_what_is_given_up_is_a_dead_letter(vauban, sqs, tell, monkeypatch, policy, condition):
    target = Down(monkeypatch)
    _, queue = make_queue(sqs, "heard", letting_in())
    letters_url, letters = make_queue(sqs, "letters", letting_in())
    tell(Arn=queue, RetryPolicy=policy, DeadLetterConfig={"Arn": letters})
    vauban.advance(seconds=timedelta(days=2).total_seconds())
    (letter,) = messages(sqs, letters_url)
    said = {name: each["StringValue"] for name, each in letter["MessageAttributes"].items()}
    assert said["EXHAUSTED_RETRY_CONDITION"] == condition
    assert said["ERROR_CODE"] == "INTERNAL_ERROR"
    assert int(said["RETRY_ATTEMPTS"]) == target.tries - 1


def test_a_function_that_lets_the_rule_in_is_invoked(vauban, tell, failures):
    """Whether it runs is Lambda's to test: here, that it is asked, and by whom."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    role = vauban.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        opened.writestr("app.py", "def handler(event, context): return event")
    functions = vauban.client("lambda")
    code = {"ZipFile": content.getvalue()}
    made = functions.create_function(
        FunctionName="job", Runtime="python3.12", Role=role, Handler="app.handler", Code=code
    )
    tell(Arn=made["FunctionArn"])
    assert [each["code"] for each in failures(vauban)] == ["NO_PERMISSIONS"]
    functions.add_permission(
        FunctionName="job",
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=RULE,
    )
    tell(Arn=made["FunctionArn"])
    assert len(failures(vauban)) == 1


def test_a_topic_that_lets_the_rule_in_publishes_the_event(vauban, sqs, tell):
    sns = vauban.client("sns")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {"ArnEquals": {"aws:SourceArn": RULE}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    open_to_topics = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
        },
    }
    url, queue = make_queue(sqs, "heard", open_to_topics)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
    tell(Arn=topic)
    (message,) = messages(sqs, url)
    assert json.loads(message["Body"])["detail"] == {"total": 5}


LOGS = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/events/all"


@pytest.fixture
def logged(vauban):
    """What is in a log group that rules may write to."""
    logs = vauban.client("logs")
    logs.create_log_group(logGroupName="/aws/events/all")
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/*:*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    logs.put_resource_policy(policyName="p", policyDocument=policy)
    return lambda: logs.filter_log_events(logGroupName="/aws/events/all")["events"]


@pytest.mark.parametrize("ending", ["", ":*"])
def test_a_log_group_that_lets_the_rule_in_gets_the_event(tell, logged, ending):
    for _ in range(2):
        tell(Arn=LOGS + ending)
    found = logged()
    assert [json.loads(each["message"])["detail"] for each in found] == [{"total": 5}] * 2
    assert len({each["logStreamName"] for each in found}) == 1


def test_a_log_event_says_what_the_template_has_for_it(tell, logged):
    template = '{"timestamp": <t>, "message": "sold <n>"}'
    paths = {"t": "$.detail.total", "n": "$.detail.total"}
    tell(Arn=LOGS, InputTransformer={"InputPathsMap": paths, "InputTemplate": template.replace("<t>", "1893456000000")})
    assert [each["message"] for each in logged()] == []
    tell(
        Arn=LOGS,
        InputTransformer={"InputPathsMap": paths, "InputTemplate": '{"timestamp": null, "message": "sold <n>"}'},
    )
    assert [each["message"] for each in logged()] == ["sold 5"]


def test_a_log_group_without_a_policy_gets_nothing(vauban, tell, logged, failures):
    vauban.client("logs").delete_resource_policy(policyName="p")
    tell(Arn=LOGS)
    assert [each["code"] for each in failures(vauban)] == ["NO_PERMISSIONS"]


def test_an_event_that_goes_on_to_another_bus_stays_the_one_it_was(neighbours, parcels):
    """It keeps its id, time, account and Region; and goes no further than one account."""
    events = neighbours.client("events")
    theirs = neighbours.client("events", account=OTHER_ACCOUNT, region="eu-west-1")
    allow = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "events:PutEvents"}
    bus = f"arn:aws:events:eu-west-1:{OTHER_ACCOUNT}:event-bus/default"
    policy = {"Version": "2012-10-17", "Statement": {**allow, "Sid": "in", "Resource": bus}}
    theirs.put_permission(Policy=json.dumps(policy))
    events.put_rule(Name="on", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="on", Targets=[{"Id": "1", "Arn": bus}])
    theirs.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
    back = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
    theirs.put_targets(
        Rule="r",
        Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:eu-west-1:{OTHER_ACCOUNT}:q"}, {"Id": "2", "Arn": back}],
    )
    put = events.put_events(Entries=[entry()])["Entries"][0]["EventId"]
    there = [each["event"] for each in parcels(neighbours) if each["account"] == OTHER_ACCOUNT]
    assert [(each["id"], each["account"], each["region"]) for each in there] == [(put, ACCOUNT, "us-east-1")] * 2
    failed = [each.detail["code"] for each in neighbours.events if each.detail_type == deliveries.FAILED]
    assert "THIRD_ACCOUNT_HOP_DETECTED" in failed
    assert len([each for each in parcels(neighbours) if each["account"] == ACCOUNT]) == 1
