from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"


def new_key(kms, **parameters):
    return kms.create_key(**parameters)["KeyMetadata"]["KeyId"]


def allowing(actions, resources="*"):
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return {"Version": "2012-10-17", "Statement": statement}


def test_an_alias_is_listed_with_its_key_and_dates(kms, key_id):
    kms.create_alias(AliasName="alias/team/shop_1-a", TargetKeyId=key_id)
    (alias,) = kms.list_aliases(KeyId=key_id)["Aliases"]
    assert alias["AliasName"] == "alias/team/shop_1-a"
    assert alias["AliasArn"] == f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/team/shop_1-a"
    assert alias["TargetKeyId"] == key_id
    assert alias["CreationDate"] == alias["LastUpdatedDate"]


@pytest.mark.parametrize("name", ["shop", "alias/", "alias/a:b", "alias/a b", "alias/é", "Alias/a"])
def test_a_name_that_is_none_is_refused(name, kms, key_id):
    with pytest.raises(ClientError, match="ValidationException"):
        kms.create_alias(AliasName=name, TargetKeyId=key_id)


def test_why_a_name_is_none_is_told_as_aws_tells_it(kms, key_id):
    with pytest.raises(ClientError, match=r'must start with the prefix "alias/"\. Please see https://docs\.aws'):
        kms.create_alias(AliasName="shop", TargetKeyId=key_id)
    with pytest.raises(ClientError, match="alias/a:b contains invalid characters for an alias"):
        kms.create_alias(AliasName="alias/a:b", TargetKeyId=key_id)


def test_the_names_of_aws_are_reserved(kms, key_id):
    with pytest.raises(kms.exceptions.InvalidAliasNameException, match="alias/aws/"):
        kms.create_alias(AliasName="alias/aws/s3", TargetKeyId=key_id)


def test_a_name_is_taken_once_in_an_account_and_region(vauban, kms, key_id):
    kms.create_alias(AliasName="alias/shop", TargetKeyId=key_id)
    with pytest.raises(
        kms.exceptions.AlreadyExistsException,
        match=f"An alias with the name arn:aws:kms:us-east-1:{ACCOUNT}:alias/shop already exists",
    ):
        kms.create_alias(AliasName="alias/shop", TargetKeyId=key_id)
    eu = vauban.client("kms", region="eu-west-1")
    eu.create_alias(AliasName="alias/shop", TargetKeyId=new_key(eu))


def test_of_many_who_want_one_name_one_gets_it(kms):
    key_ids = [new_key(kms) for _ in range(8)]

    def claim(key_id):
        try:
            kms.create_alias(AliasName="alias/shop", TargetKeyId=key_id)
        except kms.exceptions.AlreadyExistsException:
            return None
        return key_id

    with ThreadPoolExecutor(8) as pool:
        (winner,) = [each for each in pool.map(claim, key_ids) if each]
    assert kms.describe_key(KeyId="alias/shop")["KeyMetadata"]["KeyId"] == winner


@pytest.mark.parametrize("target", ["alias/other", "nonsense", "1234abcd-12ab-34cd-56ef-1234567890ab"])
def test_an_alias_points_at_a_key_that_is_there(target, kms, key_id):
    kms.create_alias(AliasName="alias/other", TargetKeyId=key_id)
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.create_alias(AliasName="alias/shop", TargetKeyId=target)


def test_an_alias_cannot_point_at_a_key_of_another_account(neighbours):
    ours, theirs = neighbours.client("kms"), neighbours.client("kms", account="444455556666")
    arn = theirs.create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        ours.create_alias(AliasName="alias/shop", TargetKeyId=arn)


