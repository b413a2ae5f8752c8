import re
from datetime import timedelta
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"


def arn_of(name, suffix="[A-Za-z0-9]{6}"):
    return f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:{re.escape(name)}-{suffix}"


def test_a_secret_is_described_with_what_it_has_and_nothing_else(secrets):
    made = secrets.create_secret(Name="prod/db", SecretString="1")
    assert re.fullmatch(arn_of("prod/db"), made["ARN"])
    assert made["Name"] == "prod/db"
    told = secrets.describe_secret(SecretId="prod/db")
    del told["ResponseMetadata"]
    assert told.pop("CreatedDate") == told.pop("LastChangedDate")
    assert told == {
        "ARN": made["ARN"],
        "Name": "prod/db",
        "VersionIdsToStages": {made["VersionId"]: ["AWSCURRENT"]},
    }


def test_a_secret_may_begin_without_a_value(secrets):
    made = secrets.create_secret(Name="db", Description="later", Tags=[{"Key": "app", "Value": "shop"}])
    assert "VersionId" not in made
    told = secrets.describe_secret(SecretId="db")
    assert told["Description"] == "later"
    assert told["Tags"] == [{"Key": "app", "Value": "shop"}]
    assert "VersionIdsToStages" not in told


@pytest.mark.parametrize("name", ["a b", "a*", "é", "a:b", "a?", "a\\b", "x\n", "../*"])
def test_a_name_that_is_none_is_refused(name, secrets):
    words = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
    for ask in (
        lambda: secrets.create_secret(Name=name, SecretString="1"),
        lambda: secrets.get_secret_value(SecretId=name),
        lambda: secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True),
    ):
        with pytest.raises(ClientError, match=re.escape(words)) as refused:
            ask()
        assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_names_with_an_exclamation_mark_are_for_services(secrets):
    with pytest.raises(secrets.exceptions.InvalidParameterException):
        secrets.create_secret(Name="rds!db-1", SecretString="1")


def test_a_name_is_taken_once_but_the_same_request_may_come_twice(secrets):
    token = str(uuid4())
    made = secrets.create_secret(Name="db", SecretString="1", ClientRequestToken=token)
    again = secrets.create_secret(Name="db", SecretString="1", ClientRequestToken=token)
    assert (again["ARN"], again["VersionId"]) == (made["ARN"], token)
    with pytest.raises(secrets.exceptions.ResourceExistsException, match="the secret db already exists"):
        secrets.create_secret(Name="db", SecretString="1")
    with pytest.raises(secrets.exceptions.ResourceExistsException):
        secrets.create_secret(Name="db", SecretString="2", ClientRequestToken=token)
    assert len(secrets.list_secrets()["SecretList"]) == 1


def test_each_region_has_names_of_its_own(vauban, secrets):
    secrets.create_secret(Name="db", SecretString="1")
    vauban.client("secretsmanager", region="eu-west-1").create_secret(Name="db", SecretString="2")
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "1"


def test_a_secret_goes_by_name_arn_and_arn_without_its_end(secrets):
    arn = secrets.create_secret(Name="prod/db", SecretString="1")["ARN"]
    for secret_id in ("prod/db", arn, arn[:-7]):
        assert secrets.get_secret_value(SecretId=secret_id)["SecretString"] == "1"
    for secret_id in (
        arn[:-1],
        f"{arn[:-6]}xxxxxx",
        "prod",
        arn.split("secret:")[1],
        arn.replace("us-east-1", "x-y-1"),
    ):
        with pytest.raises(secrets.exceptions.ResourceNotFoundException):
            secrets.get_secret_value(SecretId=secret_id)


def test_a_name_that_ends_like_an_arn_is_found_and_kept_apart(secrets):
    outer = secrets.create_secret(Name="my-secret", SecretString="outer")["ARN"]
    assert secrets.get_secret_value(SecretId=outer[:-7])["SecretString"] == "outer"
    inner = secrets.create_secret(Name="my", SecretString="inner")["ARN"]
    assert secrets.get_secret_value(SecretId=outer[:-7])["SecretString"] == "outer"
    assert secrets.get_secret_value(SecretId=inner)["SecretString"] == "inner"


def test_a_secret_made_anew_is_another_one(secrets):
    old = secrets.create_secret(Name="db", SecretString="1")["ARN"]
    secrets.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    new = secrets.create_secret(Name="db", SecretString="2")["ARN"]
    assert old != new
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.get_secret_value(SecretId=old)
    assert len(secrets.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)["Versions"]) == 1


