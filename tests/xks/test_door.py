"""Vauban as a proxy: asked by its own KMS over TLS, and by hand as the specification's examples ask."""

import asyncio
import base64
import json

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from vauban.administration.doors import Refused
from vauban.administration.proxies import Proxies
from vauban.kernel.requests import Request
from vauban.settings import Address
from vauban.testing import InProcess

HOST = "xks.example.com"
ENDPOINT = f"https://{HOST}"
METADATA = {
    "awsPrincipalArn": "arn:aws:iam::123456789012:user/Alice",
    "kmsKeyArn": "arn:aws:kms:us-east-2:123456789012:/key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "kmsOperation": "Encrypt",
    "kmsRequestId": "4112f4d6-db54-4af4-ae30-c55a22a8dfae",
    "kmsViaService": "ebs",
}
ENCRYPT = {
    "requestMetadata": METADATA,
    "additionalAuthenticatedData": "cHJvamVjdD1uaWxlLGRlcGFydG1lbnQ9bWFya2V0aW5n",
    "plaintext": "SGVsbG8gV29ybGQh",
    "encryptionAlgorithm": "AES_GCM",
    "ciphertextDataIntegrityValueAlgorithm": "SHA_256",
}
PATH = "/store/kms/xks/v1"


class Proxy:
    """A Vauban with a proxy under ``/store``, a key in it, and what is needed to ask it."""

    def __init__(self, callers=()):
        self.vauban = InProcess()
        self.kms = self.vauban.client("kms")
        self.key = self.kms.create_key()["KeyMetadata"]["KeyId"]
        self.kms.create_alias(AliasName="alias/kept", TargetKeyId=self.key)
        house = self.vauban.vauban
        self.proxies = Proxies(house.store, house.clock.now)
        asked = {"prefix": "/store", "keys": ["alias/kept=external-1"], "callers": list(callers)}
        self.configuration = self.operator(self.proxies.create(asked))
        self.credential = self.configuration["XksProxyAuthenticationCredential"]

    def operator(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.vauban._loop).result(timeout=30)

    def ask(self, what, body, *, method="POST", credential=None, service="kms-xks-proxy", path=PATH):
        """Status and answer to a request signed as KMS signs it."""
        credential = credential or self.credential
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        asked = AWSRequest(method, f"{ENDPOINT}{path}/{what}", {"Host": HOST}, content)
        keys = Credentials(credential["AccessKeyId"], credential["RawSecretAccessKey"])
        SigV4Auth(keys, service, "us-east-2").add_auth(asked)
        headers = {name.lower(): str(value) for name, value in asked.headers.items()}
        answer = self.vauban.request(Request(method, f"{path}/{what}", "", headers, content))
        return answer.status, json.loads(answer.body)


@pytest.fixture(scope="module")
def proxy():
    made = Proxy()
    yield made
    made.vauban.close()


@pytest.fixture
def choosy():
    made = Proxy(callers=["123456789012"])
    yield made
    made.vauban.close()


def decrypting(sealed, **changes):
    names = ("ciphertext", "initializationVector", "authenticationTag", "ciphertextMetadata")
    kept = {name: sealed[name] for name in names}
    bound = {name: ENCRYPT[name] for name in ("additionalAuthenticatedData", "encryptionAlgorithm", "requestMetadata")}
    return {name: value for name, value in {**bound, **kept, **changes}.items() if value is not None}


def test_the_specifications_examples_are_answered(proxy):
    status, health = proxy.ask("health", {"requestMetadata": {"kmsOperation": "KmsHealthCheck", "kmsRequestId": "1"}})
    assert status == 200
    assert health["ekmFleetDetails"][0]["healthStatus"] == "ACTIVE"
    status, metadata = proxy.ask("keys/external-1/metadata", {"requestMetadata": METADATA})
    assert (status, metadata) == (
        200,
        {"keySpec": "AES_256", "keyUsage": ["ENCRYPT", "DECRYPT"], "keyStatus": "ENABLED"},
    )
    status, sealed = proxy.ask("keys/external-1/encrypt", ENCRYPT)
    assert status == 200
    assert len(base64.b64decode(sealed["ciphertext"])) == 12
    assert len(base64.b64decode(sealed["ciphertextMetadata"])) <= 20
    assert proxy.ask("keys/external-1/decrypt", decrypting(sealed)) == (200, {"plaintext": "SGVsbG8gV29ybGQh"})


def test_no_integrity_value_is_answered_where_none_is_asked_for(proxy):
    asked = {name: ENCRYPT[name] for name in ("requestMetadata", "plaintext", "encryptionAlgorithm")}
    status, sealed = proxy.ask("keys/external-1/encrypt", asked)
    assert status == 200
    assert "ciphertextDataIntegrityValue" not in sealed
    opened = proxy.ask("keys/external-1/decrypt", decrypting(sealed, additionalAuthenticatedData=None))
    assert opened == (200, {"plaintext": "SGVsbG8gV29ybGQh"})


