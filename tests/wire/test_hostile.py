"""Whatever comes, it is params or an AwsError, and soon."""

import json
import random
from functools import cache

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.aws.models import load
from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request
from vauban.wire.codecs import codec
from vauban.wire.detect import Detector
from vauban.wire.errors import write_error
from vauban.wire.targets import Target

OPERATIONS = [
    ("kms", "Encrypt", "json"),
    ("ssm", "PutParameter", "json"),
    ("wafv2", "CreateWebACL", "json"),
    ("iam", "CreateUser", "query"),
    ("ec2", "RunInstances", "ec2"),
    ("s3", "PutBucketLifecycleConfiguration", "rest-xml"),
    ("guardduty", "CreateFilter", "rest-json"),
    ("shield", "CreateProtection", "smithy-rpc-v2-cbor"),
    ("wafv2", "CreateWebACL", "smithy-rpc-v2-cbor"),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def codec_of(service: str, operation: str, protocol: str):
    model = load(service)
    return codec(model, model.operations[operation], protocol)


@cache
def member_names(service: str, operation: str) -> tuple[str, ...]:
    shape = load(service).operations[operation].input
    return tuple(shape.members)


def read(service: str, operation: str, protocol: str, body: bytes, **headers: str) -> dict | None:
    """What is read; None where it is refused as AWS would refuse it."""
    request = Request("POST", "/", headers=headers, body=body)
    if protocol in ("query", "ec2"):
        request.headers["content-type"] = "application/x-www-form-urlencoded"
    try:
        return codec_of(service, operation, protocol).read(request, Target(service, operation, protocol))
    except AwsError as error:
        refusal = error
    assert refusal.status == 400
    assert len(refusal.message) < 100_000
    return None


@pytest.mark.parametrize(("service", "operation", "protocol"), OPERATIONS)
@settings(max_examples=150, deadline=None)
@given(body=st.binary(max_size=200))
def test_any_bytes_are_params_or_refused(service, operation, protocol, body):
    read(service, operation, protocol, body)


@pytest.mark.parametrize(("service", "operation"), [each[:2] for each in OPERATIONS if each[2] == "json"])
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_json_is_params_or_refused(service, operation, data):
    names = st.sampled_from(member_names(service, operation)) | st.text(max_size=5)
    values = VALUES.filter(lambda value: not isinstance(value, bytes))
    document = data.draw(st.dictionaries(names, values, max_size=6))
    read(service, operation, "json", json.dumps(document, default=str).encode())


@pytest.mark.parametrize(("service", "operation"), [each[:2] for each in OPERATIONS if "cbor" in each[2]])
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_cbor_is_params_or_refused(service, operation, data):
    names = st.sampled_from(member_names(service, operation)) | st.text(max_size=5) | st.binary(max_size=5)
    document = data.draw(st.dictionaries(names, VALUES, max_size=6))
    read(service, operation, "smithy-rpc-v2-cbor", cbor2.dumps(document))


@pytest.mark.parametrize(
    ("service", "operation", "protocol"), [each for each in OPERATIONS if each[2] in ("query", "ec2")]
)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_form_is_params_or_refused(service, operation, protocol, data):
    parts = st.sampled_from(member_names(service, operation)) | st.sampled_from(
        ["member", "entry", "key", "1", "2", "", "é"]
    )
    names = st.lists(parts, min_size=1, max_size=5).map(".".join)
    fields = data.draw(st.lists(st.tuples(names, st.text(max_size=5)), max_size=8))
    read(service, operation, protocol, "&".join(f"{name}={value}" for name, value in fields).encode())


@settings(max_examples=300, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "HEAD", "\x00"]),
    path=st.text(max_size=30).map(lambda text: f"/{text}"),
    query=st.text(max_size=60),
    headers=st.dictionaries(
        st.sampled_from(["x-amz-target", "smithy-protocol", "content-type", "authorization", "host"]),
        st.text(max_size=40)
        | st.sampled_from(
            ["rpc-v2-cbor", "application/x-www-form-urlencoded", "TrentService.Encrypt", "s3.localhost"]
            + [f"AWS4-HMAC-SHA256 Credential=A/20260228/us-east-1/{name}/aws4_request" for name in ("s3", "sts", "")]
        ),
    ),
    body=st.binary(max_size=60),
)
def test_any_request_has_a_target_or_is_refused_in_some_protocol(method, path, query, headers, body):
    request = Request(method, path, query, headers, body)
    try:
        assert Detector({"kms", "s3", "sts"})(request).service
    except AwsError as error:
        response = write_error(error, request, "request-1")
        assert 400 <= response.status < 500
        assert response.body


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"KeyId":' * 50_000,
        b'{"KeyId":"x","Plaintext":"AA==","EncryptionContext":' + b'{"a":' * 5_000,
        b'{"KeyId":"' + b"x" * 1_000_000 + b'","Plaintext":"AA=="}',
        b'{"KeyId":' + b"9" * 100_000 + b',"Plaintext":"AA=="}',
        b'{"KeyId":NaN,"Plaintext":"AA=="}',
        b'{"KeyId":"\xff","Plaintext":"AA=="}',
        b'{"KeyId":"\\ud800","Plaintext":"AA=="}',
        b'{"KeyId":"x","Plaintext":"AA"}',
        b'{"KeyId":"x","Plaintext":"AA==\\n"}',
        b'{"KeyId":"x","Plaintext":"AA=="} trailing',
        b'\xef\xbb\xbf{"KeyId":"x","Plaintext":"AA=="}',
        b"null",
        b"[]",
        b'"x"',
    ],
)
def test_json_that_is_not_what_kms_takes_is_refused(body):
    assert read("kms", "Encrypt", "json", body) is None


