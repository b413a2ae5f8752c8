import json

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
LOCKED_OUT = "The new key policy will not allow you to update the key policy in the future."
ALLOW_ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def policy_of(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal, actions="kms:*", **more):
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions, "Resource": "*", **more}


def test_the_default_policy_is_aws_s_to_the_letter(kms, key_id):
    given = kms.get_key_policy(KeyId=key_id)
    assert given["PolicyName"] == "default"
    assert given["Policy"] == (
        '{\n  "Version" : "2012-10-17",\n  "Id" : "key-default-1",\n  "Statement" : [ {\n'
        '    "Sid" : "Enable IAM User Permissions",\n    "Effect" : "Allow",\n    "Principal" : {\n'
        f'      "AWS" : "{ROOT}"\n    }},\n    "Action" : "kms:*",\n    "Resource" : "*"\n  }} ]\n}}'
    )


def test_a_policy_is_given_back_as_it_was_put(kms, key_id):
    policy = policy_of(allow(ROOT))
    kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=policy)
    assert kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"] == policy
    assert kms.list_key_policies(KeyId=key_id)["PolicyNames"] == ["default"]


def test_without_delegation_iam_policies_count_for_nothing(vauban, kms, key_id):
    vauban.user("alice", ALLOW_ALL)
    alice = vauban.client("kms", user="alice")
    alice.encrypt(KeyId=key_id, Plaintext=b"x")
    root_user_alone = allow(ROOT, Condition={"ArnEquals": {"aws:PrincipalArn": ROOT}})
    kms.put_key_policy(KeyId=key_id, Policy=policy_of(root_user_alone))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        alice.encrypt(KeyId=key_id, Plaintext=b"x")
    kms.encrypt(KeyId=key_id, Plaintext=b"x")


def test_a_policy_that_names_nobody_denies_even_root(vauban, kms, key_id):
    iam = vauban.client("iam")
    iam.create_user(UserName="gone")
    policy = policy_of(allow(f"arn:aws:iam::{ACCOUNT}:user/gone"))
    kms.put_key_policy(KeyId=key_id, Policy=policy, BypassPolicyLockoutSafetyCheck=True)
    iam.delete_user(UserName="gone")
    for ask in (lambda: kms.encrypt(KeyId=key_id, Plaintext=b"x"), lambda: kms.describe_key(KeyId=key_id)):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            ask()


def test_a_named_user_needs_no_policy_of_its_own(vauban, kms, key_id):
    alice_arn = vauban.user("alice")
    kms.put_key_policy(KeyId=key_id, Policy=policy_of(allow(ROOT), allow(alice_arn, "kms:Encrypt")))
    alice = vauban.client("kms", user="alice")
    blob = alice.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        alice.decrypt(CiphertextBlob=blob)


def test_whom_a_policy_names_is_one_person_not_one_name(vauban, kms, key_id):
    iam = vauban.client("iam")
    alice_arn = vauban.user("alice")
    unique_id = iam.get_user(UserName="alice")["User"]["UserId"]
    kms.put_key_policy(KeyId=key_id, Policy=policy_of(allow(ROOT), allow(alice_arn, "kms:Encrypt")))
    alice = vauban.client("kms", user="alice")
    alice.encrypt(KeyId=key_id, Plaintext=b"x")
    for key in iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="alice")
    shown = json.loads(kms.get_key_policy(KeyId=key_id)["Policy"])
    assert shown["Statement"][1]["Principal"]["AWS"] == unique_id
    vauban.user("alice")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        vauban.client("kms", user="alice").encrypt(KeyId=key_id, Plaintext=b"x")


@pytest.mark.parametrize("name", ["user/nobody", "role/nobody"])
def test_whoever_is_not_there_cannot_be_named(name, kms, key_id):
    policy = policy_of(allow(ROOT), allow(f"arn:aws:iam::{ACCOUNT}:{name}"))
    with pytest.raises(kms.exceptions.MalformedPolicyDocumentException, match="one or more invalid principals"):
        kms.put_key_policy(KeyId=key_id, Policy=policy)
    with pytest.raises(kms.exceptions.MalformedPolicyDocumentException):
        kms.create_key(Policy=policy)


def test_users_of_accounts_that_are_not_held_here_are_taken_at_their_word(kms, key_id):
    policy = policy_of(allow(ROOT), allow("arn:aws:iam::999999999999:user/somebody"))
    kms.put_key_policy(KeyId=key_id, Policy=policy)
    assert json.loads(kms.get_key_policy(KeyId=key_id)["Policy"]) == json.loads(policy)


