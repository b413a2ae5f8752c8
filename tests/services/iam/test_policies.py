import json

import pytest

from .conftest import ACCOUNT, EVERYTHING, allowing


def test_a_policy_is_made_told_of_and_deleted(iam, refused):
    made = iam.create_policy(
        PolicyName="all",
        Path="/team/",
        PolicyDocument=EVERYTHING,
        Description="allows",
        Tags=[{"Key": "a", "Value": "b"}],
    )["Policy"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:policy/team/all"
    assert made["PolicyId"].startswith("ANPA")
    assert (made["DefaultVersionId"], made["AttachmentCount"], made["IsAttachable"]) == ("v1", 0, True)
    assert iam.get_policy(PolicyArn=made["Arn"])["Policy"] == made
    with refused("EntityAlreadyExists", "A policy called All already exists. Duplicate names are not allowed."):
        iam.create_policy(PolicyName="All", PolicyDocument=EVERYTHING)
    iam.delete_policy(PolicyArn=made["Arn"])
    with refused("NoSuchEntity", f"Policy {made['Arn']} was not found."):
        iam.get_policy(PolicyArn=made["Arn"])


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("{", "Syntax errors in policy."),
        (json.dumps({"Version": "2012-10-17"}), "Syntax errors in policy."),
        (json.dumps(allowing("GetObject")), "Actions/Conditions must be prefaced by a vendor"),
        (json.dumps(allowing("s3:GetObject", "bucket")), 'Resource bucket must be in ARN format or "*".'),
        (json.dumps({**allowing("*"), "Version": "2008-10-17"}), "Policy document must be version 2012-10-17"),
    ],
)
def test_a_document_that_is_none_is_refused(document, sentence, iam, policy, refused):
    with refused("MalformedPolicyDocument", sentence):
        iam.create_policy(PolicyName="bad", PolicyDocument=document)
    with refused("MalformedPolicyDocument", sentence):
        iam.create_policy_version(PolicyArn=policy, PolicyDocument=document)


def test_a_document_has_its_length_without_white_space(iam, refused):
    resources = [f"arn:aws:s3:::bucket-{number}/*" for number in range(200)]
    iam.create_policy(PolicyName="airy", PolicyDocument=json.dumps(allowing("s3:*", resources), indent=100))
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144"):
        iam.create_policy(PolicyName="long", PolicyDocument=json.dumps(allowing("s3:*", resources * 2)))


def test_versions_come_and_go_and_one_is_in_force(iam, policy, refused):
    for number in range(2, 6):
        document = json.dumps(allowing(f"s3:Get{number}"))
        version = iam.create_policy_version(PolicyArn=policy, PolicyDocument=document, SetAsDefault=number == 3)
        assert version["PolicyVersion"]["VersionId"] == f"v{number}"
    with refused("LimitExceeded", "A managed policy can have up to 5 versions."):
        iam.create_policy_version(PolicyArn=policy, PolicyDocument=EVERYTHING)
    listed = iam.list_policy_versions(PolicyArn=policy)["Versions"]
    assert [each["VersionId"] for each in listed] == ["v5", "v4", "v3", "v2", "v1"]
    assert [each["VersionId"] for each in listed if each["IsDefaultVersion"]] == ["v3"]
    shown = iam.get_policy_version(PolicyArn=policy, VersionId="v3")["PolicyVersion"]
    assert shown["Document"] == allowing("s3:Get3")
    with refused("DeleteConflict", "Cannot delete the default version of a policy."):
        iam.delete_policy_version(PolicyArn=policy, VersionId="v3")
    iam.delete_policy_version(PolicyArn=policy, VersionId="v5")
    made = iam.create_policy_version(PolicyArn=policy, PolicyDocument=EVERYTHING)["PolicyVersion"]
    assert made["VersionId"] == "v6"
    iam.set_default_policy_version(PolicyArn=policy, VersionId="v1")
    assert iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"] == "v1"
    with refused("NoSuchEntity", f"Policy {policy} version v9 does not exist or is not attachable."):
        iam.get_policy_version(PolicyArn=policy, VersionId="v9")
    with refused("DeleteConflict", "This policy has more than one version."):
        iam.delete_policy(PolicyArn=policy)


def test_another_default_version_decides_from_the_next_call_on(vauban, iam, policy, refused):
    vauban.user("bob")
    iam.attach_user_policy(UserName="bob", PolicyArn=policy)
    bobs = vauban.client("iam", user="bob")
    bobs.list_users()
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=json.dumps(allowing("s3:*")), SetAsDefault=True)
    with refused("AccessDenied", "because no identity-based policy allows the iam:ListUsers action"):
        bobs.list_users()


def test_where_a_policy_is_used(iam, alice, role, policy, refused):
    iam.create_group(GroupName="team")
    iam.attach_user_policy(UserName=alice, PolicyArn=policy)
    iam.attach_group_policy(GroupName="team", PolicyArn=policy)
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=policy)
    told = iam.get_policy(PolicyArn=policy)["Policy"]
    assert (told["AttachmentCount"], told["PermissionsBoundaryUsageCount"]) == (2, 1)

    def users_of(**how):
        found = iam.list_entities_for_policy(PolicyArn=policy, **how)
        return tuple(len(found[each]) for each in ("PolicyGroups", "PolicyUsers", "PolicyRoles"))

    assert users_of() == (1, 1, 1)
    assert users_of(EntityFilter="User") == (0, 1, 0)
    assert users_of(PolicyUsageFilter="PermissionsBoundary") == (0, 0, 1)
    assert users_of(PolicyUsageFilter="PermissionsPolicy") == (1, 1, 0)
    assert users_of(PathPrefix="/elsewhere/") == (0, 0, 0)
    pages = iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=policy, PaginationConfig={"PageSize": 2})
    assert sum(1 for _ in pages) == 2
    with refused("DeleteConflict", "Cannot delete a policy attached to entities."):
        iam.delete_policy(PolicyArn=policy)


