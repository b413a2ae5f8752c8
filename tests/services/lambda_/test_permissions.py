"""Who else may invoke a function."""

import json

import pytest
from botocore.exceptions import ClientError

from vauban.testing import InProcess

ARN = "arn:aws:lambda:us-east-1:111122223333:function:job"


def allow(client, **more):
    given = {"StatementId": "one", "Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com", **more}
    return json.loads(client.add_permission(FunctionName="job", **given)["Statement"])


def test_a_statement_is_written_as_aws_writes_it(client, make):
    make()
    told = allow(client, SourceArn="arn:aws:sns:us-east-1:111122223333:topic", SourceAccount="111122223333")
    assert told == {
        "Sid": "one",
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": ARN,
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": "111122223333"},
            "ArnLike": {"AWS:SourceArn": "arn:aws:sns:us-east-1:111122223333:topic"},
        },
    }
    policy = json.loads(client.get_policy(FunctionName="job")["Policy"])
    assert (policy["Id"], policy["Statement"]) == ("default", [told])


def test_a_statement_has_its_id_alone(client, make):
    make()
    allow(client)
    with pytest.raises(ClientError) as refused:
        allow(client)
    assert refused.value.response["Error"]["Code"] == "ResourceConflictException"


def test_removed_statements_are_gone(client, make):
    make()
    allow(client)
    client.remove_permission(FunctionName="job", StatementId="one")
    for ask in (client.get_policy, lambda **named: client.remove_permission(StatementId="one", **named)):
        with pytest.raises(ClientError) as refused:
            ask(FunctionName="job")
        assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_another_account_invokes_what_it_is_allowed_to_and_nothing_else():
    from tests.services.lambda_.conftest import TRUST, archive

    running = InProcess(("111122223333", "444455556666"))
    try:
        role = running.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
        own, other = running.client("lambda"), running.client("lambda", account="444455556666")
        own.create_function(
            FunctionName="job",
            Runtime="python3.12",
            Role=role["Arn"],
            Handler="app.handler",
            Code={"ZipFile": archive("def handler(event, context): return 'yes'")},
        )
        with pytest.raises(ClientError) as denied:
            other.invoke(FunctionName=ARN)
        assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
        allow(own, Principal="444455556666")
        assert other.invoke(FunctionName=ARN)["Payload"].read() == b'"yes"'
        with pytest.raises(ClientError) as denied:
            other.delete_function(FunctionName=ARN)
        assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
    finally:
        running.close()


def test_a_secret_is_rotated_by_a_function_that_it_may_invoke(vauban, client, make):
    make("import json\ndef handler(event, context): print(event['Step'])")
    secrets = vauban.client("secretsmanager")
    secrets.create_secret(Name="s", SecretString="x")
    rules = {"AutomaticallyAfterDays": 30}
    with pytest.raises(ClientError) as denied:
        secrets.rotate_secret(SecretId="s", RotationLambdaARN=ARN, RotationRules=rules)
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
    allow(client, Principal="secretsmanager.amazonaws.com")
    assert secrets.rotate_secret(SecretId="s", RotationLambdaARN=ARN, RotationRules=rules)["VersionId"]
