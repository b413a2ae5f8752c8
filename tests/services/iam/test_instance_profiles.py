from .conftest import ACCOUNT, FOR_EC2, allowing


def test_an_instance_profile_is_made_given_a_role_and_deleted(iam, role, refused):
    made = iam.create_instance_profile(InstanceProfileName="web", Path="/p/", Tags=[{"Key": "a", "Value": "b"}])[
        "InstanceProfile"
    ]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:instance-profile/p/web"
    assert made["InstanceProfileId"].startswith("AIPA")
    assert made["Roles"] == []
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName=role)
    told = iam.get_instance_profile(InstanceProfileName="web")["InstanceProfile"]
    assert [each["RoleName"] for each in told["Roles"]] == [role]
    assert told["Roles"][0]["AssumeRolePolicyDocument"]["Version"] == "2012-10-17"
    assert told.pop("Tags") == [{"Key": "a", "Value": "b"}]
    assert iam.list_instance_profiles(PathPrefix="/p/")["InstanceProfiles"] == [told]
    assert iam.list_instance_profiles_for_role(RoleName=role)["InstanceProfiles"] == [told]
    iam.create_role(RoleName="second", AssumeRolePolicyDocument=FOR_EC2)
    with refused("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"):
        iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="second")
    with refused("DeleteConflict", "must remove roles from instance profile first"):
        iam.delete_instance_profile(InstanceProfileName="web")
    iam.remove_role_from_instance_profile(InstanceProfileName="web", RoleName=role)
    iam.delete_instance_profile(InstanceProfileName="web")
    with refused("NoSuchEntity", "Instance Profile web cannot be found."):
        iam.get_instance_profile(InstanceProfileName="web")


def test_a_name_is_taken_once(iam, refused):
    iam.create_instance_profile(InstanceProfileName="web")
    with refused("EntityAlreadyExists", "Instance Profile web already exists."):
        iam.create_instance_profile(InstanceProfileName="web")


def test_giving_a_role_away_takes_the_right_to_pass_it(vauban, iam, role, refused):
    iam.create_instance_profile(InstanceProfileName="web")
    vauban.user("giver", allowing("iam:AddRoleToInstanceProfile"))
    giver = vauban.client("iam", user="giver")
    with refused("AccessDenied", f"iam:PassRole on resource: arn:aws:iam::{ACCOUNT}:role/worker"):
        giver.add_role_to_instance_profile(InstanceProfileName="web", RoleName=role)
    condition = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    passing = allowing("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/worker", Condition=condition)
    vauban.user("giver", allowing("iam:AddRoleToInstanceProfile"), passing)
    giver.add_role_to_instance_profile(InstanceProfileName="web", RoleName=role)
