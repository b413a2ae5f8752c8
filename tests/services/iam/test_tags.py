import pytest

from .conftest import ACCOUNT


@pytest.fixture
def nouns(iam, alice, role, policy):
    """How each taggable noun is named, by the noun in its operations."""
    iam.create_instance_profile(InstanceProfileName="profile")
    return {
        "user": {"UserName": alice},
        "role": {"RoleName": role},
        "policy": {"PolicyArn": policy},
        "instance_profile": {"InstanceProfileName": "profile"},
    }


@pytest.mark.parametrize("noun", ["user", "role", "policy", "instance_profile"])
def test_tags_are_put_listed_and_taken_away(noun, iam, nouns):
    named = nouns[noun]
    tag, untag, listed = (getattr(iam, each) for each in (f"tag_{noun}", f"untag_{noun}", f"list_{noun}_tags"))
    tag(**named, Tags=[{"Key": "b", "Value": "1"}, {"Key": "a", "Value": ""}])
    tag(**named, Tags=[{"Key": "B", "Value": "2"}])
    assert listed(**named)["Tags"] == [{"Key": "B", "Value": "2"}, {"Key": "a", "Value": ""}]
    assert listed(**named, MaxItems=1)["IsTruncated"]
    untag(**named, TagKeys=["b", "none"])
    assert listed(**named)["Tags"] == [{"Key": "a", "Value": ""}]


def test_tags_that_cannot_be(iam, alice, unchecked, refused):
    with refused("InvalidInput", "Duplicate tag keys found."):
        iam.tag_user(UserName=alice, Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])
    with refused("InvalidInput", "reserved"):
        iam.tag_user(UserName=alice, Tags=[{"Key": "aws:a", "Value": "1"}])
    iam.tag_user(UserName=alice, Tags=[{"Key": f"key-{number}", "Value": ""} for number in range(50)])
    with refused("LimitExceeded"):
        iam.tag_user(UserName=alice, Tags=[{"Key": "one-more", "Value": ""}])
    with refused("ValidationError"):
        unchecked.tag_user(UserName=alice, Tags=[{"Key": "", "Value": "1"}])


def test_tags_of_the_caller_and_the_resource_decide_together(vauban, iam, refused):
    same = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    statement = {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*", "Condition": same}
    vauban.user("bob", {"Version": "2012-10-17", "Statement": [statement]})
    iam.tag_user(UserName="bob", Tags=[{"Key": "team", "Value": "shop"}])
    iam.create_user(UserName="carol", Tags=[{"Key": "team", "Value": "shop"}])
    bobs = vauban.client("iam", user="bob")
    bobs.get_user(UserName="carol")
    iam.tag_user(UserName="carol", Tags=[{"Key": "team", "Value": "ops"}])
    with refused("AccessDenied", f"arn:aws:iam::{ACCOUNT}:user/carol"):
        bobs.get_user(UserName="carol")