def test_update_changes_what_it_is_given(vauban, secrets):
    first = secrets.create_secret(Name="db", SecretString="1", Description="old")["VersionId"]
    made = secrets.describe_secret(SecretId="db")
    vauban.advance(minutes=1)
    assert "VersionId" not in secrets.update_secret(SecretId="db", Description="new")
    told = secrets.describe_secret(SecretId="db")
    assert told["Description"] == "new"
    assert told["LastChangedDate"] - made["LastChangedDate"] >= timedelta(minutes=1)
    assert told["CreatedDate"] == made["CreatedDate"]
    second = secrets.update_secret(SecretId="db", SecretString="2")["VersionId"]
    stages = secrets.describe_secret(SecretId="db")["VersionIdsToStages"]
    assert stages == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT"]}
    secrets.update_secret(SecretId="db", Description="")
    assert "Description" not in secrets.describe_secret(SecretId="db")


def test_update_never_takes_a_token_that_is_in_use(secrets):
    token = secrets.create_secret(Name="db", SecretString="1")["VersionId"]
    with pytest.raises(secrets.exceptions.ResourceExistsException, match="already in use for a version of secret"):
        secrets.update_secret(SecretId="db", SecretString="1", ClientRequestToken=token)


def test_another_key_takes_over_the_versions_in_use(secrets, kms):
    old, new = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    secrets.create_secret(Name="db", SecretString="1", KmsKeyId=old)
    secrets.put_secret_value(SecretId="db", SecretString="2")
    secrets.put_secret_value(SecretId="db", SecretString="3", VersionStages=["mine"])
    assert secrets.describe_secret(SecretId="db")["KmsKeyId"] == old
    secrets.update_secret(SecretId="db", KmsKeyId=new)
    assert secrets.describe_secret(SecretId="db")["KmsKeyId"] == new
    versions = secrets.list_secret_version_ids(SecretId="db")["Versions"]
    assert [each["KmsKeyIds"] for each in versions] == [[new], [new], [old]]
    kms.disable_key(KeyId=old)
    for label, value in (("AWSCURRENT", "2"), ("AWSPREVIOUS", "1")):
        assert secrets.get_secret_value(SecretId="db", VersionStage=label)["SecretString"] == value
    with pytest.raises(secrets.exceptions.DecryptionFailure):
        secrets.get_secret_value(SecretId="db", VersionStage="mine")
    secrets.update_secret(SecretId="db", KmsKeyId="")
    assert "KmsKeyId" not in secrets.describe_secret(SecretId="db")
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "2"


def test_the_managed_key_by_its_name_is_the_default(secrets):
    secrets.create_secret(Name="db", SecretString="1", KmsKeyId="alias/aws/secretsmanager")
    assert "KmsKeyId" not in secrets.describe_secret(SecretId="db")


def test_creating_needs_the_action_on_the_name_and_on_tags(secrets, a_user):
    writer = a_user("writer", "secretsmanager:CreateSecret", f"arn:aws:secretsmanager:*:{ACCOUNT}:secret:mine/*")
    writer.create_secret(Name="mine/a", SecretString="1")
    for refused in (
        lambda: writer.create_secret(Name="theirs/a", SecretString="1"),
        lambda: writer.create_secret(Name="mine/b", SecretString="1", Tags=[{"Key": "a", "Value": "b"}]),
        lambda: writer.describe_secret(SecretId="mine/a"),
        lambda: writer.update_secret(SecretId="mine/a", Description="x"),
    ):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            refused()


def test_a_policy_may_ask_how_a_secret_is_made(a_user):
    condition = {
        "StringLike": {"secretsmanager:Name": "mine/*", "aws:RequestTag/team": "a"},
        "Null": {"secretsmanager:Description": "false"},
    }
    writer = a_user("writer", "secretsmanager:*", **condition)
    good = {"Name": "mine/a", "SecretString": "1", "Description": "d", "Tags": [{"Key": "team", "Value": "a"}]}
    writer.create_secret(**good)
    for change in ({"Name": "other"}, {"Tags": [{"Key": "team", "Value": "b"}]}):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            writer.create_secret(**{**good, **change})
    with pytest.raises(ClientError, match="AccessDeniedException"):
        writer.create_secret(Name="mine/b", SecretString="1", Tags=good["Tags"])


def test_a_partner_s_secret_is_refused_aloud(secrets):
    with pytest.raises(ClientError, match="Type is not supported"):
        secrets.create_secret(Name="db", SecretString="1", Type="Snowflake")
