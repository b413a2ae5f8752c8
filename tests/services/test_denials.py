"""Whoever has no policy may nothing: every operation of every service, called with the least that its model takes."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from vauban.discovery import Services
from vauban.testing import InProcess

ACCOUNT = "111122223333"
SERVICES = Services()
OPERATIONS = [(service, name) for service in SERVICES for name in SERVICES[service].operations]
SESSION = botocore.session.get_session()

WITHOUT_PERMISSION = {
    ("sts", "GetCallerIdentity"),
    ("sts", "GetSessionToken"),
}
"""Operations that AWS lets everybody call who has credentials."""
UNSIGNED = {
    ("sts", "AssumeRoleWithSAML"),
    ("sts", "AssumeRoleWithWebIdentity"),
}
"""Operations that say by what they bring who calls."""
DENIED = {"AccessDenied", "AuthorizationError", "AccessDeniedException", "UnauthorizedOperation"}

EVENT_DATA_STORE = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:eventdatastore/1234abcd-12ab-34cd-56ef-1234567890ab"
BALANCING = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/name"
RULE_GROUP = f"arn:aws:wafv2:us-east-1:{ACCOUNT}:regional/rulegroup/name/1234abcd-12ab-34cd-56ef-1234567890ab"
WEB_ACL = RULE_GROUP.replace("rulegroup", "webacl")
AUTHORITY = f"arn:aws:acm-pca:us-east-1:{ACCOUNT}:certificate-authority/1234abcd-12ab-34cd-56ef-1234567890ab"
WORDS: dict[str, Any] = {
    "CertificateAuthorityArn": AUTHORITY,
    "acm-pca:CertificateArn": f"{AUTHORITY}/certificate/1234567890abcdef1234567890abcdef",
    "acm-pca:ResourceArn": AUTHORITY,
    "acm:Domain": "example.com",
    "acm:DomainName": "example.com",
    "acm:ValidationDomain": "example.com",
    "AliasName": "alias/name",
    "CertificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1234abcd-12ab-34cd-56ef-1234567890ab",
    "AuthenticationCode1": "123456",
    "AuthenticationCode2": "654321",
    "EventDataStore": EVENT_DATA_STORE,
    "OpenIDConnectProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/example.com",
    "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/name",
    "PolicySourceArn": f"arn:aws:iam::{ACCOUNT}:user/name",
    "RoleArn": ROLE,
    "SAMLProviderArn": f"arn:aws:iam::{ACCOUNT}:saml-provider/name",
    "SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/name",
    "TokenCode": "123456",
    "VersionId": "v1",
    "elbv2:ListenerArn": f"{BALANCING}:listener/app/name/50dc6c495c0c9188/f2f7dc8efc522ab2",
    "elbv2:LoadBalancerArn": f"{BALANCING}:loadbalancer/app/name/50dc6c495c0c9188",
    "elbv2:ResourceArns": f"{BALANCING}:loadbalancer/app/name/50dc6c495c0c9188",
    "elbv2:RuleArn": f"{BALANCING}:listener-rule/app/name/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee",
    "elbv2:TargetGroupArn": f"{BALANCING}:targetgroup/name/73e2d6bc24d8a067",
    "iam:Arn": ROLE,
    "lambda:EventSourceArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:name",
    "lambda:Action": "lambda:InvokeFunction",
    "lambda:Resource": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:name",
    "lambda:Role": ROLE,
    "lambda:Arn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:name:1",
    "sns:ResourceArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:name",
    "sns:SubscriptionArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:name:1234abcd-12ab-34cd-56ef-1234567890ab",
    "sns:TopicArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:name",
    "logs:resourceArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:name",
    "scheduler:ResourceArn": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/name",
    "events:ConnectionArn": f"arn:aws:events:us-east-1:{ACCOUNT}:connection/name/1",
    "events:EventSourceArn": f"arn:aws:events:us-east-1:{ACCOUNT}:archive/name",
    "cloudtrail:ResourceArn": EVENT_DATA_STORE,
    "cloudtrail:ResourceIdList": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/name",
    "cloudtrail:ResourceId": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/name",
    "QueueUrl": f"http://vauban.test/{ACCOUNT}/name",
    "sqs:TaskHandle": "eyJ0YXNrSWQiOiJ4Iiwic291cmNlQXJuIjoiYXJuOmF3czpzcXM6dXMtZWFzdC0xOjExMTEyMjIyMzMzMzpuYW1lIn0=",
    "sqs:SourceArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:name",
    "wafv2:ResourceARN": WEB_ACL,
    "wafv2:ResourceArn": f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/app/name/1234567890abcdef",
    "wafv2:WebACLArn": WEB_ACL,
    "wafv2:WebAclArn": WEB_ACL,
    "ssm:Path": "/name",
    "ssm:ResourceType": "Parameter",
    "ssm:ResourceArn": f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/name",
    "ssm:SettingId": "/ssm/parameter-store/default-parameter-tier",
}
"""What stands for a member where its shape does not say enough."""
ALSO: dict[tuple[str, str], dict[str, Any]] = {
    ("cloudtrail", "GetInsightSelectors"): {"TrailName": "name"},
    ("cloudtrail", "PutInsightSelectors"): {"TrailName": "name"},
    ("cloudtrail", "StartQuery"): {
        "QueryStatement": "SELECT eventName FROM 1234abcd-12ab-34cd-56ef-1234567890ab",
    },
    ("elbv2", "AddListenerCertificates"): {"Certificates": [{"CertificateArn": "name"}]},
    ("elbv2", "CreateRule"): {"Conditions": [{"Field": "path-pattern", "Values": ["/"]}]},
    ("elbv2", "ModifyListenerAttributes"): {"Attributes": [{"Key": "name"}]},
    ("elbv2", "ModifyLoadBalancerAttributes"): {"Attributes": [{"Key": "name"}]},
    ("elbv2", "ModifyTargetGroupAttributes"): {"Attributes": [{"Key": "name"}]},
    ("elbv2", "RemoveListenerCertificates"): {"Certificates": [{"CertificateArn": "name"}]},
    ("elbv2", "SetRulePriorities"): {
        "RulePriorities": [
            {"RuleArn": f"{BALANCING}:listener-rule/app/name/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee"}
        ]
    },
    ("sns", "Publish"): {"TopicArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:name"},
    ("logs", "DescribeLogStreams"): {"logGroupName": "name"},
    ("logs", "FilterLogEvents"): {"logGroupName": "name"},
    ("logs", "GetLogEvents"): {"logGroupName": "name"},
    ("wafv2", "DeleteLoggingConfiguration"): {"ResourceArn": WEB_ACL},
    ("wafv2", "DeletePermissionPolicy"): {"ResourceArn": RULE_GROUP},
    ("wafv2", "GetLoggingConfiguration"): {"ResourceArn": WEB_ACL},
    ("wafv2", "GetPermissionPolicy"): {"ResourceArn": RULE_GROUP},
    ("wafv2", "GetRuleGroup"): {"ARN": RULE_GROUP},
    ("wafv2", "GetWebACL"): {"ARN": WEB_ACL},
    ("wafv2", "PutLoggingConfiguration"): {
        "LoggingConfiguration": {"ResourceArn": WEB_ACL, "LogDestinationConfigs": ["arn:aws:s3:::aws-waf-logs-name"]}
    },
    ("wafv2", "PutPermissionPolicy"): {"ResourceArn": RULE_GROUP},
    ("lambda", "AddLayerVersionPermission"): {"Action": "lambda:GetLayerVersion"},
    ("kms", "RetireGrant"): {"KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab", "GrantId": "a" * 64},
}
"""Members that the model does not require, and AWS does; and lists whose elements need not have any member."""
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"


def word(service: str, name: str) -> Any | None:
    if service == "kms" and name.endswith("KeyId"):
        return KEY_ID
    return WORDS.get(f"{service}:{name}", WORDS.get(name))


def least(service: str, shape: Any, name: str = "") -> Any:
    """The least value that a shape takes."""
    known = word(service, name)
    if known is not None and shape.type_name in ("string", "blob"):
        return known
    kind, limits = shape.type_name, shape.metadata
    if kind == "structure":
        return {each: least(service, shape.members[each], each) for each in shape.required_members}
    if kind == "list":
        return [least(service, shape.member, name)] * max(1, limits.get("min", 0))
    if kind == "map":
        return {least(service, shape.key): least(service, shape.value)}
    if kind in ("integer", "long", "float", "double"):
        return max(1, limits.get("min", 0))
    if kind == "boolean":
        return False
    if kind == "timestamp":
        return datetime(2030, 1, 1, tzinfo=UTC)
    if kind == "blob":
        return b"x" * max(1, limits.get("min", 0))
    return text(shape, name)


def text(shape: Any, name: str) -> str:
    if shape.enum:
        return shape.enum[0]
    smallest, pattern = shape.metadata.get("min", 0), shape.metadata.get("pattern")
    for candidate in CANDIDATES:
        for each in (candidate, candidate.ljust(smallest, "1")):
            if len(each) >= smallest and (pattern is None or re.fullmatch(pythonic(pattern), each)):
                return each
    raise AssertionError(f"nothing fits {name} ({pattern})")


def pythonic(pattern: str) -> str:
    """botocore's patterns are Java's."""
    pattern = re.sub(r"\\p\{[A-Z]\w*\}", r"\\w", pattern)
    pattern = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda match: f"\\u{match[1]}", pattern)
    return pattern.replace("[[:print:]]", "[ -~]")


CANDIDATES = [
    "name",
    "us-east-1",
    "alias/name",
    f"arn:aws:iam::{ACCOUNT}:role/name",
    "1234abcd-12ab-34cd-56ef-1234567890ab",
    ACCOUNT,
    "123456",
    "r-ab12",
    "ou-ab12-ab12cd34",
    "o-ab12cd34ef",
    "p-ab12cd34",
    "h-ab12cd34",
    "car-ab12cd34ef",
    "rt-ab12cd34",
    "name@example.com",
    "https://example.com/name",
    "AKIAIOSFODNN7EXAMPLE",
    "2012-10-17",
]


@pytest.fixture(scope="module")
def vauban() -> Iterator[InProcess]:
    running = InProcess()
    running.user("nobody")
    kms = running.client("kms")
    encrypted = kms.encrypt(KeyId=kms.create_key()["KeyMetadata"]["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    for operation in ("Decrypt", "ReEncrypt"):
        ALSO["kms", operation] = {"CiphertextBlob": encrypted}
    yield running
    running.close()


@pytest.fixture(scope="module")
def client_of(vauban: InProcess) -> Any:
    """A client of somebody without policies, which sends whatever it is given."""
    return cache(lambda service: vauban.client(service, user="nobody", config=Config(parameter_validation=False)))


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_who_has_no_policy_is_denied_and_that_is_on_the_trail(vauban, client_of, service, name):
    client = client_of(service)
    model = client.meta.service_model.operation_model(name)
    params = least(service, model.input_shape) if model.input_shape else {}
    params |= ALSO.get((service, name), {})
    if (service, name) in WITHOUT_PERMISSION:
        client._make_api_call(name, params)
        return
    with pytest.raises(ClientError) as caught:
        client._make_api_call(name, params)
    if (service, name) in UNSIGNED:
        return
    error = caught.value.response["Error"]
    assert error["Code"] in DENIED, error
    event = next(vauban.vauban.store.trail.events())
    assert event.operation == name
    assert event.error_code == error["Code"]
