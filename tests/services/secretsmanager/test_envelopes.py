import json

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT, OTHER_ACCOUNT, allowing


def naming(action, *accounts):
    """A resource's policy that allows these accounts the action."""
    policy = allowing(action)
    policy["Statement"]["Principal"] = {"AWS": list(accounts)}
    return json.dumps(policy)


def kms_calls(vauban):
    return [each for each in vauban.trail() if each["eventSource"] == "kms.amazonaws.com"]


def test_kms_is_asked_on_the_caller_s_authority_with_arn_and_version_as_context(vauban, secrets, kms):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    made = secrets.create_secret(Name="db", SecretString="1", KmsKeyId=key)
    secrets.get_secret_value(SecretId="db")
    context = {"SecretARN": made["ARN"], "SecretVersionId": made["VersionId"]}
    trying = {"SecretARN": made["ARN"], "SecretVersionId": "RequestToValidateKeyAccess"}
    asked = [
        (each["eventName"], each["requestParameters"]["encryptionContext"])
        for each in kms_calls(vauban)
        if each["eventName"] != "CreateKey"
    ]
    assert asked == [
        ("GenerateDataKey", trying),
        ("Decrypt", trying),
        ("GenerateDataKey", context),
        ("Decrypt", context),
    ]
    last = kms_calls(vauban)[-1]
    assert last["userIdentity"]["invokedBy"] == "secretsmanager.amazonaws.com"
    assert last["resources"][0]["ARN"].endswith(key)


def test_each_version_has_a_data_key_of_its_own(vauban, secrets):
    secrets.create_secret(Name="db", SecretString="1")
    before = len(kms_calls(vauban))
    secrets.put_secret_value(SecretId="db", SecretString="2")
    assert [each["eventName"] for each in kms_calls(vauban)[before:]] == ["GenerateDataKey"]


def test_who_may_not_decrypt_reads_nothing(secrets, kms, a_user):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    secrets.create_secret(Name="db", SecretString="1", KmsKeyId=key)
    reader = a_user("reader", "secretsmanager:*")
    with pytest.raises(ClientError, match=r"AccessDeniedException.*Access to KMS is not allowed"):
        reader.get_secret_value(SecretId="db")
    with pytest.raises(ClientError, match="Access to KMS is not allowed"):
        reader.put_secret_value(SecretId="db", SecretString="2")
    with pytest.raises(ClientError, match="Access to KMS is not allowed"):
        reader.create_secret(Name="mine", SecretString="2", KmsKeyId=key)
    secrets.create_secret(Name="default", SecretString="3")
    assert reader.get_secret_value(SecretId="default")["SecretString"] == "3"


def test_a_key_policy_may_ask_for_the_context(vauban, secrets, kms):
    key = kms.create_key()["KeyMetadata"]
    allowed = secrets.create_secret(Name="a", SecretString="1", KmsKeyId=key["KeyId"])
    secrets.create_secret(Name="b", SecretString="2", KmsKeyId=key["KeyId"])
    condition = {
        "StringEquals": {
            "kms:EncryptionContext:SecretARN": allowed["ARN"],
            "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com",
        }
    }
    vauban.user("reader", allowing("secretsmanager:*"), allowing("kms:Decrypt", key["Arn"], **condition))
    reader = vauban.client("secretsmanager", user="reader")
    assert reader.get_secret_value(SecretId="a")["SecretString"] == "1"
    with pytest.raises(ClientError, match="Access to KMS is not allowed"):
        reader.get_secret_value(SecretId="b")


def test_a_key_out_of_use_is_a_failure_of_the_secret(secrets, kms):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    secrets.create_secret(Name="db", SecretString="1", KmsKeyId=key)
    kms.disable_key(KeyId=key)
    with pytest.raises(secrets.exceptions.DecryptionFailure):
        secrets.get_secret_value(SecretId="db")
    with pytest.raises(secrets.exceptions.EncryptionFailure):
        secrets.put_secret_value(SecretId="db", SecretString="2")
    kms.enable_key(KeyId=key)
    assert secrets.get_secret_value(SecretId="db")["SecretString"] == "1"
    rsa = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["KeyId"]
    with pytest.raises(secrets.exceptions.EncryptionFailure):
        secrets.create_secret(Name="rsa", SecretString="1", KmsKeyId=rsa)
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.create_secret(Name="none", SecretString="1", KmsKeyId="alias/not-there")


def test_another_account_reads_where_secret_and_key_say_so(neighbours):
    owner, kms = neighbours.client("secretsmanager"), neighbours.client("kms")
    key = kms.create_key()["KeyMetadata"]
    arn = owner.create_secret(Name="db", SecretString="1", KmsKeyId=key["KeyId"])["ARN"]
    neighbours.user("reader", allowing(["secretsmanager:GetSecretValue", "kms:Decrypt"]), account=OTHER_ACCOUNT)
    reader = neighbours.client("secretsmanager", account=OTHER_ACCOUNT, user="reader")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        reader.get_secret_value(SecretId=arn)
    owner.put_resource_policy(SecretId="db", ResourcePolicy=naming("secretsmanager:GetSecretValue", OTHER_ACCOUNT))
    with pytest.raises(ClientError, match="Access to KMS is not allowed"):
        reader.get_secret_value(SecretId=arn)
    kms.put_key_policy(KeyId=key["KeyId"], Policy=naming("kms:*", ACCOUNT, OTHER_ACCOUNT))
    assert reader.get_secret_value(SecretId=arn)["SecretString"] == "1"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        reader.get_secret_value(SecretId="db")


def test_another_account_never_uses_the_managed_key(neighbours):
    owner = neighbours.client("secretsmanager")
    arn = owner.create_secret(Name="db", SecretString="1")["ARN"]
    owner.put_resource_policy(SecretId="db", ResourcePolicy=naming("secretsmanager:*", OTHER_ACCOUNT))
    neighbour = neighbours.client("secretsmanager", account=OTHER_ACCOUNT)
    words = "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS"
    with pytest.raises(owner.exceptions.InvalidRequestException, match=words):
        neighbour.get_secret_value(SecretId=arn)
    with pytest.raises(owner.exceptions.InvalidRequestException, match=words):
        neighbour.put_secret_value(SecretId=arn, SecretString="2")
