import json

import pytest
from botocore.exceptions import ClientError

from vauban.crypto import mlkem512

ACCOUNT = "111122223333"


def create(kms, **parameters):
    return kms.create_key(**parameters)["KeyMetadata"]


def test_a_new_key_is_described_in_every_detail(kms):
    made = create(kms)
    key_id = made["KeyId"]
    described = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert described == made
    assert {name: made[name] for name in made if name not in ("CreationDate", "CurrentKeyMaterialId")} == {
        "AWSAccountId": ACCOUNT,
        "KeyId": key_id,
        "Arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{key_id}",
        "Enabled": True,
        "Description": "",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": False,
    }
    assert len(made["CurrentKeyMaterialId"]) == 64


@pytest.mark.parametrize(
    ("spec", "usage", "member", "algorithms"),
    [
        ("RSA_2048", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", {"RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"}),
        ("ECC_NIST_P521", "SIGN_VERIFY", "SigningAlgorithms", {"ECDSA_SHA_512"}),
        ("ECC_NIST_P256", "KEY_AGREEMENT", "KeyAgreementAlgorithms", {"ECDH"}),
        ("ECC_SECG_P256K1", "SIGN_VERIFY", "SigningAlgorithms", {"ECDSA_SHA_256"}),
        ("HMAC_384", "GENERATE_VERIFY_MAC", "MacAlgorithms", {"HMAC_SHA_384"}),
        ("ML_DSA_44", "SIGN_VERIFY", "SigningAlgorithms", {"ML_DSA_SHAKE_256"}),
        ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE", "EncapsulationAlgorithms", {"ML_KEM"}),
    ],
)
def test_a_key_lists_the_algorithms_of_its_spec_and_usage_alone(spec, usage, member, algorithms, kms):
    made = create(kms, KeySpec=spec, KeyUsage=usage)
    assert set(made[member]) == algorithms
    assert [name for name in made if name.endswith("Algorithms")] == [member]
    assert "CurrentKeyMaterialId" not in made


def test_the_old_name_of_the_spec_still_works_but_not_beside_the_new(kms):
    assert create(kms, CustomerMasterKeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeySpec"] == "HMAC_256"
    with pytest.raises(ClientError, match=r"ValidationException.*KeySpec and CustomerMasterKeySpec"):
        create(kms, CustomerMasterKeySpec="HMAC_256", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"KeySpec": "RSA_2048"}, "You must specify a KeyUsage value"),
        ({"KeySpec": "HMAC_256"}, "You must specify a KeyUsage value"),
        ({"KeyUsage": "SIGN_VERIFY"}, "SIGN_VERIFY is not compatible with KeySpec SYMMETRIC_DEFAULT"),
        ({"KeySpec": "ECC_NIST_P256", "KeyUsage": "ENCRYPT_DECRYPT"}, "not compatible with KeySpec ECC_NIST_P256"),
        ({"KeySpec": "ECC_SECG_P256K1", "KeyUsage": "KEY_AGREEMENT"}, "not compatible with KeySpec ECC_SECG_P256K1"),
    ],
)
def test_a_spec_takes_only_its_own_usages(parameters, words, kms):
    with pytest.raises(ClientError, match=f"ValidationException.*{words}"):
        kms.create_key(**parameters)


def test_what_is_of_other_regions_is_refused_aloud(kms):
    with pytest.raises(kms.exceptions.UnsupportedOperationException, match="not supported here"):
        kms.create_key(KeySpec="SM2", KeyUsage="SIGN_VERIFY")


def test_material_of_ml_kem_512_is_not_imported(kms):
    with pytest.raises(kms.exceptions.UnsupportedOperationException, match="imported key material are not supported"):
        kms.create_key(KeySpec="ML_KEM_512", KeyUsage="ENCAPSULATE_DECAPSULATE", Origin="EXTERNAL")


def test_ml_kem_512_is_refused_aloud_where_its_package_is_not_installed(kms, key_id, monkeypatch):
    monkeypatch.setattr(mlkem512, "find_spec", lambda name: None)
    with pytest.raises(kms.exceptions.UnsupportedOperationException, match="not supported here"):
        kms.create_key(KeySpec="ML_KEM_512", KeyUsage="ENCAPSULATE_DECAPSULATE")
    with pytest.raises(kms.exceptions.UnsupportedOperationException, match="not supported here"):
        kms.generate_data_key_pair(KeyId=key_id, KeyPairSpec="ML_KEM_512")