def test_of_a_repeated_member_the_last_counts():
    body = b'{"KeyId":"x","KeyId":"y","Plaintext":"AA=="}'
    assert read("kms", "Encrypt", "json", body) == {"KeyId": "y", "Plaintext": b"\x00"}


def test_unknown_members_and_nulls_are_absent():
    body = b'{"KeyId":"y","Plaintext":"AA==","GrantTokens":null,"Other":[1,{"a":null}]}'
    assert read("kms", "Encrypt", "json", body) == {"KeyId": "y", "Plaintext": b"\x00"}


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><a>&y;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a>" * 1_000,
        b"<a>" * 1_000 + b"</a>" * 1_000,
        b"<a></b>",
        b"<a/><b/>",
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b"<a>\x00</a>",
    ],
)
def test_xml_with_entities_or_without_an_end_is_refused(document):
    assert read("s3", "PutBucketLifecycleConfiguration", "rest-xml", document) is None


@pytest.mark.parametrize(
    "document",
    [
        b"\x81" * 1_000,
        bytes.fromhex("a1614bc51a7fffffff01"),
        bytes.fromhex("d81c80"),
        bytes.fromhex("d82364285b612b"),
        bytes.fromhex("5b7fffffffffffffff00"),
        bytes.fromhex("9bffffffffffffffff"),
    ],
)
def test_cbor_that_would_cost_much_is_refused(document):
    assert read("shield", "CreateProtection", "smithy-rpc-v2-cbor", document) is None


def test_undefined_is_null_in_cbor():
    document = cbor2.dumps({"Name": "n", "ResourceArn": "arn:aws:x", "Tags": cbor2.undefined})
    assert read("shield", "CreateProtection", "smithy-rpc-v2-cbor", document) == {
        "Name": "n",
        "ResourceArn": "arn:aws:x",
    }


def test_a_recursive_shape_is_read_only_so_deep():
    statement = {"GeoMatchStatement": {"CountryCodes": ["FR"]}}
    for _ in range(60):
        statement = {"NotStatement": {"Statement": statement}}
    body = json.dumps({"Rules": [{"Name": "r", "Priority": 1, "Statement": statement}]}).encode()
    with pytest.raises(AwsError, match="nested too deeply"):
        codec_of("wafv2", "CreateWebACL", "json").read(
            Request("POST", "/", body=body), Target("wafv2", "CreateWebACL", "json")
        )


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), data=st.data())
def test_the_quick_way_and_the_long_way_of_json_agree(seed, data):
    service, operation = random.Random(seed).choice([("kms", "Encrypt"), ("ssm", "PutParameter"), ("kms", "CreateKey")])
    made = codec_of(service, operation, "json")
    names = st.sampled_from(member_names(service, operation))
    values = st.text(max_size=6) | st.sampled_from(["AA==", "String", "ENCRYPT_DECRYPT", "/a/b"]) | st.booleans()
    values |= st.integers(-5, 5) | st.lists(st.text(max_size=4), max_size=2)
    values |= st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2) | st.none()
    body = json.dumps(data.draw(st.dictionaries(names, values, max_size=6))).encode()
    request, target = Request("POST", "/", body=body), Target(service, operation, "json")
    assert outcome(lambda: made.read(request, target)) == outcome(lambda: made.decode_slowly(body))


def outcome(function):
    try:
        return function()
    except AwsError as error:
        return error.code, error.message
