import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from vauban.background.timers import AT_ONCE

from .conftest import allowing
from .rotation_functions import ARN, POLICY, TooManyRequestsException, install

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]


@pytest.fixture
def steps(vauban, secrets):
    """What the rotation function was asked for; it does what AWS's functions do."""
    asked = []

    def rotate(event):
        asked.append(event)
        perform(secrets, event, f"value {len(asked)}")

    install(vauban, rotate)
    return asked


def perform(secrets, event, value):
    """What AWS's functions do in the first step and in the last."""
    secret_id, token = event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == "createSecret":
        secrets.put_secret_value(
            SecretId=secret_id,
            ClientRequestToken=token,
            SecretString=value,
            VersionStages=[PENDING],
            RotationToken=event["RotationToken"],
        )
    if event["Step"] == "finishSecret":
        labelled = secrets.describe_secret(SecretId=secret_id)["VersionIdsToStages"]
        current = next(version for version, labels in labelled.items() if CURRENT in labels)
        secrets.update_secret_version_stage(
            SecretId=secret_id, VersionStage=CURRENT, MoveToVersionId=token, RemoveFromVersionId=current
        )


@pytest.fixture
def first(secrets):
    return secrets.create_secret(Name="db", SecretString="old")["VersionId"]


def told(secrets, name="db"):
    return secrets.describe_secret(SecretId=name)


def rotation_events(vauban):
    return [each["eventName"] for each in vauban.trail() if "Rotation" in each["eventName"]]


def test_rotation_goes_through_four_steps_and_leaves_a_new_value(vauban, secrets, steps, first):
    version_id = secrets.rotate_secret(
        SecretId="db", RotationLambdaARN=ARN, RotationRules={"AutomaticallyAfterDays": 30}
    )["VersionId"]
    assert told(secrets)["VersionIdsToStages"] == {first: [CURRENT], version_id: [PENDING]}
    vauban.advance(seconds=1)
    assert [each["Step"] for each in steps] == STEPS
    assert {each["SecretId"] for each in steps} == {told(secrets)["ARN"]}
    assert {each["ClientRequestToken"] for each in steps} == {version_id}
    labels = told(secrets)["VersionIdsToStages"]
    assert labels[first] == [PREVIOUS]
    assert sorted(labels[version_id]) == [CURRENT, PENDING]
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "value 1"
    assert told(secrets)["LastRotatedDate"] >= told(secrets)["CreatedDate"]
    assert rotation_events(vauban) == ["RotationStarted", "RotationSucceeded"]


def test_the_pending_version_has_no_value_until_the_function_makes_one(vauban, secrets, first):
    install(vauban, lambda event: None)
    version_id = secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN)["VersionId"]
    assert told(secrets)["VersionIdsToStages"][version_id] == [PENDING]
    assert [each["VersionId"] for each in secrets.list_secret_version_ids(SecretId="db")["Versions"]] == [first]
    with pytest.raises(secrets.exceptions.ResourceNotFoundException, match="staging label: AWSPENDING"):
        secrets.get_secret_value(SecretId="db", VersionStage=PENDING)
    with pytest.raises(secrets.exceptions.ResourceNotFoundException, match=f"VersionId: {version_id}"):
        secrets.update_secret_version_stage(
            SecretId="db", VersionStage=CURRENT, MoveToVersionId=version_id, RemoveFromVersionId=first
        )


def test_a_secret_is_described_with_its_rotation(vauban, secrets, steps, first):
    assert "RotationEnabled" not in told(secrets)
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotationRules={"AutomaticallyAfterDays": 30})
    described = told(secrets)
    assert described["RotationEnabled"] is True
    assert described["RotationLambdaARN"] == ARN
    assert described["RotationRules"] == {"AutomaticallyAfterDays": 30}
    midnight = described["LastChangedDate"].replace(hour=0, minute=0, second=0, microsecond=0)
    assert described["NextRotationDate"] == midnight + timedelta(days=31)
    (listed,) = secrets.list_secrets()["SecretList"]
    assert listed["RotationRules"] == {"AutomaticallyAfterDays": 30}
    assert listed["NextRotationDate"] == described["NextRotationDate"]


def test_a_secret_rotates_on_its_day_and_on_every_one_after(vauban, secrets, steps, first):
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotationRules={"AutomaticallyAfterDays": 10})
    vauban.advance(days=9)
    assert len(steps) == 4
    vauban.advance(days=2)
    assert len(steps) == 8
    vauban.advance(days=22)
    assert len(steps) == 16
    assert told(secrets)["NextRotationDate"] > told(secrets)["LastRotatedDate"]


