import json
import re

import pytest
from botocore.exceptions import ClientError

from vauban.testing import InProcess

ACCOUNT, OTHER = "111122223333", "444455556666"
ALLOW = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


@pytest.fixture
def vauban():
    running = InProcess(accounts=(ACCOUNT, OTHER))
    yield running
    running.close()


@pytest.fixture
def denied(vauban):
    """The authorization id of what a user was denied."""

    def denied(call, user="bob", region="us-east-1", account=ACCOUNT, **params):
        with pytest.raises(ClientError) as caught:
            getattr(vauban.client("kms", user=user, region=region, account=account), call)(**params)
        return re.search(r"authorization ID: ([0-9a-z]+)\)", caught.value.response["Error"]["Message"])[1]

    return denied


def details(vauban, authorization_id, **more):
    return vauban.client("iam-toolbox", **more).get_request_authorization_details(authorizationId=authorization_id)


def test_a_missing_allow_is_told_check_by_check(vauban, denied):
    bob = vauban.user("bob")
    found = details(vauban, denied("list_keys"))
    (evaluation,) = found["evaluations"]
    assert (evaluation["action"], evaluation["resource"]) == ("kms:ListKeys", "*")
    assert evaluation["evaluatedEffect"] == "IMPLICIT_DENY"
    (check,) = evaluation["checks"]
    assert check == {
        "checkType": "PRINCIPAL",
        "evaluatedEffect": "IMPLICIT_DENY",
        "relevantPolicyTypes": ["IDENTITY_BASED_POLICY"],
        "matchedPolicies": [],
    }
    assert found["policies"] == []
    context = found["requestContext"]
    assert context["aws:PrincipalArn"] == bob
    assert context["aws:RequestedRegion"] == "us-east-1"
    assert context["aws:SecureTransport"] is False
    assert context["aws:username"] == "bob"


def test_a_deny_is_told_with_its_policy_and_statement(vauban, denied):
    deny = {"Sid": "Never", "Effect": "Deny", "Action": "kms:*", "Resource": "*"}
    bob = vauban.user("bob", ALLOW, {"Version": "2012-10-17", "Statement": [deny]})
    found = details(vauban, denied("list_keys"))
    (evaluation,) = found["evaluations"]
    assert evaluation["evaluatedEffect"] == "EXPLICIT_DENY"
    (policy,) = found["policies"]
    assert (policy["type"], policy["inline"]) == ("IDENTITY_BASED_POLICY", True)
    assert policy["attachedTo"] == [{"arn": bob}]
    (matched,) = evaluation["checks"][0]["matchedPolicies"]
    assert matched["uri"] == policy["uri"]
    assert matched["matchedStatements"] == [{"sid": "Never", "evaluatedEffect": "DENY"}]


def test_a_managed_policy_is_known_by_its_arn(vauban, denied):
    iam = vauban.client("iam")
    deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}}
    arn = iam.create_policy(PolicyName="never", PolicyDocument=json.dumps(deny))["Policy"]["Arn"]
    vauban.user("bob", ALLOW)
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)
    (policy,) = details(vauban, denied("list_keys"))["policies"]
    assert (policy["uri"], policy["inline"]) == (arn, False)


def test_the_resources_side_is_a_check_of_its_own(vauban, denied):
    vauban.user("bob")
    key = vauban.client("kms").create_key()["KeyMetadata"]["Arn"]
    found = details(vauban, denied("describe_key", KeyId=key))
    resource, principal = found["evaluations"][0]["checks"]
    assert (resource["checkType"], resource["evaluatedEffect"]) == ("RESOURCE", "ALLOW")
    assert (principal["checkType"], principal["evaluatedEffect"]) == ("PRINCIPAL", "IMPLICIT_DENY")
    assert found["policies"][0]["attachedTo"] == [{"arn": key}]


def test_details_are_for_the_callers_account_and_region(vauban, denied):
    vauban.user("bob")
    identifier = denied("list_keys")
    for strangers in ({"account": OTHER}, {"region": "eu-west-1"}):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            details(vauban, identifier, **strangers)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        details(vauban, "nosuchid")
    with pytest.raises(ClientError, match="ValidationException"):
        details(vauban, "NO-ID")
    with pytest.raises(ClientError, match="AccessDenied"):
        details(vauban, identifier, user="bob")


def test_an_organizations_checks_name_their_targets(vauban, denied):
    organizations = vauban.client("organizations")
    organization = organizations.create_organization(FeatureSet="ALL")["Organization"]
    root = organizations.list_roots()["Roots"][0]["Id"]
    member = organizations.create_account(Email="a@example.com", AccountName="a")["CreateAccountStatus"]["AccountId"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    vauban.user("bob", ALLOW, account=member)
    deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}}
    policy = organizations.create_policy(
        Content=json.dumps(deny), Description="no", Name="no", Type="SERVICE_CONTROL_POLICY"
    )["Policy"]["PolicySummary"]
    organizations.attach_policy(PolicyId=policy["Id"], TargetId=member)
    identifier = denied("list_keys", account=member)
    found = details(vauban, identifier)
    checks = [each for each in found["evaluations"][0]["checks"] if each["checkType"] == "SERVICE_CONTROL_POLICY"]
    assert [each["evaluatedEffect"] for each in checks] == ["ALLOW", "EXPLICIT_DENY"]
    prefix = f"arn:aws:organizations::{ACCOUNT}"
    assert [each["targetArn"] for each in checks] == [
        f"{prefix}:root/{organization['Id']}/{root}",
        f"{prefix}:account/{organization['Id']}/{member}",
    ]
    assert policy["Arn"] in {each["uri"] for each in found["policies"]}
