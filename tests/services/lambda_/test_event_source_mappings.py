"""Event source mappings, made, told, changed and deleted."""

import pytest
from botocore.exceptions import ClientError

FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:job"
QUEUE = "arn:aws:sqs:us-east-1:111122223333:work"


def code_of(refused) -> tuple[str, str]:
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture
def queue(vauban):
    sqs = vauban.client("sqs")
    sqs.create_queue(QueueName="work.fifo", Attributes={"FifoQueue": "true"})
    return sqs.create_queue(QueueName="work")["QueueUrl"]


def create(client, **more):
    return client.create_event_source_mapping(**{"FunctionName": "job", "EventSourceArn": QUEUE, **more})


def test_a_new_mapping_is_told_with_its_defaults(client, make, queue):
    make()
    made = create(client)
    expected = {
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "EventSourceArn": QUEUE,
        "FunctionArn": FUNCTION,
        "StateTransitionReason": "USER_INITIATED",
        "FunctionResponseTypes": [],
    }
    assert {name: made[name] for name in expected} == expected
    assert (made["State"], made["ResponseMetadata"]["HTTPStatusCode"]) == ("Creating", 202)
    assert made["EventSourceMappingArn"].endswith(f":event-source-mapping:{made['UUID']}")
    assert client.get_event_source_mapping(UUID=made["UUID"])["State"] == "Enabled"


def test_mappings_are_changed_listed_tagged_and_deleted(client, make, queue):
    make()
    made = create(client, Tags={"a": "1"}, ScalingConfig={"MaximumConcurrency": 3})
    uuid = made["UUID"]
    changed = client.update_event_source_mapping(
        UUID=uuid,
        Enabled=False,
        BatchSize=20,
        MaximumBatchingWindowInSeconds=5,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        FilterCriteria={"Filters": [{"Pattern": '{"body": {"kind": ["a"]}}'}]},
        ScalingConfig={},
    )
    assert changed["State"] == "Disabling"
    told = client.get_event_source_mapping(UUID=uuid)
    assert (told["State"], told["BatchSize"]) == ("Disabled", 20)
    assert told["FilterCriteria"]["Filters"] == [{"Pattern": '{"body": {"kind": ["a"]}}'}]
    assert "ScalingConfig" not in told
    for named in ({"FunctionName": "job"}, {"FunctionName": FUNCTION}, {"EventSourceArn": QUEUE}, {}):
        assert [each["UUID"] for each in client.list_event_source_mappings(**named)["EventSourceMappings"]] == [uuid]
    assert client.list_event_source_mappings(FunctionName="other")["EventSourceMappings"] == []
    client.tag_resource(Resource=made["EventSourceMappingArn"], Tags={"b": "2"})
    assert client.list_tags(Resource=made["EventSourceMappingArn"])["Tags"] == {"a": "1", "b": "2"}
    assert client.delete_event_source_mapping(UUID=uuid)["State"] == "Deleting"
    with pytest.raises(ClientError) as refused:
        client.get_event_source_mapping(UUID=uuid)
    assert code_of(refused) == ("ResourceNotFoundException", "The resource you requested does not exist.")


def test_a_queue_is_mapped_to_a_function_once(client, make, queue):
    make()
    uuid = create(client)["UUID"]
    with pytest.raises(ClientError) as refused:
        create(client)
    assert code_of(refused)[0] == "ResourceConflictException"
    assert uuid in code_of(refused)[1]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"FunctionName": "none"}, "ResourceNotFoundException"),
        ({"EventSourceArn": "arn:aws:kinesis:us-east-1:111122223333:stream/s"}, "InvalidParameterValueException"),
        ({"BatchSize": 11}, "InvalidParameterValueException"),
        ({"EventSourceArn": f"{QUEUE}.fifo", "MaximumBatchingWindowInSeconds": 1}, "InvalidParameterValueException"),
        ({"FilterCriteria": {"Filters": [{"Pattern": '{"body": 3}'}]}}, "InvalidParameterValueException"),
        ({"StartingPosition": "LATEST"}, "ValidationException"),
    ],
)
def test_what_cannot_be_is_refused_aloud(client, make, queue, asked, code):
    make()
    with pytest.raises(ClientError) as refused:
        create(client, **asked)
    assert code_of(refused)[0] == code


def test_a_policy_may_say_for_which_functions(vauban, client, make, queue):
    make()
    make(name="other")
    statement = {
        "Effect": "Allow",
        "Action": "lambda:*EventSourceMapping",
        "Resource": "*",
        "Condition": {"ArnLike": {"lambda:FunctionArn": FUNCTION}},
    }
    vauban.user("dev", {"Version": "2012-10-17", "Statement": [statement]})
    dev = vauban.client("lambda", user="dev")
    made = create(dev)
    with pytest.raises(ClientError) as denied:
        create(dev, FunctionName="other")
    assert code_of(denied)[0] == "AccessDeniedException"
    dev.update_event_source_mapping(UUID=made["UUID"], BatchSize=1)
