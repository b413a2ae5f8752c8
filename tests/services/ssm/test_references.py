import json

import pytest
from botocore.exceptions import ClientError

PREFIX = "/aws/reference/secretsmanager"


@pytest.fixture
def secrets(vauban):
    return vauban.client("secretsmanager")


@pytest.fixture
def secret(secrets, kms, key_id):
    return secrets.create_secret(Name="app/db", SecretString="hush", KmsKeyId=key_id)


def test_a_secret_is_read_as_a_parameter(ssm, secret):
    found = ssm.get_parameter(Name=f"{PREFIX}/app/db", WithDecryption=True)["Parameter"]
    assert (found["Name"], found["Value"], found["Type"]) == (f"{PREFIX}/app/db", "hush", "SecureString")
    assert (found["Version"], found["ARN"]) == (0, secret["ARN"])
    source = json.loads(found["SourceResult"])
    assert (source["Name"], source["SecretString"], source["VersionId"]) == ("app/db", "hush", secret["VersionId"])
    assert source["VersionStages"] == ["AWSCURRENT"]
    assert isinstance(source["CreatedDate"], float)


def test_a_version_is_named_by_its_id_or_its_stage(secrets, ssm, secret):
    secrets.put_secret_value(SecretId="app/db", SecretString="newer")

    def value(selector):
        found = ssm.get_parameter(Name=f"{PREFIX}/app/db{selector}", WithDecryption=True)["Parameter"]
        assert found.get("Selector", "") == selector
        return found["Value"]

    assert value("") == value(":AWSCURRENT") == "newer"
    assert value(":AWSPREVIOUS") == value(f":{secret['VersionId']}") == "hush"


def test_a_secret_is_read_decrypted_or_not_at_all(ssm, secret):
    with pytest.raises(ClientError, match="WithDecryption flag must be True for retrieving a Secret Manager secret"):
        ssm.get_parameter(Name=f"{PREFIX}/app/db")


def test_a_secret_that_is_not_there_is_a_parameter_not_found(ssm, secret):
    words = rf"when referencing Secrets Manager: Secret {PREFIX}/none not found\."
    with pytest.raises(ssm.exceptions.ParameterNotFound, match=words):
        ssm.get_parameter(Name=f"{PREFIX}/none", WithDecryption=True)
    several = ssm.get_parameters(Names=[f"{PREFIX}/app/db", f"{PREFIX}/none"], WithDecryption=True)
    assert [each["Value"] for each in several["Parameters"]] == ["hush"]
    assert several["InvalidParameters"] == [f"{PREFIX}/none"]


def test_reading_needs_the_rights_of_both_services(as_user, secret):
    name = f"{PREFIX}/app/db"
    alice = as_user("alice", ("ssm:GetParameter",), ("kms:Decrypt",))
    with pytest.raises(ClientError, match=r"AccessDeniedException.*secretsmanager:GetSecretValue"):
        alice.get_parameter(Name=name, WithDecryption=True)
    bob = as_user("bob", ("secretsmanager:GetSecretValue",), ("kms:Decrypt",))
    with pytest.raises(ClientError, match=r"AccessDeniedException.*ssm:GetParameter"):
        bob.get_parameter(Name=name, WithDecryption=True)
    carol = as_user("carol", ("ssm:GetParameter",), ("secretsmanager:GetSecretValue",), ("kms:Decrypt",))
    assert carol.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == "hush"


def test_nobody_writes_secrets_that_way(ssm, secret):
    with pytest.raises(ClientError, match="No access to reserved parameter name"):
        ssm.put_parameter(Name=f"{PREFIX}/app/db", Value="x", Type="SecureString", Overwrite=True)
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter_history(Name=f"{PREFIX}/app/db")
