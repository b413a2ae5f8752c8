"""Key stores of the type AWS_CLOUDHSM, on a SoftHSM token."""

import json

import pkcs11
import pytest
from botocore.exceptions import ClientError
from pkcs11 import Attribute, KeyType, ObjectClass

from vauban.settings import TokenCluster
from vauban.testing import InProcess

from .conftest import CLUSTER, OTHER_ACCOUNT, PIN

UNKNOWN = "cluster-7777777zzzz"
CLONE = "cluster-3333333aaaa"
STRANGER = "cluster-4444444aaaa"
OWNED = "cluster-5555555aaaa"


@pytest.fixture(scope="module")
def running(tokens):
    clusters = (
        TokenCluster(CLUSTER, str(tokens), "cluster", ""),
        TokenCluster(CLONE, str(tokens), "cluster", ""),
        TokenCluster(STRANGER, str(tokens), "vauban-test", ""),
        TokenCluster(OWNED, str(tokens), "vauban-test", OTHER_ACCOUNT),
    )
    made = InProcess(accounts=("111122223333", OTHER_ACCOUNT), cloudhsm_cluster=clusters)
    yield made
    made.close()


@pytest.fixture
def kms(running):
    """A client; the stores that its test makes are gone after it."""
    client = running.client("kms")
    yield client
    for store in client.describe_custom_key_stores()["CustomKeyStores"]:
        identifier = {"CustomKeyStoreId": store["CustomKeyStoreId"]}
        for key in client.list_keys()["Keys"]:
            described = client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
            if described.get("CustomKeyStoreId") and described["KeyState"] != "PendingDeletion":
                client.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
        if store["ConnectionState"] != "DISCONNECTED":
            client.disconnect_custom_key_store(**identifier)
        running.advance(days=8)
        client.delete_custom_key_store(**identifier)


@pytest.fixture
def store(kms, cluster_members):
    return kms.create_custom_key_store(**cluster_members())["CustomKeyStoreId"]


@pytest.fixture
def connected(kms, store):
    kms.connect_custom_key_store(CustomKeyStoreId=store)
    return store


@pytest.fixture
def key(kms, connected):
    return kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=connected)["KeyMetadata"]


def described(kms, store):
    return kms.describe_custom_key_stores(CustomKeyStoreId=store)["CustomKeyStores"][0]


def test_a_new_store_is_described_as_it_was_asked_for_without_its_password(kms, store, trust_anchor):
    found = described(kms, store)
    assert found.pop("CreationDate")
    assert found == {
        "CustomKeyStoreId": store,
        "CustomKeyStoreName": "tokens",
        "CustomKeyStoreType": "AWS_CLOUDHSM",
        "CloudHsmClusterId": CLUSTER,
        "TrustAnchorCertificate": trust_anchor,
        "ConnectionState": "DISCONNECTED",
    }
    assert store.startswith("cks-")
    assert len(store) == 21


def test_a_key_is_made_on_the_token_and_cannot_leave_it(kms, key, connected, tokens):
    assert (key["Origin"], key["KeyState"], key["KeySpec"]) == ("AWS_CLOUDHSM", "Enabled", "SYMMETRIC_DEFAULT")
    assert (key["CustomKeyStoreId"], key["CloudHsmClusterId"]) == (connected, CLUSTER)
    assert "CurrentKeyMaterialId" not in key
    kms.disconnect_custom_key_store(CustomKeyStoreId=connected)
    token = pkcs11.lib(str(tokens)).get_token(token_label="cluster")
    with token.open(user_pin=PIN) as session:
        made = session.get_key(object_class=ObjectClass.SECRET_KEY, key_type=KeyType.AES, label=key["KeyId"])
        assert made.key_length == 256
        assert made[Attribute.SENSITIVE]
        assert not made[Attribute.EXTRACTABLE]
        with pytest.raises(pkcs11.AttributeSensitive):
            made[Attribute.VALUE]


