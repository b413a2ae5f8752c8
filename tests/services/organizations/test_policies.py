import json

import pytest
from botocore.exceptions import ClientError

from .conftest import MANAGEMENT

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
DENY = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}})
FULL = "p-FullAWSAccess"


def attached(client, target, type=SCP):
    return [each["Id"] for each in client.list_policies_for_target(TargetId=target, Filter=type)["Policies"]]


def reason(client, ask):
    with pytest.raises(ClientError) as refused:
        ask()
    return refused.value.response["Error"]["Code"], refused.value.response.get("Reason")


def test_a_policy_is_made_described_changed_listed_and_deleted(client, organization):
    given = {"Name": "no keys", "Description": "Nobody has keys", "Type": SCP}
    made = client.create_policy(Content=DENY, **given)["Policy"]
    summary = made["PolicySummary"]
    assert made["Content"] == DENY
    path = f"{organization['Id']}/service_control_policy/{summary['Id']}"
    assert summary == {
        "Id": summary["Id"],
        "Arn": f"arn:aws:organizations::{MANAGEMENT}:policy/{path}",
        "AwsManaged": False,
        **given,
    }
    assert client.describe_policy(PolicyId=summary["Id"])["Policy"] == made
    changed = client.update_policy(PolicyId=summary["Id"], Name="none")["Policy"]["PolicySummary"]
    assert changed == {**summary, "Name": "none"}
    assert [each["Id"] for each in client.list_policies(Filter=SCP)["Policies"]] == [FULL, summary["Id"]]
    client.delete_policy(PolicyId=summary["Id"])
    for ask in (client.describe_policy, client.delete_policy):
        with pytest.raises(client.exceptions.PolicyNotFoundException):
            ask(PolicyId=summary["Id"])


def test_the_policies_of_aws_are_there_and_stay_as_they_are(client, organization):
    policy = client.describe_policy(PolicyId=FULL)["Policy"]
    assert policy["PolicySummary"]["Arn"] == f"arn:aws:organizations::aws:policy/service_control_policy/{FULL}"
    assert policy["PolicySummary"]["AwsManaged"]
    assert json.loads(policy["Content"])["Statement"][0] == {"Effect": "Allow", "Action": "*", "Resource": "*"}
    (controls,) = client.list_policies(Filter=RCP)["Policies"]
    assert controls["Name"] == "RCPFullAWSAccess"
    for ask in (
        lambda: client.update_policy(PolicyId=FULL, Name="x"),
        lambda: client.delete_policy(PolicyId=FULL),
        lambda: client.tag_resource(ResourceId=FULL, Tags=[{"Key": "a", "Value": "b"}]),
    ):
        assert reason(client, ask) == ("InvalidInputException", "IMMUTABLE_POLICY")


def test_two_policies_of_a_type_have_two_names(client, organization):
    client.create_policy(Content=DENY, Description="", Name="one", Type=SCP)
    other = client.create_policy(Content=DENY, Description="", Name="two", Type=SCP)["Policy"]["PolicySummary"]["Id"]
    for ask in (
        lambda: client.create_policy(Content=DENY, Description="", Name="one", Type=SCP),
        lambda: client.create_policy(Content=DENY, Description="", Name="FullAWSAccess", Type=SCP),
        lambda: client.update_policy(PolicyId=other, Name="one"),
    ):
        with pytest.raises(client.exceptions.DuplicatePolicyException):
            ask()
    client.create_policy(Content='{"tags":{}}', Description="", Name="one", Type="TAG_POLICY")


