"""The credential report, service last accessed details, and which policies grant a service."""

import csv
import io
import json

import pytest

from .conftest import ACCOUNT, EVERYTHING, allowing


def rows(iam):
    content = iam.get_credential_report()["Content"].decode()
    return {row["user"]: row for row in csv.DictReader(io.StringIO(content))}


def test_a_credential_report_is_made_given_out_and_made_anew(vauban, iam, refused):
    with refused("ReportNotPresent"):
        iam.get_credential_report()
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    assert iam.get_credential_report()["ReportFormat"] == "text/csv"
    vauban.advance(hours=4)
    with refused("ReportExpired"):
        iam.get_credential_report()
    assert iam.generate_credential_report()["State"] == "STARTED"


def test_a_credential_report_has_a_line_for_root_and_for_each_user(vauban, iam):
    vauban.user("bob", allowing("kms:ListKeys"))
    vauban.client("kms", user="bob", region="eu-west-1").list_keys()
    iam.create_login_profile(UserName="bob", Password="Correct-Horse-7")
    iam.update_account_password_policy(MaxPasswordAge=90)
    second = iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName="bob", AccessKeyId=second, Status="Inactive")
    iam.create_user(UserName="nobody")
    iam.generate_credential_report()
    found = rows(iam)
    assert list(found) == ["<root_account>", "bob", "nobody"]
    root, bob, nobody = found.values()
    assert root["arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    assert (root["password_enabled"], root["access_key_1_active"]) == ("not_supported", "true")
    assert (bob["password_enabled"], bob["mfa_active"]) == ("true", "false")
    assert bob["password_next_rotation"] > bob["password_last_changed"]
    assert (bob["access_key_1_last_used_service"], bob["access_key_1_last_used_region"]) == ("kms", "eu-west-1")
    assert (bob["access_key_2_active"], bob["access_key_2_last_used_date"]) == ("false", "N/A")
    assert (nobody["password_enabled"], nobody["password_last_changed"]) == ("false", "N/A")
    assert (nobody["access_key_1_active"], nobody["cert_1_active"]) == ("false", "false")


def test_a_report_tells_which_services_a_user_may_use_and_did(vauban, iam, refused):
    vauban.user("bob", allowing(["kms:*", "ssm:Get*"]))
    vauban.client("kms", user="bob", region="eu-west-1").list_keys()
    arn = f"arn:aws:iam::{ACCOUNT}:user/bob"
    job = iam.generate_service_last_accessed_details(Arn=arn, Granularity="ACTION_LEVEL")["JobId"]
    report = iam.get_service_last_accessed_details(JobId=job)
    assert (report["JobStatus"], report["JobType"]) == ("COMPLETED", "ACTION_LEVEL")
    kms, ssm = report["ServicesLastAccessed"]
    assert (kms["ServiceNamespace"], kms["ServiceName"]) == ("kms", "AWS Key Management Service")
    assert (kms["LastAuthenticatedEntity"], kms["LastAuthenticatedRegion"]) == (arn, "eu-west-1")
    assert kms["TotalAuthenticatedEntities"] == 1
    assert [each["ActionName"] for each in kms["TrackedActionsLastAccessed"]] == ["ListKeys"]
    assert ssm["TotalAuthenticatedEntities"] == 0
    assert "LastAuthenticated" not in ssm
    with refused("NoSuchEntity"):
        iam.get_service_last_accessed_details(JobId="0" * 36)
    with refused("NoSuchEntity"):
        iam.generate_service_last_accessed_details(Arn=f"arn:aws:iam::{ACCOUNT}:user/nobody")
    with refused("InvalidInput"):
        iam.generate_service_last_accessed_details(Arn="arn:aws:s3:::some-bucket-or-other")


def test_a_report_on_a_policy_tells_who_used_it(vauban, iam, policy):
    for name in ("bob", "carol"):
        vauban.user(name)
    iam.create_group(GroupName="team")
    iam.attach_group_policy(GroupName="team", PolicyArn=policy)
    iam.add_user_to_group(GroupName="team", UserName="bob")
    iam.attach_user_policy(UserName="carol", PolicyArn=policy)
    vauban.client("kms", user="carol").list_keys()
    job = iam.generate_service_last_accessed_details(Arn=policy)["JobId"]
    found = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="kms")
    carol, bob = found["EntityDetailsList"]
    assert (carol["EntityInfo"]["Name"], carol["EntityInfo"]["Type"]) == ("carol", "USER")
    assert carol["LastAuthenticated"]
    assert bob["EntityInfo"]["Name"] == "bob"
    assert "LastAuthenticated" not in bob


def test_a_report_is_its_callers_alone(vauban, iam, alice, refused):
    job = iam.generate_service_last_accessed_details(Arn=f"arn:aws:iam::{ACCOUNT}:user/alice")["JobId"]
    vauban.user("bob", allowing("iam:*"))
    with refused("NoSuchEntity"):
        vauban.client("iam", user="bob").get_service_last_accessed_details(JobId=job)


def test_which_policies_grant_a_service(iam, alice, policy):
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName=alice)
    iam.put_group_policy(GroupName="team", PolicyName="of-team", PolicyDocument=json.dumps(allowing("kms:Decrypt")))
    iam.put_user_policy(UserName=alice, PolicyName="own", PolicyDocument=json.dumps(allowing("s3:*")))
    iam.attach_user_policy(UserName=alice, PolicyArn=policy)
    found = iam.list_policies_granting_service_access(
        Arn=f"arn:aws:iam::{ACCOUNT}:user/alice", ServiceNamespaces=["kms", "s3"]
    )["PoliciesGrantingServiceAccess"]
    granting = {each["ServiceNamespace"]: [p["PolicyName"] for p in each["Policies"]] for each in found}
    assert granting == {"kms": ["all", "of-team"], "s3": ["all", "own"]}
    assert found[0]["Policies"][1] == {
        "PolicyName": "of-team",
        "PolicyType": "INLINE",
        "EntityType": "GROUP",
        "EntityName": "team",
    }


@pytest.mark.parametrize("operation", ["generate_credential_report", "get_credential_report"])
def test_reports_are_for_those_who_may(operation, vauban, refused):
    vauban.user("bob", json.loads(EVERYTHING.replace('"*"', '"s3:*"', 1)))
    with refused("AccessDenied"):
        getattr(vauban.client("iam", user="bob"), operation)()