@pytest.mark.parametrize("size", [1, 4096])
def test_what_the_token_encrypts_it_decrypts_and_the_blob_names_its_key(size, kms, key):
    context = {"EncryptionContext": {"app": "shop"}}
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"p" * size, **context)["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=blob, **context)
    assert opened["Plaintext"] == b"p" * size
    assert opened["KeyId"] == key["Arn"]
    for wrong in ({"EncryptionContext": {"app": "bank"}}, {}):
        with pytest.raises(kms.exceptions.InvalidCiphertextException):
            kms.decrypt(CiphertextBlob=blob, **wrong)
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=blob[:-1] + bytes([blob[-1] ^ 1]), **context)


def test_data_keys_come_from_it_and_go_to_another_key(kms, key):
    made = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
    assert kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"] == made["Plaintext"]
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    moved = kms.re_encrypt(CiphertextBlob=made["CiphertextBlob"], DestinationKeyId=other)["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=moved)["Plaintext"] == made["Plaintext"]
    back = kms.re_encrypt(CiphertextBlob=moved, DestinationKeyId=key["KeyId"])
    assert back["KeyId"] == key["Arn"]
    assert kms.decrypt(CiphertextBlob=back["CiphertextBlob"])["Plaintext"] == made["Plaintext"]


def test_while_the_store_is_not_connected_its_keys_are_unavailable(kms, key, connected):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    kms.disconnect_custom_key_store(CustomKeyStoreId=connected)
    state = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (state["KeyState"], state["Enabled"]) == ("Unavailable", False)
    for ask in (lambda: kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x"), lambda: kms.decrypt(CiphertextBlob=blob)):
        with pytest.raises(kms.exceptions.KMSInvalidStateException, match="is unavailable"):
            ask()
    kms.disable_key(KeyId=key["KeyId"])
    kms.connect_custom_key_store(CustomKeyStoreId=connected)
    with pytest.raises(kms.exceptions.DisabledException):
        kms.decrypt(CiphertextBlob=blob)
    kms.enable_key(KeyId=key["KeyId"])
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_what_keys_of_a_store_cannot_do_is_refused(kms, key):
    for ask in (kms.enable_key_rotation, kms.rotate_key_on_demand, kms.get_key_rotation_status):
        with pytest.raises(kms.exceptions.UnsupportedOperationException):
            ask(KeyId=key["KeyId"])
    with pytest.raises(kms.exceptions.UnsupportedOperationException):
        kms.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256")
    with pytest.raises(kms.exceptions.UnsupportedOperationException):
        kms.get_parameters_for_import(
            KeyId=key["KeyId"], WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
        )


def test_a_deleted_key_is_destroyed_on_the_token(running, kms, key, connected, tokens):
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    kms.cancel_key_deletion(KeyId=key["KeyId"])
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Disabled"
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    running.advance(days=8)
    kms.disconnect_custom_key_store(CustomKeyStoreId=connected)
    token = pkcs11.lib(str(tokens)).get_token(token_label="cluster")
    with token.open(user_pin=PIN) as session, pytest.raises(pkcs11.NoSuchKey):
        session.get_key(object_class=ObjectClass.SECRET_KEY, key_type=KeyType.AES, label=key["KeyId"])


def test_random_bytes_come_from_the_token(kms, connected):
    assert len(kms.generate_random(NumberOfBytes=40, CustomKeyStoreId=connected)["Plaintext"]) == 40
    kms.disconnect_custom_key_store(CustomKeyStoreId=connected)
    with pytest.raises(kms.exceptions.CustomKeyStoreInvalidStateException):
        kms.generate_random(NumberOfBytes=40, CustomKeyStoreId=connected)
    with pytest.raises(kms.exceptions.CustomKeyStoreNotFoundException):
        kms.generate_random(NumberOfBytes=40, CustomKeyStoreId="cks-0")


def test_a_wrong_password_fails_the_connection_until_it_is_mended(kms, cluster_members):
    store = kms.create_custom_key_store(**cluster_members(password="not this one"))["CustomKeyStoreId"]
    kms.connect_custom_key_store(CustomKeyStoreId=store)
    found = described(kms, store)
    assert (found["ConnectionState"], found["ConnectionErrorCode"]) == ("FAILED", "INVALID_CREDENTIALS")
    with pytest.raises(kms.exceptions.CustomKeyStoreInvalidStateException):
        kms.connect_custom_key_store(CustomKeyStoreId=store)
    with pytest.raises(kms.exceptions.CustomKeyStoreInvalidStateException):
        kms.update_custom_key_store(CustomKeyStoreId=store, KeyStorePassword=PIN)
    kms.disconnect_custom_key_store(CustomKeyStoreId=store)
    kms.update_custom_key_store(CustomKeyStoreId=store, KeyStorePassword=PIN)
    kms.connect_custom_key_store(CustomKeyStoreId=store)
    assert described(kms, store)["ConnectionState"] == "CONNECTED"
    assert "ConnectionErrorCode" not in described(kms, store)


def test_states_allow_what_they_allow_at_aws(kms, connected):
    identifier = {"CustomKeyStoreId": connected}
    kms.connect_custom_key_store(**identifier)
    kms.update_custom_key_store(NewCustomKeyStoreName="renamed", **identifier)
    assert described(kms, connected)["CustomKeyStoreName"] == "renamed"
    for refused in (
        lambda: kms.update_custom_key_store(KeyStorePassword=PIN, **identifier),
        lambda: kms.delete_custom_key_store(**identifier),
    ):
        with pytest.raises(kms.exceptions.CustomKeyStoreInvalidStateException):
            refused()
    kms.disconnect_custom_key_store(**identifier)
    with pytest.raises(kms.exceptions.CustomKeyStoreInvalidStateException):
        kms.disconnect_custom_key_store(**identifier)
    with pytest.raises(kms.exceptions.CustomKeyStoreInvalidStateException):
        kms.create_key(Origin="AWS_CLOUDHSM", **identifier)


def test_a_store_with_keys_is_not_deleted(kms, key, connected):
    kms.disconnect_custom_key_store(CustomKeyStoreId=connected)
    with pytest.raises(kms.exceptions.CustomKeyStoreHasCMKsException):
        kms.delete_custom_key_store(CustomKeyStoreId=connected)


def test_a_cluster_is_one_stores_in_whatever_account(running, kms, store, cluster_members):
    elsewhere = running.client("kms", account=OTHER_ACCOUNT)
    for client in (kms, elsewhere):
        with pytest.raises(client.exceptions.CloudHsmClusterInUseException):
            client.create_custom_key_store(**cluster_members("another"))
    kms.delete_custom_key_store(CustomKeyStoreId=store)
    free = elsewhere.create_custom_key_store(**cluster_members())["CustomKeyStoreId"]
    elsewhere.delete_custom_key_store(CustomKeyStoreId=free)


@pytest.mark.parametrize("cluster", [UNKNOWN, OWNED])
def test_a_cluster_that_is_not_set_up_for_the_account_is_not_found(cluster, kms, cluster_members):
    with pytest.raises(kms.exceptions.CloudHsmClusterNotFoundException):
        kms.create_custom_key_store(**cluster_members(cluster=cluster))


def test_without_any_set_up_no_cluster_is_found(vauban, cluster_members):
    kms = vauban.client("kms")
    with pytest.raises(kms.exceptions.CloudHsmClusterNotFoundException):
        kms.create_custom_key_store(**cluster_members())


def test_a_store_moves_to_a_clone_of_its_cluster_and_to_no_other(kms, store):
    with pytest.raises(kms.exceptions.CloudHsmClusterNotRelatedException):
        kms.update_custom_key_store(CustomKeyStoreId=store, CloudHsmClusterId=STRANGER)
    kms.update_custom_key_store(CustomKeyStoreId=store, CloudHsmClusterId=CLONE)
    assert described(kms, store)["CloudHsmClusterId"] == CLONE


@pytest.mark.parametrize("certificate", ["x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_trust_anchor_must_be_one(certificate, kms, cluster_members):
    with pytest.raises(kms.exceptions.IncorrectTrustAnchorException):
        kms.create_custom_key_store(**{**cluster_members(), "TrustAnchorCertificate": certificate})


def test_a_name_is_one_stores(kms, store, cluster_members):
    with pytest.raises(kms.exceptions.CustomKeyStoreNameInUseException):
        kms.create_custom_key_store(**cluster_members(cluster=CLONE))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"CloudHsmClusterId": None}, "CloudHsmClusterId"),
        ({"KeyStorePassword": None}, "KeyStorePassword"),
        ({"TrustAnchorCertificate": None}, "TrustAnchorCertificate"),
        ({"XksProxyConnectivity": "PUBLIC_ENDPOINT"}, "XksProxyConnectivity"),
        ({"CloudHsmClusterId": "cluster-1"}, "cloudHsmClusterId"),
        ({"KeyStorePassword": "short"}, "keyStorePassword"),
    ],
)
def test_what_is_missing_or_of_the_other_type_is_named(changes, word, running, cluster_members):
    from botocore.config import Config

    unchecked = running.client("kms", config=Config(parameter_validation=False))
    members = {name: value for name, value in {**cluster_members(), **changes}.items() if value is not None}
    with pytest.raises(ClientError, match=f"ValidationException.*{word}"):
        unchecked.create_custom_key_store(**members)


