import json
import re

import pytest

from .conftest import ACCOUNT, EVERYTHING, allowing


def test_a_user_is_made_with_path_tags_and_boundary_and_told_of(iam, policy):
    made = iam.create_user(
        UserName="bob", Path="/team/", PermissionsBoundary=policy, Tags=[{"Key": "Team", "Value": "shop"}]
    )["User"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/team/bob"
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", made["UserId"])
    assert made["PermissionsBoundary"] == {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": policy}
    assert made["Tags"] == [{"Key": "Team", "Value": "shop"}]
    assert made["CreateDate"].microsecond == 0
    assert iam.get_user(UserName="bob")["User"] == made


def test_lists_are_by_name_by_path_and_without_tags(iam):
    for name, path in (("carol", "/"), ("bob", "/team/"), ("al", "/team/a/")):
        iam.create_user(UserName=name, Path=path, Tags=[{"Key": "a", "Value": "b"}])
    listed = iam.list_users()["Users"]
    assert [each["UserName"] for each in listed] == ["al", "bob", "carol"]
    assert not any("Tags" in each for each in listed)
    assert [each["UserName"] for each in iam.list_users(PathPrefix="/team/")["Users"]] == ["al", "bob"]


def test_lists_come_in_pages(iam, refused):
    for number in range(5):
        iam.create_user(UserName=f"user-{number}")
    pages = list(iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(each["Users"]) for each in pages] == [2, 2, 1]
    assert [each["IsTruncated"] for each in pages] == [True, True, False]
    with refused("ValidationError", "Invalid Marker"):
        iam.list_users(Marker="made-up")
    with refused("ValidationError", "Invalid Marker"):
        iam.list_users(Marker=pages[0]["Marker"], PathPrefix="/other/")


@pytest.mark.parametrize("name", ["alice", "ALICE"])
def test_names_differ_by_more_than_case(name, iam, alice, refused):
    with refused("EntityAlreadyExists", f"User with name {name} already exists."):
        iam.create_user(UserName=name)


def test_who_is_not_there_cannot_be_found(iam, refused):
    for call in (iam.get_user, iam.delete_user, iam.list_groups_for_user, iam.list_user_tags):
        with refused("NoSuchEntity", "The user with name nobody cannot be found."):
            call(UserName="nobody")


@pytest.mark.parametrize(
    "parameters",
    [{"UserName": "a b"}, {"UserName": "x" * 65}, {"UserName": "bob", "Path": "team"}, {"UserName": ""}],
)
def test_names_and_paths_that_are_none_are_refused(parameters, unchecked, refused):
    with refused("ValidationError"):
        unchecked.create_user(**parameters)


def test_who_asks_is_told_of_itself(vauban, iam, alice):
    vauban.user("bob", allowing("iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/bob"))
    assert vauban.client("iam", user="bob").get_user()["User"]["UserName"] == "bob"
    root = iam.get_user()["User"]
    assert (root["Arn"], root["UserId"]) == (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)


def test_a_user_takes_another_name_and_keeps_id_keys_and_policies(vauban, iam):
    vauban.user("bob", allowing("iam:*"))
    before = iam.get_user(UserName="bob")["User"]
    bobs = vauban.client("iam", user="bob")
    bobs.get_user()
    iam.update_user(UserName="bob", NewUserName="robert", NewPath="/team/")
    after = iam.get_user(UserName="robert")["User"]
    assert after["UserId"] == before["UserId"]
    assert after["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/team/robert"
    assert bobs.get_user()["User"]["UserName"] == "robert"
    assert iam.list_access_keys(UserName="robert")["AccessKeyMetadata"][0]["UserName"] == "robert"


def test_a_name_that_is_taken_is_not_given_twice_but_its_case_may_change(iam, alice, refused):
    iam.create_user(UserName="bob")
    with refused("EntityAlreadyExists"):
        iam.update_user(UserName="bob", NewUserName="Alice")
    iam.update_user(UserName="bob", NewUserName="Bob")
    assert iam.get_user(UserName="Bob")["User"]["UserName"] == "Bob"


def test_renaming_takes_permission_on_both_names(vauban, iam, alice, refused):
    iam.create_user(UserName="bob")
    vauban.user("renamer", allowing("iam:UpdateUser", f"arn:aws:iam::{ACCOUNT}:user/bob"))
    renamer = vauban.client("iam", user="renamer")
    with refused("AccessDenied", "user/robert"):
        renamer.update_user(UserName="bob", NewUserName="robert")


def test_a_user_that_has_anything_stays(iam, alice, policy, refused):
    iam.create_group(GroupName="team")
    key = iam.create_access_key(UserName=alice)["AccessKey"]["AccessKeyId"]
    iam.attach_user_policy(UserName=alice, PolicyArn=policy)
    iam.put_user_policy(UserName=alice, PolicyName="inline", PolicyDocument=EVERYTHING)
    iam.add_user_to_group(UserName=alice, GroupName="team")
    for undo, parameters in (
        (iam.delete_access_key, {"AccessKeyId": key}),
        (iam.remove_user_from_group, {"GroupName": "team"}),
        (iam.detach_user_policy, {"PolicyArn": policy}),
        (iam.delete_user_policy, {"PolicyName": "inline"}),
    ):
        with refused("DeleteConflict", "Cannot delete entity, must"):
            iam.delete_user(UserName=alice)
        undo(UserName=alice, **parameters)
    iam.delete_user(UserName=alice)
    with refused("NoSuchEntity"):
        iam.get_user(UserName=alice)


def test_a_key_of_a_user_that_is_gone_opens_nothing(vauban, iam, refused):
    vauban.user("bob", allowing("iam:*"))
    bobs = vauban.client("iam", user="bob")
    key = iam.list_access_keys(UserName="bob")["AccessKeyMetadata"][0]["AccessKeyId"]
    iam.delete_access_key(UserName="bob", AccessKeyId=key)
    with refused("InvalidClientTokenId"):
        bobs.get_user()


def test_paths_and_tags_decide(vauban, iam, refused):
    iam.create_user(UserName="inside", Path="/team/", Tags=[{"Key": "team", "Value": "shop"}])
    iam.create_user(UserName="outside")
    vauban.user("by-path", allowing("iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/team/*"))
    condition = {"StringEquals": {"iam:ResourceTag/Team": "shop", "aws:ResourceTag/team": "shop"}}
    vauban.user("by-tag", allowing("iam:GetUser", Condition=condition))
    for name in ("by-path", "by-tag"):
        client = vauban.client("iam", user=name)
        assert client.get_user(UserName="inside")
        with refused("AccessDenied", "iam:GetUser"):
            client.get_user(UserName="outside")
        with refused("AccessDenied"):
            client.get_user(UserName="nobody")


def test_who_may_make_users_with_a_boundary_only_makes_none_without(vauban, iam, policy, refused):
    condition = {"StringEquals": {"iam:PermissionsBoundary": policy}}
    vauban.user("delegate", allowing("iam:CreateUser", Condition=condition))
    delegate = vauban.client("iam", user="delegate")
    with refused("AccessDenied"):
        delegate.create_user(UserName="free")
    delegate.create_user(UserName="bound", PermissionsBoundary=policy)


def test_making_with_tags_takes_the_right_to_tag(vauban, refused):
    vauban.user("maker", allowing("iam:CreateUser"))
    maker = vauban.client("iam", user="maker")
    with refused("AccessDenied", "iam:TagUser"):
        maker.create_user(UserName="bob", Tags=[{"Key": "a", "Value": "b"}])
    maker.create_user(UserName="bob")


def test_a_global_service_is_on_the_trail_of_its_own_region(vauban):
    vauban.client("iam", region="eu-west-1").list_users()
    assert vauban.trail()[-1]["awsRegion"] == "us-east-1"


def test_a_boundary_caps_what_a_user_may_from_the_next_call_on(vauban, iam, refused):
    vauban.user("bob", allowing("iam:*"))
    document = json.dumps(allowing("iam:GetUser"))
    boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=document)["Policy"]["Arn"]
    bobs = vauban.client("iam", user="bob")
    bobs.list_users()
    iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=boundary)
    with refused("AccessDenied", "because no permissions boundary allows the iam:ListUsers action"):
        bobs.list_users()
    bobs.get_user()
    iam.delete_user_permissions_boundary(UserName="bob")
    bobs.list_users()
    with refused("NoSuchEntity"):
        iam.delete_user_permissions_boundary(UserName="bob")


@pytest.mark.parametrize(
    "given",
    [{"UserName": "a b"}, {"UserName": "bob", "Path": "no slashes"}, {"UserName": "bob' at 'path", "Path": "/"}],
)
def test_names_and_paths_that_cannot_be_are_refused_in_iams_words(unchecked, refused, given):
    member = "path" if " " in given.get("Path", "") else "userName"
    with refused("ValidationError", f"The specified value for {member} is invalid. It must "):
        unchecked.create_user(**given)


def test_a_user_of_the_operators_was_made_at_a_whole_second(vauban, iam):
    vauban.advance(seconds=0.5)
    vauban.user("bob")
    assert iam.get_user(UserName="bob")["User"]["CreateDate"].microsecond == 0
