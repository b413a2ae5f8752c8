"""What becomes of events that nobody waits for, as it is configured."""

import pytest
from botocore.exceptions import ClientError

ARN = "arn:aws:lambda:us-east-1:111122223333:function:job"
QUEUE = "arn:aws:sqs:us-east-1:111122223333:ends"


def code_of(refused) -> tuple[str, str]:
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_configuration_is_put_whole_and_updated_in_part(client, make):
    make()
    put = client.put_function_event_invoke_config(FunctionName="job", MaximumRetryAttempts=1)
    assert (put["FunctionArn"], put["MaximumRetryAttempts"]) == (f"{ARN}:$LATEST", 1)
    assert put["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {}}
    assert "MaximumEventAgeInSeconds" not in put
    onward = {"OnFailure": {"Destination": QUEUE}}
    updated = client.update_function_event_invoke_config(FunctionName="job", DestinationConfig=onward)
    assert updated["MaximumRetryAttempts"] == 1
    assert updated["DestinationConfig"]["OnFailure"] == {"Destination": QUEUE}
    put = client.put_function_event_invoke_config(FunctionName="job", MaximumEventAgeInSeconds=60)
    assert "MaximumRetryAttempts" not in put
    assert client.get_function_event_invoke_config(FunctionName="job")["MaximumEventAgeInSeconds"] == 60


def test_each_qualifier_has_its_own_until_it_is_gone(client, make):
    make(Publish=True)
    client.create_alias(FunctionName="job", Name="live", FunctionVersion="1")
    for qualifier in ("1", "live", "$LATEST"):
        client.put_function_event_invoke_config(FunctionName="job", Qualifier=qualifier, MaximumRetryAttempts=0)

    def listed() -> list[str]:
        told = client.list_function_event_invoke_configs(FunctionName="job")["FunctionEventInvokeConfigs"]
        return [each["FunctionArn"].removeprefix(f"{ARN}:") for each in told]

    assert listed() == ["$LATEST", "1", "live"]
    client.delete_alias(FunctionName="job", Name="live")
    client.delete_function(FunctionName="job", Qualifier="1")
    client.delete_function_event_invoke_config(FunctionName="job")
    assert listed() == []


def test_what_is_not_configured_is_not_found(client, make):
    make()
    expected = ("ResourceNotFoundException", f"The function {ARN}:$LATEST doesn't have an EventInvokeConfig")
    for ask in (
        client.get_function_event_invoke_config,
        client.delete_function_event_invoke_config,
    ):
        with pytest.raises(ClientError) as refused:
            ask(FunctionName="job")
        assert code_of(refused) == expected


@pytest.mark.parametrize("destination", [ARN, "arn:aws:s3:::bucket", f"{QUEUE}.fifo", f"{ARN}:1"])
def test_what_cannot_be_a_destination_is_refused(client, make, destination):
    make()
    onward = {"OnFailure": {"Destination": destination}}
    with pytest.raises(ClientError) as refused:
        client.put_function_event_invoke_config(FunctionName="job", DestinationConfig=onward)
    assert code_of(refused)[0] == "InvalidParameterValueException"


def test_a_configuration_says_something(client, make):
    make()
    with pytest.raises(ClientError) as refused:
        client.put_function_event_invoke_config(FunctionName="job")
    assert code_of(refused)[0] == "InvalidParameterValueException"
