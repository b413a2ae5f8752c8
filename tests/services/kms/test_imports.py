"""Material that its owner made, wrapped by OpenSSL: imported, imported again, deleted."""

import hashlib
import hmac
import os
import subprocess
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from vauban.crypto.materials import generate
from vauban.services.kms.resources import Material

MATERIAL = bytes(range(32))


def metadata(kms, key_id):
    return kms.describe_key(KeyId=key_id)["KeyMetadata"]


def state(kms, key_id):
    return metadata(kms, key_id)["KeyState"]


def make(kms, spec, usage):
    return kms.create_key(Origin="EXTERNAL", KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]


def test_a_key_for_imported_material_has_none_and_does_nothing(kms):
    made = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]
    assert (made["Origin"], made["KeyState"], made["Enabled"]) == ("EXTERNAL", "PendingImport", False)
    assert not {"CurrentKeyMaterialId", "ExpirationModel", "ValidTo"} & set(made)
    assert kms.list_key_rotations(KeyId=made["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"] == []
    for ask in (kms.encrypt, kms.rotate_key_on_demand, kms.enable_key):
        with pytest.raises(kms.exceptions.KMSInvalidStateException, match="pending import"):
            ask(KeyId=made["KeyId"], **({"Plaintext": b"x"} if ask == kms.encrypt else {}))


@pytest.mark.parametrize("algorithm", ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"])
@pytest.mark.parametrize("spec", ["RSA_2048", "RSA_3072", "RSA_4096"])
def test_symmetric_material_is_imported_and_used(algorithm, spec, kms, external, bring):
    answer = bring(external, MATERIAL, algorithm, spec)
    described = metadata(kms, external)
    assert (described["KeyState"], described["Enabled"]) == ("Enabled", True)
    assert described["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"
    assert "ValidTo" not in described
    assert described["CurrentKeyMaterialId"] == answer["KeyMaterialId"]
    assert answer["KeyId"] == described["Arn"]
    blob = kms.encrypt(KeyId=external, Plaintext=b"mine")["CiphertextBlob"]
    decrypted = kms.decrypt(CiphertextBlob=blob)
    assert (decrypted["Plaintext"], decrypted["KeyMaterialId"]) == (b"mine", answer["KeyMaterialId"])


@pytest.mark.parametrize("algorithm", ["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"])
@pytest.mark.parametrize("bits", [2048, 4096])
def test_an_rsa_key_of_openssl_signs_here(algorithm, bits, kms, bring):
    material = openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}", "-outform", "DER")
    key_id = make(kms, f"RSA_{bits}", "SIGN_VERIFY")
    assert "KeyMaterialId" not in bring(key_id, pkcs8(material), algorithm)
    assert kms.get_public_key(KeyId=key_id)["PublicKey"] == public_key_of(material)
    asked = {"KeyId": key_id, "Message": b"x", "SigningAlgorithm": "RSASSA_PSS_SHA_256"}
    assert kms.verify(Signature=kms.sign(**asked)["Signature"], **asked)["SignatureValid"] is True


@pytest.mark.parametrize(
    ("spec", "group"),
    [("ECC_NIST_P256", "P-256"), ("ECC_NIST_P521", "P-521"), ("ECC_SECG_P256K1", "secp256k1")],
)
@pytest.mark.parametrize("algorithm", ["RSA_AES_KEY_WRAP_SHA_256", "RSAES_OAEP_SHA_256"])
def test_an_elliptic_curve_key_of_openssl_signs_here(spec, group, algorithm, kms, bring):
    material = pkcs8(
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{group}", "-outform", "DER")
    )
    key_id = make(kms, spec, "SIGN_VERIFY")
    bring(key_id, material, algorithm, "RSA_4096")
    assert kms.get_public_key(KeyId=key_id)["PublicKey"] == public_key_of(material)


def test_an_ed25519_key_of_openssl_signs_here(kms, bring):
    material = openssl("genpkey", "-algorithm", "ED25519", "-outform", "DER")
    key_id = make(kms, "ECC_NIST_EDWARDS25519", "SIGN_VERIFY")
    bring(key_id, material)
    assert kms.get_public_key(KeyId=key_id)["PublicKey"] == public_key_of(material)


@pytest.mark.parametrize(("spec", "size", "hash_name"), [("HMAC_224", 28, "sha224"), ("HMAC_512", 64, "sha512")])
def test_an_hmac_key_authenticates_as_it_does_elsewhere(spec, size, hash_name, kms, bring):
    material = os.urandom(size)
    key_id = make(kms, spec, "GENERATE_VERIFY_MAC")
    bring(key_id, material)
    mac = kms.generate_mac(KeyId=key_id, Message=b"x", MacAlgorithm=spec.replace("HMAC", "HMAC_SHA"))["Mac"]
    assert mac == hmac.digest(material, b"x", getattr(hashlib, hash_name))


@pytest.mark.parametrize(
    ("spec", "usage", "material", "algorithm"),
    [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", bytes(31), "RSAES_OAEP_SHA_256"),
        ("HMAC_384", "GENERATE_VERIFY_MAC", bytes(32), "RSAES_OAEP_SHA_256"),
        ("ECC_NIST_P256", "SIGN_VERIFY", generate("ECC_NIST_P384"), "RSA_AES_KEY_WRAP_SHA_256"),
        ("RSA_3072", "SIGN_VERIFY", generate("RSA_2048"), "RSA_AES_KEY_WRAP_SHA_256"),
        ("RSA_2048", "SIGN_VERIFY", b"no key", "RSA_AES_KEY_WRAP_SHA_256"),
    ],
)
def test_material_of_another_spec_is_refused(spec, usage, material, algorithm, kms, bring):
    key_id = make(kms, spec, usage)
    with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
        bring(key_id, material, algorithm)
    assert state(kms, key_id) == "PendingImport"


def test_deleted_material_is_gone_until_the_same_comes_again(vauban, kms, external, bring):
    first = bring(external, MATERIAL)["KeyMaterialId"]
    blob = kms.encrypt(KeyId=external, Plaintext=b"mine")["CiphertextBlob"]
    assert kms.delete_imported_key_material(KeyId=external)["KeyMaterialId"] == first
    described = metadata(kms, external)
    assert (described["KeyState"], described["CurrentKeyMaterialId"]) == ("PendingImport", first)
    assert "ExpirationModel" not in described
    assert vauban.vauban.store.begin().at(vauban.account, "us-east-1").get(Material, first).material == b""
    with pytest.raises(kms.exceptions.KMSInvalidStateException, match="pending import"):
        kms.decrypt(CiphertextBlob=blob)
    with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
        bring(external, bytes(32))
    assert bring(external, MATERIAL)["KeyMaterialId"] == first
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"mine"


def test_deleting_what_was_never_imported_is_no_error(kms, external):
    assert "KeyMaterialId" not in kms.delete_imported_key_material(KeyId=external)
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.delete_imported_key_material(KeyId=external, KeyMaterialId="0" * 64)


def test_an_asymmetric_key_is_known_again_in_another_encoding(kms, bring):
    key_id = make(kms, "ECC_NIST_P256", "SIGN_VERIFY")
    pem = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    whole = pkcs8(pem)
    bare = openssl("ec", "-no_public", "-outform", "DER", input=pem)
    bring(key_id, whole, "RSA_AES_KEY_WRAP_SHA_256")
    kms.delete_imported_key_material(KeyId=key_id)
    with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
        bring(key_id, generate("ECC_NIST_P256"), "RSA_AES_KEY_WRAP_SHA_256")
    assert len(pkcs8(bare)) < len(whole)
    bring(key_id, pkcs8(bare), "RSA_AES_KEY_WRAP_SHA_256")
    assert kms.get_public_key(KeyId=key_id)["PublicKey"] == public_key_of(whole)


@pytest.mark.parametrize(
    "parameters",
    [{"ImportType": "NEW_KEY_MATERIAL"}, {"KeyMaterialDescription": "x"}, {"KeyMaterialId": "0" * 64}],
)
def test_only_symmetric_keys_have_several_materials(parameters, kms, bring):
    key_id = make(kms, "HMAC_256", "GENERATE_VERIFY_MAC")
    with pytest.raises(ClientError, match=r"ValidationException.*symmetric encryption keys only"):
        bring(key_id, bytes(32), **parameters)


def test_material_may_be_named_and_must_be_what_it_is_named(kms, external, bring):
    with pytest.raises(ClientError, match=r"ValidationException.*NEW_KEY_MATERIAL"):
        bring(external, MATERIAL, KeyMaterialId="0" * 64)
    with pytest.raises(kms.exceptions.IncorrectKeyMaterialException):
        bring(external, MATERIAL, ImportType="EXISTING_KEY_MATERIAL")
    first = bring(external, MATERIAL, KeyMaterialDescription="from the vault")["KeyMaterialId"]
    assert bring(external, MATERIAL, KeyMaterialId=first)["KeyMaterialId"] == first
    with pytest.raises(kms.exceptions.IncorrectKeyMaterialException, match="KeyMaterialId"):
        bring(external, MATERIAL, KeyMaterialId="0" * 64)
    (listed,) = kms.list_key_rotations(KeyId=external, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    assert listed["KeyMaterialDescription"] == "from the vault"
    bring(external, MATERIAL, KeyMaterialDescription="from the safe")
    (listed,) = kms.list_key_rotations(KeyId=external, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    assert listed["KeyMaterialDescription"] == "from the safe"


def test_a_disabled_key_stays_so_when_material_comes(kms, external, bring):
    bring(external, MATERIAL)
    kms.disable_key(KeyId=external)
    bring(external, MATERIAL)
    assert state(kms, external) == "Disabled"
    kms.delete_imported_key_material(KeyId=external)
    assert state(kms, external) == "PendingImport"


def test_a_key_to_be_deleted_keeps_its_state_and_comes_back_as_its_material_allows(kms, external, bring):
    bring(external, MATERIAL)
    kms.schedule_key_deletion(KeyId=external)
    kms.delete_imported_key_material(KeyId=external)
    assert state(kms, external) == "PendingDeletion"
    kms.cancel_key_deletion(KeyId=external)
    assert state(kms, external) == "PendingImport"
    bring(external, MATERIAL)
    kms.schedule_key_deletion(KeyId=external)
    kms.cancel_key_deletion(KeyId=external)
    assert state(kms, external) == "Disabled"


def test_the_trail_says_who_imported_and_holds_no_material(vauban, kms, external, bring):
    valid_to = metadata(kms, external)["CreationDate"] + timedelta(days=30)
    bring(external, b"canary in the coal mine 7f3a....", ValidTo=valid_to)
    (record,) = [each for each in vauban.trail() if each["eventName"] == "ImportKeyMaterial"]
    assert record["requestParameters"]["expirationModel"] == "KEY_MATERIAL_EXPIRES"
    assert record["resources"][0]["ARN"].endswith(external)
    assert "importToken" not in record["requestParameters"]
    assert "canary" not in str(vauban.trail())


def openssl(*arguments, input=b""):
    return subprocess.run(["openssl", *arguments], input=input, check=True, capture_output=True).stdout


def pkcs8(key):
    return openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER", input=key)


def public_key_of(key):
    return openssl("pkey", "-pubout", "-outform", "DER", input=key)