def test_an_alias_is_turned_to_another_key_and_old_ciphertexts_still_open(kms, key_id):
    kms.create_alias(AliasName="alias/shop", TargetKeyId=key_id)
    blob = kms.encrypt(KeyId="alias/shop", Plaintext=b"old")["CiphertextBlob"]
    other = new_key(kms)
    kms.update_alias(AliasName="alias/shop", TargetKeyId=other)
    assert kms.encrypt(KeyId="alias/shop", Plaintext=b"new")["KeyId"].endswith(other)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"old"
    with pytest.raises(kms.exceptions.IncorrectKeyException):
        kms.decrypt(CiphertextBlob=blob, KeyId="alias/shop")


@pytest.mark.parametrize(
    "parameters",
    [
        {"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"},
        {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
        {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"},
    ],
)
def test_an_alias_stays_with_keys_of_one_kind_and_usage(parameters, kms, key_id):
    kms.create_alias(AliasName="alias/shop", TargetKeyId=key_id)
    with pytest.raises(ClientError, match="ValidationException"):
        kms.update_alias(AliasName="alias/shop", TargetKeyId=new_key(kms, **parameters))


def test_an_alias_leaves_a_dying_key_but_does_not_come_to_one(kms, key_id):
    kms.create_alias(AliasName="alias/shop", TargetKeyId=key_id)
    other = new_key(kms)
    kms.schedule_key_deletion(KeyId=other)
    with pytest.raises(kms.exceptions.KMSInvalidStateException, match="is pending deletion"):
        kms.update_alias(AliasName="alias/shop", TargetKeyId=other)
    with pytest.raises(kms.exceptions.KMSInvalidStateException):
        kms.create_alias(AliasName="alias/new", TargetKeyId=other)
    kms.cancel_key_deletion(KeyId=other)
    kms.schedule_key_deletion(KeyId=key_id)
    kms.update_alias(AliasName="alias/shop", TargetKeyId=other)


def test_a_deleted_alias_is_gone_and_its_key_is_not(kms, key_id):
    kms.create_alias(AliasName="alias/shop", TargetKeyId=key_id)
    kms.delete_alias(AliasName="alias/shop")
    assert kms.list_aliases(KeyId=key_id)["Aliases"] == []
    assert "alias/shop" not in str(kms.list_aliases())
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "Enabled"
    words = f"Alias arn:aws:kms:us-east-1:{ACCOUNT}:alias/shop is not found."
    for ask in (
        lambda: kms.describe_key(KeyId="alias/shop"),
        lambda: kms.delete_alias(AliasName="alias/shop"),
        lambda: kms.update_alias(AliasName="alias/shop", TargetKeyId=key_id),
    ):
        with pytest.raises(kms.exceptions.NotFoundException, match=words):
            ask()


def test_managing_a_key_takes_its_id_and_not_its_alias(kms, key_id):
    kms.create_alias(AliasName="alias/shop", TargetKeyId=key_id)
    with pytest.raises(kms.exceptions.NotFoundException, match="Invalid keyId 'alias/shop'"):
        kms.disable_key(KeyId="alias/shop")
    with pytest.raises(kms.exceptions.InvalidArnException):
        kms.disable_key(KeyId=f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/shop")


def test_a_key_has_at_most_fifty_aliases(kms, key_id):
    for number in range(50):
        kms.create_alias(AliasName=f"alias/{number}", TargetKeyId=key_id)
    other = new_key(kms)
    kms.create_alias(AliasName="alias/more", TargetKeyId=other)
    with pytest.raises(kms.exceptions.LimitExceededException):
        kms.create_alias(AliasName="alias/50", TargetKeyId=key_id)
    with pytest.raises(kms.exceptions.LimitExceededException):
        kms.update_alias(AliasName="alias/more", TargetKeyId=key_id)
    kms.update_alias(AliasName="alias/1", TargetKeyId=key_id)


def test_aliases_are_listed_page_by_page_and_by_key(kms, key_id):
    other = new_key(kms)
    for number in range(5):
        kms.create_alias(AliasName=f"alias/{number}", TargetKeyId=key_id if number else other)
    names = [
        alias["AliasName"]
        for page in kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 2})
        for alias in page["Aliases"]
        if "TargetKeyId" in alias
    ]
    assert names == [f"alias/{number}" for number in range(5)]
    assert len(kms.list_aliases(KeyId=key_id)["Aliases"]) == 4
    first = kms.list_aliases(KeyId=key_id, Limit=3)
    assert len(kms.list_aliases(KeyId=key_id, Marker=first["NextMarker"])["Aliases"]) == 1
    arn = kms.describe_key(KeyId=other)["KeyMetadata"]["Arn"]
    assert [each["AliasName"] for each in kms.list_aliases(KeyId=arn)["Aliases"]] == ["alias/0"]


@pytest.mark.parametrize("limit", [0, 101, 1001])
def test_a_page_of_aliases_has_one_to_a_hundred(limit, unchecked):
    with pytest.raises(ClientError, match=r"ValidationException.*limit"):
        unchecked.list_aliases(Limit=limit)


def test_the_aliases_of_a_key_that_is_not_there_cannot_be_listed(kms):
    for name in ("1234abcd-12ab-34cd-56ef-1234567890ab", "nonsense", "arn:aws:kms:us-east-1:444455556666:key/x"):
        with pytest.raises(kms.exceptions.NotFoundException):
            kms.list_aliases(KeyId=name)


def test_an_alias_needs_permission_on_itself_and_on_its_key(vauban, kms, key_id):
    key_arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{key_id}"
    alias_arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/mine/*"
    kms.create_alias(AliasName="alias/mine/there", TargetKeyId=key_id)
    alice = vauban.client("kms", user=named(vauban, "alice", allowing("kms:*Alias", [alias_arn, key_arn])))
    only_alias = vauban.client("kms", user=named(vauban, "bob", allowing("kms:*Alias", alias_arn)))
    only_key = vauban.client("kms", user=named(vauban, "carol", allowing("kms:*Alias", key_arn)))
    for client in (only_alias, only_key):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            client.create_alias(AliasName="alias/mine/new", TargetKeyId=key_id)
        with pytest.raises(ClientError, match="AccessDeniedException"):
            client.update_alias(AliasName="alias/mine/there", TargetKeyId=key_id)
        with pytest.raises(ClientError, match="AccessDeniedException"):
            client.delete_alias(AliasName="alias/mine/there")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        alice.create_alias(AliasName="alias/theirs", TargetKeyId=key_id)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        alice.update_alias(AliasName="alias/mine/there", TargetKeyId=new_key(kms))
    alice.create_alias(AliasName="alias/mine/new", TargetKeyId=key_id)
    alice.update_alias(AliasName="alias/mine/new", TargetKeyId=key_id)
    alice.delete_alias(AliasName="alias/mine/new")


def named(vauban, name, *policies):
    vauban.user(name, *policies)
    return name


def test_a_policy_may_ask_by_which_alias_a_key_is_used(vauban, kms, key_id):
    policy = allowing("kms:Encrypt")
    policy["Statement"]["Condition"] = {"StringEquals": {"kms:RequestAlias": "alias/shop"}}
    kms.create_alias(AliasName="alias/shop", TargetKeyId=key_id)
    alice = vauban.client("kms", user=named(vauban, "alice", policy))
    assert alice.encrypt(KeyId="alias/shop", Plaintext=b"x")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        alice.encrypt(KeyId=key_id, Plaintext=b"x")


def test_a_policy_may_ask_which_aliases_a_key_has(vauban, kms, key_id):
    policy = allowing("kms:Encrypt")
    policy["Statement"]["Condition"] = {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/shop*"}}
    alice = vauban.client("kms", user=named(vauban, "alice", policy))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        alice.encrypt(KeyId=key_id, Plaintext=b"x")
    kms.create_alias(AliasName="alias/shop-1", TargetKeyId=key_id)
    assert alice.encrypt(KeyId=key_id, Plaintext=b"x")
    kms.delete_alias(AliasName="alias/shop-1")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        alice.encrypt(KeyId=key_id, Plaintext=b"x")