def test_an_administrator_of_a_key_cannot_use_it(vauban, kms, key_id):
    admin_arn = vauban.user("admin")
    administration = ["kms:Describe*", "kms:Put*", "kms:Disable*", "kms:Enable*", "kms:ScheduleKeyDeletion"]
    kms.put_key_policy(KeyId=key_id, Policy=policy_of(allow(ROOT), allow(admin_arn, administration)))
    admin = vauban.client("kms", user="admin")
    admin.disable_key(KeyId=key_id)
    admin.enable_key(KeyId=key_id)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        admin.encrypt(KeyId=key_id, Plaintext=b"x")


def test_a_policy_that_locks_its_author_out_is_refused(vauban, kms, key_id):
    alice_arn = vauban.user("alice")
    policy = policy_of(allow(alice_arn))
    with pytest.raises(kms.exceptions.MalformedPolicyDocumentException, match=LOCKED_OUT):
        kms.put_key_policy(KeyId=key_id, Policy=policy)
    with pytest.raises(kms.exceptions.MalformedPolicyDocumentException, match=LOCKED_OUT):
        kms.create_key(Policy=policy)
    made = kms.create_key(Policy=policy, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        kms.describe_key(KeyId=made["KeyId"])
    assert vauban.client("kms", user="alice").describe_key(KeyId=made["KeyId"])


def test_conditions_that_the_caller_meets_lock_nobody_out(kms, key_id):
    met = {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}, "StringEquals": {"kms:CallerAccount": ACCOUNT}}
    kms.put_key_policy(KeyId=key_id, Policy=policy_of(allow(ROOT, Condition=met)))
    unmet = {"Bool": {"aws:SecureTransport": "true"}}
    with pytest.raises(kms.exceptions.MalformedPolicyDocumentException, match=LOCKED_OUT):
        kms.put_key_policy(KeyId=key_id, Policy=policy_of(allow(ROOT, Condition=unmet)))


def test_a_deny_of_the_next_put_is_a_lock_out_too(kms, key_id):
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:PutKeyPolicy", "Resource": "*"}
    with pytest.raises(kms.exceptions.MalformedPolicyDocumentException, match=LOCKED_OUT):
        kms.put_key_policy(KeyId=key_id, Policy=policy_of(allow(ROOT), deny))


@pytest.mark.parametrize(
    "policy",
    [
        "{",
        "[]",
        "{}",
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}',
        policy_of({**allow(ROOT), "Effect": "Maybe"}),
        policy_of(allow("not-a-principal")),
    ],
)
def test_a_malformed_policy_is_refused(policy, kms, key_id):
    with pytest.raises(kms.exceptions.MalformedPolicyDocumentException):
        kms.put_key_policy(KeyId=key_id, Policy=policy, BypassPolicyLockoutSafetyCheck=True)


def test_a_policy_is_at_most_32_kilobytes_long(kms, key_id):
    with pytest.raises(kms.exceptions.LimitExceededException):
        kms.put_key_policy(KeyId=key_id, Policy=policy_of(allow(ROOT)) + " " * 32_768)


def test_a_statement_without_action_is_accepted_and_means_nothing(vauban, kms, key_id):
    alice_arn = vauban.user("alice")
    inert = {"Effect": "Allow", "Principal": {"AWS": alice_arn}, "Resource": "*"}
    kms.put_key_policy(KeyId=key_id, Policy=policy_of(allow(ROOT), inert))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        vauban.client("kms", user="alice").encrypt(KeyId=key_id, Plaintext=b"x")


def test_the_policy_of_ram_is_rams(kms, key_id):
    with pytest.raises(ClientError, match=r"ValidationException.*The AWS_RAM policy can only be managed by the RAM"):
        kms.put_key_policy(KeyId=key_id, PolicyName="AWS_RAM", Policy=policy_of(allow(ROOT)))
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.get_key_policy(KeyId=key_id, PolicyName="AWS_RAM")
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.put_key_policy(KeyId=key_id, PolicyName="other", Policy=policy_of(allow(ROOT)))


