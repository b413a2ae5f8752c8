"""Each condition key of Secrets Manager, as a policy asks for it."""

import pytest
from botocore.exceptions import ClientError

from .conftest import allowing
from .rotation_functions import ARN, install


def condition(operator, key, value):
    return {operator: {f"secretsmanager:{key}": value}}


def refused(ask):
    try:
        ask()
    except ClientError as error:
        return error.response["Error"]["Code"] == "AccessDeniedException"
    return False


@pytest.mark.parametrize(
    ("asked_for", "operation", "good", "bad"),
    [
        (condition("StringEquals", "Name", "a"), "create_secret", {"Name": "a"}, {"Name": "b"}),
        (
            condition("StringLike", "Description", "prod*"),
            "create_secret",
            {"Name": "a", "Description": "production"},
            {"Name": "b", "Description": "test"},
        ),
        (
            condition("StringEquals", "KmsKeyId", "alias/aws/secretsmanager"),
            "create_secret",
            {"Name": "a", "KmsKeyId": "alias/aws/secretsmanager"},
            {"Name": "b"},
        ),
        (
            condition("ArnLike", "KmsKeyArn", "arn:aws:kms:us-east-1:111122223333:alias/aws/*"),
            "create_secret",
            {"Name": "a", "KmsKeyId": "alias/aws/secretsmanager"},
            {"Name": "b", "KmsKeyId": "alias/other"},
        ),
        (
            condition("ForAllValues:StringEquals", "AddReplicaRegions", "eu-west-1"),
            "create_secret",
            {"Name": "a", "AddReplicaRegions": [{"Region": "eu-west-1"}]},
            {"Name": "b", "AddReplicaRegions": [{"Region": "eu-west-2"}]},
        ),
        (
            condition("Bool", "ForceOverwriteReplicaSecret", "false"),
            "create_secret",
            {"Name": "a", "ForceOverwriteReplicaSecret": False},
            {"Name": "b", "ForceOverwriteReplicaSecret": True},
        ),
        (
            condition("ArnLike", "SecretId", "arn:aws:secretsmanager:*:111122223333:secret:db-??????"),
            "describe_secret",
            {"SecretId": "db"},
            {"SecretId": "other"},
        ),
        (
            condition("StringEquals", "SecretPrimaryRegion", "us-east-1"),
            "describe_secret",
            {"SecretId": "db"},
            {"SecretId": "not-there"},
        ),
        (
            condition("StringEquals", "resource/AllowRotationLambdaArn", ARN),
            "describe_secret",
            {"SecretId": "db"},
            {"SecretId": "other"},
        ),
        (
            condition("StringEquals", "ResourceTag/Team", "shop"),
            "describe_secret",
            {"SecretId": "db"},
            {"SecretId": "other"},
        ),
        (
            condition("StringEquals", "VersionStage", "blue"),
            "update_secret_version_stage",
            {"SecretId": "db", "VersionStage": "blue", "MoveToVersionId": "v" * 32},
            {"SecretId": "db", "VersionStage": "green", "MoveToVersionId": "v" * 32},
        ),
        (
            condition("StringEquals", "VersionId", "v" * 32),
            "get_secret_value",
            {"SecretId": "db", "VersionId": "v" * 32},
            {"SecretId": "db"},
        ),
        (
            condition("Bool", "RotateImmediately", "false"),
            "rotate_secret",
            {"SecretId": "other", "RotateImmediately": False, "RotationLambdaARN": ARN},
            {"SecretId": "other", "RotateImmediately": True, "RotationLambdaARN": ARN},
        ),
        (
            condition("ArnEquals", "RotationLambdaARN", ARN),
            "rotate_secret",
            {"SecretId": "other", "RotationLambdaARN": ARN},
            {"SecretId": "other", "RotationLambdaARN": ARN.replace("rotate", "x")},
        ),
        (
            condition("Bool", "ModifyRotationRules", "false"),
            "rotate_secret",
            {"SecretId": "other", "RotationLambdaARN": ARN},
            {"SecretId": "other", "RotationLambdaARN": ARN, "RotationRules": {"AutomaticallyAfterDays": 3}},
        ),
    ],
    ids=str,
)
def test_a_policy_may_ask_for(asked_for, operation, good, bad, vauban, secrets):
    install(vauban, lambda event: None)
    tags = [{"Key": "team", "Value": "shop"}]
    secrets.create_secret(Name="db", SecretString="1", Tags=tags, ClientRequestToken="v" * 32)
    secrets.create_secret(Name="other", SecretString="1")
    secrets.rotate_secret(SecretId="db", RotationLambdaARN=ARN, RotateImmediately=False)
    vauban.user("user", allowing("secretsmanager:*", **asked_for), allowing("lambda:InvokeFunction"))
    ask = getattr(vauban.client("secretsmanager", user="user"), operation)
    assert not refused(lambda: ask(**good))
    assert refused(lambda: ask(**bad))
