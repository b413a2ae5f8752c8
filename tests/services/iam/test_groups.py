from .conftest import ACCOUNT, EVERYTHING, allowing


def test_a_group_is_made_listed_renamed_and_deleted(iam, refused):
    made = iam.create_group(GroupName="team", Path="/a/")["Group"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/a/team"
    assert made["GroupId"].startswith("AGPA")
    assert iam.list_groups(PathPrefix="/a/")["Groups"] == [made]
    with refused("EntityAlreadyExists", "Group with name TEAM already exists."):
        iam.create_group(GroupName="TEAM")
    iam.update_group(GroupName="team", NewGroupName="crew", NewPath="/b/")
    assert iam.get_group(GroupName="crew")["Group"]["GroupId"] == made["GroupId"]
    with refused("NoSuchEntity", "The group with name team cannot be found."):
        iam.get_group(GroupName="team")
    iam.delete_group(GroupName="crew")
    assert iam.list_groups()["Groups"] == []


def test_members_join_and_leave(iam, alice, refused):
    iam.create_group(GroupName="team")
    iam.create_user(UserName="bob")
    for _ in range(2):
        iam.add_user_to_group(GroupName="team", UserName=alice)
    iam.add_user_to_group(GroupName="team", UserName="bob")
    assert [each["UserName"] for each in iam.get_group(GroupName="team")["Users"]] == ["alice", "bob"]
    assert [each["GroupName"] for each in iam.list_groups_for_user(UserName=alice)["Groups"]] == ["team"]
    page = iam.get_group(GroupName="team", MaxItems=1)
    assert page["IsTruncated"]
    assert iam.get_group(GroupName="team", Marker=page["Marker"])["Users"][0]["UserName"] == "bob"
    with refused("NoSuchEntity", "The user with name nobody cannot be found."):
        iam.add_user_to_group(GroupName="team", UserName="nobody")
    iam.remove_user_from_group(GroupName="team", UserName=alice)
    assert iam.list_groups_for_user(UserName=alice)["Groups"] == []


def test_members_stay_in_a_group_that_takes_another_name(iam, alice):
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName=alice)
    iam.update_group(GroupName="team", NewGroupName="crew")
    assert [each["GroupName"] for each in iam.list_groups_for_user(UserName=alice)["Groups"]] == ["crew"]


def test_a_group_that_has_anything_stays(iam, alice, policy, refused):
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName=alice)
    iam.attach_group_policy(GroupName="team", PolicyArn=policy)
    iam.put_group_policy(GroupName="team", PolicyName="inline", PolicyDocument=EVERYTHING)
    with refused("DeleteConflict", "Cannot delete entity, must remove users from group first."):
        iam.delete_group(GroupName="team")
    iam.remove_user_from_group(GroupName="team", UserName=alice)
    with refused("DeleteConflict", "Cannot delete entity, must detach all policies first."):
        iam.delete_group(GroupName="team")
    iam.detach_group_policy(GroupName="team", PolicyArn=policy)
    with refused("DeleteConflict", "Cannot delete entity, must delete policies first."):
        iam.delete_group(GroupName="team")
    iam.delete_group_policy(GroupName="team", PolicyName="inline")
    iam.delete_group(GroupName="team")


def test_a_user_is_in_ten_groups_at_most(iam, alice, refused):
    for number in range(11):
        iam.create_group(GroupName=f"group-{number}")
    for number in range(10):
        iam.add_user_to_group(GroupName=f"group-{number}", UserName=alice)
    with refused("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10"):
        iam.add_user_to_group(GroupName="group-10", UserName=alice)


def test_what_a_group_may_its_members_may_while_they_are_in_it(vauban, iam, policy, refused):
    vauban.user("bob")
    bobs = vauban.client("iam", user="bob")
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="read", PolicyDocument=EVERYTHING)
    with refused("AccessDenied"):
        bobs.list_users()
    iam.add_user_to_group(GroupName="readers", UserName="bob")
    bobs.list_users()
    iam.delete_group_policy(GroupName="readers", PolicyName="read")
    with refused("AccessDenied"):
        bobs.list_users()
    iam.attach_group_policy(GroupName="readers", PolicyArn=policy)
    bobs.list_users()
    iam.remove_user_from_group(GroupName="readers", UserName="bob")
    with refused("AccessDenied"):
        bobs.list_users()


def test_adding_to_a_group_is_decided_on_the_group(vauban, iam, alice, refused):
    iam.create_group(GroupName="open")
    iam.create_group(GroupName="closed")
    vauban.user("adder", allowing("iam:AddUserToGroup", f"arn:aws:iam::{ACCOUNT}:group/open"))
    adder = vauban.client("iam", user="adder")
    adder.add_user_to_group(GroupName="open", UserName=alice)
    with refused("AccessDenied", "group/closed"):
        adder.add_user_to_group(GroupName="closed", UserName=alice)