def test_a_foreign_account_needs_both_sides(neighbours):
    owner = neighbours.client("kms")
    key = owner.create_key()["KeyMetadata"]
    neighbours.user("bob", ALLOW_ALL, account="444455556666")
    neighbours.user("eve", account="444455556666")
    bob, eve = (neighbours.client("kms", account="444455556666", user=name) for name in ("bob", "eve"))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        bob.encrypt(KeyId=key["Arn"], Plaintext=b"x")
    trusting = policy_of(allow(ROOT), allow("arn:aws:iam::444455556666:root", ["kms:Encrypt", "kms:Decrypt"]))
    owner.put_key_policy(KeyId=key["KeyId"], Policy=trusting)
    blob = bob.encrypt(KeyId=key["Arn"], Plaintext=b"x")["CiphertextBlob"]
    assert bob.decrypt(CiphertextBlob=blob)["KeyId"] == key["Arn"]
    assert bob.decrypt(CiphertextBlob=blob, KeyId=key["KeyId"])["Plaintext"] == b"x"
    with pytest.raises(ClientError, match="AccessDeniedException"):
        eve.encrypt(KeyId=key["Arn"], Plaintext=b"x")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        bob.generate_data_key(KeyId=key["Arn"], KeySpec="AES_256")


def test_a_foreign_alias_is_used_by_its_arn(neighbours):
    owner = neighbours.client("kms")
    key_id = owner.create_key(Policy=policy_of(allow(ROOT), allow("arn:aws:iam::444455556666:root")))["KeyMetadata"][
        "KeyId"
    ]
    owner.create_alias(AliasName="alias/shop", TargetKeyId=key_id)
    other = neighbours.client("kms", account="444455556666")
    assert other.encrypt(KeyId=f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/shop", Plaintext=b"x")
    with pytest.raises(ClientError, match="NotFoundException"):
        other.encrypt(KeyId="alias/shop", Plaintext=b"x")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        other.encrypt(KeyId=f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/none", Plaintext=b"x")


def test_operations_that_manage_a_key_never_reach_into_another_account(neighbours):
    owner = neighbours.client("kms")
    everyone = policy_of(allow(ROOT), allow("*"))
    arn = owner.create_key(Policy=everyone)["KeyMetadata"]["Arn"]
    other = neighbours.client("kms", account="444455556666")
    assert other.describe_key(KeyId=arn)["KeyMetadata"]["Arn"] == arn
    assert other.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"] is False
    for ask in (
        lambda: other.disable_key(KeyId=arn),
        lambda: other.schedule_key_deletion(KeyId=arn),
        lambda: other.put_key_policy(KeyId=arn, Policy=everyone),
        lambda: other.get_key_policy(KeyId=arn),
        lambda: other.tag_resource(KeyId=arn, Tags=[{"TagKey": "a", "TagValue": "b"}]),
        lambda: other.rotate_key_on_demand(KeyId=arn),
        lambda: other.list_key_rotations(KeyId=arn),
        lambda: other.update_key_description(KeyId=arn, Description="mine"),
    ):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            ask()


def test_the_encryption_context_may_be_asked_for(vauban, kms, key_id):
    alice_arn = vauban.user("alice")
    condition = {"StringEquals": {"kms:EncryptionContext:Department": "Finance"}}
    kms.put_key_policy(KeyId=key_id, Policy=policy_of(allow(ROOT), allow(alice_arn, "kms:*crypt", Condition=condition)))
    alice = vauban.client("kms", user="alice")
    blob = alice.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext={"Department": "Finance"})["CiphertextBlob"]
    assert alice.decrypt(CiphertextBlob=blob, EncryptionContext={"Department": "Finance"})["Plaintext"] == b"x"
    for context in ({}, {"Department": "IT"}, {"Other": "Finance"}):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            alice.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext=context)


def test_tags_may_decide_who_uses_a_key(vauban, kms, key_id):
    statement = {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}
    statement["Condition"] = {"StringEquals": {"aws:ResourceTag/team": "shop"}}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": statement})
    alice = vauban.client("kms", user="alice")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        alice.encrypt(KeyId=key_id, Plaintext=b"x")
    kms.tag_resource(KeyId=key_id, Tags=[{"TagKey": "team", "TagValue": "shop"}])
    assert alice.encrypt(KeyId=key_id, Plaintext=b"x")


def test_the_default_policy_that_terraform_leaves_behind_is_of_the_keys_own_account(vauban, kms, key_id):
    vauban.user("alice", ALLOW_ALL)
    policy = policy_of(allow("arn:aws:iam:::root"))
    kms.put_key_policy(KeyId=key_id, Policy=policy)
    assert kms.get_key_policy(KeyId=key_id)["Policy"] == policy
    assert vauban.client("kms", user="alice").encrypt(KeyId=key_id, Plaintext=b"x")


def test_who_may_do_nothing_is_not_told_which_keys_there_are(vauban, kms, key_id):
    vauban.user("alice")
    alice = vauban.client("kms", user="alice")
    for name in (key_id, "1234abcd-12ab-34cd-56ef-1234567890ab", "alias/none"):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            alice.describe_key(KeyId=name)