def test_a_value_put_by_hand_counts_as_a_rotation(vauban, secrets, steps, first):
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotationRules={"AutomaticallyAfterDays": 10})
    vauban.advance(days=8)
    before = told(secrets)["NextRotationDate"]
    secrets.put_secret_value(SecretId="db", SecretString="by hand")
    assert told(secrets)["NextRotationDate"] - before == timedelta(days=8)
    vauban.advance(days=8)
    assert len(steps) == 4


def test_a_schedule_opens_windows(vauban, secrets, steps, first):
    rules = {"ScheduleExpression": "cron(0 4 ? * SUN *)", "Duration": "3h"}
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotationRules=rules, RotateImmediately=False)
    vauban.advance(seconds=1)
    steps.clear()
    assert told(secrets)["RotationRules"] == rules
    closes = told(secrets)["NextRotationDate"]
    assert (closes.isoweekday(), closes.hour, closes.minute) == (7, 7, 0)
    now = datetime.fromtimestamp(vauban.vauban.clock.now(), UTC)
    vauban.advance(seconds=(closes - timedelta(hours=3) - now).total_seconds() - 1)
    assert steps == []
    vauban.advance(hours=3, seconds=2)
    assert [each["Step"] for each in steps] == STEPS
    assert told(secrets)["NextRotationDate"] - closes == timedelta(days=7)


@pytest.mark.parametrize(
    ("expression", "days"), [("rate(10 days)", 10), ("rate(6 hours)", 1), ("cron(0 4 ? * MON *)", 7)]
)
def test_a_schedule_tells_its_days_once_a_rotation_succeeded(expression, days, vauban, secrets, steps, first):
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotationRules={"ScheduleExpression": expression})
    assert told(secrets)["RotationRules"] == {"ScheduleExpression": expression}
    vauban.advance(seconds=1)
    assert told(secrets)["RotationRules"] == {"ScheduleExpression": expression, "AutomaticallyAfterDays": days}


def test_rules_that_say_nothing_else_stay(vauban, secrets, steps, first):
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotationRules={"AutomaticallyAfterDays": 10})
    vauban.advance(seconds=1)
    again = secrets.rotate_secret(SecretId="db")["VersionId"]
    assert again != first
    vauban.advance(seconds=1)
    assert len(steps) == 8
    assert told(secrets)["RotationRules"] == {"AutomaticallyAfterDays": 10}


def test_the_configuration_is_tried_where_nothing_rotates_at_once(vauban, secrets, steps, first):
    answer = secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotateImmediately=False)
    assert "VersionId" not in answer
    assert PENDING in str(told(secrets)["VersionIdsToStages"])
    vauban.advance(seconds=1)
    assert [each["Step"] for each in steps] == ["testSecret"]
    assert told(secrets)["VersionIdsToStages"] == {first: [CURRENT]}
    assert rotation_events(vauban) == ["TestRotationStarted", "TestRotationSucceeded"]


def test_a_test_that_fails_leaves_nothing_behind_either(vauban, secrets, first):
    install(vauban, fail)
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotateImmediately=False)
    vauban.advance(seconds=1)
    assert told(secrets)["VersionIdsToStages"] == {first: [CURRENT]}
    assert rotation_events(vauban) == ["TestRotationStarted", "TestRotationFailed"]


def fail(event):
    raise RuntimeError("no")


def test_the_same_token_begins_one_rotation(vauban, secrets, steps, first):
    token = str(uuid4())
    for _ in range(2):
        assert (
            secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, ClientRequestToken=token)["VersionId"] == token
        )
    with pytest.raises(secrets.exceptions.InvalidRequestException, match="A previous rotation isn't complete"):
        secrets.rotate_secret(SecretId="db")
    vauban.advance(seconds=1)
    assert len(steps) == 4


def test_a_step_that_fails_is_tried_again_from_the_first_on_later_each_time(vauban, secrets, first):
    asked = []

    def fail_in_the_second(event):
        asked.append(event["Step"])
        if event["Step"] == "setSecret":
            raise RuntimeError("the database is down")

    install(vauban, fail_in_the_second)
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotationRules={"AutomaticallyAfterDays": 2})
    vauban.advance(seconds=1)
    assert asked == STEPS[:2]
    vauban.advance(minutes=1)
    assert asked == STEPS[:2] * 2
    vauban.advance(hours=2)
    assert asked == STEPS[:2] * 5
    assert rotation_events(vauban) == ["RotationStarted", *["RotationFailed"] * 5]
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "old"
    with pytest.raises(secrets.exceptions.InvalidRequestException, match="A previous rotation isn't complete"):
        secrets.rotate_secret(SecretId="db")
    vauban.advance(days=3)
    assert len(asked) > 10


