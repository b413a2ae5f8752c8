"""Which operation a request names."""

import pytest

from vauban.kernel.errors import AwsError, UnknownOperationException
from vauban.kernel.requests import Request
from vauban.wire.detect import Detector, detect

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def signed(service: str, **headers: str) -> dict[str, str]:
    scope = f"Credential=AKIDEXAMPLE/20260228/us-east-1/{service}/aws4_request"
    return {"authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=00", **headers}


def named(target) -> tuple:
    return target.service, target.operation, target.protocol


def test_a_target_header_names_a_json_operation():
    request = Request("POST", "/", headers={"x-amz-target": "TrentService.Encrypt"})
    assert named(detect(request)) == ("kms", "Encrypt", "json")


@pytest.mark.parametrize("prefix", ["com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "CloudTrail_20131101"])
def test_a_target_prefix_with_dots_is_known_by_its_last_part_too(prefix):
    request = Request("POST", "/", headers={"x-amz-target": f"{prefix}.LookupEvents"})
    assert named(detect(request)) == ("cloudtrail", "LookupEvents", "json")


def test_a_target_is_found_once_and_then_remembered():
    detector = Detector()
    request = Request("POST", "/", headers={"x-amz-target": "TrentService.Encrypt"})
    assert detector(request) is detector(request)


def test_services_that_share_a_target_prefix_are_told_apart_by_their_operations():
    request = Request("POST", "/", headers={"x-amz-target": "Timestream_20181101.WriteRecords"})
    assert named(detect(request)) == ("timestream-write", "WriteRecords", "json")


@pytest.mark.parametrize(
    "target", ["", ".", "TrentService", "TrentService.", "TrentService.Encrypt.", "X.Encrypt", "é.é"]
)
def test_a_target_of_nothing_is_refused(target):
    detector = Detector()
    with pytest.raises(UnknownOperationException):
        detector(Request("POST", "/", headers={"x-amz-target": target}))
    assert detector.targets == {}


def test_an_rpc_path_names_a_cbor_operation():
    path = "/service/AWSShield_20160616/operation/CreateProtection"
    request = Request("POST", path, headers={"smithy-protocol": "rpc-v2-cbor"})
    assert named(detect(request)) == ("shield", "CreateProtection", "smithy-rpc-v2-cbor")


def test_an_rpc_path_of_a_service_that_speaks_no_cbor_is_refused():
    path = "/service/TrentService/operation/Encrypt"
    with pytest.raises(UnknownOperationException):
        detect(Request("POST", path, headers={"smithy-protocol": "rpc-v2-cbor"}))


def test_a_form_is_for_the_service_of_the_signature():
    request = Request("POST", "/", headers=signed("sts", **FORM), body=b"Action=GetCallerIdentity&Version=2011-06-15")
    target = detect(request)
    assert named(target) == ("sts", "GetCallerIdentity", "query")
    assert target.form == {"Action": "GetCallerIdentity", "Version": "2011-06-15"}


def test_a_form_in_the_query_counts_too():
    request = Request("GET", "/", "Action=GetCallerIdentity&Version=2011-06-15", signed("sts"))
    assert named(detect(request)) == ("sts", "GetCallerIdentity", "query")


def test_an_unsigned_form_is_known_by_its_version():
    request = Request("POST", "/", headers=FORM, body=b"Action=AssumeRoleWithSAML&Version=2011-06-15")
    assert named(detect(request)) == ("sts", "AssumeRoleWithSAML", "query")


def test_versions_tell_services_of_one_name_apart():
    body = b"Action=DescribeLoadBalancers&Version=%s"
    old = Request("POST", "/", headers=signed("elasticloadbalancing", **FORM), body=body % b"2012-06-01")
    new = Request("POST", "/", headers=signed("elasticloadbalancing", **FORM), body=body % b"2015-12-01")
    assert [detect(old).service, detect(new).service] == ["elb", "elbv2"]


def test_an_action_of_another_version_is_refused():
    request = Request("POST", "/", headers=signed("sts", **FORM), body=b"Action=GetCallerIdentity&Version=1999-01-01")
    with pytest.raises(UnknownOperationException, match="GetCallerIdentity for version 1999-01-01"):
        detect(request)


def test_a_form_of_too_many_fields_is_refused():
    request = Request("POST", "/", headers=signed("sts", **FORM), body=b"Action=GetCallerIdentity" + b"&a=b" * 20_001)
    with pytest.raises(AwsError) as refusal:
        detect(request)
    assert refusal.value.code == "MalformedQueryString"


@pytest.mark.parametrize(
    ("method", "path", "query", "operation", "labels"),
    [
        ("GET", "/bucket", "", "ListObjects", {"Bucket": "bucket"}),
        ("GET", "/bucket/", "", "ListObjects", {"Bucket": "bucket"}),
        ("GET", "/bucket", "list-type=2", "ListObjectsV2", {"Bucket": "bucket"}),
        ("GET", "/bucket", "acl", "GetBucketAcl", {"Bucket": "bucket"}),
        ("GET", "/bucket/a/b%20c/", "", "GetObject", {"Bucket": "bucket", "Key": "a/b c/"}),
        ("GET", "/bucket/key", "uploadId=1", "ListParts", {"Bucket": "bucket", "Key": "key"}),
        ("PUT", "/bucket/key", "partNumber=1&uploadId=1", "UploadPart", {"Bucket": "bucket", "Key": "key"}),
        ("DELETE", "/bucket/key", "", "DeleteObject", {"Bucket": "bucket", "Key": "key"}),
    ],
)
def test_a_path_of_s3_names_an_operation(method, path, query, operation, labels):
    target = detect(Request(method, path, query, signed("s3", host="localhost:4566")))
    assert named(target) == ("s3", operation, "rest-xml")
    assert target.labels == labels


def test_a_header_tells_a_copy_from_an_upload():
    headers = signed("s3", **{"x-amz-copy-source": "/other/key"})
    assert detect(Request("PUT", "/bucket/key", headers=headers)).operation == "CopyObject"
    assert detect(Request("PUT", "/bucket/key", headers=signed("s3"))).operation == "PutObject"


@pytest.mark.parametrize("host", ["bucket.s3.us-east-1.amazonaws.com", "bucket.s3.localhost:4566", "bucket.localhost"])
def test_a_bucket_may_stand_in_the_host(host):
    target = detect(Request("GET", "/key", headers=signed("s3", host=host)))
    assert target.labels == {"Bucket": "bucket", "Key": "key"}


def test_a_presigned_request_names_its_service_in_the_query():
    query = "X-Amz-Credential=AKIDEXAMPLE%2F20260228%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=00"
    assert named(detect(Request("GET", "/bucket/key", query)))[:2] == ("s3", "GetObject")


def test_an_anonymous_request_names_its_service_in_the_host():
    request = Request("GET", "/key", headers={"host": "bucket.s3.eu-west-1.amazonaws.com"})
    assert named(detect(request))[:2] == ("s3", "GetObject")


def test_a_path_of_rest_json_names_an_operation_and_its_labels():
    target = detect(Request("GET", "/detector/d1/filter/f%2F1", headers=signed("guardduty")))
    assert named(target) == ("guardduty", "GetFilter", "rest-json")
    assert target.labels == {"DetectorId": "d1", "FilterName": "f/1"}


@pytest.mark.parametrize("path", ["/", "/nothing", "/detector/%FF/filter/x/y/z/z", "//"])
def test_a_path_of_nothing_is_refused(path):
    with pytest.raises(AwsError):
        detect(Request("PATCH", path, headers=signed("guardduty")))


def test_a_request_that_names_no_service_is_refused():
    with pytest.raises(UnknownOperationException):
        detect(Request("GET", "/", headers={"host": "localhost:4566"}))


@pytest.mark.parametrize(
    ("request_", "service"),
    [
        (Request("POST", "/", headers={"x-amz-target": "DynamoDB_20120810.Anything"}), "dynamodb"),
        (Request("POST", "/", headers=signed("rds", **FORM), body=b"Action=X&Version=2014-10-31"), "docdb"),
        (Request("GET", "/2015-03-31/functions", headers=signed("lambda")), "lambda"),
        (Request("GET", "/bucket/key", headers=signed("s3")), "s3"),
    ],
)
def test_a_service_that_is_not_served_is_still_known_by_name(request_, service):
    target = Detector({"kms"})(request_)
    assert (target.service, target.operation) == (service, None)


def test_an_operation_that_a_served_service_does_not_have_is_refused():
    with pytest.raises(UnknownOperationException, match=r"TrentService\.Nothing"):
        Detector({"kms"})(Request("POST", "/", headers={"x-amz-target": "TrentService.Nothing"}))
