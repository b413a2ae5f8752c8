"""The AWS Encryption SDK for Python, over the socket: keyrings and master key providers, envelopes and refusals."""

import json

import aws_encryption_sdk
import boto3
import pytest
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_cryptographic_material_providers.mpl.models import (
    CreateAwsKmsDiscoveryKeyringInput,
    CreateAwsKmsKeyringInput,
    CreateAwsKmsRsaKeyringInput,
    DiscoveryFilter,
)
from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError, DecryptKeyError, GenerateKeyError
from aws_encryption_sdk.identifiers import AlgorithmSuite, CommitmentPolicy
from aws_encryption_sdk.key_providers.kms import (
    DiscoveryAwsKmsMasterKeyProvider,
    StrictAwsKmsMasterKeyProvider,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from .running import Server

CONTEXT = {"app": "shop", "über": "alles ✓"}
SECRET = b"attack at dawn" * 1000


@pytest.fixture
def sdk():
    return aws_encryption_sdk.EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)


@pytest.fixture
def providers():
    return AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for all: each test makes keys of its own."""
    directory = tmp_path_factory.mktemp("encryption-sdk")
    server = Server(directory / "data", log=directory / "server.log").start()
    yield server
    server.kill()


@pytest.fixture
def act_as(server, monkeypatch):
    """Have the variables that ``vauban credentials OPTIONS`` exports, which is all that AWS's libraries go by."""

    def act(*options: str) -> None:
        for name, value in server.credentials(*options).items():
            monkeypatch.setenv(name, value)

    act()
    return act


@pytest.fixture
def kms(act_as):
    return boto3.session.Session().client("kms")


@pytest.fixture
def arn(kms) -> str:
    return kms.create_key()["KeyMetadata"]["Arn"]


def keyring(providers, kms, arn: str):
    return providers.create_aws_kms_keyring(CreateAwsKmsKeyringInput(kms_key_id=arn, kms_client=kms))


def test_keyrings_and_master_key_providers_read_each_others_envelopes(sdk, providers, kms, arn):
    ours = keyring(providers, kms, arn)
    provider = StrictAwsKmsMasterKeyProvider(key_ids=[arn])
    by_keyring, _ = sdk.encrypt(source=SECRET, keyring=ours, encryption_context=CONTEXT)
    by_provider, _ = sdk.encrypt(source=SECRET, key_provider=provider, encryption_context=CONTEXT)

    assert sdk.decrypt(source=by_keyring, key_provider=provider)[0] == SECRET
    assert sdk.decrypt(source=by_provider, keyring=ours)[0] == SECRET


def test_the_envelope_names_the_key_and_carries_its_context(sdk, kms, arn):
    message, header = sdk.encrypt(
        source=SECRET, key_provider=StrictAwsKmsMasterKeyProvider(key_ids=[arn]), encryption_context=CONTEXT
    )
    (wrapped,) = header.encrypted_data_keys
    assert (wrapped.key_provider.provider_id, wrapped.key_provider.key_info) == ("aws-kms", arn.encode())
    assert CONTEXT.items() <= header.encryption_context.items()
    assert SECRET[:14] not in message

    opened = kms.decrypt(CiphertextBlob=wrapped.encrypted_data_key, EncryptionContext=header.encryption_context)
    assert opened["KeyId"] == arn
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=wrapped.encrypted_data_key, EncryptionContext=CONTEXT)


def test_each_of_several_keys_opens_the_envelope_alone(sdk, kms, arn):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    message, header = sdk.encrypt(source=SECRET, key_provider=StrictAwsKmsMasterKeyProvider(key_ids=[arn, other]))
    assert len(header.encrypted_data_keys) == 2
    kms.disable_key(KeyId=arn)
    assert sdk.decrypt(source=message, key_provider=StrictAwsKmsMasterKeyProvider(key_ids=[other]))[0] == SECRET


def test_discovery_finds_the_key_by_the_envelope_within_its_account(sdk, providers, kms, arn):
    message, _ = sdk.encrypt(source=SECRET, keyring=keyring(providers, kms, arn))

    def discovery(account: str):
        return providers.create_aws_kms_discovery_keyring(
            CreateAwsKmsDiscoveryKeyringInput(
                kms_client=kms, discovery_filter=DiscoveryFilter(partition="aws", account_ids=[account])
            )
        )

    assert sdk.decrypt(source=message, keyring=discovery(arn.split(":")[4]))[0] == SECRET
    with pytest.raises(AWSEncryptionSDKClientError):
        sdk.decrypt(source=message, keyring=discovery("999999999999"))
    assert sdk.decrypt(source=message, key_provider=DiscoveryAwsKmsMasterKeyProvider())[0] == SECRET


def test_an_rsa_keyring_wraps_with_the_public_key_alone(sdk, providers, kms):
    made = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["Arn"]
    public = load_der_public_key(kms.get_public_key(KeyId=made)["PublicKey"])
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    rsa = providers.create_aws_kms_rsa_keyring(
        CreateAwsKmsRsaKeyringInput(
            kms_key_id=made, public_key=pem, encryption_algorithm="RSAES_OAEP_SHA_256", kms_client=kms
        )
    )
    message, _ = sdk.encrypt(source=SECRET, keyring=rsa, algorithm=AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY)
    assert sdk.decrypt(source=message, keyring=rsa)[0] == SECRET


def test_whoever_may_not_decrypt_cannot_open_the_envelope(act_as, sdk, providers, kms, arn, tmp_path):
    message, _ = sdk.encrypt(source=SECRET, keyring=keyring(providers, kms, arn), encryption_context={"app": "shop"})
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": arn}
    for_shop = {"StringEquals": {"kms:EncryptionContext:app": "shop"}}
    for_bank = {"StringEquals": {"kms:EncryptionContext:app": "bank"}}
    for name, condition in (("shop", for_shop), ("bank", for_bank)):
        document = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}
        (tmp_path / f"{name}.json").write_text(json.dumps(document))

    act_as("--user", "shop", "--policy", str(tmp_path / "shop.json"))
    assert sdk.decrypt(source=message, key_provider=StrictAwsKmsMasterKeyProvider(key_ids=[arn]))[0] == SECRET
    with pytest.raises(GenerateKeyError):
        sdk.encrypt(source=SECRET, key_provider=StrictAwsKmsMasterKeyProvider(key_ids=[arn]))

    act_as("--user", "bank", "--policy", str(tmp_path / "bank.json"))
    with pytest.raises(DecryptKeyError):
        sdk.decrypt(source=message, key_provider=StrictAwsKmsMasterKeyProvider(key_ids=[arn]))
