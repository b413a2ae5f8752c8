"""Nothing secret is left in the trail, in what is printed of records, or in errors."""

import base64
import json

import pytest

from vauban.services.kms.resources import Material

CANARY = b"canary in the coal mine 7f3a"


def spellings(secret: bytes) -> set[str]:
    return {secret.hex(), base64.b64encode(secret).decode(), secret.decode("latin-1"), repr(secret)}


def assert_unseen(secret: bytes, text: str) -> None:
    assert not [spelling for spelling in spellings(secret) if spelling in text]


@pytest.fixture
def trail(vauban):
    return lambda: json.dumps(vauban.trail(), default=repr, ensure_ascii=False)


def test_plaintexts_are_not_in_the_trail(kms, key_id, trail):
    blob = kms.encrypt(KeyId=key_id, Plaintext=CANARY)["CiphertextBlob"]
    kms.decrypt(CiphertextBlob=blob)
    kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key_id)
    assert_unseen(CANARY, trail())


def test_data_keys_and_random_bytes_are_not_in_the_trail(kms, key_id, trail):
    secrets = [
        kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")["Plaintext"],
        kms.generate_data_key_pair(KeyId=key_id, KeyPairSpec="ECC_NIST_P256")["PrivateKeyPlaintext"],
        kms.generate_random(NumberOfBytes=32)["Plaintext"],
    ]
    for secret in secrets:
        assert_unseen(secret, trail())


def test_messages_macs_and_shared_secrets_are_not_in_the_trail(kms, trail):
    signing = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    agreeing = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT")["KeyMetadata"]["KeyId"]
    authenticating = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    kms.sign(KeyId=signing, Message=CANARY, SigningAlgorithm="ECDSA_SHA_256")
    mac = kms.generate_mac(KeyId=authenticating, Message=CANARY, MacAlgorithm="HMAC_SHA_256")["Mac"]
    kms.verify_mac(KeyId=authenticating, Message=CANARY, MacAlgorithm="HMAC_SHA_256", Mac=mac)
    peer = kms.get_public_key(KeyId=signing)["PublicKey"]
    shared = kms.derive_shared_secret(KeyId=agreeing, KeyAgreementAlgorithm="ECDH", PublicKey=peer)["SharedSecret"]
    for secret in (CANARY, mac, shared):
        assert_unseen(secret, trail())


def test_a_refusal_does_not_repeat_what_was_sent(kms, key_id, trail):
    signing = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    with pytest.raises(kms.exceptions.InvalidKeyUsageException) as refusal:
        kms.encrypt(KeyId=signing, Plaintext=CANARY)
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=CANARY)
    assert_unseen(CANARY, str(refusal.value) + trail())


def test_material_does_not_show_in_what_is_printed_of_it(make_key):
    key = make_key()
    material = Material("0" * 64, key.account, key.region, key.key_id, 1, key.created, CANARY + b"\0" * 4)
    assert_unseen(CANARY, repr(material))
    assert_unseen(CANARY, repr(material.symmetric))
