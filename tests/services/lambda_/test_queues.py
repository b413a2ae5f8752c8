"""Events that nobody waits for."""

import pytest
from botocore.exceptions import ClientError

from .conftest import let_go_on

SOURCE = """
import boto3
def handler(event, context):
    raise ValueError('no')
"""


def launched(vauban) -> list[str]:
    """AssumeRole of the function's own: once for each environment, and once when it was made."""
    return [each["eventName"] for each in vauban.trail() if each["eventName"] == "AssumeRole"]


def waiting(vauban) -> list:
    from vauban.services.lambda_.resources import QueuedEvent

    return vauban.vauban.store.begin().at("111122223333", "us-east-1").list(QueuedEvent)


def test_an_event_is_accepted_and_handled_afterwards(vauban, client, make):
    make("def handler(event, context): return event")
    answer = client.invoke(FunctionName="job", InvocationType="Event", Payload=b'{"a": 1}')
    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    assert len(waiting(vauban)) == 1
    let_go_on(vauban, lambda: not waiting(vauban))
    assert len(launched(vauban)) == 2


def test_a_failed_event_is_tried_twice_more_and_later_each_time(vauban, client, make):
    make(SOURCE)
    client.invoke(FunctionName="job", InvocationType="Event")
    let_go_on(vauban, lambda: waiting(vauban)[0].failures == 1)
    assert (waiting(vauban)[0].due_at.timestamp() - vauban.vauban.clock.now()) > 50
    let_go_on(vauban, lambda: waiting(vauban)[0].failures == 2, seconds=30)
    let_go_on(vauban, lambda: not waiting(vauban), seconds=30)


def test_events_of_a_function_that_is_gone_are_forgotten(vauban, client, make):
    make()
    client.invoke(FunctionName="job", InvocationType="Event")
    client.delete_function(FunctionName="job")
    let_go_on(vauban, lambda: not waiting(vauban))


def test_an_event_is_at_most_a_megabyte(client, make):
    make()
    with pytest.raises(ClientError) as refused:
        client.invoke(FunctionName="job", InvocationType="Event", Payload=b'"' + b"x" * 1024 * 1024 + b'"')
    assert refused.value.response["Error"]["Code"] == "RequestTooLargeException"


def test_the_older_way_to_send_an_event_goes_still(vauban, client, make):
    make()
    assert client.invoke_async(FunctionName="job", InvokeArgs=b'{"a": 1}')["Status"] == 202
    assert [each.payload for each in waiting(vauban)] == [b'{"a": 1}']
