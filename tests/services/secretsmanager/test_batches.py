import pytest
from botocore.exceptions import ClientError

from .conftest import allowing


def values(told):
    return [each["SecretString"] for each in told["SecretValues"]]


@pytest.fixture
def three(vauban, secrets):
    for number in range(3):
        secrets.create_secret(Name=f"s{number}", SecretString=str(number))
        vauban.advance(seconds=1)


def test_values_come_for_a_list_of_ids(secrets, three):
    arn = secrets.describe_secret(SecretId="s2")["ARN"]
    told = secrets.batch_get_secret_value(SecretIdList=[arn, "s0"])
    assert values(told) == ["2", "0"]
    assert told["Errors"] == []
    assert told["SecretValues"][1]["VersionStages"] == ["AWSCURRENT"]


def test_what_cannot_be_had_is_told_beside_the_rest(secrets, three):
    secrets.create_secret(Name="empty")
    secrets.delete_secret(SecretId="s1")
    told = secrets.batch_get_secret_value(SecretIdList=["s0", "s1", "none", "empty"])
    assert values(told) == ["0"]
    assert [(each["SecretId"], each["ErrorCode"]) for each in told["Errors"]] == [
        ("s1", "InvalidRequestException"),
        ("none", "ResourceNotFoundException"),
        ("empty", "ResourceNotFoundException"),
    ]
    assert told["Errors"][1]["Message"] == "Secrets Manager can't find the specified secret."


def test_filters_choose_and_pages_follow(secrets, three):
    wanted = [{"Key": "name", "Values": ["s"]}]
    first = secrets.batch_get_secret_value(Filters=wanted, MaxResults=2)
    assert values(first) == ["0", "1"]
    rest = secrets.batch_get_secret_value(Filters=wanted, MaxResults=2, NextToken=first["NextToken"])
    assert values(rest) == ["2"]
    assert "NextToken" not in rest


def test_ids_or_filters_and_not_both(secrets):
    wanted = [{"Key": "name", "Values": ["s"]}]
    for asked in ({}, {"SecretIdList": ["a"], "Filters": wanted}, {"SecretIdList": ["a"], "MaxResults": 1}):
        with pytest.raises(secrets.exceptions.InvalidParameterException):
            secrets.batch_get_secret_value(**asked)


def test_each_secret_is_decided_and_audited_by_itself(vauban, secrets, three):
    vauban.user(
        "reader",
        allowing("secretsmanager:BatchGetSecretValue"),
        allowing("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:s0-??????"),
    )
    reader = vauban.client("secretsmanager", user="reader")
    told = reader.batch_get_secret_value(SecretIdList=["s0", "s1"])
    assert values(told) == ["0"]
    assert [each["ErrorCode"] for each in told["Errors"]] == ["AccessDeniedException"]
    events = [each["eventName"] for each in vauban.trail() if each["eventSource"] == "secretsmanager.amazonaws.com"]
    assert events[-3:] == ["GetSecretValue", "GetSecretValue", "BatchGetSecretValue"]
    with pytest.raises(ClientError, match=r"AccessDeniedException.*ListSecrets"):
        reader.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["s"]}])


def test_a_batch_is_no_service_between_caller_and_secret(secrets, three, a_user):
    direct = {"Bool": {"aws:ViaAWSService": "false"}, "IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
    assert values(a_user("reader", "secretsmanager:*", **direct).batch_get_secret_value(SecretIdList=["s0"])) == ["0"]


def test_batches_need_a_policy(three, a_user):
    with pytest.raises(ClientError, match=r"AccessDeniedException"):
        a_user("nobody", "secretsmanager:GetSecretValue").batch_get_secret_value(SecretIdList=["s0"])