def test_multi_region_false_is_what_keys_are_anyway(kms):
    assert create(kms, MultiRegion=False, Origin="AWS_KMS")["MultiRegion"] is False


def test_description_and_tags_are_kept(kms):
    made = create(kms, Description="orders", Tags=[{"TagKey": "team", "TagValue": "shop"}])
    assert made["Description"] == "orders"
    kms.update_key_description(KeyId=made["KeyId"], Description="")
    assert kms.describe_key(KeyId=made["KeyId"])["KeyMetadata"]["Description"] == ""
    assert kms.list_resource_tags(KeyId=made["KeyId"])["Tags"] == [{"TagKey": "team", "TagValue": "shop"}]


def test_tagging_at_creation_needs_its_own_permission(vauban):
    statement = {"Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*"}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": statement})
    kms = vauban.client("kms", user="alice")
    kms.create_key()
    with pytest.raises(ClientError, match=r"AccessDeniedException.*kms:TagResource"):
        kms.create_key(Tags=[{"TagKey": "team", "TagValue": "shop"}])


def test_a_disabled_key_encrypts_nothing_until_it_is_enabled(kms, key_id):
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key_id)
    described = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert (described["KeyState"], described["Enabled"]) == ("Disabled", False)
    with pytest.raises(kms.exceptions.DisabledException, match=f"{described['Arn']} is disabled."):
        kms.encrypt(KeyId=key_id, Plaintext=b"x")
    with pytest.raises(kms.exceptions.DisabledException):
        kms.decrypt(CiphertextBlob=blob)
    kms.enable_key(KeyId=key_id)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_enabling_and_disabling_twice_is_no_error(kms, key_id):
    kms.enable_key(KeyId=key_id)
    kms.disable_key(KeyId=key_id)
    kms.disable_key(KeyId=key_id)


def test_keys_are_listed_page_by_page(kms):
    made = {create(kms)["KeyId"] for _ in range(5)}
    pages = list(kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["Keys"]) for page in pages] == [2, 2, 1]
    assert [page["Truncated"] for page in pages] == [True, True, False]
    assert {key["KeyId"] for page in pages for key in page["Keys"]} == made
    assert all(key["KeyArn"].endswith(f"key/{key['KeyId']}") for page in pages for key in page["Keys"])
    assert "NextMarker" not in pages[-1]


def test_a_marker_of_another_list_is_refused(kms):
    for number in range(2):
        key_id = create(kms)["KeyId"]
        kms.create_alias(AliasName=f"alias/{number}", TargetKeyId=key_id)
    marker = kms.list_aliases(Limit=1)["NextMarker"]
    for wrong in (marker, "made up"):
        with pytest.raises(kms.exceptions.InvalidMarkerException):
            kms.list_keys(Marker=wrong)


def test_keys_of_another_region_are_not_there(vauban, kms, key_id):
    eu = vauban.client("kms", region="eu-west-1")
    arn = kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]
    assert eu.list_keys()["Keys"] == []
    with pytest.raises(eu.exceptions.NotFoundException, match=f"Key 'arn:aws:kms:eu-west-1:{ACCOUNT}:key/{key_id}'"):
        eu.describe_key(KeyId=key_id)
    with pytest.raises(eu.exceptions.NotFoundException, match="Invalid arn us-east-1"):
        eu.describe_key(KeyId=arn)


def test_no_other_account_shares_its_keys_through_ram(kms, key_id):
    own = [key_id]
    for owners, found in ((["SELF"], own), (["OTHER_ACCOUNTS_VIA_RAM"], []), (["OTHER_ACCOUNTS_VIA_RAM", "SELF"], own)):
        assert [key["KeyId"] for key in kms.list_keys(ResourceOwners=owners)["Keys"]] == found


def test_nothing_of_a_new_key_is_in_the_trail_but_its_metadata(vauban, kms):
    made = create(kms, Description="orders")
    (record,) = [each for each in vauban.trail() if each["eventName"] == "CreateKey"]
    assert record["responseElements"]["keyMetadata"]["description"] == "orders"
    assert record["resources"] == [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": made["Arn"]}]
    assert "material" not in json.dumps(record).lower().replace("currentkeymaterialid", "")
