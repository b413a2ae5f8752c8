"""Every operation of ten services, called through boto3: what it sends we detect and read, what we write it reads."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from urllib3.response import HTTPResponse

from vauban.aws.models import OperationModel, load
from vauban.aws.names import snake_case
from vauban.aws.shapes import Shape
from vauban.kernel.requests import Request, Response
from vauban.wire.codecs import codec
from vauban.wire.detect import Detector

SERVICES = ("ec2", "iam", "kms", "s3", "secretsmanager", "sns", "sqs", "ssm", "sts", "wafv2")
DEEPEST = 4
EMPTY = ({}, [{}], [{}, {}], [{}, {}, {}])
"""Structures of which the depth leaves nothing; a form cannot say them."""
MOMENT = datetime(2026, 2, 28, 23, 59, 58, tzinfo=UTC)
NOT_HERE = {
    "ec2:CopySnapshot": "boto3 signs a URL into the params",
    "s3:CompleteMultipartUpload": "boto3 adds a header for its parts' checksum",
    "s3:GetBucketLifecycle": "GetBucketLifecycleConfiguration has taken its place, and its path",
    "s3:GetBucketNotification": "GetBucketNotificationConfiguration has taken its place, and its path",
    "s3:PutBucketLifecycle": "PutBucketLifecycleConfiguration has taken its place, and its path",
    "s3:PutBucketNotification": "PutBucketNotificationConfiguration has taken its place, and its path",
    "s3:ListDirectoryBuckets": "is signed for S3 Express, a service of its own",
    "s3:GetBucketLocation": "S3's answer is a bare root element, which boto3 reads by a rule of its own",
    "s3:CreateSession": "boto3 opens S3 Express sessions itself",
    "s3:WriteGetObjectResponse": "goes to a host of the caller's choice",
    "s3:SelectObjectContent": "answers with an event stream",
}
LEFT_OUT_MEMBERS = {
    "s3": {"SSECustomerKey", "SSECustomerKeyMD5", "CopySourceSSECustomerKey", "CopySourceSSECustomerKeyMD5"}
    | {"SSECustomerAlgorithm", "CopySourceSSECustomerAlgorithm", "ContentMD5", "Expires", "ExpiresString"}
    | {"ChecksumAlgorithm", "ChecksumMode", "ContentEncoding", "ContentLength"},
    "ec2": {"UserData"},
}
"""Members that boto3 derives, encodes or reads by rules of its own."""


def sample(shape: Shape, left_out: frozenset[str], depth: int = 0) -> Any:
    """A value of a shape: every member, to a certain depth."""
    if shape.type == "structure":
        return sample_structure(shape, left_out, depth)
    if shape.type == "list":
        size = max(1, min(shape.min or 2, 3))
        return [sample(shape.member, left_out, depth + 1)] * size
    if shape.type == "map":
        return {sample(shape.key, left_out, depth): sample(shape.value, left_out, depth + 1)}
    if shape.type == "string":
        return shape.enum[0] if shape.enum else "a<&é b".ljust(max(shape.min or 0, 6), "x")[: shape.max or None]
    samples = {"boolean": True, "blob": b"\x00\xffblob", "timestamp": MOMENT, "float": 1.5, "double": 1.5}
    return samples.get(shape.type, max(shape.min or 0, 1))


def sample_structure(shape: Shape, left_out: frozenset[str], depth: int) -> dict[str, Any]:
    names = [name for name in shape.members if name not in left_out]
    if depth >= DEEPEST:
        nested = ("structure", "list", "map")
        names = [name for name in names if shape.members[name].type not in nested]
    if shape.union:
        names = names[:1]
    found = {name: sample(shape.members[name], left_out, depth + 1) for name in names}
    return {name: value for name, value in found.items() if value not in EMPTY}


def params_of(service: str, operation: OperationModel, left_out: frozenset[str]) -> dict[str, Any]:
    params = sample_of(operation.input, left_out)
    if "QueueUrl" in params:
        params["QueueUrl"] = "https://sqs.us-east-1.amazonaws.com/111122223333/queue"
    return params | ({"Bucket": "a-bucket"} if service == "s3" and "Bucket" in params else {})


def sample_of(shape: Shape | None, left_out: frozenset[str]) -> dict[str, Any]:
    """A sample of an input or output, with words that any header can hold."""
    found = sample(shape, left_out) if shape else {}
    for name, member in shape.members.items() if shape else ():
        if member.location in ("header", "headers", "uri") and member.type in ("string", "map") and name in found:
            found[name] = {"key": "value"} if member.type == "map" else member.enum[0] if member.enum else "value-1"
        if member.location == "statusCode":
            found[name] = 200
    return found


class Wire:
    """Stands where the network would: reads what boto3 sends and answers with a sample."""

    def __init__(self, service: str):
        self.model = load(service)
        self.detect = Detector({service})
        self.left_out = frozenset(LEFT_OUT_MEMBERS.get(service, ()))
        self.operation = ""
        self.params: dict[str, Any] = {}
        self.result: dict[str, Any] = {}

    def __call__(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        ours = as_request(request)
        target = self.detect(ours)
        assert (target.service, target.operation) == (self.model.name, self.operation)
        operation = self.model.operations[target.operation]
        # Made anew, for what is changed in it is for these tests alone.
        made = codec.__wrapped__(self.model, operation, target.protocol)
        made.validate = lambda params: None
        made.decode = getattr(made, "decode_slowly", None)
        self.params = made.read(ours, target)
        self.result = sample_of(operation.output, self.left_out)
        return as_response(request.url, made.write(self.result, "request-1"))


def as_request(request: AWSPreparedRequest) -> Request:
    host, _, rest = request.url.partition("://")[2].partition("/")
    path, _, query = rest.partition("?")
    headers = {
        name.lower(): value.decode("latin-1") if isinstance(value, bytes) else value
        for name, value in request.headers.items()
    }
    body = request.body.read() if hasattr(request.body, "read") else request.body or b""
    body = body.encode() if isinstance(body, str) else body
    return Request(request.method, f"/{path}", query, {"host": host, **headers}, body)


def as_response(url: str, response: Response) -> AWSResponse:
    raw = HTTPResponse(body=None, preload_content=False)
    raw.stream = lambda *_: iter([response.body])
    raw.read = lambda *_: response.body
    return AWSResponse(url, response.status, response.headers, raw)


def without_client_words(value: Any) -> Any:
    """botocore's parsed result as ours: streams read, its metadata gone."""
    if isinstance(value, dict):
        return {key: without_client_words(each) for key, each in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list):
        return [without_client_words(each) for each in value]
    return value.read() if hasattr(value, "read") else value


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_goes_there_and_back_through_boto3(service, subtests):
    wire = Wire(service)
    client = boto3.client(
        service,
        region_name="us-east-1",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
        config=Config(
            parameter_validation=False,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"total_max_attempts": 1},
        ),
    )
    client.meta.events.register("before-send", wire)
    for operation in wire.model.operations.values():
        if f"{service}:{operation.name}" in NOT_HERE:
            continue
        with subtests.test(operation.name):
            wire.operation = operation.name
            params = params_of(service, operation, wire.left_out)
            result = getattr(client, snake_case(operation.name))(**params)
            sent = {name: value for name, value in wire.params.items() if name not in wire.left_out}
            assert sent == params
            assert without_client_words(result) == wire.result
