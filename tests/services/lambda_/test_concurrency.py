"""Concurrency that is reserved, and kept to."""

import json
import threading

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from .conftest import allow, invoked, let_go_on, received

SLEEPING = "import time\ndef handler(event, context):\n    time.sleep(event or 0)\n    return 'done'"


@pytest.fixture
def hasty(vauban):
    """A client that tries once."""
    return vauban.client("lambda", config=Config(retries={"total_max_attempts": 1}))


def throttled(error: ClientError) -> str:
    error = error.response
    assert error["Error"]["Code"] == "TooManyRequestsException"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 429
    return error["Reason"]


def test_what_is_reserved_is_told_and_given_back(client, make):
    make()
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName="job")
    put = client.put_function_concurrency(FunctionName="job", ReservedConcurrentExecutions=900)
    assert put["ReservedConcurrentExecutions"] == 900
    assert client.get_function(FunctionName="job")["Concurrency"] == {"ReservedConcurrentExecutions": 900}
    settings = client.get_account_settings()
    assert settings["AccountLimit"]["UnreservedConcurrentExecutions"] == 100
    assert settings["AccountUsage"]["FunctionCount"] == 1
    with pytest.raises(ClientError) as refused:
        client.put_function_concurrency(FunctionName="job", ReservedConcurrentExecutions=901)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    client.delete_function_concurrency(FunctionName="job")
    assert client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == 1000


def test_a_function_for_which_nothing_is_reserved_does_not_run(hasty, make):
    make()
    hasty.put_function_concurrency(FunctionName="job", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError) as refused:
        hasty.invoke(FunctionName="job")
    assert throttled(refused.value) == "ReservedFunctionConcurrentInvocationLimitExceeded"


def test_no_more_run_at_a_time_than_are_reserved(hasty, make):
    make(SLEEPING, Timeout=30)
    hasty.put_function_concurrency(FunctionName="job", ReservedConcurrentExecutions=1)
    assert invoked(hasty)[1] == "done"
    answers, reasons = [], set()

    def invoke(payload):
        while len(answers) < 2:
            try:
                answers.append(invoked(hasty, payload)[1])
            except ClientError as error:
                reasons.add(throttled(error))

    others = [threading.Thread(target=invoke, args=(1,)) for _ in range(2)]
    for each in others:
        each.start()
    for each in others:
        each.join()
    assert (answers[:2], reasons) == (["done"] * 2, {"ReservedFunctionConcurrentInvocationLimitExceeded"})
    assert invoked(hasty)[1] == "done"


def test_an_event_for_which_nothing_is_reserved_is_given_up_at_once(vauban, client, make):
    allow(vauban, "sqs:SendMessage")
    queue = vauban.client("sqs").create_queue(QueueName="ends")["QueueUrl"]
    make()
    told = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:111122223333:ends"}}
    client.put_function_event_invoke_config(FunctionName="job", DestinationConfig=told)
    client.put_function_concurrency(FunctionName="job", ReservedConcurrentExecutions=0)
    client.invoke(FunctionName="job", InvocationType="Event")
    (message,) = let_go_on(vauban, received(vauban, queue))
    assert json.loads(message["Body"])["requestContext"]["condition"] == "ZeroReservedConcurrency"
