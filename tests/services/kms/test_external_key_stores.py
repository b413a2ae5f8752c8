"""Key stores of the type EXTERNAL_KEY_STORE: against Vauban as the proxy, and against proxies that fail."""

import json

import pytest
from botocore.exceptions import ClientError

from vauban.services.kms.xks_failures import FAILURES
from vauban.settings import Address
from vauban.testing import InProcess

from .proxies import Fake

HOST = "xks.example.com"
ENDPOINT = f"https://{HOST}"
CREDENTIAL = {"AccessKeyId": "ABCDEFGHIJKLMNOPQRST", "RawSecretAccessKey": "s" * 43}
PATH = "/store/kms/xks/v1"
PLENTY = 20_000


def members(name="outside", path=PATH, credential=CREDENTIAL, **more):
    return {
        "CustomKeyStoreName": name,
        "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
        "XksProxyConnectivity": "PUBLIC_ENDPOINT",
        "XksProxyUriEndpoint": ENDPOINT,
        "XksProxyUriPath": path,
        "XksProxyAuthenticationCredential": credential,
        **more,
    }


def a_vauban(served, milliseconds=PLENTY):
    return InProcess(xks_ca=served.ca, xks_address=(Address(HOST, "127.0.0.1", served.port),), xks_timeout=milliseconds)


@pytest.fixture(scope="module")
def fake():
    return Fake()


@pytest.fixture(scope="module")
def served(fake, serve):
    return serve(fake)


@pytest.fixture(scope="module")
def running(served):
    made = a_vauban(served)
    yield made
    made.close()


@pytest.fixture(scope="module")
def module_kms(running, fake):
    return running.client("kms")


@pytest.fixture
def kms(module_kms, fake):
    fake.behave()
    fake.asked.clear()
    yield module_kms
    fake.behave()


@pytest.fixture(scope="module")
def store(module_kms):
    made = module_kms.create_custom_key_store(**members("lasting", "/lasting/kms/xks/v1"))["CustomKeyStoreId"]
    module_kms.connect_custom_key_store(CustomKeyStoreId=made)
    return made


@pytest.fixture(scope="module")
def key(module_kms, store):
    return create_key(module_kms, store, "external-1")


@pytest.fixture
def passing(kms):
    """A store that is gone after its test."""
    made = kms.create_custom_key_store(**members())["CustomKeyStoreId"]
    yield made
    if described(kms, made)["ConnectionState"] != "DISCONNECTED":
        kms.disconnect_custom_key_store(CustomKeyStoreId=made)
    kms.delete_custom_key_store(CustomKeyStoreId=made)


def create_key(kms, store, external):
    return kms.create_key(Origin="EXTERNAL_KEY_STORE", CustomKeyStoreId=store, XksKeyId=external)["KeyMetadata"]


def described(kms, store):
    return kms.describe_custom_key_stores(CustomKeyStoreId=store)["CustomKeyStores"][0]


def refusal(ask, **parameters):
    with pytest.raises(ClientError) as refused:
        ask(**parameters)
    return refused.value.response["Error"]["Code"], refused.value.response["Error"]["Message"]


def test_a_new_store_is_described_without_its_secret(kms, passing):
    found = described(kms, passing)
    assert found.pop("CreationDate")
    assert found == {
        "CustomKeyStoreId": passing,
        "CustomKeyStoreName": "outside",
        "CustomKeyStoreType": "EXTERNAL_KEY_STORE",
        "ConnectionState": "DISCONNECTED",
        "XksProxyConfiguration": {
            "Connectivity": "PUBLIC_ENDPOINT",
            "AccessKeyId": CREDENTIAL["AccessKeyId"],
            "UriEndpoint": ENDPOINT,
            "UriPath": PATH,
        },
    }


