import hashlib
import hmac

import pytest

from vauban.crypto import materials

CASES = [(f"HMAC_{size}", f"HMAC_SHA_{size}") for size in (224, 256, 384, 512)]


@pytest.mark.parametrize(("spec", "algorithm"), CASES)
def test_a_mac_is_the_hmac_of_the_message_and_verifies(spec, algorithm, kms, monkeypatch):
    known = b"k" * materials.SYMMETRIC_SIZES[spec]
    monkeypatch.setattr("vauban.services.kms.keys.generate", lambda _: known)
    key_id = kms.create_key(KeySpec=spec, KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    arguments = {"KeyId": key_id, "Message": b"a message", "MacAlgorithm": algorithm}
    made = kms.generate_mac(**arguments)
    assert made["Mac"] == hmac.digest(known, b"a message", hashlib.new(f"sha{spec[-3:]}").name)
    assert made["MacAlgorithm"] == algorithm
    verified = kms.verify_mac(Mac=made["Mac"], **arguments)
    assert verified["MacValid"] is True
    assert verified["KeyId"] == made["KeyId"]


@pytest.fixture
def hmac_key(kms):
    return kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]


def test_an_altered_message_or_mac_is_invalid(kms, hmac_key):
    arguments = {"KeyId": hmac_key, "MacAlgorithm": "HMAC_SHA_256"}
    mac = kms.generate_mac(Message=b"a message", **arguments)["Mac"]
    altered = bytes([mac[0] ^ 1]) + mac[1:]
    for message, wrong in ((b"another", mac), (b"a message", altered), (b"a message", mac[:-1])):
        with pytest.raises(kms.exceptions.KMSInvalidMacException):
            kms.verify_mac(Message=message, Mac=wrong, **arguments)


def test_an_algorithm_of_another_key_spec_is_refused(kms, hmac_key):
    with pytest.raises(kms.exceptions.InvalidKeyUsageException, match="HMAC_SHA_512 is incompatible"):
        kms.generate_mac(KeyId=hmac_key, Message=b"x", MacAlgorithm="HMAC_SHA_512")


def test_an_encrypting_key_makes_no_mac(kms, key_id):
    with pytest.raises(kms.exceptions.InvalidKeyUsageException, match="not valid for GenerateMac"):
        kms.generate_mac(KeyId=key_id, Message=b"x", MacAlgorithm="HMAC_SHA_256")


def test_a_dry_run_makes_and_verifies_no_mac(kms, hmac_key):
    arguments = {"KeyId": hmac_key, "Message": b"x", "MacAlgorithm": "HMAC_SHA_256", "DryRun": True}
    with pytest.raises(kms.exceptions.DryRunOperationException):
        kms.generate_mac(**arguments)
    with pytest.raises(kms.exceptions.DryRunOperationException):
        kms.verify_mac(Mac=b"x", **arguments)