@pytest.mark.parametrize(
    ("type", "content"),
    [
        (SCP, "no json"),
        (SCP, '{"Version":"2012-10-17","Statement":{"Effect":"Perhaps","Action":"*","Resource":"*"}}'),
        (SCP, '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*","Principal":"*"}}'),
        (RCP, '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}}'),
        (RCP, '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}'),
        ("TAG_POLICY", '{"plans":{}}'),
        ("TAG_POLICY", '{"tags":{"cost":{"tag_key":{"@@assign":"price"}}}}'),
        ("TAG_POLICY", '{"tags":{"cost":{"colour":{"@@assign":"red"}}}}'),
        ("TAG_POLICY", '{"tags":{"cost":{"tag_value":{"@@shout":["a"]}}}}'),
        ("TAG_POLICY", '{"tags":{},"tags":{}}'),
        ("BACKUP_POLICY", '{"plans":{"a":{"@@append":"no list"}}}'),
        ("AISERVICES_OPT_OUT_POLICY", "[]"),
        ("TAG_POLICY", '{"tags":' * 1100 + "{}" + "}" * 1100),
    ],
)
def test_a_document_that_its_type_cannot_have_is_malformed(type, content, client, organization):
    with pytest.raises(client.exceptions.MalformedPolicyDocumentException):
        client.create_policy(Content=content, Description="", Name="x", Type=type)
    assert [each["AwsManaged"] for each in client.list_policies(Filter=type)["Policies"]] in ([], [True])


def test_a_document_has_a_size(client, organization):
    long = DENY.replace("kms:*", "kms:" + "a" * 10_240)
    ask = lambda: client.create_policy(Content=long, Description="", Name="x", Type=SCP)  # noqa: E731
    assert reason(client, ask) == ("ConstraintViolationException", "POLICY_CONTENT_LIMIT_EXCEEDED")


def test_everything_new_starts_with_full_access(client, root, unit, member):
    for target in (root, unit, member, MANAGEMENT):
        assert attached(client, target) == [FULL]
    targets = client.list_targets_for_policy(PolicyId=FULL)["Targets"]
    assert {each["TargetId"]: each["Type"] for each in targets} == {
        root: "ROOT",
        unit: "ORGANIZATIONAL_UNIT",
        member: "ACCOUNT",
        MANAGEMENT: "ACCOUNT",
    }
    assert {each["Name"] for each in targets} == {"Root", "workloads", "A new one", MANAGEMENT}


def test_a_policy_is_attached_once_and_detached_once(client, root, unit, make_policy):
    policy = make_policy(DENY)
    client.attach_policy(PolicyId=policy, TargetId=unit)
    assert attached(client, unit) == [FULL, policy]
    with pytest.raises(client.exceptions.DuplicatePolicyAttachmentException):
        client.attach_policy(PolicyId=policy, TargetId=unit)
    with pytest.raises(client.exceptions.PolicyInUseException):
        client.delete_policy(PolicyId=policy)
    client.detach_policy(PolicyId=policy, TargetId=unit)
    with pytest.raises(client.exceptions.PolicyNotAttachedException):
        client.detach_policy(PolicyId=policy, TargetId=unit)
    client.delete_policy(PolicyId=policy)
    for target in ("000000000000", "ou-zzzz-12345678", "r-zzzz"):
        with pytest.raises(client.exceptions.TargetNotFoundException):
            client.attach_policy(PolicyId=FULL, TargetId=target)
    with pytest.raises(client.exceptions.PolicyNotFoundException):
        client.attach_policy(PolicyId=policy, TargetId=root)


