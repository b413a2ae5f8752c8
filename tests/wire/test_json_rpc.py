"""AWS JSON."""

from datetime import UTC, datetime

import msgspec
import pytest

from vauban.aws.models import load
from vauban.kernel.errors import ValidationException
from vauban.kernel.requests import Request
from vauban.wire.codecs import codec
from vauban.wire.targets import Target


def codec_of(service: str, operation: str):
    return codec(load(service), load(service).operations[operation], "json")


def read(service: str, operation: str, body: bytes):
    return codec_of(service, operation).read(Request("POST", "/", body=body), Target(service, operation, "json"))


def test_what_is_read_is_valid_and_converted():
    assert read("kms", "Encrypt", b'{"KeyId":"k","Plaintext":"aGk="}') == {"KeyId": "k", "Plaintext": b"hi"}
    with pytest.raises(ValidationException, match="Value null at 'plaintext'"):
        read("kms", "Encrypt", b'{"KeyId":"k"}')


@pytest.mark.parametrize("valid_to", [b"1772323198", b"1772323198.0", b'"2026-02-28T23:59:58Z"'])
def test_a_timestamp_is_an_aware_datetime(valid_to):
    body = b'{"KeyId":"k","ImportToken":"AA==","EncryptedKeyMaterial":"AA==","ValidTo":%s}' % valid_to
    assert read("kms", "ImportKeyMaterial", body)["ValidTo"] == datetime(2026, 2, 28, 23, 59, 58, tzinfo=UTC)


@pytest.mark.parametrize("body", [b"", b"  ", b"{}"])
def test_a_body_may_be_left_out(body):
    assert read("kms", "ListKeys", body) == {}


def test_a_whole_number_may_be_written_with_a_point():
    assert read("kms", "ListKeys", b'{"Limit":10.0}') == {"Limit": 10}


def test_the_common_operations_are_decoded_in_one_pass():
    for operation in ("Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey", "Sign", "GenerateMac"):
        assert isinstance(codec_of("kms", operation).decode.__self__, msgspec.json.Decoder)


def test_results_are_written_as_aws_writes_them():
    response = codec_of("kms", "DescribeKey").write(
        {"KeyMetadata": {"KeyId": "k", "CreationDate": datetime(2026, 2, 28, 23, 59, 58, 500_000, tzinfo=UTC)}}, "r-1"
    )
    assert response.body == b'{"KeyMetadata":{"KeyId":"k","CreationDate":1772323198.5}}'
    assert response.headers == {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": "r-1"}


def test_absent_members_are_left_out_of_an_answer():
    response = codec_of("kms", "Encrypt").write({"CiphertextBlob": b"null", "KeyId": None}, "r")
    assert response.body == b'{"CiphertextBlob":"bnVsbA=="}'
    assert codec_of("kms", "Encrypt").write({"KeyId": "null"}, "r").body == b'{"KeyId":"null"}'


def test_an_operation_without_output_has_no_body():
    assert codec_of("kms", "DisableKey").write(None, "r").body == b""
    assert codec_of("kms", "TagResource").write({}, "r").body == b""


def test_a_codec_is_compiled_once():
    assert codec_of("kms", "Encrypt") is codec_of("kms", "Encrypt")
    with pytest.raises(LookupError):
        codec(load("kms"), load("kms").operations["Encrypt"], "soap")