def test_the_proxy_is_told_on_whose_behalf_it_is_asked(running, kms, fake, key):
    kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    path, body = fake.asked[-1]
    assert path == "/lasting/kms/xks/v1/keys/external-1/encrypt"
    told = body["requestMetadata"]
    assert told.pop("kmsRequestId") == running.trail()[-1]["requestID"]
    assert told == {
        "awsPrincipalArn": "arn:aws:iam::111122223333:root",
        "kmsKeyArn": key["Arn"],
        "kmsOperation": "Encrypt",
    }
    assert body["encryptionAlgorithm"] == "AES_GCM"


def test_a_key_is_tied_to_its_external_key(kms, store, key):
    assert key["XksKeyConfiguration"] == {"Id": "external-1"}
    assert (key["Origin"], key["CustomKeyStoreId"], key["KeyState"]) == ("EXTERNAL_KEY_STORE", store, "Enabled")
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] == key
    with pytest.raises(kms.exceptions.XksKeyAlreadyInUseException):
        create_key(kms, store, "external-1")


def test_an_external_key_is_free_again_once_its_key_is_deleted(running, kms, store):
    made = create_key(kms, store, "external-2")
    kms.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=7)
    running.advance(days=8)
    assert create_key(kms, store, "external-2")["KeyId"] != made["KeyId"]


@pytest.mark.parametrize("size", [1, 4096])
def test_what_it_encrypts_it_decrypts(size, kms, key):
    context = {"EncryptionContext": {"app": "shop"}}
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"p" * size, **context)["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob, **context)["Plaintext"] == b"p" * size


def test_it_is_encrypted_by_kms_first(kms, fake, key):
    """This proxy encrypts nothing, and learns nothing; nor does what it answers open without KMS."""
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"the plaintext")["CiphertextBlob"]
    assert b"the plaintext" not in blob
    assert "dGhlIHBsYWludGV4d" not in json.dumps(fake.asked)
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext={"another": "context"})


def test_data_keys_come_from_it(kms, key):
    made = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
    assert kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"] == made["Plaintext"]
    made = kms.generate_data_key_without_plaintext(KeyId=key["KeyId"], NumberOfBytes=7)
    assert len(kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"]) == 7


@pytest.mark.parametrize("reason", sorted(name for name in FAILURES if name.endswith("Exception")))
def test_what_a_proxy_says_is_told_as_aws_tells_it(reason, kms, fake, store, key):
    failure, error = FAILURES[reason], (400, {"errorName": reason, "errorMessage": "not told"})
    fake.answers = dict.fromkeys(("health", "metadata", "encrypt", "decrypt"), error)
    told = (failure.store_error.__name__, failure.message)
    assert refusal(kms.create_custom_key_store, **members()) == told
    told = (failure.key_error.__name__, failure.message)
    assert refusal(create_key, kms=kms, store=store, external="external-3") == told
    told = ("KMSInvalidStateException", failure.message)
    assert refusal(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x") == told


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b'{"a":' + b"[" * 20_000,
        {},
        {"ekmFleetDetails": []},
        {"ekmFleetDetails": ["x"]},
        {"ekmFleetDetails": [{"healthStatus": "WELL"}]},
        (500, b"<html>"),
        (503, {"errorName": "NoSuchException"}),
        (302, {}),
        b"x" * 100_000,
    ],
)
def test_an_answer_that_is_none_is_told_as_one(answer, kms, fake):
    fake.answers["health"] = answer
    assert refusal(kms.create_custom_key_store, **members())[0] == "XksProxyInvalidResponseException"


