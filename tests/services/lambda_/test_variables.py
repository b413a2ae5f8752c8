"""Environment variables, and a key of the customer's over them."""

import json

import pytest
from botocore.exceptions import ClientError

from .conftest import allow, invoked

READING = "import os\ndef handler(event, context): return os.environ['MODE']"
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}]}


@pytest.fixture
def key(vauban) -> str:
    return vauban.client("kms").create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def made(vauban, make, key):
    allow(vauban, "kms:Decrypt")
    return make(READING, Environment={"Variables": {"MODE": "x"}}, KMSKeyArn=key)


def test_variables_under_a_key_are_for_who_may_decrypt(vauban, client, made, key):
    assert (made["KMSKeyArn"], made["Environment"]) == (key, {"Variables": {"MODE": "x"}})
    assert invoked(client)[1] == "x"
    vauban.user("dev", ALLOW)
    told = vauban.client("lambda", user="dev").get_function_configuration(FunctionName="job")
    assert told["Environment"]["Error"]["ErrorCode"] == "AccessDeniedException"
    assert "Variables" not in told["Environment"]


def test_a_key_is_asked_with_the_function_as_its_context(vauban, made):
    (asked,) = [each for each in vauban.trail() if each["eventName"] == "Encrypt"]
    context = {"aws:lambda:FunctionArn": "arn:aws:lambda:us-east-1:111122223333:function:job"}
    assert asked["requestParameters"]["encryptionContext"] == context
    assert asked["sourceIPAddress"] == "lambda.amazonaws.com"


def test_variables_are_put_under_another_key_and_under_none(client, made, vauban):
    other = vauban.client("kms").create_key()["KeyMetadata"]["Arn"]
    assert client.update_function_configuration(FunctionName="job", KMSKeyArn=other)["KMSKeyArn"] == other
    assert invoked(client)[1] == "x"
    told = client.update_function_configuration(FunctionName="job", KMSKeyArn="")
    assert "KMSKeyArn" not in told
    assert told["Environment"] == {"Variables": {"MODE": "x"}}
    told = client.update_function_configuration(FunctionName="job", Environment={"Variables": {"MODE": "y"}})
    assert invoked(client)[1] == "y"


def test_a_function_whose_key_is_disabled_does_not_start(vauban, client, made, key):
    vauban.client("kms").disable_key(KeyId=key)
    with pytest.raises(ClientError) as refused:
        client.invoke(FunctionName="job", Payload=json.dumps(None))
    assert refused.value.response["Error"]["Code"] == "KMSDisabledException"


def test_a_key_that_is_not_there_is_refused(make, key):
    with pytest.raises(ClientError) as refused:
        make(Environment={"Variables": {"MODE": "x"}}, KMSKeyArn=key[:-4] + "0000")
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
