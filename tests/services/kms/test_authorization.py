"""Every operation asks before it does anything, asks for exactly what AWS asks for, and leaves its trace."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.padding import MGF1
from cryptography.hazmat.primitives.asymmetric.padding import OAEP as Oaep
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from vauban.services.kms import SERVICE
from vauban.settings import TokenCluster
from vauban.testing import InProcess

OAEP = Oaep(MGF1(SHA256()), SHA256(), None)
ACTIONS = {"ReplicateKey": ["kms:ReplicateKey", "kms:CreateKey"], "ReEncrypt": ["kms:ReEncryptFrom", "kms:ReEncryptTo"]}
"""The actions of operations that are not called after themselves."""


CLUSTERS = [f"cluster-2222222{letter * 4}" for letter in "abcdefghijklmnop"]


@pytest.fixture(scope="module")
def world(tokens, cluster_members):
    """A running KMS with a key of each kind, and what the operations need to be told."""
    clusters = tuple(TokenCluster(cluster, str(tokens), "cluster", "") for cluster in CLUSTERS)
    running = InProcess(cloudhsm_cluster=clusters)
    kms = running.client("kms")

    def key(**parameters):
        return kms.create_key(**parameters)["KeyMetadata"]["KeyId"]

    symmetric, dying = key(), key()
    kms.schedule_key_deletion(KeyId=dying)
    kms.create_alias(AliasName="alias/there", TargetKeyId=symmetric)
    made = SimpleNamespace(
        running=running,
        kms=kms,
        symmetric=symmetric,
        related=lambda: key(MultiRegion=True),
        dying=dying,
        external=key(Origin="EXTERNAL"),
        signing=key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY"),
        agreeing=key(KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT"),
        authenticating=key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC"),
        encapsulating=key(KeySpec="ML_KEM_768", KeyUsage="ENCAPSULATE_DECAPSULATE"),
        blob=kms.encrypt(KeyId=symmetric, Plaintext=b"x")["CiphertextBlob"],
        grantee=running.user("grantee"),
        policy=kms.get_key_policy(KeyId=symmetric)["Policy"],
        next_store=(cluster_members(cluster, cluster) for cluster in CLUSTERS).__next__,
    )
    made.store = kms.create_custom_key_store(**made.next_store())["CustomKeyStoreId"]
    yield made
    running.close()


def arguments(name, world):
    """A request of the operation that root may make."""
    key = {"KeyId": world.symmetric}
    signing = {"KeyId": world.signing, "Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"}
    mac = {"KeyId": world.authenticating, "Message": b"x", "MacAlgorithm": "HMAC_SHA_256"}
    encapsulation = {"KeyId": world.encapsulating, "EncapsulationAlgorithm": "ML_KEM"}
    external = {
        "KeyId": world.external,
        "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
        "WrappingKeySpec": "RSA_2048",
    }
    grant = {**key, "GranteePrincipal": world.grantee, "Operations": ["Encrypt"]}
    match name:
        case "CreateKey" | "ListKeys" | "ListAliases" | "DescribeCustomKeyStores":
            return {}
        case "CreateCustomKeyStore":
            return world.next_store()
        case "DeleteCustomKeyStore":
            created = world.kms.create_custom_key_store(**world.next_store())
            return {"CustomKeyStoreId": created["CustomKeyStoreId"]}
        case "UpdateCustomKeyStore":
            return {"CustomKeyStoreId": world.store, "NewCustomKeyStoreName": "renamed"}
        case "ConnectCustomKeyStore":
            return {"CustomKeyStoreId": world.store}
        case "DisconnectCustomKeyStore":
            world.kms.connect_custom_key_store(CustomKeyStoreId=world.store)
            return {"CustomKeyStoreId": world.store}
        case "GenerateRandom":
            return {"NumberOfBytes": 8}
        case "Encrypt":
            return {**key, "Plaintext": b"x"}
        case "Decrypt":
            return {"CiphertextBlob": world.blob}
        case "ReEncrypt":
            return {"CiphertextBlob": world.blob, "DestinationKeyId": world.symmetric}
        case "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext":
            return {**key, "KeySpec": "AES_256"}
        case "GenerateDataKeyPair" | "GenerateDataKeyPairWithoutPlaintext":
            return {**key, "KeyPairSpec": "ECC_NIST_P256"}
        case "Sign":
            return signing
        case "Verify":
            return {**signing, "Signature": world.kms.sign(**signing)["Signature"]}
        case "GenerateMac":
            return mac
        case "VerifyMac":
            return {**mac, "Mac": world.kms.generate_mac(**mac)["Mac"]}
        case "GetPublicKey":
            return {"KeyId": world.signing}
        case "DeriveSharedSecret":
            peer = world.kms.get_public_key(KeyId=world.agreeing)["PublicKey"]
            return {"KeyId": world.agreeing, "KeyAgreementAlgorithm": "ECDH", "PublicKey": peer}
        case "Encapsulate":
            return encapsulation
        case "Decapsulate":
            return {**encapsulation, "SharedSecretCiphertextBlob": bytes(1088)}
        case "UpdateKeyDescription":
            return {**key, "Description": "x"}
        case "CreateAlias":
            return {"AliasName": "alias/new", "TargetKeyId": world.symmetric}
        case "UpdateAlias":
            return {"AliasName": "alias/there", "TargetKeyId": world.symmetric}
        case "DeleteAlias":
            doomed = f"alias/{uuid4()}"
            world.kms.create_alias(AliasName=doomed, TargetKeyId=world.symmetric)
            return {"AliasName": doomed}
        case "ReplicateKey":
            return {"KeyId": world.related(), "ReplicaRegion": "eu-west-1"}
        case "UpdatePrimaryRegion":
            related = world.related()
            world.kms.replicate_key(KeyId=related, ReplicaRegion="eu-west-1")
            return {"KeyId": related, "PrimaryRegion": "eu-west-1"}
        case "PutKeyPolicy":
            return {**key, "Policy": world.policy}
        case "CreateGrant":
            return grant
        case "RevokeGrant":
            return {**key, "GrantId": world.kms.create_grant(**grant)["GrantId"]}
        case "RetireGrant":
            return {"GrantToken": world.kms.create_grant(**grant)["GrantToken"]}
        case "ListRetirableGrants":
            return {"RetiringPrincipal": world.grantee}
        case "ScheduleKeyDeletion":
            return {"KeyId": world.kms.create_key()["KeyMetadata"]["KeyId"]}
        case "CancelKeyDeletion":
            return {"KeyId": world.dying}
        case "GetParametersForImport":
            return external
        case "ImportKeyMaterial":
            given = world.kms.get_parameters_for_import(**external)
            public_key = load_der_public_key(given["PublicKey"])
            return {
                "KeyId": world.external,
                "ImportToken": given["ImportToken"],
                "EncryptedKeyMaterial": public_key.encrypt(bytes(32), OAEP),
                "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
            }
        case "DeleteImportedKeyMaterial":
            return {"KeyId": world.external}
        case "TagResource":
            return {**key, "Tags": [{"TagKey": "a", "TagValue": "b"}]}
        case "UntagResource":
            return {**key, "TagKeys": ["a"]}
        case _:
            return key


def call(client, name, parameters):
    return getattr(client, xform_name(name))(**parameters)


def allowing(actions):
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}}


@pytest.fixture(scope="module")
def nobody(world):
    world.running.user("nobody")
    return world.running.client("kms", user="nobody")


@pytest.fixture(scope="module")
def somebody(world):
    world.running.user("somebody")
    return world.running.client("kms", user="somebody")


@pytest.mark.parametrize("name", SERVICE.operations)
def test_who_has_no_permission_is_denied(name, world, nobody):
    parameters = arguments(name, world)
    with pytest.raises(ClientError) as refusal:
        call(nobody, name, parameters)
    assert refusal.value.response["Error"]["Code"] == "AccessDeniedException"
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert "arn:aws:iam::111122223333:user/nobody is not authorized to perform: kms:" in str(refusal.value)


@pytest.mark.parametrize("name", SERVICE.operations)
def test_the_operations_own_actions_are_permission_enough(name, world, somebody):
    world.running.user("somebody", allowing(ACTIONS.get(name, f"kms:{name}")))
    call(somebody, name, arguments(name, world))
    own = [each for each in world.running.trail() if each["eventName"] == name and each["awsRegion"] == "us-east-1"]
    record = own[-1]
    assert record["eventSource"] == "kms.amazonaws.com"
    assert record["userIdentity"]["userName"] == "somebody"
    assert "errorCode" not in record


@pytest.mark.parametrize("name", SERVICE.operations)
def test_a_denial_is_in_the_trail_with_its_reason(name, world, nobody):
    with pytest.raises(ClientError):
        call(nobody, name, arguments(name, world))
    record = world.running.trail()[-1]
    assert record["eventName"] == name
    assert record["errorCode"] in ("AccessDenied", "AccessDeniedException")