@pytest.mark.parametrize(
    "changes",
    [
        {"additionalAuthenticatedData": None},
        {"additionalAuthenticatedData": "AAAA"},
        {"ciphertext": "AAAAAAAAAAAAAAAA"},
        {"authenticationTag": "A" * 22 + "=="},
        {"ciphertextMetadata": None},
        {"ciphertextMetadata": "AAAA"},
    ],
)
def test_what_was_altered_does_not_open(changes, proxy):
    _, sealed = proxy.ask("keys/external-1/encrypt", ENCRYPT)
    status, answer = proxy.ask("keys/external-1/decrypt", decrypting(sealed, **changes))
    assert (status, answer["errorName"]) == (400, "InvalidCiphertextException")


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("keys/external-1/encrypt", b""),
        ("keys/external-1/encrypt", b"[]"),
        ("keys/external-1/encrypt", b"[" * 50_000),
        ("keys/external-1/encrypt", {**ENCRYPT, "requestMetadata": None}),
        ("keys/external-1/encrypt", {**ENCRYPT, "requestMetadata": {**METADATA, "kmsKeyArn": ""}}),
        ("keys/external-1/encrypt", {**ENCRYPT, "requestMetadata": {**METADATA, "kmsRequestId": 1}}),
        ("keys/external-1/encrypt", {**ENCRYPT, "requestMetadata": {**METADATA, "kmsViaService": "x" * 2049}}),
        ("keys/external-1/encrypt", {**ENCRYPT, "encryptionAlgorithm": "AES_CBC"}),
        ("keys/external-1/encrypt", {**ENCRYPT, "plaintext": "?"}),
        ("keys/external-1/encrypt", {**ENCRYPT, "plaintext": None}),
        ("keys/external-1/encrypt", {**ENCRYPT, "plaintext": "A" * 5740}),
        ("keys/external-1/encrypt", {**ENCRYPT, "additionalAuthenticatedData": "A" * 10928}),
        ("keys/external-1/encrypt", {**ENCRYPT, "ciphertextDataIntegrityValueAlgorithm": "MD5"}),
        ("keys/external-1/metadata", {}),
        ("health", {"requestMetadata": {"kmsOperation": "KmsHealthCheck"}}),
    ],
)
def test_what_is_malformed_is_invalid(what, body, proxy):
    status, answer = proxy.ask(what, body)
    assert (status, answer["errorName"]) == (400, "ValidationException")


def test_the_longest_that_must_be_taken_is_taken(proxy):
    longest = {"plaintext": base64.b64encode(bytes(4300)).decode()}
    longest["additionalAuthenticatedData"] = base64.b64encode(bytes(8192)).decode()
    status, sealed = proxy.ask("keys/external-1/encrypt", {**ENCRYPT, **longest})
    assert status == 200
    opened = decrypting(sealed, additionalAuthenticatedData=longest["additionalAuthenticatedData"])
    assert proxy.ask("keys/external-1/decrypt", opened)[0] == 200


@pytest.mark.parametrize("what", ["keys/absent/metadata", "keys/absent/encrypt"])
def test_keys_that_are_not_in_it_are_not_found(what, proxy):
    status, answer = proxy.ask(what, ENCRYPT)
    assert (status, answer["errorName"]) == (404, "KeyNotFoundException")


def test_a_key_of_ours_is_not_to_be_had_by_its_own_id_unless_it_was_put_there(proxy):
    assert proxy.ask(f"keys/{proxy.key}/metadata", ENCRYPT)[0] == 404


@pytest.mark.parametrize("what", ["nothing", "keys/external-1/destroy", "keys/external-1", "keys//metadata"])
def test_paths_that_the_api_does_not_have_are_invalid(what, proxy):
    status, answer = proxy.ask(what, ENCRYPT)
    assert (status, answer["errorName"]) == (404, "InvalidUriPathException")


def test_a_get_is_not_allowed(proxy):
    assert proxy.ask("health", b"", method="GET")[0] == 405


def test_who_does_not_sign_as_the_proxy_wants_is_refused(proxy):
    wrong_secret = {**proxy.credential, "RawSecretAccessKey": "s" * 43}
    unknown = {**proxy.credential, "AccessKeyId": "A" * 26}
    for how in ({"credential": wrong_secret}, {"credential": unknown}, {"service": "kms"}):
        status, answer = proxy.ask("keys/external-1/encrypt", ENCRYPT, **how)
        assert (status, answer["errorName"]) == (401, "AuthenticationFailedException")
    unsigned = proxy.vauban.request(Request("POST", f"{PATH}/health", "", {"host": HOST}, b"{}"))
    assert unsigned.status == 401


