"""Records in CloudTrail's shape, of every operation that is offered, with nothing secret in them."""

import json
from typing import Any

import pytest

from vauban.aws.models import load
from vauban.aws.shapes import Shape
from vauban.discovery import Services
from vauban.events.trail import cloudtrail_record
from vauban.gateway.routes import Route
from vauban.kernel.events import AuditEvent

ACCOUNT, OTHER = "111122223333", "444455556666"
SECRET = "a-secret-to-be-found"
SERVICES = Services()
OPERATIONS = [(service, name) for service in SERVICES for name in SERVICES[service].operations]
KINDS = {
    "root": ("root", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "", "AKIAIOSFODNN7EXAMPLE", ""),
    "user": ("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "AIDAALICE", "alice", "AKIAIOSFODNN7EXAMPLE", ""),
    "service": ("service", "", "kms.amazonaws.com", "kms.amazonaws.com", "", "", ""),
    "anonymous": ("anonymous", "", "*", "ANONYMOUS_PRINCIPAL", "", "", ""),
}
REQUIRED = {
    "eventVersion": str,
    "userIdentity": dict,
    "eventTime": str,
    "eventSource": str,
    "eventName": str,
    "awsRegion": str,
    "sourceIPAddress": str,
    "userAgent": str,
    "requestParameters": dict | None,
    "responseElements": dict | None,
    "requestID": str,
    "eventID": str,
    "readOnly": bool,
    "eventType": str,
    "managementEvent": bool,
    "recipientAccountId": str,
    "eventCategory": str,
}
OPTIONAL = {
    "errorCode": str,
    "errorMessage": str,
    "additionalEventData": dict,
    "resources": list,
    "serviceEventDetails": dict,
    "sharedEventID": str,
    "tlsDetails": dict,
}


def audit_event(**fields: Any) -> AuditEvent:
    known = {
        "time": 1.9,
        "request_id": "5b3f2b0e-5c4f-4f8e-9f0a-000000000000",
        "service": "kms",
        "operation": "Encrypt",
        "account": ACCOUNT,
        "region": "eu-west-3",
        "principal": KINDS["root"],
        "source_ip": "127.0.0.1",
        "user_agent": "Boto3",
        "tls": "",
        "read_only": True,
        "event_id": "00000000-0001-8000-a000-000000000000",
    }
    return AuditEvent(**{**known, **fields})


def require_shape(record: dict[str, Any]) -> None:
    types = {**REQUIRED, **OPTIONAL}
    assert set(REQUIRED) <= set(record) <= set(types)
    for name, value in record.items():
        assert isinstance(value, types[name]), name
    json.dumps(record)


def sample(shape: Shape, secret: bool, depth: int = 0) -> Any:
    """A value of the shape, where every leaf that must not be kept holds the secret."""
    secret = secret or shape.sensitive
    if shape.type == "structure" and not shape.document:
        members = shape.members if depth < 5 else {}
        return {name: sample(member, secret, depth + 1) for name, member in members.items()}
    if shape.type == "list":
        return [sample(shape.member, secret, depth + 1)]
    if shape.type == "map":
        return {"key": sample(shape.value, secret, depth + 1)}
    if shape.type == "blob":
        return SECRET.encode()
    if shape.type == "string":
        return SECRET if secret else "kept"
    return None if shape.type == "timestamp" else 1


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_every_operations_record_has_awss_shape_and_no_secret(service, name):
    route = Route(SERVICES[service], load(service), SERVICES[service].operations[name])
    params, result = (
        {} if shape is None else sample(shape, False) for shape in (route.model.input, route.model.output)
    )
    kept = route.redact_params(params)
    event = audit_event(service=route.signing_name, operation=name, params=kept, result=route.redact_result(result))
    record = cloudtrail_record(event)
    require_shape(record)
    assert SECRET not in json.dumps(record)
    assert all(member[0].islower() or not member[0].isalpha() for member in record["requestParameters"] or {})


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_caller_is_told(kind):
    record = cloudtrail_record(audit_event(principal=KINDS[kind]))
    require_shape(record)
    told = {"root": "Root", "user": "IAMUser", "service": "AWSService", "anonymous": "AWSAccount"}
    assert record["userIdentity"]["type"] == told[kind]
    assert record["eventTime"] == "1970-01-01T00:00:01Z"


def test_a_call_over_tls_says_how():
    secure = audit_event(tls="TLSv1.3 TLS_AES_128_GCM_SHA256", host="kms.eu-west-3.amazonaws.com")
    record = cloudtrail_record(secure)
    require_shape(record)
    assert record["tlsDetails"] == {
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": "kms.eu-west-3.amazonaws.com",
    }
    assert "tlsDetails" not in cloudtrail_record(audit_event(tls=""))


def test_errors_and_denials_are_told():
    record = cloudtrail_record(audit_event(error_code="AccessDenied", error_message="no", authorization_id="abc"))
    require_shape(record)
    assert (record["errorCode"], record["additionalEventData"]) == ("AccessDenied", {"authorizationId": "abc"})


def test_what_belongs_to_no_region_is_recorded_in_the_leading_one():
    assert cloudtrail_record(audit_event(service="iam", operation="CreateUser"))["awsRegion"] == "us-east-1"
    assert cloudtrail_record(audit_event())["awsRegion"] == "eu-west-3"


def test_the_two_records_of_a_call_between_accounts_share_an_id_and_others_have_none():
    key = (("arn:aws:kms:eu-west-3:444455556666:key/a", "AWS::KMS::Key", OTHER),)
    mine, theirs = (cloudtrail_record(audit_event(account=each, resources=key)) for each in (ACCOUNT, OTHER))
    assert mine["sharedEventID"] == theirs["sharedEventID"]
    another = cloudtrail_record(audit_event(account=OTHER, resources=key, request_id="another"))
    assert another["sharedEventID"] != mine["sharedEventID"]
    assert "sharedEventID" not in cloudtrail_record(audit_event())
    assert "sharedEventID" not in cloudtrail_record(audit_event(resources=key, error_code="AccessDenied"))


def test_what_a_service_does_by_itself_is_told_in_its_details():
    event = audit_event(
        principal=KINDS["service"], event_type="AwsServiceEvent", result={"keyId": "k"}, read_only=False
    )
    record = cloudtrail_record(event)
    require_shape(record)
    assert record["serviceEventDetails"] == {"keyId": "k"}
    assert record["responseElements"] is record["requestParameters"] is None
