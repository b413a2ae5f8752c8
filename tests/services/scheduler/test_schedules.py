from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT, document

ARN = f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule"


def test_a_schedule_is_told_with_what_was_left_out(scheduler, make, queue, role):
    assert make() == f"{ARN}/default/s"
    told = scheduler.get_schedule(Name="s")
    del told["ResponseMetadata"]
    assert isinstance(told.pop("CreationDate"), datetime)
    assert isinstance(told.pop("LastModificationDate"), datetime)
    assert told == {
        "Arn": f"{ARN}/default/s",
        "Name": "s",
        "GroupName": "default",
        "State": "ENABLED",
        "ScheduleExpression": "rate(1 hour)",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "NONE",
        "Target": {
            "Arn": queue,
            "RoleArn": role,
            "Input": "now",
            "RetryPolicy": {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185},
        },
    }


def test_a_schedule_is_changed_as_a_whole(scheduler, make, queue, role):
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    make(Description="d", StartDate=start, EndDate=start + timedelta(days=1), State="DISABLED")
    told = scheduler.get_schedule(Name="s")
    assert (told["StartDate"], told["EndDate"] - told["StartDate"]) == (start, timedelta(days=1))
    assert (told["Description"], told["State"]) == ("d", "DISABLED")
    scheduler.update_schedule(
        Name="s",
        ScheduleExpression="cron(0 8 ? * MON-FRI *)",
        ScheduleExpressionTimezone="Europe/Berlin",
        FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
        ActionAfterCompletion="DELETE",
        Target={"Arn": queue, "RoleArn": role, "RetryPolicy": {"MaximumRetryAttempts": 3}},
    )
    told = scheduler.get_schedule(Name="s")
    assert not {"StartDate", "EndDate", "Description"} & set(told)
    assert (told["State"], told["ScheduleExpressionTimezone"]) == ("ENABLED", "Europe/Berlin")
    assert told["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    assert told["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 3}
    assert "Input" not in told["Target"]
    assert told["CreationDate"] <= told["LastModificationDate"]


def test_a_schedule_is_deleted(scheduler, make):
    make()
    scheduler.delete_schedule(Name="s")
    missing = scheduler.exceptions.ResourceNotFoundException
    for ask in (scheduler.get_schedule, scheduler.delete_schedule):
        with pytest.raises(missing, match=r"Schedule s does not exist\."):
            ask(Name="s")
    with pytest.raises(missing, match=r"Schedule group g does not exist\."):
        scheduler.get_schedule(Name="s", GroupName="g")


def test_a_name_is_taken_once_in_a_group(scheduler, make):
    scheduler.create_schedule_group(Name="g")
    make()
    assert make(GroupName="g") == f"{ARN}/g/s"
    with pytest.raises(scheduler.exceptions.ConflictException, match=r"Schedule s already exists\."):
        make()


def test_what_is_asked_again_with_the_same_token_was_done(scheduler, make):
    assert make(ClientToken="t") == make(ClientToken="t")
    with pytest.raises(scheduler.exceptions.ConflictException):
        make("rate(2 hours)", ClientToken="t")
    for _ in range(2):
        scheduler.delete_schedule(Name="s", ClientToken="u")
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException):
        scheduler.delete_schedule(Name="s", ClientToken="v")


def test_schedules_are_listed(scheduler, make, queue):
    scheduler.create_schedule_group(Name="g")
    for name, more in (("a1", {}), ("a2", {"State": "DISABLED"}), ("b1", {"GroupName": "g"})):
        make(name=name, **more)

    def names(**asked):
        return [each["Name"] for each in scheduler.list_schedules(**asked)["Schedules"]]

    assert names() == ["a1", "a2", "b1"]
    assert names(GroupName="g") == ["b1"]
    assert names(NamePrefix="a", State="DISABLED") == ["a2"]
    page = scheduler.list_schedules(MaxResults=2)
    assert names(MaxResults=2, NextToken=page["NextToken"]) == ["b1"]
    assert page["Schedules"][0]["Target"] == {"Arn": queue}
    with pytest.raises(scheduler.exceptions.ResourceNotFoundException):
        names(GroupName="none")
    with pytest.raises(ClientError, match="NextToken"):
        names(NextToken="x")


