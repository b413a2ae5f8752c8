import json

import pytest

from .conftest import ACCOUNT, EVERYTHING, allowing


@pytest.fixture
def populated(iam, alice, role, policy):
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName=alice)
    iam.put_user_policy(UserName=alice, PolicyName="inline", PolicyDocument=EVERYTHING)
    iam.attach_group_policy(GroupName="team", PolicyArn=policy)
    iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.create_instance_profile(InstanceProfileName="web")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName=role)
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=policy)


def test_everything_is_told_with_its_documents(iam, populated, policy):
    found = iam.get_account_authorization_details(Filter=["User", "Group", "Role", "LocalManagedPolicy"])
    (user,), (group,) = found["UserDetailList"], found["GroupDetailList"]
    assert user["GroupList"] == ["team"]
    assert user["UserPolicyList"] == [{"PolicyName": "inline", "PolicyDocument": allowing("*")}]
    assert group["AttachedManagedPolicies"] == [{"PolicyName": "all", "PolicyArn": policy}]
    (role,) = found["RoleDetailList"]
    assert [each["InstanceProfileName"] for each in role["InstanceProfileList"]] == ["web"]
    assert role["AttachedManagedPolicies"][0]["PolicyName"] == "ReadOnlyAccess"
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == policy
    assert role["RoleLastUsed"] == {}
    (described,) = found["Policies"]
    assert (described["AttachmentCount"], described["PermissionsBoundaryUsageCount"]) == (1, 1)
    (version,) = described["PolicyVersionList"]
    assert (version["Document"], version["IsDefaultVersion"]) == (allowing("*"), True)


def test_filters_choose_and_pages_hold_together(iam, populated):
    assert iam.get_account_authorization_details(Filter=["User"])["RoleDetailList"] == []
    of_aws = iam.get_account_authorization_details(Filter=["AWSManagedPolicy"])["Policies"]
    names = [each["PolicyName"] for each in of_aws]
    assert "AdministratorAccess" in names
    assert "all" not in names
    pages = iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 3})
    whole = pages.build_full_result()
    assert [len(whole[each]) for each in ("UserDetailList", "GroupDetailList", "RoleDetailList")] == [1, 1, 1]
    assert len(whole["Policies"]) > 50


def test_the_account_in_numbers(iam, populated):
    summary = iam.get_account_summary()["SummaryMap"]
    counted = {"Users": 1, "Groups": 1, "Roles": 1, "Policies": 1, "InstanceProfiles": 1, "MFADevices": 0}
    assert summary | counted == summary
    assert summary["AccountAccessKeysPresent"] == 1
    assert (summary["AccessKeysPerUserQuota"], summary["VersionsPerPolicyQuota"]) == (2, 5)


def test_session_tokens_are_good_in_every_region_and_no_others_are_to_be_had(iam, refused):
    iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v2Token")
    assert iam.get_account_summary()["SummaryMap"]["GlobalEndpointTokenVersion"] == 2
    with refused("ValidationError"):
        iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v1Token")


def test_context_keys_are_those_of_conditions_and_variables(iam, alice, policy, refused):
    condition = {"StringEquals": {"aws:PrincipalTag/team": "x"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    resource = "arn:aws:s3:::b/${aws:username}/${aws:PrincipalOrgID, 'none'}"
    document = json.dumps(allowing("s3:*", resource, Condition=condition))
    keys = iam.get_context_keys_for_custom_policy(PolicyInputList=[document, document])["ContextKeyNames"]
    assert keys == ["aws:PrincipalOrgID", "aws:PrincipalTag/team", "aws:SourceIp", "aws:username"]
    iam.put_user_policy(UserName=alice, PolicyName="inline", PolicyDocument=document)
    source = f"arn:aws:iam::{ACCOUNT}:user/{alice}"
    more = json.dumps(allowing("s3:*", Condition={"Bool": {"aws:SecureTransport": "true"}}))
    told = iam.get_context_keys_for_principal_policy(PolicySourceArn=source, PolicyInputList=[more])
    assert told["ContextKeyNames"] == sorted([*keys, "aws:SecureTransport"])
    with refused("InvalidInput"):
        iam.get_context_keys_for_custom_policy(PolicyInputList=["{"])
    with refused("NoSuchEntity"):
        iam.get_context_keys_for_principal_policy(PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:user/nobody")
