"""Functions as they are made, changed, told of and deleted."""

import base64
import json
from hashlib import sha256

import pytest
from botocore.exceptions import ClientError

from vauban.testing import InProcess

ARN = "arn:aws:lambda:us-east-1:111122223333:function:job"
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}]}


def code_of(refused) -> tuple[str, str]:
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_new_function_is_told_as_it_was_asked_for(client, make, role):
    made = make(Description="d", Timeout=9, MemorySize=256, Environment={"Variables": {"KEY": "b"}}, Tags={"team": "x"})
    assert (made["FunctionName"], made["FunctionArn"], made["State"]) == ("job", ARN, "Pending")
    told = client.get_function(FunctionName="job")
    configuration = told["Configuration"]
    assert (configuration["State"], configuration["LastUpdateStatus"]) == ("Active", "Successful")
    assert (configuration["Timeout"], configuration["MemorySize"], configuration["Role"]) == (9, 256, role)
    assert configuration["Environment"] == {"Variables": {"KEY": "b"}}
    assert configuration["Version"] == "$LATEST"
    assert told["Tags"] == {"team": "x"}


def test_waiters_find_it_active_and_updated(client, make):
    make()
    client.get_waiter("function_active_v2").wait(FunctionName="job")
    client.get_waiter("function_updated_v2").wait(FunctionName=ARN)


def test_a_name_is_taken_once(client, make):
    make()
    with pytest.raises(ClientError) as refused:
        make()
    assert code_of(refused) == ("ResourceConflictException", "Function already exist: job")


def test_a_function_that_is_not_there_is_not_found(client):
    with pytest.raises(ClientError) as refused:
        client.get_function(FunctionName="none")
    assert code_of(refused)[0] == "ResourceNotFoundException"
    assert "function:none" in code_of(refused)[1]


def test_a_role_that_lambda_may_not_assume_is_refused(vauban, make):
    trust = {"Version": "2012-10-17", "Statement": []}
    trust["Statement"] = [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
    other = vauban.client("iam").create_role(RoleName="other", AssumeRolePolicyDocument=json.dumps(trust))
    with pytest.raises(ClientError) as refused:
        make(Role=other["Role"]["Arn"])
    assert code_of(refused) == (
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    )


def test_a_role_is_passed_only_by_those_who_may(vauban, client, make, role):
    vauban.user("dev", ALLOW)
    dev = vauban.client("lambda", user="dev")
    with pytest.raises(ClientError) as denied:
        make_as(dev, role)
    assert "iam:PassRole" in code_of(denied)[1]
    statement = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": role,
        "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    }
    vauban.user("dev", ALLOW, {"Version": "2012-10-17", "Statement": [statement]})
    assert make_as(dev, role)["FunctionName"] == "own"


def make_as(dev, role):
    from tests.services.lambda_.conftest import archive

    code = {"ZipFile": archive("def handler(event, context): pass")}
    return dev.create_function(FunctionName="own", Runtime="python3.12", Role=role, Handler="app.handler", Code=code)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("Code", {"ZipFile": b"no zip"}),
        ("Code", {"S3Bucket": "bucket", "S3Key": "key"}),
        ("Code", {}),
        ("Runtime", "java21"),
        ("Environment", {"Variables": {"AWS_REGION": "x"}}),
        ("Environment", {"Variables": {"KEY": "x" * 5000}}),
        ("PackageType", "Image"),
        ("TracingConfig", {"Mode": "Active"}),
    ],
)
def test_what_cannot_be_is_refused_aloud(make, member, value):
    with pytest.raises(ClientError) as refused:
        make(**{member: value})
    assert code_of(refused)[0] == "InvalidParameterValueException"


def test_code_and_configuration_change(client, make):
    from tests.services.lambda_.conftest import archive

    before = make()
    new = archive("def handler(event, context): return 2")
    changed = client.update_function_code(FunctionName="job", ZipFile=new)
    assert changed["CodeSha256"] == base64.b64encode(sha256(new).digest()).decode()
    assert changed["RevisionId"] != before["RevisionId"]
    assert client.update_function_configuration(FunctionName="job", Timeout=5)["Timeout"] == 5
    with pytest.raises(ClientError) as refused:
        client.update_function_configuration(FunctionName="job", RevisionId=before["RevisionId"])
    assert code_of(refused)[0] == "PreconditionFailedException"


def test_functions_are_listed_in_pages(client, make):
    for name in ("a", "b", "c"):
        make(name=name)
    pages = client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    assert [[each["FunctionName"] for each in page["Functions"]] for page in pages] == [["a", "b"], ["c"]]


def test_a_deleted_function_is_gone_with_its_versions(client, make):
    make(Publish=True)
    client.delete_function(FunctionName="job")
    for qualifier in ("1", "$LATEST"):
        with pytest.raises(ClientError) as refused:
            client.get_function(FunctionName="job", Qualifier=qualifier)
        assert code_of(refused)[0] == "ResourceNotFoundException"


def test_versions_stay_as_they_were_published(client, make):
    make(Description="first")
    assert client.publish_version(FunctionName="job")["Version"] == "1"
    assert client.publish_version(FunctionName="job")["Version"] == "1"
    client.update_function_configuration(FunctionName="job", Description="second")
    assert client.publish_version(FunctionName="job")["Version"] == "2"
    told = [
        (each["Version"], each["Description"])
        for each in client.list_versions_by_function(FunctionName="job")["Versions"]
    ]
    assert told == [("$LATEST", "second"), ("1", "first"), ("2", "second")]
    client.delete_function(FunctionName="job", Qualifier="1")
    assert client.get_function(FunctionName="job:2")["Configuration"]["FunctionArn"] == f"{ARN}:2"


def test_tags_are_put_and_taken(client, make):
    make(Tags={"a": "1"})
    client.tag_resource(Resource=ARN, Tags={"b": "2"})
    client.untag_resource(Resource=ARN, TagKeys=["a"])
    assert client.list_tags(Resource=ARN)["Tags"] == {"b": "2"}


def test_a_function_is_of_its_account_and_region(make, client, vauban: InProcess):
    make()
    assert vauban.client("lambda", region="eu-west-1").list_functions()["Functions"] == []


def test_runtimes_are_updated_with_the_host_and_not_otherwise(client, make):
    make()
    assert client.get_runtime_management_config(FunctionName="job")["UpdateRuntimeOn"] == "Auto"
    put = client.put_runtime_management_config(FunctionName="job", UpdateRuntimeOn="Auto")
    assert (put["UpdateRuntimeOn"], put["FunctionArn"]) == ("Auto", ARN)
    with pytest.raises(ClientError) as refused:
        client.put_runtime_management_config(FunctionName="job", UpdateRuntimeOn="FunctionUpdate")
    assert code_of(refused)[0] == "InvalidParameterValueException"
