import json

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
OTHER = "444455556666"
BUCKET = "arn:aws:s3:::bucket"


def document(*actions, effect="Allow", resource="*", **more):
    return {"Effect": effect, "Action": list(actions), "Resource": resource, **more}


def policy(*statements, indent=None):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=indent)


@pytest.fixture
def iam(vauban):
    return vauban.client("iam")


@pytest.fixture
def custom(iam):
    def custom(*policies, actions=("s3:GetObject",), **more):
        answer = iam.simulate_custom_policy(PolicyInputList=list(policies), ActionNames=list(actions), **more)
        return answer["EvaluationResults"]

    return custom


@pytest.fixture
def alice(iam):
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=policy(document("s3:Get*")))
    return f"arn:aws:iam::{ACCOUNT}:user/alice"


@pytest.fixture
def principal(iam):
    def principal(arn, *actions, **more):
        return iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=list(actions), **more)[
            "EvaluationResults"
        ]

    return principal


def decisions(results):
    return [each["EvalDecision"] for each in results]


def test_each_action_has_its_decision(custom):
    allow, deny = document("s3:Get*", "s3:Put*"), document("s3:Put*", effect="Deny")
    results = custom(policy(allow, deny), actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
    assert [each["EvalActionName"] for each in results] == ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    assert decisions(results) == ["allowed", "explicitDeny", "implicitDeny"]
    assert {each["EvalResourceName"] for each in results} == {"*"}
    assert "ResourceSpecificResults" not in results[0] or results[0]["ResourceSpecificResults"] == []


def test_the_statements_that_made_the_decision_are_shown_where_they_stand(custom):
    text = policy(document("s3:Get*"), document("s3:*"), document("s3:Put*", effect="Deny"), indent=2)
    (allowed, denied) = custom(policy(document("kms:*")), text, actions=["s3:GetObject", "s3:PutObject"])
    first, second = allowed["MatchedStatements"]
    assert first["SourcePolicyId"] == second["SourcePolicyId"] == "PolicyInputList.2"
    assert first["SourcePolicyType"] == "IAM Policy"
    assert first["StartPosition"] == {"Line": 3, "Column": 17}
    assert first["EndPosition"] == {"Line": 10, "Column": 6}
    assert second["StartPosition"] == {"Line": 10, "Column": 6}
    (only,) = denied["MatchedStatements"]
    assert only["StartPosition"]["Line"] == second["EndPosition"]["Line"]


def test_conditions_are_met_by_context_entries(custom):
    condition = {"StringEquals": {"aws:RequestedRegion": ["eu-west-1"]}, "Bool": {"aws:SecureTransport": "true"}}
    given = policy(document("s3:Get*", Condition=condition))
    (missing,) = custom(given)
    assert missing["EvalDecision"] == "implicitDeny"
    assert missing["MissingContextValues"] == ["aws:RequestedRegion", "aws:SecureTransport"]
    entries = [
        {"ContextKeyName": "aws:RequestedRegion", "ContextKeyValues": ["eu-west-1"], "ContextKeyType": "string"},
        {"ContextKeyName": "aws:securetransport", "ContextKeyValues": ["true"], "ContextKeyType": "boolean"},
    ]
    (met,) = custom(given, ContextEntries=entries)
    assert (met["EvalDecision"], met["MissingContextValues"]) == ("allowed", [])


@pytest.mark.parametrize(
    ("operator", "kind", "values", "asked"),
    [
        ("NumericLessThan", "numeric", ["5"], "10"),
        ("DateGreaterThan", "date", ["2026-01-01T00:00:00Z"], "2025-01-01T00:00:00Z"),
        ("IpAddress", "ip", ["10.1.2.3"], "10.0.0.0/8"),
        ("BinaryEquals", "binary", ["QmluYXJ5"], "QmluYXJ5"),
        ("ForAnyValue:StringEquals", "stringList", ["a", "b"], "b"),
        ("ForAllValues:StringEquals", "stringList", ["a"], "a"),
    ],
)
def test_context_entries_have_types(custom, operator, kind, values, asked):
    given = policy(document("s3:Get*", Condition={operator: {"a:key": asked}}))
    entries = [{"ContextKeyName": "a:key", "ContextKeyValues": values, "ContextKeyType": kind}]
    assert decisions(custom(given, ContextEntries=entries)) == ["allowed"]


def test_variables_are_context_that_may_be_missing(custom):
    given = policy(document("s3:Get*", resource=BUCKET + "/${aws:username}/*"))
    (result,) = custom(given, ResourceArns=[f"{BUCKET}/alice/x"])
    (specific,) = result["ResourceSpecificResults"]
    assert specific["MissingContextValues"] == result["MissingContextValues"] == ["aws:username"]
    entries = [{"ContextKeyName": "aws:username", "ContextKeyValues": ["alice"], "ContextKeyType": "string"}]
    assert decisions(custom(given, ResourceArns=[f"{BUCKET}/alice/x"], ContextEntries=entries)) == ["allowed"]


def test_each_resource_has_a_result_of_its_own(custom):
    given = policy(document("s3:Get*", resource=f"{BUCKET}/a"))
    (result,) = custom(given, ResourceArns=[f"{BUCKET}/a", f"{BUCKET}/b"])
    assert result["EvalResourceName"] == "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
    assert result["EvalDecision"] == "implicitDeny"
    told = {each["EvalResourceName"]: each["EvalResourceDecision"] for each in result["ResourceSpecificResults"]}
    assert told == {f"{BUCKET}/a": "allowed", f"{BUCKET}/b": "implicitDeny"}
    assert result["EvalDecisionDetails"] == {}
    (one,) = custom(given, ResourceArns=[f"{BUCKET}/a"])
    assert one["EvalResourceName"] == f"{BUCKET}/a"


def test_a_boundary_caps(custom):
    boundary = policy(document("s3:PutObject"))
    results = custom(
        policy(document("s3:*")),
        actions=["s3:GetObject", "s3:PutObject"],
        PermissionsBoundaryPolicyInputList=[boundary],
    )
    assert decisions(results) == ["implicitDeny", "allowed"]
    told = [each["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"] for each in results]
    assert told == [False, True]


def test_an_organizations_levels_must_each_allow(custom):
    everything, little = policy(document("*")), policy(document("kms:*"))
    levels = [{"ServiceControlPolicyInputList": [everything]}, {"ServiceControlPolicyInputList": [everything, little]}]
    (result,) = custom(everything, OrderedOrganizationPolicyInputList=levels)
    assert (result["EvalDecision"], result["OrganizationsDecisionDetail"]) == (
        "allowed",
        {"AllowedByOrganizations": True},
    )
    levels[1]["ServiceControlPolicyInputList"] = [little]
    (result,) = custom(everything, OrderedOrganizationPolicyInputList=levels)
    assert (result["EvalDecision"], result["OrganizationsDecisionDetail"]) == (
        "implicitDeny",
        {"AllowedByOrganizations": False},
    )


def test_a_resource_policy_counts_as_in_a_call(custom):
    user = f"arn:aws:iam::{ACCOUNT}:user/alice"
    own = {"Effect": "Allow", "Principal": {"AWS": user}, "Action": "s3:GetObject", "Resource": "*"}
    given = {"ResourcePolicy": policy(own), "CallerArn": user, "ResourceArns": [f"{BUCKET}/x"]}
    (result,) = custom(policy(document("kms:*")), **given)
    assert result["EvalDecision"] == "allowed"
    assert result["MatchedStatements"][0]["SourcePolicyId"] == "ResourcePolicy"
    foreign = {**given, "ResourceOwner": f"arn:aws:iam::{OTHER}:root"}
    (result,) = custom(policy(document("kms:*")), **foreign)
    assert result["EvalDecision"] == "implicitDeny"
    assert result["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
    (result,) = custom(policy(document("s3:*")), **foreign)
    assert result["EvalDecision"] == "allowed"


@pytest.mark.parametrize(
    "given",
    [
        {"actions": ["s3:*"]},
        {"actions": ["GetObject"]},
        {"ResourcePolicy": policy(document("s3:*", Principal="*"))},
        {"ResourceOwner": "arn:aws:iam::1:root" + "0" * 10},
        {"CallerArn": f"arn:aws:sts::{ACCOUNT}:assumed-role/a/b"},
        {"PermissionsBoundaryPolicyInputList": [policy(document("s3:*"))] * 2},
        {"ResourceHandlingOption": "EC2-Moon"},
    ],
)
def test_what_cannot_be_simulated_is_refused(custom, given):
    with pytest.raises(ClientError, match="InvalidInput"):
        custom(policy(document("s3:*")), **given)


def test_what_is_no_policy_is_refused(custom):
    with pytest.raises(ClientError, match=r"InvalidInput.*PolicyInputList.2"):
        custom(policy(document("s3:*")), "{}")


def test_results_come_in_pages(iam):
    given = {"PolicyInputList": [policy(document("s3:*"))], "ActionNames": [f"s3:Get{each}" for each in "abcde"]}
    seen, more = [], {}
    while True:
        answer = iam.simulate_custom_policy(**given, MaxItems=2, **more)
        seen += [each["EvalActionName"] for each in answer["EvaluationResults"]]
        if not answer["IsTruncated"]:
            break
        more = {"Marker": answer["Marker"]}
    assert seen == given["ActionNames"]


def test_a_principal_is_simulated_with_all_that_speaks_for_it(iam, alice, principal):
    iam.create_group(GroupName="staff")
    iam.put_group_policy(GroupName="staff", PolicyName="g", PolicyDocument=policy(document("sqs:*")))
    managed = iam.create_policy(PolicyName="m", PolicyDocument=policy(document("sns:*")))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="staff", PolicyArn=managed)
    iam.add_user_to_group(GroupName="staff", UserName="alice")
    iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    results = principal(alice, "s3:GetObject", "sqs:SendMessage", "sns:Publish", "kms:ListKeys", "kms:CreateKey")
    assert decisions(results) == ["allowed"] * 4 + ["implicitDeny"]
    told = [{each["SourcePolicyId"] for each in result["MatchedStatements"]} for result in results[1:4]]
    assert told == [{"group_staff_g"}, {"m"}, {"ReadOnlyAccess"}]
    assert "user_alice_own" in {each["SourcePolicyId"] for each in results[0]["MatchedStatements"]}
    added = principal(alice, "kms:CreateKey", PolicyInputList=[policy(document("kms:*"))])
    assert decisions(added) == ["allowed"]
    left_out = [{"PolicyArn": "arn:aws:iam::aws:policy/Read*"}, {"PolicyType": "inline"}]
    excluded = principal(alice, "kms:ListKeys", "s3:GetObject", "sns:Publish", PolicyExclusionList=left_out)
    assert decisions(excluded) == ["implicitDeny", "implicitDeny", "allowed"]


def test_a_simulation_says_what_a_call_would_meet(vauban, iam, alice, principal):
    iam.put_user_policy(
        UserName="alice",
        PolicyName="own",
        PolicyDocument=policy(document("kms:ListKeys"), document("kms:*", effect="Deny", resource="*")),
    )
    assert decisions(principal(alice, "kms:ListKeys")) == ["explicitDeny"]
    with pytest.raises(ClientError, match="explicit deny"):
        vauban.client("kms", user="alice").list_keys()


def test_the_boundary_of_a_principal_counts(iam, alice, principal):
    boundary = iam.create_policy(PolicyName="b", PolicyDocument=policy(document("sqs:*")))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=boundary)
    (result,) = principal(alice, "s3:GetObject")
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    without = principal(alice, "s3:GetObject", PolicyExclusionList=[{"PolicyType": "permission-boundary"}])
    assert decisions(without) == ["allowed"]
    other = principal(alice, "s3:GetObject", PermissionsBoundaryPolicyInputList=[policy(document("s3:*"))])
    assert decisions(other) == ["allowed"]