@pytest.mark.parametrize(
    "expression",
    ["rate(0 minutes)", "rate(5 weeks)", "cron(* * * * * *)", "at(2030-13-01T00:00:00)", "at(tomorrow)", "hourly"],
)
def test_an_expression_is_refused(scheduler, make, expression):
    with pytest.raises(scheduler.exceptions.ValidationException, match="Invalid Schedule Expression"):
        make(expression)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"ScheduleExpressionTimezone": "Mars/Olympus"}, "Timezone"),
        ({"ScheduleExpressionTimezone": "../../etc/passwd"}, "Timezone"),
        ({"StartDate": datetime(2020, 1, 1, tzinfo=UTC)}, "StartDate"),
        ({"EndDate": datetime(2020, 1, 1, tzinfo=UTC)}, "EndDate"),
        (
            {"StartDate": datetime(2199, 1, 2, tzinfo=UTC), "EndDate": datetime(2199, 1, 1, tzinfo=UTC)},
            "must come after the StartDate",
        ),
        ({"window": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes"),
        ({"window": {"Mode": "OFF", "MaximumWindowInMinutes": 5}}, "MaximumWindowInMinutes"),
    ],
)
def test_times_are_refused(scheduler, make, more, reason):
    with pytest.raises(scheduler.exceptions.ValidationException, match=reason):
        make(**more)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({"Arn": "queue"}, r"Provided Arn is not in correct format\."),
        ({"Arn": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:m"}, "not of a kind of target"),
        ({"Arn": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"}, "in the Region of the schedule"),
        ({"Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:q.fifo"}, "MessageGroupId"),
        ({"Arn": f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"}, "EventBridgeParameters must be specified"),
        ({"Arn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"}, "well-formed JSON"),
        ({"Arn": "arn:aws:scheduler:::aws-sdk:ec2:startInstances", "Input": "{}"}, "not a service"),
        ({"Arn": "arn:aws:scheduler:::aws-sdk:ssm:getParameter", "Input": "{}"}, "Read-only"),
        ({"Arn": "arn:aws:scheduler:::aws-sdk:ssm:fly", "Input": "{}"}, "not an API action"),
        ({"Arn": "arn:aws:scheduler:::aws-sdk:ssm:putParameter", "Input": "x"}, "not a JSON object"),
        ({"KinesisParameters": {"PartitionKey": "k"}}, "KinesisParameters is not supported here"),
        ({"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/none"}, "must allow AWS EventBridge Scheduler to assume the role"),
        ({"Input": "x" * 262_145}, "256 KB"),
    ],
)
def test_a_target_is_refused(scheduler, make, target, reason):
    with pytest.raises(scheduler.exceptions.ValidationException, match=reason):
        make(target=target)


def test_a_role_that_does_not_trust_the_scheduler_is_refused(vauban, scheduler, make):
    trust = document(Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole")
    made = vauban.client("iam").create_role(RoleName="other", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    with pytest.raises(scheduler.exceptions.ValidationException, match="assume the role"):
        make(target={"RoleArn": made})


def test_who_may_not_pass_the_role_makes_no_schedule(vauban, role, queue):
    vauban.user(
        "poor", {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "scheduler:*", "Resource": "*"}]}
    )
    scheduler = vauban.client("scheduler", user="poor")
    with pytest.raises(ClientError, match="iam:PassRole"):
        scheduler.create_schedule(
            Name="s",
            ScheduleExpression="rate(1 hour)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": queue, "RoleArn": role},
        )
    assert scheduler.list_schedules()["Schedules"] == []


def test_a_target_under_a_key_of_ones_own_is_read_by_who_may_use_the_key(vauban, scheduler, make, heard):
    kms = vauban.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    iam = vauban.client("iam")
    iam.put_role_policy(
        RoleName="runner", PolicyName="key", PolicyDocument=document(Action="kms:Decrypt", Resource=key)
    )
    make("rate(1 minute)", KmsKeyArn=key)
    told = scheduler.get_schedule(Name="s")
    assert (told["KmsKeyArn"], told["Target"]["Input"]) == (key, "now")
    vauban.advance(seconds=1)
    assert heard() == ["now"]
    vauban.user(
        "reader",
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "scheduler:*", "Resource": "*"}]},
    )
    with pytest.raises(ClientError, match="kms:Decrypt"):
        vauban.client("scheduler", user="reader").get_schedule(Name="s")
    iam.delete_role_policy(RoleName="runner", PolicyName="key")
    vauban.advance(minutes=5)
    assert heard() == []