def test_a_rotation_that_does_not_make_its_version_current_has_failed(vauban, secrets, first):
    install(vauban, lambda event: None)
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN)
    vauban.advance(hours=2)
    assert rotation_events(vauban)[-1] == "RotationFailed"
    assert told(secrets)["VersionIdsToStages"][first] == [CURRENT]


def test_a_rotation_ends_where_its_label_is_taken_away(vauban, secrets, first):
    install(vauban, fail)
    version_id = secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN)["VersionId"]
    vauban.advance(seconds=1)
    secrets.update_secret_version_stage(SecretId="db", VersionStage=PENDING, RemoveFromVersionId=version_id)
    vauban.advance(minutes=5)
    assert rotation_events(vauban)[-1] == "RotationAbandoned"
    secrets.rotate_secret(SecretId="db")


def test_a_rotation_whose_last_step_failed_after_it_was_done_has_succeeded_the_next_time(vauban, secrets, first):
    failures = iter([True])

    def rotate(event):
        labels = told(secrets)["VersionIdsToStages"][event["ClientRequestToken"]]
        if CURRENT in labels:
            return
        perform(secrets, event, "new")
        if event["Step"] == "finishSecret":
            token = event["ClientRequestToken"]
            secrets.update_secret_version_stage(SecretId="db", VersionStage=PENDING, RemoveFromVersionId=token)
            assert not next(failures)

    install(vauban, rotate)
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN)
    vauban.advance(seconds=1)
    assert rotation_events(vauban) == ["RotationStarted", "RotationFailed"]
    vauban.advance(minutes=1)
    assert rotation_events(vauban)[2:] == ["RotationSucceeded"]


def test_a_value_put_by_hand_has_the_rotation_on_its_way_abandoned(vauban, secrets, first):
    hanging = Hanging(vauban, secrets, "db")
    version_id = secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN)["VersionId"]
    run_timers(vauban)
    assert hanging.is_reached.wait(30)
    by_hand = secrets.put_secret_value(SecretId="db", SecretString="by hand")["VersionId"]
    hanging.let_go()
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "by hand"
    assert told(secrets)["VersionIdsToStages"] == {by_hand: [CURRENT], first: [PREVIOUS]}
    assert rotation_events(vauban) == ["RotationStarted", "RotationAbandoned"]
    (record,) = (each for each in vauban.trail() if each["eventName"] == "RotationAbandoned")
    assert version_id in str(record)


def test_after_a_value_put_by_hand_a_secret_rotates_again(vauban, secrets, steps, first):
    rotated = secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN)["VersionId"]
    vauban.advance(seconds=1)
    assert sorted(told(secrets)["VersionIdsToStages"][rotated]) == [CURRENT, PENDING]
    secrets.put_secret_value(SecretId="db", SecretString="by hand")
    assert told(secrets)["VersionIdsToStages"][rotated] == [PREVIOUS]
    again = secrets.rotate_secret(SecretId="db")["VersionId"]
    vauban.advance(seconds=1)
    assert secrets.get_secret_value(SecretId="db")["VersionId"] == again


def test_cancelling_stops_what_is_on_its_way_and_what_was_to_come(vauban, secrets, steps, first):
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotationRules={"AutomaticallyAfterDays": 10})
    vauban.advance(seconds=1)
    version_id = secrets.rotate_secret(SecretId="db")["VersionId"]
    assert secrets.cancel_rotate_secret(SecretId="db")["VersionId"] == version_id
    vauban.advance(days=30)
    assert len(steps) == 4
    described = told(secrets)
    assert described["RotationEnabled"] is False
    assert described["RotationLambdaARN"] == ARN
    assert "NextRotationDate" not in described
    assert "VersionId" not in secrets.cancel_rotate_secret(SecretId="db")
    secrets.update_secret_version_stage(SecretId="db", VersionStage=PENDING, RemoveFromVersionId=version_id)
    secrets.rotate_secret(SecretId="db")
    assert told(secrets)["RotationEnabled"] is True


