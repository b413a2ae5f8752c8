"""Dead letters brought back."""

import json

import pytest
from botocore.exceptions import ClientError

ARN = "arn:aws:sqs:us-east-1:111122223333:"


@pytest.fixture
def dead(sqs, url, a_queue, vauban, received) -> str:
    """A dead-letter queue with three messages."""
    dead = a_queue("dead")
    policy = json.dumps({"deadLetterTargetArn": f"{ARN}dead", "maxReceiveCount": 1})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
    for body in "123":
        sqs.send_message(QueueUrl=url, MessageBody=body)
    assert len(received(url)) == 3
    vauban.advance(seconds=31)
    assert received(url) == []
    return dead


def test_dead_letters_go_back_to_where_they_came_from(sqs, url, dead, vauban, bodies):
    sqs.start_message_move_task(SourceArn=f"{ARN}dead")
    vauban.advance(seconds=1)
    (task,) = sqs.list_message_move_tasks(SourceArn=f"{ARN}dead")["Results"]
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 3)
    assert bodies(dead) == []
    assert sorted(bodies(url)) == ["1", "2", "3"]


def test_a_task_goes_at_its_rate_is_the_only_one_and_can_be_cancelled(sqs, dead, a_queue, vauban, bodies):
    other = a_queue("other")
    handle = sqs.start_message_move_task(
        SourceArn=f"{ARN}dead", DestinationArn=f"{ARN}other", MaxNumberOfMessagesPerSecond=1
    )["TaskHandle"]
    with pytest.raises(ClientError) as caught:
        sqs.start_message_move_task(SourceArn=f"{ARN}dead")
    assert caught.value.response["Error"]["Code"] == "AWS.SimpleQueueService.UnsupportedOperation"
    vauban.advance(seconds=0.5)
    assert sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"] == 1
    vauban.advance(seconds=5)
    assert bodies(other) == ["1"]
    (task,) = sqs.list_message_move_tasks(SourceArn=f"{ARN}dead")["Results"]
    assert task["Status"] == "CANCELLED"
    with pytest.raises(ClientError):
        sqs.cancel_message_move_task(TaskHandle=handle)


def test_only_dead_letter_queues_are_emptied_so(sqs, url):
    with pytest.raises(ClientError) as caught:
        sqs.start_message_move_task(SourceArn=f"{ARN}orders")
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValue"
    with pytest.raises(sqs.exceptions.ResourceNotFoundException):
        sqs.start_message_move_task(SourceArn=f"{ARN}absent")


def test_who_has_messages_moved_must_be_let_take_and_put_them(sqs, dead, a_queue, vauban):
    a_queue("other")
    moving = {"SourceArn": f"{ARN}dead", "DestinationArn": f"{ARN}other"}

    def start(name: str, **resources: list[str]) -> None:
        statements = [
            {"Effect": "Allow", "Action": [f"sqs:{each}" for each in actions], "Resource": f"{ARN}{queue}"}
            for queue, actions in resources.items()
        ]
        vauban.user(name, {"Version": "2012-10-17", "Statement": statements})
        vauban.client("sqs", user=name).start_message_move_task(**moving)

    taking = ["StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"]
    with pytest.raises(ClientError, match="sqs:ReceiveMessage"):
        start("starter", dead=["StartMessageMoveTask"])
    with pytest.raises(ClientError, match="sqs:SendMessage"):
        start("taker", dead=taking)
    start("mover", dead=taking, other=["SendMessage"])