@pytest.mark.parametrize(
    "parameters",
    [
        {"Origin": "AWS_CLOUDHSM"},
        {"Origin": "AWS_KMS", "CustomKeyStoreId": "cks-0"},
        {"CustomKeyStoreId": "cks-0"},
        {"XksKeyId": "external"},
        {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": "cks-0", "XksKeyId": "external"},
        {"Origin": "EXTERNAL_KEY_STORE", "XksKeyId": "external"},
    ],
)
def test_origin_and_store_must_agree(parameters, kms):
    with pytest.raises(ClientError, match="ValidationException"):
        kms.create_key(**parameters)


def test_only_symmetric_keys_of_its_own_type_are_in_a_store(kms, connected):
    with pytest.raises(kms.exceptions.CustomKeyStoreNotFoundException):
        kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId="cks-0")
    with pytest.raises(kms.exceptions.UnsupportedOperationException):
        kms.create_key(Origin="AWS_CLOUDHSM", CustomKeyStoreId=connected, KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    with pytest.raises(ClientError, match="ValidationException"):
        kms.create_key(Origin="EXTERNAL_KEY_STORE", CustomKeyStoreId=connected, XksKeyId="external")


def test_stores_are_listed_in_pages_and_found_by_name(kms, store, cluster_members):
    kms.create_custom_key_store(**cluster_members("second", CLONE))
    first = kms.describe_custom_key_stores(Limit=1)
    assert first["Truncated"] is True
    second = kms.describe_custom_key_stores(Limit=1, Marker=first["NextMarker"])
    assert second["Truncated"] is False
    names = [page["CustomKeyStores"][0]["CustomKeyStoreName"] for page in (first, second)]
    assert sorted(names) == ["second", "tokens"]
    by_name = kms.describe_custom_key_stores(CustomKeyStoreName="tokens")["CustomKeyStores"]
    assert [each["CustomKeyStoreId"] for each in by_name] == [store]
    for wrong in ({"CustomKeyStoreName": "absent"}, {"CustomKeyStoreId": "cks-0"}):
        with pytest.raises(kms.exceptions.CustomKeyStoreNotFoundException):
            kms.describe_custom_key_stores(**wrong)
    with pytest.raises(ClientError, match="ValidationException"):
        kms.describe_custom_key_stores(CustomKeyStoreName="tokens", CustomKeyStoreId=store)


def test_the_password_is_not_in_the_trail(running, kms, connected):
    assert PIN not in json.dumps(running.trail(), default=repr)
