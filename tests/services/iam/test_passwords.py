"""Login profiles, ChangePassword and the account's password policy."""

import json

import pytest

from .conftest import ACCOUNT, allowing

GOOD = "Correct-Horse-7"


def test_a_user_is_given_a_password_once(iam, alice, refused):
    made = iam.create_login_profile(UserName=alice, Password=GOOD, PasswordResetRequired=True)["LoginProfile"]
    assert (made["UserName"], made["PasswordResetRequired"]) == (alice, True)
    assert iam.get_login_profile(UserName=alice)["LoginProfile"] == made
    with refused("EntityAlreadyExists", "Login Profile for user alice already exists."):
        iam.create_login_profile(UserName=alice, Password=GOOD)
    iam.update_login_profile(UserName=alice, PasswordResetRequired=False)
    assert not iam.get_login_profile(UserName=alice)["LoginProfile"]["PasswordResetRequired"]
    with refused("DeleteConflict", "Cannot delete entity, must delete login profile first."):
        iam.delete_user(UserName=alice)
    iam.delete_login_profile(UserName=alice)
    with refused("NoSuchEntity", "Login Profile for User alice cannot be found."):
        iam.get_login_profile(UserName=alice)


@pytest.mark.parametrize("password", ["Sh0rt!", "all lower case", "alllower1"])
def test_where_the_account_has_no_policy_there_are_rules_all_the_same(password, iam, alice, refused):
    with refused("PasswordPolicyViolation"):
        iam.create_login_profile(UserName=alice, Password=password)


def test_the_accounts_policy_is_kept_told_and_forgotten(iam, refused):
    with refused("NoSuchEntity", f"The Password Policy with domain name {ACCOUNT} cannot be found."):
        iam.get_account_password_policy()
    iam.update_account_password_policy()
    assert iam.get_account_password_policy()["PasswordPolicy"] == {
        "MinimumPasswordLength": 6,
        "RequireSymbols": False,
        "RequireNumbers": False,
        "RequireUppercaseCharacters": False,
        "RequireLowercaseCharacters": False,
        "AllowUsersToChangePassword": False,
        "ExpirePasswords": False,
        "HardExpiry": False,
    }
    iam.update_account_password_policy(MaxPasswordAge=90, PasswordReusePrevention=3, HardExpiry=True)
    told = iam.get_account_password_policy()["PasswordPolicy"]
    assert (told["MaxPasswordAge"], told["PasswordReusePrevention"], told["ExpirePasswords"]) == (90, 3, True)
    iam.delete_account_password_policy()
    with refused("NoSuchEntity", "The account policy with name PasswordPolicy cannot be found."):
        iam.delete_account_password_policy()


@pytest.mark.parametrize(
    ("demand", "password", "sentence"),
    [
        ({"MinimumPasswordLength": 20}, GOOD, "minimum length of 20"),
        ({"RequireSymbols": True}, "Aaaaaaaa1", "at least one symbol"),
        ({"RequireNumbers": True}, "Aaaaaaaa!", "at least one number"),
        ({"RequireUppercaseCharacters": True}, "aaaaaaa1!", "at least one uppercase letter"),
        ({"RequireLowercaseCharacters": True}, "AAAAAAA1!", "at least one lowercase letter"),
    ],
)
def test_the_accounts_policy_is_held_to(demand, password, sentence, iam, alice, refused):
    iam.update_account_password_policy(**demand)
    with refused("PasswordPolicyViolation", sentence):
        iam.create_login_profile(UserName=alice, Password=password)
    iam.create_login_profile(UserName=alice, Password="Long-enough-for-all-1")
    with refused("PasswordPolicyViolation", sentence):
        iam.update_login_profile(UserName=alice, Password=password)


def test_users_change_their_own_password(vauban, iam, refused):
    vauban.user("bob", allowing("iam:ChangePassword", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"))
    iam.create_login_profile(UserName="bob", Password=GOOD, PasswordResetRequired=True)
    bobs = vauban.client("iam", user="bob")
    with refused("AccessDenied"):
        bobs.change_password(OldPassword="Wrong-Horse-7", NewPassword="Another-Horse-8")
    bobs.change_password(OldPassword=GOOD, NewPassword="Another-Horse-8")
    assert not iam.get_login_profile(UserName="bob")["LoginProfile"]["PasswordResetRequired"]
    with refused("AccessDenied"):
        bobs.change_password(OldPassword=GOOD, NewPassword="Third-Horse-9")
    with refused("InvalidUserType"):
        iam.change_password(OldPassword=GOOD, NewPassword="Third-Horse-9")


def test_passwords_before_are_not_taken_again(vauban, iam, alice, refused):
    iam.update_account_password_policy(PasswordReusePrevention=2)
    iam.create_login_profile(UserName=alice, Password="First-Horse-1")
    with refused("PasswordPolicyViolation"):
        iam.update_login_profile(UserName=alice, Password="First-Horse-1")
    iam.update_login_profile(UserName=alice, Password="Second-Horse-2")
    with refused("PasswordPolicyViolation"):
        iam.update_login_profile(UserName=alice, Password="First-Horse-1")
    iam.update_login_profile(UserName=alice, Password="Third-Horse-3")
    iam.update_login_profile(UserName=alice, Password="First-Horse-1")


def test_the_accounts_policy_opens_changing_passwords_to_users(vauban, iam, refused):
    vauban.user("bob")
    iam.create_login_profile(UserName="bob", Password=GOOD)
    bobs = vauban.client("iam", user="bob")
    for closed in (True, False):
        iam.update_account_password_policy(AllowUsersToChangePassword=not closed)
        if closed:
            with refused("AccessDenied", "iam:ChangePassword"):
                bobs.change_password(OldPassword=GOOD, NewPassword="Another-Horse-8")
            with refused("AccessDenied", "iam:GetAccountPasswordPolicy"):
                bobs.get_account_password_policy()
    bobs.change_password(OldPassword=GOOD, NewPassword="Another-Horse-8")
    assert bobs.get_account_password_policy()
    with refused("AccessDenied"):
        bobs.get_login_profile()


def test_an_explicit_deny_stands_against_what_is_open_to_users(vauban, iam, refused):
    statement = {"Effect": "Deny", "Action": "iam:ChangePassword", "Resource": "*"}
    vauban.user("bob", {"Version": "2012-10-17", "Statement": [statement]})
    iam.create_login_profile(UserName="bob", Password=GOOD)
    iam.update_account_password_policy(AllowUsersToChangePassword=True)
    with refused("AccessDenied", "with an explicit deny"):
        vauban.client("iam", user="bob").change_password(OldPassword=GOOD, NewPassword="Another-Horse-8")


def test_no_password_is_on_the_trail(vauban, iam):
    vauban.user("bob", allowing("iam:*"))
    iam.create_login_profile(UserName="bob", Password=GOOD)
    vauban.client("iam", user="bob").change_password(OldPassword=GOOD, NewPassword="Another-Horse-8")
    iam.update_login_profile(UserName="bob", Password="Third-Horse-9")
    trail = json.dumps(vauban.trail(), default=str)
    assert not any(password in trail for password in (GOOD, "Another-Horse-8", "Third-Horse-9"))


def test_a_password_follows_its_user_to_another_name(vauban, iam):
    vauban.user("bob", allowing("iam:*"))
    iam.create_login_profile(UserName="bob", Password=GOOD)
    bobs = vauban.client("iam", user="bob")
    iam.update_user(UserName="bob", NewUserName="robert")
    bobs.change_password(OldPassword=GOOD, NewPassword="Another-Horse-8")