class Hanging:
    """A rotation function that hangs over one secret until it is let go, and does what AWS's do over all others."""

    def __init__(self, vauban, secrets, name):
        self.secret_id = told(secrets, name)["ARN"]
        self.asked = []
        self.is_reached, self._is_let_go = threading.Event(), threading.Event()
        install(vauban, self._rotate)
        self._secrets, self._vauban = secrets, vauban

    def let_go(self):
        self._is_let_go.set()
        self._vauban.advance(seconds=1)

    def _rotate(self, event):
        self.asked.append((event["SecretId"], event["Step"]))
        if event["SecretId"] == self.secret_id:
            self.is_reached.set()
            assert self._is_let_go.wait(30)
        perform(self._secrets, event, "new")


def run_timers(vauban):
    whole = vauban.vauban
    vauban._wait(whole.timers.run(whole.clock.now()))


def test_a_function_that_hangs_holds_up_no_other_rotation_and_nothing_else(vauban, secrets, first):
    for name in ("b", "c"):
        secrets.create_secret(Name=name, SecretString="old")
    hanging = Hanging(vauban, secrets, "db")
    for name in ("db", "b", "c"):
        secrets.rotate_secret(SecretId=name, RotationLambdaARN=ARN)
    run_timers(vauban)
    assert hanging.is_reached.wait(30)
    for name in ("b", "c"):
        while secrets.get_secret_value(SecretId=name)["SecretString"] != "new":
            pass
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "old"
    run_timers(vauban)
    assert hanging.asked.count((hanging.secret_id, "createSecret")) == 1
    hanging.let_go()
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "new"


def test_a_rotation_that_is_cancelled_while_its_function_works_goes_no_further(vauban, secrets, first):
    hanging = Hanging(vauban, secrets, "db")
    version_id = secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN)["VersionId"]
    run_timers(vauban)
    assert hanging.is_reached.wait(30)
    assert secrets.cancel_rotate_secret(SecretId="db")["VersionId"] == version_id
    hanging.let_go()
    assert [step for _, step in hanging.asked] == ["createSecret"]
    assert told(secrets)["VersionIdsToStages"] == {first: [CURRENT], version_id: [PENDING]}
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.get_secret_value(SecretId="db", VersionId=version_id)


def test_many_rotations_due_at_once_are_done_a_few_at_a_time_each_to_its_end(vauban, secrets):
    order = []

    def rotate(event):
        order.append((event["SecretId"], event["Step"]))
        perform(secrets, event, "new")

    install(vauban, rotate)
    for number in range(3 * AT_ONCE):
        secrets.create_secret(Name=f"{number:02}", SecretString="old")
        secrets.rotate_secret(SecretId=f"{number:02}", RotationLambdaARN=ARN)
    vauban.advance(seconds=1)
    assert len(order) == 3 * AT_ONCE * len(STEPS)
    begun = set()
    for secret_id, step in order:
        begun ^= {secret_id} if step in (STEPS[0], STEPS[-1]) else set()
        assert len(begun) <= AT_ONCE + 1


def test_a_function_that_has_too_much_to_do_is_asked_again_soon_and_nothing_has_failed(vauban, secrets, first):
    refusals = iter([True, True, False, True] + [False] * 10)

    def rotate(event):
        if next(refusals):
            raise TooManyRequestsException("Rate Exceeded.")
        perform(secrets, event, "new")

    install(vauban, rotate)
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN)
    vauban.advance(seconds=10)
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "new"
    assert rotation_events(vauban) == ["RotationStarted", "RotationSucceeded"]


def test_a_deleted_secret_rotates_no_more(vauban, secrets, steps, first):
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotationRules={"AutomaticallyAfterDays": 1})
    secrets.delete_secret(SecretId="db")
    vauban.advance(days=5)
    assert steps == []
    secrets.restore_secret(SecretId="db")
    vauban.advance(days=2)
    assert steps != []


