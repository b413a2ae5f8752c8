import json

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT, EVERYTHING, FOR_EC2, allowing, trusting


def test_a_role_is_made_and_told_of(iam, policy):
    made = iam.create_role(
        RoleName="worker",
        Path="/jobs/",
        AssumeRolePolicyDocument=FOR_EC2,
        Description="works",
        MaxSessionDuration=7200,
        PermissionsBoundary=policy,
        Tags=[{"Key": "a", "Value": "b"}],
    )["Role"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/jobs/worker"
    assert made["RoleId"].startswith("AROA")
    assert made["AssumeRolePolicyDocument"] == json.loads(FOR_EC2)
    assert made["MaxSessionDuration"] == 7200
    assert iam.get_role(RoleName="worker")["Role"] == made | {"RoleLastUsed": {}}
    (listed,) = iam.list_roles(PathPrefix="/jobs/")["Roles"]
    assert listed == {key: value for key, value in made.items() if key not in ("Tags", "PermissionsBoundary")}


def test_a_role_is_changed(iam, role, refused):
    assert iam.update_role(RoleName=role, Description="new", MaxSessionDuration=43200)
    changed = iam.get_role(RoleName=role)["Role"]
    assert (changed["Description"], changed["MaxSessionDuration"]) == ("new", 43200)
    assert iam.update_role_description(RoleName=role, Description="newer")["Role"]["Description"] == "newer"
    document = json.dumps(trusting({"AWS": ACCOUNT}))
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=document)
    assert iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"] == json.loads(document)
    with refused("ValidationError"):
        iam.update_role(RoleName=role, MaxSessionDuration=43201)


def test_a_name_is_taken_once(iam, role, refused):
    with refused("EntityAlreadyExists", "Role with name Worker already exists."):
        iam.create_role(RoleName="Worker", AssumeRolePolicyDocument=FOR_EC2)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("{", "Syntax errors in policy."),
        (json.dumps(trusting({"AWS": "nonsense"})), 'Invalid principal in policy: "AWS":"nonsense"'),
        (
            json.dumps(trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:user/nobody"})),
            f'Invalid principal in policy: "AWS":"arn:aws:iam::{ACCOUNT}:user/nobody"',
        ),
        (EVERYTHING, "Has prohibited field Resource"),
        (json.dumps(trusting({"AWS": ACCOUNT}, "s3:*")), "AssumeRole policy may only specify STS AssumeRole actions."),
    ],
)
def test_a_trust_policy_that_is_none_is_refused(document, sentence, iam, role, refused):
    with refused("MalformedPolicyDocument", sentence):
        iam.create_role(RoleName="other", AssumeRolePolicyDocument=document)
    with refused("MalformedPolicyDocument", sentence):
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=document)


def test_a_trust_policy_has_its_length(iam, refused):
    document = json.dumps(trusting({"AWS": [f"{number:012}" for number in range(200)]}))
    with refused("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"):
        iam.create_role(RoleName="long", AssumeRolePolicyDocument=document)


def test_whom_a_role_trusts_is_one_person_not_one_name(iam, alice):
    arn = f"arn:aws:iam::{ACCOUNT}:user/alice"
    unique_id = iam.get_user(UserName=alice)["User"]["UserId"]
    iam.create_role(RoleName="trusting", AssumeRolePolicyDocument=json.dumps(trusting({"AWS": arn})))

    def trusted():
        document = iam.get_role(RoleName="trusting")["Role"]["AssumeRolePolicyDocument"]
        return document["Statement"][0]["Principal"]["AWS"]

    assert trusted() == arn
    iam.delete_user(UserName=alice)
    assert trusted() == unique_id
    iam.create_user(UserName=alice)
    assert trusted() == unique_id


def test_a_role_that_has_anything_stays(iam, role, policy, refused):
    iam.create_instance_profile(InstanceProfileName="profile")
    iam.add_role_to_instance_profile(InstanceProfileName="profile", RoleName=role)
    iam.attach_role_policy(RoleName=role, PolicyArn=policy)
    iam.put_role_policy(RoleName=role, PolicyName="inline", PolicyDocument=EVERYTHING)
    with refused("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first."):
        iam.delete_role(RoleName=role)
    iam.remove_role_from_instance_profile(InstanceProfileName="profile", RoleName=role)
    with refused("DeleteConflict", "Cannot delete entity, must detach all policies first."):
        iam.delete_role(RoleName=role)
    iam.detach_role_policy(RoleName=role, PolicyArn=policy)
    with refused("DeleteConflict", "Cannot delete entity, must delete policies first."):
        iam.delete_role(RoleName=role)
    iam.delete_role_policy(RoleName=role, PolicyName="inline")
    iam.delete_role(RoleName=role)
    with refused("NoSuchEntity", "The role with name worker cannot be found."):
        iam.get_role(RoleName=role)


def test_what_is_no_sign_in_to_a_console_is_refused_aloud(iam, refused):
    with refused("ValidationError", "MaxSigninSessionDuration is not supported"):
        iam.create_role(RoleName="console", AssumeRolePolicyDocument=FOR_EC2, MaxSigninSessionDuration=3600)


def test_the_path_of_services_is_theirs(iam, refused):
    with refused("InvalidInput"):
        iam.create_role(RoleName="mine", Path="/aws-service-role/x/", AssumeRolePolicyDocument=FOR_EC2)


def test_a_role_was_last_used_when_a_session_of_it_called(vauban, iam):
    iam.create_role(RoleName="trusting", AssumeRolePolicyDocument=json.dumps(trusting({"AWS": ACCOUNT})))
    vauban.user("bob", allowing("sts:AssumeRole"))
    arn = f"arn:aws:iam::{ACCOUNT}:role/trusting"
    given = vauban.client("sts", user="bob").assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
    assert iam.get_role(RoleName="trusting")["Role"]["RoleLastUsed"] == {}
    session = vauban.client("iam", region="us-east-1", credentials=given)
    with pytest.raises(ClientError, match="Must specify userName when calling with non-User credentials"):
        session.get_user()
    assert iam.get_role(RoleName="trusting")["Role"]["RoleLastUsed"]["Region"] == "us-east-1"
