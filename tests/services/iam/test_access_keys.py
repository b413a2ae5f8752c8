import json

from vauban.aws.redaction import HIDDEN

from .conftest import ACCOUNT, allowing


def test_a_user_has_two_keys_at_most(iam, alice, refused):
    made = [iam.create_access_key(UserName=alice)["AccessKey"] for _ in range(2)]
    assert all(len(each["SecretAccessKey"]) == 40 and each["Status"] == "Active" for each in made)
    with refused("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"):
        iam.create_access_key(UserName=alice)
    listed = iam.list_access_keys(UserName=alice)["AccessKeyMetadata"]
    assert {each["AccessKeyId"] for each in listed} == {each["AccessKeyId"] for each in made}
    assert not any("SecretAccessKey" in each for each in listed)
    iam.delete_access_key(UserName=alice, AccessKeyId=made[0]["AccessKeyId"])
    iam.create_access_key(UserName=alice)


def test_a_key_signs_while_it_is_active(vauban, iam, refused):
    vauban.user("bob", allowing("iam:*"))
    bobs = vauban.client("iam", user="bob")
    (key,) = bobs.list_access_keys()["AccessKeyMetadata"]
    iam.update_access_key(UserName="bob", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    with refused("InvalidClientTokenId"):
        bobs.get_user()
    iam.update_access_key(UserName="bob", AccessKeyId=key["AccessKeyId"], Status="Active")
    assert bobs.get_user()


def test_a_key_is_its_own_users_alone(iam, alice, refused):
    iam.create_user(UserName="bob")
    key = iam.create_access_key(UserName=alice)["AccessKey"]["AccessKeyId"]
    with refused("NoSuchEntity", f"The Access Key with id {key} cannot be found."):
        iam.delete_access_key(UserName="bob", AccessKeyId=key)
    with refused("NoSuchEntity"):
        iam.update_access_key(UserName="bob", AccessKeyId=key, Status="Inactive")


def test_root_has_keys_too_and_they_are_listed_where_no_user_is_named(iam, alice):
    before = iam.list_access_keys()["AccessKeyMetadata"]
    made = iam.create_access_key()["AccessKey"]["AccessKeyId"]
    assert len(iam.list_access_keys()["AccessKeyMetadata"]) == len(before) + 1
    assert iam.list_access_keys(UserName=alice)["AccessKeyMetadata"] == []
    iam.delete_access_key(AccessKeyId=made)


def test_last_use_is_told_from_the_trail(vauban, iam, alice, refused):
    key = iam.create_access_key(UserName=alice)["AccessKey"]["AccessKeyId"]
    never = iam.get_access_key_last_used(AccessKeyId=key)
    assert never["UserName"] == alice
    assert never["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}
    vauban.user("bob", allowing("kms:ListKeys"))
    vauban.client("kms", user="bob", region="eu-west-1").list_keys()
    bobs = iam.list_access_keys(UserName="bob")["AccessKeyMetadata"][0]["AccessKeyId"]
    used = iam.get_access_key_last_used(AccessKeyId=bobs)["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("kms", "eu-west-1")
    with refused("NoSuchEntity"):
        iam.get_access_key_last_used(AccessKeyId="AKIAIOSFODNN7EXAMPLE")


def test_users_manage_their_own_keys(vauban, iam, alice, refused):
    vauban.user("bob", allowing("iam:*AccessKey*", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"))
    bobs = vauban.client("iam", user="bob")
    key = bobs.create_access_key()["AccessKey"]
    assert key["UserName"] == "bob"
    bobs.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    bobs.delete_access_key(AccessKeyId=key["AccessKeyId"])
    with refused("AccessDenied"):
        bobs.create_access_key(UserName=alice)
    others = iam.create_access_key(UserName=alice)["AccessKey"]["AccessKeyId"]
    with refused("AccessDenied"):
        bobs.get_access_key_last_used(AccessKeyId=others)


def test_no_secret_is_on_the_trail(vauban, iam, alice):
    secret = iam.create_access_key(UserName=alice)["AccessKey"]["SecretAccessKey"]
    (event,) = [each for each in vauban.trail() if each["eventName"] == "CreateAccessKey" and each["responseElements"]]
    assert secret not in json.dumps(event, default=str)
    assert event["responseElements"]["accessKey"]["secretAccessKey"] == HIDDEN
