"""AWS's own Encryption SDK as the customer."""

import aws_encryption_sdk
import pytest
from aws_encryption_sdk.identifiers import CommitmentPolicy
from aws_encryption_sdk.key_providers.kms import KMSMasterKey, KMSMasterKeyConfig

CONTEXT = {"app": "shop"}


@pytest.fixture
def sdk():
    return aws_encryption_sdk.EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)


@pytest.fixture
def master_key(kms, key_id):
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    return KMSMasterKey(config=KMSMasterKeyConfig(key_id=arn, client=kms))


def test_the_sdk_encrypts_under_a_data_key_of_ours_and_gets_it_back(sdk, master_key, kms, key_id):
    message, header = sdk.encrypt(source=b"x" * 10_000, key_provider=master_key, encryption_context=CONTEXT)
    assert [each.key_provider.provider_id for each in header.encrypted_data_keys] == ["aws-kms"]
    kms.rotate_key_on_demand(KeyId=key_id)
    plaintext, _ = sdk.decrypt(source=message, key_provider=master_key)
    assert plaintext == b"x" * 10_000


def test_without_the_key_the_sdk_cannot_read_its_own_message(sdk, master_key, kms, key_id):
    message, _ = sdk.encrypt(source=b"x", key_provider=master_key, encryption_context=CONTEXT)
    kms.disable_key(KeyId=key_id)
    with pytest.raises(aws_encryption_sdk.exceptions.DecryptKeyError):
        sdk.decrypt(source=message, key_provider=master_key)
