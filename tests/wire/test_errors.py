"""Errors, in the protocol of whoever asked."""

import json

import cbor2
import pytest

from vauban.aws.models import load
from vauban.kernel.errors import AccessDeniedException, AwsError, UnknownOperationException, ValidationException
from vauban.kernel.requests import Request
from vauban.wire.codecs import codec
from vauban.wire.errors import write_error

FORM = "application/x-www-form-urlencoded"


def codec_of(service: str, operation: str, protocol: str):
    model = load(service)
    return codec(model, model.operations[operation], protocol)


def scope(service: str) -> str:
    return f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260228/us-east-1/{service}/aws4_request, Signature=00"


def test_json_names_the_error_in_its_type():
    response = codec_of("kms", "DescribeKey", "json").write_error(AwsError("gone", code="NotFoundException"), "r-1")
    assert response.status == 400
    assert response.headers == {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": "r-1"}
    assert json.loads(response.body) == {"__type": "NotFoundException", "message": "gone"}


def test_the_message_is_spelled_as_the_model_spells_it():
    error = AwsError("gone", code="ResourceNotFoundException")
    assert "Message" in json.loads(codec_of("secretsmanager", "GetSecretValue", "json").write_error(error, "r").body)


def test_a_fault_of_the_service_is_a_500():
    error = AwsError("broken", code="KMSInternalException")
    assert codec_of("kms", "DescribeKey", "json").write_error(error, "r").status == 500


def test_an_error_keeps_the_members_its_shape_has_and_no_others():
    error = AwsError("bad", code="WAFInvalidParameterException", Field="RULE", Parameter="p", Secret="s")
    body = json.loads(codec_of("wafv2", "CreateWebACL", "json").write_error(error, "r").body)
    assert body == {"__type": "WAFInvalidParameterException", "message": "bad", "Field": "RULE", "Parameter": "p"}


def test_a_query_compatible_service_says_the_old_code_in_a_header():
    error = AwsError("bad", code="DashboardInvalidInputError")
    response = codec_of("cloudwatch", "PutDashboard", "json").write_error(error, "r")
    assert response.status == 400
    assert response.headers["x-amzn-query-error"] == "InvalidParameterInput;Sender"
    assert json.loads(response.body)["__type"] == "com.amazonaws.cloudwatch#DashboardInvalidInputError"


def test_query_says_the_code_of_the_error_trait():
    response = codec_of("iam", "GetUser", "query").write_error(AwsError("<gone>", code="NoSuchEntityException"), "r-1")
    assert response.status == 404
    assert b"<Type>Sender</Type><Code>NoSuchEntity</Code><Message>&lt;gone&gt;</Message>" in response.body
    assert b"<RequestId>r-1</RequestId>" in response.body


@pytest.mark.parametrize(
    ("service", "operation", "protocol", "status", "code"),
    [
        ("kms", "Encrypt", "json", 400, '"AccessDeniedException"'),
        ("iam", "GetUser", "query", 403, "<Code>AccessDenied</Code>"),
        ("ec2", "RunInstances", "ec2", 403, "<Code>UnauthorizedOperation</Code>"),
        ("s3", "GetObject", "rest-xml", 403, "<Code>AccessDenied</Code>"),
        ("shield", "CreateProtection", "smithy-rpc-v2-cbor", 400, "AccessDeniedException"),
    ],
)
def test_a_denial_is_spelled_as_the_protocol_spells_it(service, operation, protocol, status, code):
    response = codec_of(service, operation, protocol).write_error(AccessDeniedException("no"), "r")
    assert response.status == status
    assert code.encode() in response.body


def test_rest_json_names_the_error_in_a_header():
    response = codec_of("lambda", "GetFunction", "rest-json").write_error(
        AwsError("slow down", code="ThrottlingException"), "r"
    )
    assert (response.status, response.headers["x-amzn-ErrorType"]) == (429, "ThrottlingException")


def test_an_answer_to_head_has_no_body():
    response = codec_of("s3", "HeadObject", "rest-xml").write_error(AwsError("none", code="NoSuchKey", status=404), "r")
    assert (response.status, response.body) == (404, b"")


ANY = AccessDeniedException("no")


@pytest.mark.parametrize(
    ("request_", "content_type", "told"),
    [
        (Request("POST", "/", headers={"x-amz-target": "X.Y"}), "application/x-amz-json-1.1", b'"__type":"Access'),
        (
            Request("POST", "/", headers={"x-amz-target": "X.Y", "content-type": "application/x-amz-json-1.0"}),
            "application/x-amz-json-1.0",
            b'"__type":"Access',
        ),
        (Request("POST", "/x", headers={"smithy-protocol": "rpc-v2-cbor"}), "application/cbor", b"AccessDenied"),
        (Request("POST", "/", headers={"content-type": FORM}, body=b"Action=\xff"), "text/xml", b"<ErrorResponse>"),
        (
            Request("POST", "/", headers={"content-type": FORM, "authorization": scope("ec2")}, body=b"Action=X"),
            "text/xml;charset=UTF-8",
            b"<Errors><Error><Code>UnauthorizedOperation",
        ),
        (Request("GET", "/b/k", headers={"authorization": scope("s3")}), "application/xml", b"<Error><Code>AccessD"),
        (Request("GET", "/", headers={"authorization": scope("route53")}), "text/xml", b"<ErrorResponse>"),
        (Request("GET", "/", headers={"authorization": scope("guardduty")}), "application/json", b'{"message"'),
        (Request("GET", "/"), "application/json", b'{"message":"no"}'),
    ],
)
def test_an_error_before_any_operation_is_told_in_the_clients_protocol(request_, content_type, told):
    response = write_error(ANY, request_, "r-1")
    assert response.headers["Content-Type"] == content_type
    assert told in response.body


def test_a_status_that_an_error_names_itself_stands():
    request = Request("POST", "/", headers={"content-type": FORM}, body=b"Action=X")
    assert write_error(UnknownOperationException("not here", status=501), request, "r").status == 501
    assert write_error(UnknownOperationException("no such"), request, "r").status == 400


def test_a_cbor_error_can_be_read():
    request = Request("POST", "/", headers={"smithy-protocol": "rpc-v2-cbor"})
    body = cbor2.loads(write_error(ValidationException("bad"), request, "r").body)
    assert body == {"__type": "ValidationException", "message": "bad"}


def test_an_error_cannot_break_out_of_its_document():
    error = AwsError('</Message><Code>x</Code>\x00"]}', code="NoSuchEntityException")
    body = codec_of("iam", "GetUser", "query").write_error(error, "r").body
    assert body.count(b"<Code>") == 1
    assert b"\x00" not in body