def test_the_last_service_control_policy_stays(client, unit, make_policy):
    ask = lambda: client.detach_policy(PolicyId=FULL, TargetId=unit)  # noqa: E731
    assert reason(client, ask) == ("ConstraintViolationException", "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
    client.attach_policy(PolicyId=make_policy(DENY), TargetId=unit)
    client.detach_policy(PolicyId=FULL, TargetId=unit)


def test_a_target_holds_ten_policies_of_a_type(client, unit, make_policy):
    for _ in range(9):
        client.attach_policy(PolicyId=make_policy(DENY), TargetId=unit)
    one_more = make_policy(DENY)
    ask = lambda: client.attach_policy(PolicyId=one_more, TargetId=unit)  # noqa: E731
    assert reason(client, ask) == ("ConstraintViolationException", "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")


def test_a_type_is_enabled_and_disabled_in_the_root(client, root, make_policy):
    policy = make_policy('{"tags":{}}', "TAG_POLICY")
    with pytest.raises(client.exceptions.PolicyTypeNotEnabledException):
        client.attach_policy(PolicyId=policy, TargetId=root)
    enabled = client.enable_policy_type(RootId=root, PolicyType="TAG_POLICY")["Root"]
    assert enabled["PolicyTypes"] == [{"Type": "TAG_POLICY", "Status": "ENABLED"}]
    assert client.list_roots()["Roots"] == [enabled]
    with pytest.raises(client.exceptions.PolicyTypeAlreadyEnabledException):
        client.enable_policy_type(RootId=root, PolicyType="TAG_POLICY")
    client.attach_policy(PolicyId=policy, TargetId=root)
    assert client.disable_policy_type(RootId=root, PolicyType="TAG_POLICY")["Root"]["PolicyTypes"] == []
    assert attached(client, root, "TAG_POLICY") == []
    with pytest.raises(client.exceptions.PolicyTypeNotEnabledException):
        client.disable_policy_type(RootId=root, PolicyType="TAG_POLICY")
    with pytest.raises(client.exceptions.RootNotFoundException):
        client.enable_policy_type(RootId="r-zzzz", PolicyType="TAG_POLICY")


def test_service_control_policies_work_from_the_start_and_can_be_turned_off_and_on(client, root, unit, make_policy):
    policy = make_policy(DENY)
    client.attach_policy(PolicyId=policy, TargetId=unit)
    client.enable_policy_type(RootId=root, PolicyType=SCP)
    assert attached(client, unit) == [FULL, policy]
    client.disable_policy_type(RootId=root, PolicyType=SCP)
    assert attached(client, unit) == attached(client, root) == []
    with pytest.raises(client.exceptions.PolicyTypeNotEnabledException):
        client.attach_policy(PolicyId=policy, TargetId=unit)
    client.enable_policy_type(RootId=root, PolicyType=SCP)
    assert attached(client, unit) == attached(client, root) == [FULL]


def test_full_access_to_resources_is_attached_everywhere_and_stays(client, root, unit, member):
    client.enable_policy_type(RootId=root, PolicyType=RCP)
    for target in (root, unit, member):
        assert attached(client, target, RCP) == ["p-RCPFullAWSAccess"]
    ask = lambda: client.detach_policy(PolicyId="p-RCPFullAWSAccess", TargetId=unit)  # noqa: E731
    assert reason(client, ask) == ("InvalidInputException", "NON_DETACHABLE_POLICY")


def test_the_type_that_needs_trusted_access_waits_for_it(client, root):
    ask = lambda: client.enable_policy_type(RootId=root, PolicyType="SECURITYHUB_POLICY")  # noqa: E731
    assert reason(client, ask) == ("ConstraintViolationException", "SERVICE_ACCESS_NOT_ENABLED")
    client.enable_aws_service_access(ServicePrincipal="securityhub.amazonaws.com")
    ask()
    ask = lambda: client.disable_aws_service_access(ServicePrincipal="securityhub.amazonaws.com")  # noqa: E731
    assert reason(client, ask) == ("ConstraintViolationException", "POLICY_TYPE_ENABLED_FOR_THIS_SERVICE")


def test_a_policy_may_ask_for_the_type(house, client, root, make_policy):
    condition = {"StringEquals": {"organizations:PolicyType": "TAG_POLICY"}}
    allow = {"Effect": "Allow", "Action": "organizations:*", "Resource": "*", "Condition": condition}
    house.user("alice", {"Version": "2012-10-17", "Statement": allow})
    alice = house.client("organizations", user="alice")
    alice.enable_policy_type(RootId=root, PolicyType="TAG_POLICY")
    tags = alice.create_policy(Content='{"tags":{}}', Description="", Name="x", Type="TAG_POLICY")
    alice.attach_policy(PolicyId=tags["Policy"]["PolicySummary"]["Id"], TargetId=root)
    alice.list_policies(Filter="TAG_POLICY")
    for ask in (
        lambda: alice.attach_policy(PolicyId=make_policy(DENY), TargetId=root),
        lambda: alice.create_policy(Content=DENY, Description="", Name="y", Type=SCP),
        lambda: alice.list_policies(Filter=SCP),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            ask()
