"""The global condition keys: which a request may have, and which none has here, and why."""

import json
import time
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from vauban.aws.actions import condition_keys
from vauban.gateway.context import CallContext
from vauban.kernel.operations import NO_CONDITIONS
from vauban.kernel.principals import Principal, SessionContext, service_principal
from vauban.kernel.requests import Request
from vauban.kernel.resources import Resource

ACCOUNT = "111122223333"
NOW = time.time()

ABSENT = {
    "aws:CalledViaAWSMCP": "no service here is an MCP server",
    "aws:ChatbotSourceArn": "there is no chat application",
    "aws:Ec2InstanceSourcePrivateIPv4": "credentials are not issued to EC2 instances",
    "aws:Ec2InstanceSourceVpc": "credentials are not issued to EC2 instances",
    "aws:IsMcpServiceAction": "no service here is an MCP server",
    "aws:SourceOrgID": "where the account stands for which a service acts is not looked up",
    "aws:SourceOrgPaths": "where the account stands for which a service acts is not looked up",
    "aws:SourceOwner": "SNS's own, and older than aws:SourceAccount",
    "aws:SourceVpc": "requests come through no VPC endpoint",
    "aws:SourceVpcArn": "requests come through no VPC endpoint",
    "aws:SourceVpce": "requests come through no VPC endpoint",
    "aws:ViaAWSMCPService": "no service here is an MCP server",
    "aws:VpceAccount": "requests come through no VPC endpoint",
    "aws:VpceOrgID": "requests come through no VPC endpoint",
    "aws:VpceOrgPaths": "requests come through no VPC endpoint",
    "aws:VpcSourceIp": "requests come through no VPC endpoint",
    "ec2:RoleDelivery": "credentials are not issued to EC2 instances",
    "ec2:SourceInstanceArn": "credentials are not issued to EC2 instances",
    "glue:CredentialIssuingService": "there is no Glue",
    "glue:RoleAssumedBy": "there is no Glue",
    "identitystore:UserId": "there is no IAM Identity Center",
    "lambda:SourceFunctionArn": "credentials are not issued to Lambda functions",
    "ssm:SourceInstanceArn": "credentials are not issued to managed instances",
}

USER = Principal("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "AIDAALICE", "alice", tags={"Team": "blue"})
SESSION = Principal(
    "assumed-role",
    ACCOUNT,
    f"arn:aws:sts::{ACCOUNT}:assumed-role/app/job",
    "AROAAPP:job",
    issuer_arn=f"arn:aws:iam::{ACCOUNT}:role/app",
    session=SessionContext(
        NOW - 60, source_identity="alice", provider="idp", facts={"idp:sub": "a"}, assumed_root=True
    ),
)
USERS_SESSION = Principal(
    "user", ACCOUNT, USER.arn, "AIDAALICE", "alice", session=SessionContext(NOW - 60, mfa=NOW - 30)
)


def call(principal=USER, via=(), **more):
    known = {
        "principal": principal,
        "account": ACCOUNT,
        "region": "eu-west-1",
        "service": "kms",
        "params": {"Tags": [{"TagKey": "cost", "TagValue": "low"}]},
        "request": Request("POST", "/", headers={"user-agent": "cli", "referer": "r"}, source_ip="203.0.113.9"),
        "time": NOW,
        "now": NOW,
        "via": via,
        "mfa": None,
        "source": None,
    }
    return SimpleNamespace(**{**known, **more})


RESOURCE = Resource("arn", "key", "444455556666", tags={"Stage": "test"})
STANDING = SimpleNamespace(organization_id="o-1", management_account=ACCOUNT, paths=["o-1/r-1/"], organization=None)
REQUESTS = [
    call(),
    call(SESSION, via=("ssm.amazonaws.com",)),
    call(USERS_SESSION),
    call(service_principal("secretsmanager")),
    call(service_principal("events"), source=("arn:aws:events:eu-west-1:444455556666:rule/r", "444455556666")),
]


def context(request):
    return CallContext(request, RESOURCE, NO_CONDITIONS, STANDING, STANDING)


@pytest.mark.parametrize("key", sorted(condition_keys("aws")))
def test_every_global_key_is_answered_or_absent_for_a_reason(key):
    asked = key.lower().replace("/tag-key", {"r": "/cost", "p": "/team"}.get(key[4:5].lower(), "/cost"))
    if key == "aws:ResourceTag/tag-key":
        asked = "aws:resourcetag/stage"
    answers = [context(request).get(asked) for request in REQUESTS]
    assert any(each is not None for each in answers) == (key not in ABSENT)


def test_no_key_is_said_to_be_absent_that_aws_does_not_have():
    assert set(ABSENT) <= set(condition_keys("aws"))


def test_a_second_factor_is_told_of_users_sessions_only():
    present = [context(request).get("aws:multifactorauthpresent") for request in REQUESTS]
    assert present == [None, False, True, None, None]
    assert context(REQUESTS[2]).get("aws:multifactorauthage") == 30
    assert context(call(mfa=NOW)).get("aws:multifactorauthpresent") is True


def test_a_session_is_the_role_to_conditions_on_the_principal():
    asked = context(call(SESSION))
    assert asked.get("aws:principalarn") == SESSION.issuer_arn
    assert asked.get("aws:userid") == "AROAAPP:job"
    assert asked.get("aws:username") is None
    assert asked.get("aws:tokenissuetime").timestamp() == pytest.approx(NOW - 60)
    assert asked.get("idp:sub") == "a"


def test_what_a_service_forwards_has_no_address():
    forwarded = context(call(SESSION, via=("ssm.amazonaws.com", "kms.amazonaws.com")))
    assert forwarded.get("aws:sourceip") is None
    assert forwarded.get("aws:viaawsservice") is True
    assert forwarded.get("aws:calledviafirst") == "ssm.amazonaws.com"
    assert forwarded.get("aws:calledvialast") == "kms.amazonaws.com"


def test_only_a_service_by_itself_acts_for_a_resource():
    source = ("arn:aws:events:eu-west-1:444455556666:rule/r", "444455556666")
    asked = context(call(service_principal("events"), source=source))
    assert asked.get("aws:sourcearn") == source[0]
    assert asked.get("aws:sourceaccount") == source[1]
    assert context(call(service_principal("events"))).get("aws:sourceaccount") == ACCOUNT
    assert context(call(SESSION, source=source)).get("aws:sourcearn") is None
    assert context(call(SESSION, source=source)).get("aws:sourceaccount") is None


def test_all_that_is_known_is_told_as_aws_spells_it():
    known = context(call()).known()
    assert known["aws:PrincipalArn"] == USER.arn
    assert known["aws:PrincipalTag/team"] == "blue"
    assert known["aws:RequestTag/cost"] == "low"
    assert known["aws:ResourceTag/stage"] == "test"
    assert known["aws:TagKeys"] == ["cost"]
    assert json.loads(json.dumps(known)) == known


def test_an_organization_is_a_condition(vauban):
    organization = vauban.client("organizations").create_organization(FeatureSet="ALL")["Organization"]["Id"]
    statement = {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}
    for given, allowed in ((organization, True), ("o-other", False)):
        condition = {"StringEquals": {"aws:PrincipalOrgID": given}}
        vauban.user("alice", {"Version": "2012-10-17", "Statement": {**statement, "Condition": condition}})
        kms = vauban.client("kms", user="alice")
        if allowed:
            kms.list_keys()
        else:
            with pytest.raises(ClientError):
                kms.list_keys()