@pytest.mark.parametrize(
    "spoiled",
    [
        {"ciphertext": ""},
        {"ciphertext": "AAAA"},
        {"ciphertext": "?"},
        {"ciphertext": None},
        {"initializationVector": "AAAA"},
        {"authenticationTag": "AAAA"},
        {"ciphertextMetadata": "A" * 28},
        {"ciphertextDataIntegrityValue": "AAAA"},
        {"ciphertextDataIntegrityValue": None},
    ],
)
def test_a_ciphertext_that_cannot_be_one_is_not_kept(spoiled, kms, fake, key):
    fake.answers["encrypt"] = lambda body: {**Fake._encrypt(body), **spoiled}
    code, message = refusal(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x")
    assert code == "KMSInvalidStateException"
    assert message.startswith("AWS KMS cannot interpret the response from the external key store proxy.")


def test_a_proxy_that_is_not_in_time_is_given_up(served, fake):
    hasty = a_vauban(served, milliseconds=50)
    try:
        kms = hasty.client("kms")
        fake.seconds = 5.0
        code, message = refusal(kms.create_custom_key_store, **members())
        assert code == "XksProxyUriUnreachableException"
        assert message.startswith("AWS KMS rejected the request because the external key store proxy did not respond")
    finally:
        fake.behave()
        hasty.close()


def test_nobody_there_and_somebody_else_there_are_two_things(served, fake, serve):
    stranger = serve(fake)
    addresses = (
        Address("closed.example.com", "127.0.0.1", 1),
        Address("strange.example.com", "127.0.0.1", stranger.port),
    )
    made = InProcess(xks_ca=served.ca, xks_address=addresses, xks_timeout=PLENTY)
    try:
        kms = made.client("kms")
        closed = members(XksProxyUriEndpoint="https://closed.example.com")
        assert refusal(kms.create_custom_key_store, **closed)[1].startswith("AWS KMS cannot communicate")
        strange = members(XksProxyUriEndpoint="https://strange.example.com")
        assert refusal(kms.create_custom_key_store, **strange)[1].startswith(
            "AWS KMS cannot establish a TLS connection"
        )
    finally:
        made.close()


def test_key_managers_that_are_all_gone_are_not_reachable(kms, fake, passing):
    fake.answers["health"]["ekmFleetDetails"][0]["healthStatus"] = "UNAVAILABLE"
    assert refusal(kms.create_custom_key_store, **members("b", "/b/kms/xks/v1"))[0] == "XksProxyUriUnreachableException"
    kms.connect_custom_key_store(CustomKeyStoreId=passing)
    found = described(kms, passing)
    assert (found["ConnectionState"], found["ConnectionErrorCode"]) == ("FAILED", "XKS_PROXY_NOT_REACHABLE")


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"keySpec": "RSA_2048"}, "XksKeyInvalidConfigurationException"),
        ({"keyUsage": ["ENCRYPT"]}, "XksKeyInvalidConfigurationException"),
        ({"keyStatus": "DISABLED"}, "XksKeyInvalidConfigurationException"),
        ({"keyUsage": "ENCRYPT"}, "CustomKeyStoreInvalidStateException"),
    ],
)
def test_an_external_key_must_be_fit_for_it(metadata, code, kms, fake, store):
    fake.answers["metadata"] = {**fake.answers["metadata"], **metadata}
    assert refusal(create_key, kms=kms, store=store, external="external-4")[0] == code


def test_a_store_is_connected_and_disconnected(kms, passing):
    kms.connect_custom_key_store(CustomKeyStoreId=passing)
    assert described(kms, passing)["ConnectionState"] == "CONNECTED"
    other = {"AccessKeyId": "BBBBBBBBBBBBBBBBBBBB", "RawSecretAccessKey": "t" * 43}
    kms.update_custom_key_store(
        CustomKeyStoreId=passing,
        NewCustomKeyStoreName="renamed",
        XksProxyAuthenticationCredential=other,
        XksProxyUriPath="/moved/kms/xks/v1",
    )
    found = described(kms, passing)
    assert found["CustomKeyStoreName"] == "renamed"
    assert found["XksProxyConfiguration"]["AccessKeyId"] == "BBBBBBBBBBBBBBBBBBBB"
    assert found["XksProxyConfiguration"]["UriPath"] == "/moved/kms/xks/v1"
    with pytest.raises(kms.exceptions.CustomKeyStoreInvalidStateException):
        kms.update_custom_key_store(CustomKeyStoreId=passing, XksProxyUriEndpoint="https://other.example.com")