@pytest.mark.parametrize(
    "rules",
    [
        {"AutomaticallyAfterDays": 1, "ScheduleExpression": "rate(1 day)"},
        {"ScheduleExpression": "rate(3 hours)"},
        {"ScheduleExpression": "rate(30 minutes)"},
        {"ScheduleExpression": "rate(1000 days)"},
        {"ScheduleExpression": "cron(5 8 * * ? *)"},
        {"ScheduleExpression": "cron(0 8 * * ? 2027)"},
        {"ScheduleExpression": "cron(0 8,10 * * ? *)"},
        {"ScheduleExpression": "cron(0 8 30 2 ? *)"},
        {"ScheduleExpression": "cron(0 8 * * * *)"},
        {"ScheduleExpression": "every day"},
        {"ScheduleExpression": "rate(4 hours)", "Duration": "5h"},
        {"ScheduleExpression": "cron(0 22 * * ? *)", "Duration": "3h"},
        {"AutomaticallyAfterDays": 1, "Duration": "0h"},
        {"AutomaticallyAfterDays": 1, "Duration": "25h"},
    ],
)
def test_rules_that_cannot_be_are_refused(rules, secrets, steps, first):
    with pytest.raises(secrets.exceptions.InvalidParameterException):
        secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotationRules=rules)
    assert PENDING not in str(told(secrets)["VersionIdsToStages"])


def test_days_are_one_to_a_thousand(unchecked, secrets, steps, first):
    for days in (0, 1001):
        with pytest.raises(ClientError):
            unchecked.rotate_secret(
                SecretId="db", RotationLambdaARN=ARN, RotationRules={"AutomaticallyAfterDays": days}
            )


def test_without_a_function_there_is_no_rotation(secrets, first):
    with pytest.raises(
        secrets.exceptions.InvalidRequestException,
        match="No Lambda rotation function ARN is associated with this secret",
    ):
        secrets.rotate_secret(SecretId="db")


WORDS = (
    "AccessDeniedException.*Secrets Manager cannot invoke the specified Lambda function. Ensure that the function "
    "policy grants access to the principal secretsmanager.amazonaws.com."
)


def test_what_never_rotated_is_not_cancelled(secrets, first):
    with pytest.raises(secrets.exceptions.InvalidRequestException, match="doesn't have a Lambda function ARN"):
        secrets.cancel_rotate_secret(SecretId="db")


def test_a_function_that_is_not_there_is_told_at_once_and_nothing_is_half_done(secrets, first):
    with pytest.raises(ClientError, match=WORDS):
        secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotationRules={"AutomaticallyAfterDays": 1})
    described = told(secrets)
    assert "RotationEnabled" not in described
    assert described["VersionIdsToStages"] == {first: [CURRENT]}


def test_function_and_caller_must_both_agree(vauban, secrets, first):
    install(vauban, lambda event: None, policy=None)
    with pytest.raises(ClientError, match=WORDS):
        secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN)
    install(vauban, lambda event: None)
    vauban.user("rotator", allowing("secretsmanager:*"))
    rotator = vauban.client("secretsmanager", user="rotator")
    with pytest.raises(ClientError, match=WORDS):
        rotator.rotate_secret(SecretId="db", RotationLambdaARN=ARN)
    vauban.user("rotator", allowing(["secretsmanager:RotateSecret", "lambda:InvokeFunction"]))
    vauban.client("secretsmanager", user="rotator").rotate_secret(SecretId="db", RotationLambdaARN=ARN)


def test_the_function_s_policy_may_name_the_secret_and_its_account(vauban, secrets, first):
    def only_for(arn):
        condition = {"ArnEquals": {"aws:SourceArn": arn}, "StringEquals": {"aws:SourceAccount": "111122223333"}}
        return {**POLICY, "Statement": {**POLICY["Statement"], "Condition": condition}}

    install(vauban, lambda event: None, policy=only_for("arn:aws:secretsmanager:us-east-1:111122223333:secret:other"))
    with pytest.raises(ClientError, match=WORDS):
        secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN)
    asked = []
    install(vauban, asked.append, policy=only_for(told(secrets)["ARN"]))
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN)
    vauban.advance(seconds=1)
    assert [each["Step"] for each in asked] == STEPS


def test_a_rotation_token_must_be_the_rotation_s(vauban, secrets, first):
    install(vauban, lambda event: None)
    version_id = secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN)["VersionId"]
    with pytest.raises(secrets.exceptions.InvalidParameterException, match="RotationToken"):
        secrets.put_secret_value(
            SecretId="db",
            SecretString="x",
            ClientRequestToken=version_id,
            VersionStages=[PENDING],
            RotationToken=str(uuid4()),
        )


def test_rotation_needs_a_policy(secrets, first, a_user):
    for ask in (
        lambda: a_user("nobody").rotate_secret(SecretId="db"),
        lambda: a_user("nobody").cancel_rotate_secret(SecretId="db"),
    ):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            ask()
