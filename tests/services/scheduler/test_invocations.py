import json
from datetime import UTC, datetime, timedelta

import pytest

from vauban.kernel.errors import AwsError
from vauban.services.scheduler import invocations

from .conftest import ACCOUNT, document


def test_a_rate_begins_at_once_and_goes_on(vauban, make, heard):
    make("rate(1 hour)")
    vauban.advance(seconds=1)
    assert heard() == ["now"]
    vauban.advance(hours=3)
    assert heard() == ["now"] * 3


def test_a_schedule_begins_and_ends_by_its_dates(vauban, make, heard):
    start = datetime.now(UTC) + timedelta(hours=2)
    make("rate(1 hour)", StartDate=start, EndDate=start + timedelta(hours=3))
    vauban.advance(hours=1)
    assert heard() == []
    vauban.advance(days=1)
    assert heard() == ["now"] * 3


def test_a_time_comes_once_and_then_the_schedule_may_go(vauban, scheduler, make, heard):
    at = (datetime.now(UTC) + timedelta(minutes=5)).strftime("at(%Y-%m-%dT%H:%M:%S)")
    make(at, "stays")
    make(at, "goes", ActionAfterCompletion="DELETE")
    make("at(2020-01-01T00:00:00)", "past")
    vauban.advance(minutes=10)
    assert heard() == ["now"] * 2
    assert [each["Name"] for each in scheduler.list_schedules()["Schedules"]] == ["past", "stays"]


def test_a_disabled_schedule_waits(vauban, scheduler, make, heard, queue, role):
    make("rate(1 hour)", State="DISABLED")
    vauban.advance(hours=3)
    assert heard() == []
    scheduler.update_schedule(
        Name="s",
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": queue, "RoleArn": role, "Input": "again"},
    )
    vauban.advance(seconds=1)
    assert heard() == ["again"]


def test_within_a_flexible_window_it_comes_at_some_time(vauban, make, heard):
    at = datetime.now(UTC) + timedelta(minutes=1)
    make(at.strftime("at(%Y-%m-%dT%H:%M:%S)"), window={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 30})
    vauban.advance(minutes=31)
    assert heard() == ["now"]