def test_an_update_that_does_not_work_changes_nothing(kms, fake, passing):
    fake.answers["health"] = (401, {"errorName": "AuthenticationFailedException"})
    code, _ = refusal(kms.update_custom_key_store, CustomKeyStoreId=passing, XksProxyUriPath="/moved/kms/xks/v1")
    assert code == "XksProxyIncorrectAuthenticationCredentialException"
    assert described(kms, passing)["XksProxyConfiguration"]["UriPath"] == PATH
    kms.update_custom_key_store(CustomKeyStoreId=passing, NewCustomKeyStoreName="renamed")


def test_an_address_is_one_stores(kms, passing):
    assert refusal(kms.create_custom_key_store, **members("another"))[0] == "XksProxyUriInUseException"
    service = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"
    private = {"XksProxyConnectivity": "VPC_ENDPOINT_SERVICE", "XksProxyVpcEndpointServiceName": service}
    code, _ = refusal(kms.create_custom_key_store, **members("another", "/another/kms/xks/v1", **private))
    assert code == "XksProxyUriEndpointInUseException"


def test_a_private_endpoint_is_where_the_operator_says_and_asked_when_it_is_connected(served, fake):
    fake.behave()
    apart = a_vauban(served)
    try:
        kms = apart.client("kms")
        service = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"
        private = {"XksProxyConnectivity": "VPC_ENDPOINT_SERVICE", "XksProxyVpcEndpointServiceName": service}
        unknown = {**private, "XksProxyUriEndpoint": "https://unknown.example.com"}
        code, _ = refusal(kms.create_custom_key_store, **members(**unknown))
        assert code == "XksProxyVpcEndpointServiceNotFoundException"
        fake.asked.clear()
        store = kms.create_custom_key_store(**members(**private))["CustomKeyStoreId"]
        assert fake.asked == []
        configuration = described(kms, store)["XksProxyConfiguration"]
        assert configuration["VpcEndpointServiceName"] == service
        assert configuration["VpcEndpointServiceOwner"] == "111122223333"
        kms.connect_custom_key_store(CustomKeyStoreId=store)
        assert described(kms, store)["ConnectionState"] == "CONNECTED"
    finally:
        apart.close()


@pytest.mark.parametrize("member", ["XksProxyConnectivity", "XksProxyUriEndpoint", "XksProxyUriPath"])
def test_what_is_missing_is_named(member, kms):
    incomplete = {name: value for name, value in members().items() if name != member}
    code, message = refusal(kms.create_custom_key_store, **incomplete)
    assert code == "ValidationException"
    assert member in message


def test_members_of_clusters_are_refused(kms):
    code, message = refusal(kms.create_custom_key_store, **members(KeyStorePassword="1234567"))
    assert code == "ValidationException"
    assert "KeyStorePassword" in message


def test_random_bytes_come_from_tokens_alone(kms, store):
    with pytest.raises(kms.exceptions.UnsupportedOperationException):
        kms.generate_random(NumberOfBytes=8, CustomKeyStoreId=store)


def test_secrets_of_the_proxy_are_not_in_the_trail(running, kms, passing):
    assert CREDENTIAL["RawSecretAccessKey"] not in json.dumps(running.trail(), default=repr)


def test_there_are_at_most_ten_stores(served, fake):
    fake.behave()
    apart = a_vauban(served)
    try:
        kms = apart.client("kms")
        for number in range(10):
            kms.create_custom_key_store(**members(f"store {number}", f"/{number}/kms/xks/v1"))
        with pytest.raises(kms.exceptions.LimitExceededException):
            kms.create_custom_key_store(**members("one too many", "/11/kms/xks/v1"))
    finally:
        apart.close()