def test_an_access_key_of_an_account_opens_nothing(proxy):
    key = proxy.operator(proxy.vauban.vauban.accounts.access_key("111122223333"))
    credential = {"AccessKeyId": key.access_key_id, "RawSecretAccessKey": key.secret_access_key.decode()}
    assert proxy.ask("health", {"requestMetadata": METADATA}, credential=credential)[0] == 401


def test_paths_of_no_proxy_are_the_gateways(proxy):
    answer = proxy.vauban.request(Request("POST", "/other/kms/xks/v1/health", "", {"host": HOST}, b"{}"))
    assert b"errorName" not in answer.body


def test_every_use_is_on_the_trail_with_whom_it_was_for_and_counts_as_one(proxy):
    proxy.ask("keys/external-1/encrypt", ENCRYPT)
    record = proxy.vauban.trail()[-1]
    assert (record["eventName"], record["eventType"]) == ("Encrypt", "AwsServiceEvent")
    assert record["userIdentity"] == {"type": "AWSService", "invokedBy": "cks.kms.us-east-2.amazonaws.com"}
    assert record["requestParameters"]["requestMetadata"] == METADATA
    assert record["requestParameters"]["xksKeyId"] == "external-1"
    assert record["resources"][0]["ARN"].endswith(proxy.key)
    assert "SGVsbG8" not in json.dumps(record)
    usage = proxy.kms.get_key_last_usage(KeyId=proxy.key)["KeyLastUsage"]
    assert usage["Operation"] == "Encrypt"
    proxy.ask("keys/absent/encrypt", ENCRYPT)
    assert proxy.vauban.trail()[-1]["errorCode"] == "KeyNotFoundException"


def test_a_key_that_is_disabled_is_told_and_used_no_more(choosy):
    proxy = choosy
    _, sealed = proxy.ask("keys/external-1/encrypt", ENCRYPT)
    proxy.kms.disable_key(KeyId=proxy.key)
    assert proxy.ask("keys/external-1/metadata", ENCRYPT)[1]["keyStatus"] == "DISABLED"
    for what, body in (("encrypt", ENCRYPT), ("decrypt", decrypting(sealed))):
        status, answer = proxy.ask(f"keys/external-1/{what}", body)
        assert (status, answer["errorName"]) == (400, "InvalidStateException")


def test_what_was_encrypted_before_a_rotation_decrypts_after_it(choosy):
    proxy = choosy
    _, before = proxy.ask("keys/external-1/encrypt", ENCRYPT)
    proxy.kms.rotate_key_on_demand(KeyId=proxy.key)
    _, after = proxy.ask("keys/external-1/encrypt", ENCRYPT)
    for sealed in (before, after):
        assert proxy.ask("keys/external-1/decrypt", decrypting(sealed))[0] == 200


def test_other_accounts_are_denied_where_some_are_named(choosy):
    other = {**METADATA, "kmsKeyArn": METADATA["kmsKeyArn"].replace("123456789012", "999999999999")}
    status, answer = choosy.ask("keys/external-1/encrypt", {**ENCRYPT, "requestMetadata": other})
    assert (status, answer["errorName"]) == (403, "AccessDeniedException")
    nobody = {"awsPrincipalArn": "AWS Internal", "kmsOperation": "CreateKey", "kmsRequestId": "1"}
    assert choosy.ask("keys/external-1/metadata", {"requestMetadata": nobody})[0] == 403
    assert choosy.ask("keys/external-1/encrypt", ENCRYPT)[0] == 200


def test_credentials_are_changed_one_after_the_other(choosy):
    proxy, health = choosy, {"requestMetadata": METADATA}
    second = proxy.operator(proxy.proxies.rotate({"prefix": "/store"}))["XksProxyAuthenticationCredential"]
    for credential in (proxy.credential, second):
        assert proxy.ask("health", health, credential=credential)[0] == 200
    with pytest.raises(Refused, match="two credentials"):
        proxy.operator(proxy.proxies.rotate({"prefix": "/store"}))
    proxy.operator(proxy.proxies.retire({"prefix": "/store", "id": proxy.credential["AccessKeyId"]}))
    assert proxy.ask("health", health)[0] == 401
    assert proxy.ask("health", health, credential=second)[0] == 200


def test_a_credential_is_for_its_own_path(choosy):
    other = choosy.operator(choosy.proxies.create({"prefix": "/other"}))["XksProxyAuthenticationCredential"]
    status, answer = choosy.ask("health", {"requestMetadata": METADATA}, credential=other)
    assert (status, answer["errorName"]) == (404, "InvalidUriPathException")


