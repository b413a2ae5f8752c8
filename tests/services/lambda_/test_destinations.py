"""Where it is told what came of an event."""

import json

import pytest

from .conftest import allow, let_go_on, received

FAILING = "def handler(event, context): raise ValueError('no')"
ARN = "arn:aws:lambda:us-east-1:111122223333:function:job"


@pytest.fixture
def queue(vauban) -> str:
    return vauban.client("sqs").create_queue(QueueName="ends")["QueueUrl"]


def onward(client, **destinations: str) -> None:
    told = {how: {"Destination": destination} for how, destination in destinations.items()}
    client.put_function_event_invoke_config(FunctionName="job", MaximumRetryAttempts=0, DestinationConfig=told)


def test_success_is_told_with_what_was_asked_and_answered(vauban, client, make, queue):
    allow(vauban, "sqs:SendMessage")
    make("def handler(event, context): return {'sum': event['a'] + 1}")
    onward(client, OnSuccess="arn:aws:sqs:us-east-1:111122223333:ends")
    sent = client.invoke(FunctionName="job", InvocationType="Event", Payload=b'{"a": 1}')
    (message,) = let_go_on(vauban, received(vauban, queue))
    record = json.loads(message["Body"])
    assert record["requestContext"] == {
        "requestId": sent["ResponseMetadata"]["RequestId"],
        "functionArn": f"{ARN}:$LATEST",
        "condition": "Success",
        "approximateInvokeCount": 1,
    }
    assert (record["version"], record["requestPayload"], record["responsePayload"]) == ("1.0", {"a": 1}, {"sum": 2})
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}


def test_failure_is_told_to_a_topic_once_no_try_is_left(vauban, client, make, queue):
    allow(vauban, "sns:Publish")
    topic = vauban.client("sns").create_topic(Name="ends")["TopicArn"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    vauban.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    vauban.client("sns").subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint="arn:aws:sqs:us-east-1:111122223333:ends",
        Attributes={"RawMessageDelivery": "true"},
    )
    make(FAILING)
    onward(client, OnFailure=topic)
    client.invoke(FunctionName="job", InvocationType="Event")
    (message,) = let_go_on(vauban, received(vauban, queue))
    record = json.loads(message["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert record["responsePayload"]["errorMessage"] == "no"


def test_an_event_that_is_too_old_is_told_of_as_such(vauban, client, make, queue):
    allow(vauban, "sqs:SendMessage")
    make(FAILING)
    told = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:111122223333:ends"}}
    client.put_function_event_invoke_config(
        FunctionName="job", MaximumRetryAttempts=2, MaximumEventAgeInSeconds=60, DestinationConfig=told
    )
    client.invoke(FunctionName="job", InvocationType="Event")
    (message,) = let_go_on(vauban, received(vauban, queue), seconds=20)
    record = json.loads(message["Body"])
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["requestContext"]["approximateInvokeCount"] == 1
    assert "responsePayload" not in record


def test_a_bus_is_told_in_an_event(vauban, client, make, queue):
    allow(vauban, "events:PutEvents")
    make()
    bus = "arn:aws:events:us-east-1:111122223333:event-bus/default"
    onward(client, OnSuccess=bus)
    events = vauban.client("events")
    events.put_rule(Name="ends", EventPattern=json.dumps({"source": ["lambda"]}))
    events.put_targets(Rule="ends", Targets=[{"Id": "1", "Arn": "arn:aws:sqs:us-east-1:111122223333:ends"}])
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    vauban.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    client.invoke(FunctionName="job", InvocationType="Event")
    (message,) = let_go_on(vauban, received(vauban, queue))
    event = json.loads(message["Body"])
    assert event["detail-type"] == "Lambda Function Invocation Result - Success"
    assert event["resources"] == [bus, f"{ARN}:$LATEST"]
    assert event["detail"]["requestContext"]["condition"] == "Success"


def test_another_function_is_given_the_record(vauban, client, make, queue):
    allow(vauban, "lambda:InvokeFunction", "sqs:SendMessage")
    make("def handler(event, context): return 5")
    make(name="next")
    onward(client, OnSuccess="arn:aws:lambda:us-east-1:111122223333:function:next")
    told = {"OnSuccess": {"Destination": "arn:aws:sqs:us-east-1:111122223333:ends"}}
    client.put_function_event_invoke_config(FunctionName="next", DestinationConfig=told)
    client.invoke(FunctionName="job", InvocationType="Event")
    (message,) = let_go_on(vauban, received(vauban, queue))
    assert json.loads(message["Body"])["requestPayload"]["responsePayload"] == 5


def test_a_dead_letter_is_the_event_with_why_it_is_dead(vauban, client, make, queue):
    allow(vauban, "sqs:SendMessage")
    letters = {"TargetArn": "arn:aws:sqs:us-east-1:111122223333:ends"}
    assert make(FAILING, DeadLetterConfig=letters)["DeadLetterConfig"] == letters
    client.put_function_event_invoke_config(FunctionName="job", MaximumRetryAttempts=0)
    sent = client.invoke(FunctionName="job", InvocationType="Event", Payload=b'{"a": 1}')
    (message,) = let_go_on(vauban, received(vauban, queue))
    assert message["Body"] == '{"a": 1}'
    said = {name: (each["DataType"], each["StringValue"]) for name, each in message["MessageAttributes"].items()}
    assert said == {
        "RequestID": ("String", sent["ResponseMetadata"]["RequestId"]),
        "ErrorCode": ("Number", "200"),
        "ErrorMessage": ("String", "no"),
    }
    assert "DeadLetterConfig" not in client.update_function_configuration(FunctionName="job", DeadLetterConfig={})


def test_a_role_that_may_not_tells_nobody_and_the_trail_says_so(vauban, client, make, queue):
    make()
    onward(client, OnSuccess="arn:aws:sqs:us-east-1:111122223333:ends")
    client.invoke(FunctionName="job", InvocationType="Event")
    (refusal,) = let_go_on(vauban, lambda: [each for each in vauban.trail() if each["eventName"] == "SendMessage"])
    assert refusal["errorCode"] == "AccessDenied"
    assert refusal["userIdentity"]["arn"] == "arn:aws:sts::111122223333:assumed-role/worker/job"