def test_without_input_a_notification_is_sent(vauban, scheduler, heard, queue, role):
    scheduler.create_schedule(
        Name="s",
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": queue, "RoleArn": role},
    )
    vauban.advance(seconds=1)
    (body,) = map(json.loads, heard())
    assert (body["source"], body["detail-type"], body["detail"]) == ("aws.scheduler", "Scheduled Event", "{}")
    assert body["resources"] == [f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/default/s"]


def test_what_stands_for_the_time_and_the_like_is_filled_in(vauban, make, heard):
    names = ("schedule-arn", "scheduled-time", "execution-id", "attempt-number")
    make("at(2031-05-01T10:00:00)", target={"Input": " ".join(f"<aws.scheduler.{name}>" for name in names)})
    vauban.advance(days=(datetime(2031, 5, 2, tzinfo=UTC) - datetime.now(UTC)).days)
    (body,) = heard()
    arn, time, execution, attempt = body.split()
    assert arn == f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/default/s"
    assert (time, attempt, len(execution)) == ("2031-05-01T10:00:00Z", "1", 36)


def test_a_bus_a_topic_and_an_operation_are_targets(vauban, make, queue, heard):
    events, sns = vauban.client("events"), vauban.client("sns")
    events.put_rule(Name="r", EventPattern='{"source": ["shop"], "detail": {"a": [1]}}')
    topic = sns.create_topic(Name="t")["TopicArn"]
    parameter = {"Name": "p", "Value": "v", "Type": "String"}
    bus = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
    telling = {"DetailType": "Order", "Source": "shop"}
    make(name="bus", target={"Arn": bus, "EventBridgeParameters": telling, "Input": '{"a": 1}'})
    make(name="topic", target={"Arn": topic})
    make(name="any", target={"Arn": "arn:aws:scheduler:::aws-sdk:ssm:putParameter", "Input": json.dumps(parameter)})
    policy = document(
        Principal={"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}, Action="sqs:*", Resource="*"
    )
    vauban.client("sqs").set_queue_attributes(
        QueueUrl=f"http://vauban.test/{ACCOUNT}/heard", Attributes={"Policy": policy}
    )
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": queue, "InputPath": "$.detail"}])
    vauban.advance(seconds=1)
    assert sorted(heard()) == ["now", '{"a":1}']
    assert vauban.client("ssm").get_parameter(Name="p")["Parameter"]["Value"] == "v"


def test_a_function_is_invoked_with_the_input(vauban, make, monkeypatch):
    asked = []
    monkeypatch.setattr(invocations, "_invoke", lambda asking, target: asked.append((asking.principal.arn, target)))
    make(target={"Arn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f", "Input": '{"a": 1}'})
    vauban.advance(seconds=1)
    ((principal, target),) = asked
    assert principal.startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/runner/")
    assert target["Input"] == '{"a": 1}'


class Down:
    """A target's service that cannot take anything for a while."""

    def __init__(self, monkeypatch):
        self.tries = 0
        self.down = True
        self._invoke = invocations._invoke
        monkeypatch.setattr(invocations, "_invoke", self)

    def __call__(self, asking, target):
        self.tries += 1
        if self.down:
            raise AwsError("down", code="ServiceUnavailable", status=503)
        self._invoke(asking, target)


def test_what_fails_is_tried_again_until_it_is_taken(vauban, make, heard, monkeypatch):
    down = Down(monkeypatch)
    make("rate(30 days)")
    vauban.advance(minutes=1)
    assert down.tries > 3
    down.down = False
    vauban.advance(minutes=10)
    assert heard() == ["now"]


@pytest.mark.parametrize(
    ("policy", "condition"),
    [
        ({"MaximumRetryAttempts": 2}, "MaximumRetryAttempts"),
        ({"MaximumEventAgeInSeconds": 60}, "MaximumEventAgeInSeconds"),
    ],
)
def test_what_is_given_up_is_a_dead_letter(vauban, sqs, make, monkeypatch, policy, condition):
    url = sqs.create_queue(QueueName="letters")["QueueUrl"]
    letters = {"Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:letters"}
    down = Down(monkeypatch)
    make("rate(30 days)", target={"RetryPolicy": policy, "DeadLetterConfig": letters})
    vauban.advance(hours=1)
    (letter,) = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    said = {name: each["StringValue"] for name, each in letter["MessageAttributes"].items()}
    assert letter["Body"] == "now"
    assert said.pop("EXECUTION_ID")
    assert said.pop("SCHEDULED_TIME")
    assert said == {
        "ERROR_CODE": "ServiceUnavailable",
        "ERROR_MESSAGE": "down",
        "EXHAUSTED_RETRY_CONDITION": condition,
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": str(down.tries - 1),
        "SCHEDULE_ARN": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/default/s",
        "TARGET_ARN": f"arn:aws:sqs:us-east-1:{ACCOUNT}:heard",
    }


def test_what_the_role_may_not_do_is_not_tried_again(vauban, sqs, make, heard):
    url = sqs.create_queue(QueueName="letters")["QueueUrl"]
    letters = {"Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:letters"}
    policy = document(Action="sqs:SendMessage", Resource=letters["Arn"])
    vauban.client("iam").put_role_policy(RoleName="runner", PolicyName="run", PolicyDocument=policy)
    make("rate(30 days)", target={"DeadLetterConfig": letters})
    vauban.advance(hours=1)
    assert heard() == []
    (letter,) = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    assert letter["MessageAttributes"]["RETRY_ATTEMPTS"]["StringValue"] == "0"
    assert letter["MessageAttributes"]["ERROR_CODE"]["StringValue"].startswith("AccessDenied")


def test_a_role_may_trust_the_group_of_a_schedule_alone(vauban, make, heard):
    group = f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/default"
    condition = {"ArnEquals": {"aws:SourceArn": group}, "StringEquals": {"aws:SourceAccount": ACCOUNT}}
    trust = document(Principal={"Service": "scheduler.amazonaws.com"}, Action="sts:AssumeRole", Condition=condition)
    vauban.client("iam").update_assume_role_policy(RoleName="runner", PolicyDocument=trust)
    make("rate(30 days)")
    vauban.advance(seconds=1)
    assert heard() == ["now"]