def test_proxies_are_listed_extended_and_ended(choosy):
    proxy = choosy
    proxy.operator(proxy.proxies.add_key({"prefix": "/store", "key": proxy.key}))
    listed = proxy.operator(proxy.proxies.all({}))["proxies"]
    assert listed == [
        {
            "uri_path": PATH,
            "account": "111122223333",
            "region": "us-east-1",
            "keys": {"external-1": proxy.key, proxy.key: proxy.key},
            "callers": ["123456789012"],
            "credentials": [proxy.credential["AccessKeyId"]],
        }
    ]
    proxy.operator(proxy.proxies.remove_key({"prefix": "/store", "key": "external-1"}))
    assert proxy.ask("keys/external-1/metadata", ENCRYPT)[0] == 404
    proxy.operator(proxy.proxies.delete({"prefix": "/store"}))
    assert proxy.operator(proxy.proxies.all({})) == {"proxies": []}
    assert "errorName" not in proxy.ask("health", {"requestMetadata": METADATA})[1]
    names = [record["eventName"] for record in proxy.vauban.trail() if record["eventSource"] == "kms.amazonaws.com"]
    assert {"CreateXksProxy", "AddXksKey", "RemoveXksKey", "DeleteXksProxy"} <= set(names)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"prefix": "store"}, "segments like"),
        ({"prefix": "/store?x"}, "segments like"),
        ({"prefix": "/" + "x" * 128}, "segments like"),
        ({"prefix": "/store"}, "already"),
        ({"prefix": "/new", "keys": ["absent"]}, "no key absent"),
        ({"prefix": "/new", "keys": ["alias/kept=a/b"]}, "external key id"),
        ({"prefix": "/new", "callers": ["1234"]}, "12 digits"),
    ],
)
def test_what_cannot_be_set_up_is_said(asked, words, proxy):
    with pytest.raises(Refused, match=words):
        proxy.operator(proxy.proxies.create(asked))


def test_keys_without_symmetric_material_here_cannot_be_put_there(proxy):
    signing = proxy.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    with pytest.raises(Refused, match="no symmetric encryption key"):
        proxy.operator(proxy.proxies.add_key({"prefix": "/store", "key": signing}))


def test_our_own_kms_keeps_its_keys_here(choosy, serve):
    """Two Vaubans: what the one encrypts is opened by no one while the other's key is disabled."""
    served = serve(choosy.vauban.vauban)
    address = (Address(HOST, "127.0.0.1", served.port),)
    client_side = InProcess(accounts=("123456789012",), xks_ca=served.ca, xks_address=address, xks_timeout=20_000)
    try:
        kms = client_side.client("kms", region="us-east-2")
        store = kms.create_custom_key_store(
            CustomKeyStoreName="here",
            CustomKeyStoreType="EXTERNAL_KEY_STORE",
            XksProxyConnectivity="PUBLIC_ENDPOINT",
            XksProxyUriEndpoint=ENDPOINT,
            **choosy.configuration,
        )["CustomKeyStoreId"]
        kms.connect_custom_key_store(CustomKeyStoreId=store)
        with pytest.raises(kms.exceptions.XksKeyNotFoundException):
            kms.create_key(Origin="EXTERNAL_KEY_STORE", CustomKeyStoreId=store, XksKeyId="absent")
        key = kms.create_key(Origin="EXTERNAL_KEY_STORE", CustomKeyStoreId=store, XksKeyId="external-1")
        made = kms.generate_data_key(
            KeyId=key["KeyMetadata"]["KeyId"], KeySpec="AES_256", EncryptionContext={"app": "shop"}
        )
        blob, context = made["CiphertextBlob"], {"EncryptionContext": {"app": "shop"}}
        assert kms.decrypt(CiphertextBlob=blob, **context)["Plaintext"] == made["Plaintext"]
        choosy.kms.disable_key(KeyId=choosy.key)
        with pytest.raises(ClientError, match=r"KMSInvalidStateException.*is not enabled in the external key manager"):
            kms.decrypt(CiphertextBlob=blob, **context)
        choosy.kms.enable_key(KeyId=choosy.key)
        assert kms.decrypt(CiphertextBlob=blob, **context)["Plaintext"] == made["Plaintext"]
        theirs = [each for each in choosy.vauban.trail() if each["eventType"] == "AwsServiceEvent"]
        asked = {
            each["requestParameters"]["requestMetadata"]["kmsRequestId"] for each in theirs if each["requestParameters"]
        }
        assert asked <= {each["requestID"] for each in client_side.trail()}
    finally:
        client_side.close()