def test_roles_and_groups_are_simulated_too(iam, principal):
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="app", AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="app", PolicyName="own", PolicyDocument=policy(document("s3:*")))
    iam.create_group(GroupName="staff")
    assert decisions(principal(role, "s3:GetObject", "kms:ListKeys")) == ["allowed", "implicitDeny"]
    assert decisions(principal(f"arn:aws:iam::{ACCOUNT}:group/staff", "s3:GetObject")) == ["implicitDeny"]
    with pytest.raises(ClientError, match="InvalidInput"):
        principal(role, "s3:GetObject", ResourcePolicy=policy(document("s3:*", Principal="*")))


def test_the_users_name_is_known_to_conditions(iam, alice, principal):
    condition = {"StringEquals": {"aws:username": "alice", "aws:PrincipalArn": alice}}
    iam.put_user_policy(
        UserName="alice", PolicyName="own", PolicyDocument=policy(document("s3:*", Condition=condition))
    )
    assert decisions(principal(alice, "s3:GetObject")) == ["allowed"]


def test_who_is_not_there_cannot_be_simulated(principal):
    with pytest.raises(ClientError, match="NoSuchEntity"):
        principal(f"arn:aws:iam::{ACCOUNT}:user/ghost", "s3:GetObject")
    with pytest.raises(ClientError, match="InvalidInput"):
        principal(f"arn:aws:iam::{ACCOUNT}:policy/ghost", "s3:GetObject")


def test_simulating_needs_permission(vauban, alice):
    vauban.user("nobody")
    iam = vauban.client("iam", user="nobody")
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.simulate_custom_policy(PolicyInputList=[policy(document("s3:*"))], ActionNames=["s3:GetObject"])
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.simulate_principal_policy(PolicySourceArn=alice, ActionNames=["s3:GetObject"])
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.simulate_principal_policy(PolicySourceArn=f"arn:aws:iam::{OTHER}:user/x", ActionNames=["s3:GetObject"])