def test_policies_are_listed_by_scope_use_and_path(iam, alice, policy):
    iam.attach_user_policy(UserName=alice, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")

    def names(**how):
        pages = iam.get_paginator("list_policies").paginate(**how)
        return [each["PolicyName"] for page in pages for each in page["Policies"]]

    assert names(Scope="Local") == ["all"]
    assert {"AdministratorAccess", "PowerUserAccess", "SecurityAudit"} <= set(names(Scope="AWS"))
    assert "all" not in names(Scope="AWS")
    assert set(names(Scope="AWS")) < set(names())
    assert names(OnlyAttached=True) == ["ReadOnlyAccess"]
    assert "AWSLambdaBasicExecutionRole" in names(PathPrefix="/service-role/")
    iam.put_user_permissions_boundary(UserName=alice, PermissionsBoundary=policy)
    assert names(PolicyUsageFilter="PermissionsBoundary") == ["all"]


def test_the_policies_of_aws_may_be_looked_at_and_not_changed(iam, refused):
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    told = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (told["Arn"], told["PolicyName"]) == (arn, "AdministratorAccess")
    document = iam.get_policy_version(PolicyArn=arn, VersionId=told["DefaultVersionId"])["PolicyVersion"]["Document"]
    assert document == {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    with refused("AccessDenied"):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=EVERYTHING)
    with refused("AccessDenied"):
        iam.delete_policy(PolicyArn=arn)


def test_an_arn_of_no_policy_is_refused(iam, alice, refused):
    arn = f"arn:aws:iam::{ACCOUNT}:user/alice"
    with refused("InvalidInput", f"ARN {arn} is not valid."):
        iam.attach_user_policy(UserName=alice, PolicyArn=arn)
    with refused("InvalidInput", f"ARN {arn} is not valid."):
        iam.get_policy(PolicyArn=arn)


def test_attaching_what_is_not_there(iam, alice, refused):
    for arn in (f"arn:aws:iam::{ACCOUNT}:policy/none", "arn:aws:iam::aws:policy/none"):
        with refused("NoSuchEntity", f"Policy {arn} does not exist or is not attachable."):
            iam.attach_user_policy(UserName=alice, PolicyArn=arn)
        with refused("NoSuchEntity", f"Policy {arn} was not found."):
            iam.detach_user_policy(UserName=alice, PolicyArn=arn)
        with refused("NoSuchEntity"):
            iam.put_user_permissions_boundary(UserName=alice, PermissionsBoundary=arn)


def test_an_entity_has_ten_policies_at_most(iam, alice, refused):
    arns = [
        iam.create_policy(PolicyName=f"policy-{number}", PolicyDocument=EVERYTHING)["Policy"]["Arn"]
        for number in range(11)
    ]
    for arn in (*arns[:10], arns[0]):
        iam.attach_user_policy(UserName=alice, PolicyArn=arn)
    with refused("LimitExceeded", "Cannot exceed quota for PoliciesPerUser: 10"):
        iam.attach_user_policy(UserName=alice, PolicyArn=arns[10])


def test_who_may_attach_one_policy_attaches_no_other(vauban, iam, alice, policy, refused):
    condition = {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}}
    vauban.user("delegate", allowing("iam:AttachUserPolicy", Condition=condition))
    delegate = vauban.client("iam", user="delegate")
    delegate.attach_user_policy(UserName=alice, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    with refused("AccessDenied"):
        delegate.attach_user_policy(UserName=alice, PolicyArn=policy)


@pytest.mark.parametrize("noun", ["user", "group", "role"])
def test_inline_policies_are_put_told_and_taken_away(noun, iam, alice, role, refused):
    iam.create_group(GroupName="team")
    name = {f"{noun.capitalize()}Name": {"user": alice, "group": "team", "role": role}[noun]}
    put, get, delete = (getattr(iam, f"{verb}_{noun}_policy") for verb in ("put", "get", "delete"))
    put(**name, PolicyName="b", PolicyDocument=EVERYTHING)
    put(**name, PolicyName="a", PolicyDocument=json.dumps(allowing("s3:*")))
    put(**name, PolicyName="a", PolicyDocument=json.dumps(allowing("kms:*")))
    assert getattr(iam, f"list_{noun}_policies")(**name)["PolicyNames"] == ["a", "b"]
    told = get(**name, PolicyName="a")
    assert told["PolicyDocument"] == allowing("kms:*")
    assert told["PolicyName"] == "a"
    delete(**name, PolicyName="a")
    for gone in (get, delete):
        with refused("NoSuchEntity", f"The {noun} policy with name a cannot be found."):
            gone(**name, PolicyName="a")
    with refused("MalformedPolicyDocument", "Policy document should not specify a principal."):
        put(**name, PolicyName="c", PolicyDocument=json.dumps(allowing("s3:*", Principal="*")))


def test_inline_policies_of_one_user_have_a_length_together(iam, alice, refused):
    document = json.dumps(allowing("s3:*", [f"arn:aws:s3:::bucket-{number}/*" for number in range(40)]))
    iam.put_user_policy(UserName=alice, PolicyName="one", PolicyDocument=document)
    with refused("LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user alice"):
        iam.put_user_policy(UserName=alice, PolicyName="two", PolicyDocument=document)


def test_answers_carry_documents_percent_encoded(iam, role):
    caught = []
    iam.meta.events.register("before-parse.iam.GetRole", lambda response_dict, **_: caught.append(response_dict))
    iam.get_role(RoleName=role)
    assert b"%7B%22Version%22%3A%20%222012-10-17%22" in caught[0]["body"]
