"""Chunks as AWS's own examples sign them.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and sigv4-streaming-trailers.html
"""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.identity.access_keys import AccessKey
from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request

KEY = AccessKey(
    "AKIAIOSFODNN7EXAMPLE", "1", datetime(2013, 5, 24, tzinfo=UTC), b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)
MIDNIGHT = 1_369_353_600.0
"""2013-05-24T00:00:00Z."""


def chunk(size: int, signature: str) -> bytes:
    data = b"a" * size + b"\r\n" if size else b""
    return b"%x;chunk-signature=%s\r\n" % (size, signature.encode()) + data


SIGNED_BODY = (
    chunk(65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648")
    + chunk(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497")
    + chunk(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9")
    + b"\r\n"
)
TRAILING_BODY = (
    chunk(65536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2")
    + chunk(1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7")
    + chunk(0, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992")
    + b"x-amz-checksum-crc32c:sOO8/Q==\r\n"
    + b"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"
)


def example(headers: dict[str, str], seed: str, body: bytes) -> Request:
    headers = {
        "host": "s3.amazonaws.com",
        "content-encoding": "aws-chunked",
        "x-amz-date": "20130524T000000Z",
        "x-amz-decoded-content-length": "66560",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        **headers,
    }
    headers["authorization"] = (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        f"SignedHeaders={';'.join(sorted(headers))},Signature={seed}"
    )
    return Request("PUT", "/examplebucket/chunkObject.txt", "", headers, body)


@pytest.fixture
def signed():
    return example(
        {"content-length": "66824", "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        SIGNED_BODY,
    )


@pytest.fixture
def trailing():
    return example(
        {
            "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            "x-amz-trailer": "x-amz-checksum-crc32c",
        },
        "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
        TRAILING_BODY,
    )


@pytest.fixture
def verifier(verifier_at):
    return verifier_at(MIDNIGHT, KEY)


def test_awss_example_of_signed_chunks_is_verified_and_decoded(verifier, signed):
    assert verifier.verify(signed).access_key is KEY
    assert signed.body == b"a" * 66560
    assert "content-encoding" not in signed.headers


def test_awss_example_with_a_trailer_is_verified_and_the_trailer_kept(verifier, trailing):
    verifier.verify(trailing)
    assert trailing.body == b"a" * 66560
    assert trailing.headers["x-amz-checksum-crc32c"] == "sOO8/Q=="
    assert "x-amz-trailer-signature" not in trailing.headers


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_chunk_that_is_not_what_was_signed_is_refused(verifier, signed, refuse, number):
    signatures = re.findall(rb"chunk-signature=([0-9a-f]{64})", signed.body)
    other = signed.body.replace(signatures[number], b"0" * 64)
    assert refuse(verifier, replace(signed, body=other)).code == "InvalidSignatureException"


def test_chunks_cannot_be_changed_reordered_or_left_out(verifier, signed, refuse):
    first, second, last = (
        match[0] for match in re.finditer(rb"[0-9a-f]+;chunk-signature=[0-9a-f]{64}\r\na*\r\n", SIGNED_BODY)
    )
    for body in (second + first + last, first + last, last, SIGNED_BODY.replace(b"aaa\r\n", b"aab\r\n")):
        assert refuse(verifier, replace(signed, body=body)).code == "InvalidSignatureException"


def test_a_chunk_without_a_signature_is_refused(verifier, signed, refuse):
    body = b"3\r\nabc\r\n0\r\n\r\n"
    assert refuse(verifier, replace(signed, body=body)).code == "InvalidSignatureException"


def test_a_trailer_cannot_be_changed_or_added(verifier, trailing, refuse):
    changed = TRAILING_BODY.replace(b"sOO8/Q==", b"sOO8/R==")
    added = TRAILING_BODY.replace(b"x-amz-trailer-s", b"x-amz-acl:public-read\r\nx-amz-trailer-s")
    for body in (changed, added):
        assert refuse(verifier, replace(trailing, body=body)).code == "InvalidSignatureException"
    unsigned = TRAILING_BODY[: TRAILING_BODY.index(b"x-amz-trailer-signature")] + b"\r\n"
    assert refuse(verifier, replace(trailing, body=unsigned)).code == "InvalidSignatureException"


def test_a_signed_body_without_a_trailer_has_none(verifier, signed, refuse):
    body = SIGNED_BODY[:-2] + b"x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n"
    assert refuse(verifier, replace(signed, body=body)).code == "IncompleteBody"


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_body_that_is_cut_or_damaged_is_refused(verifier_at, data):
    request = example(
        {"content-length": "66824", "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        SIGNED_BODY,
    )
    position = data.draw(st.integers(0, len(SIGNED_BODY) - 3))
    byte = data.draw(st.binary(min_size=1, max_size=1))
    damaged = SIGNED_BODY[:position] + byte + SIGNED_BODY[position + 1 :]
    for body in (SIGNED_BODY[:position], damaged):
        if body.lower() == SIGNED_BODY.lower():
            continue
        with pytest.raises(AwsError):
            verifier_at(MIDNIGHT, KEY).verify(replace(request, headers=dict(request.headers), body=body))


def unsigned(sign, body: bytes, length: int = 5, trailer: str = "x-amz-checksum-crc32", coding: str = "aws-chunked"):
    """botocore signs such a request's headers alone."""
    headers = {
        "Content-Encoding": coding,
        "X-Amz-Decoded-Content-Length": str(length),
        "X-Amz-Trailer": trailer,
    }
    context = {"checksum": {"request_algorithm": {"in": "trailer"}}}
    return sign("s3", "PUT", "https://vauban.test/bucket/key", headers, body, context=context)


def test_unsigned_chunks_with_a_trailer_are_decoded(verifier_at, sign):
    request = unsigned(
        sign, b"3\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", coding="gzip, aws-chunked"
    )
    assert request.headers["x-amz-content-sha256"] == "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    verifier_at().verify(request)
    assert request.body == b"hello"
    assert request.headers["content-encoding"] == "gzip"
    assert request.headers["x-amz-checksum-crc32"] == "NhCmhg=="


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "IncompleteBody"),
        (b"5\r\nhello\r\n", "IncompleteBody"),
        (b"5\r\nhello0\r\n\r\n", "IncompleteBody"),
        (b"6\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (b"ffffffff\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (b"-5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (b"0x5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (b"5\r\nhello\r\n0\r\nno trailer\r\n\r\n", "IncompleteBody"),
        (b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:a\r\nX-Amz-Checksum-Crc32:b\r\n\r\n", "IncompleteBody"),
        (b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:a\r\n\r\nmore", "IncompleteBody"),
        (b"4\r\nhell\r\n0\r\nx-amz-checksum-crc32:a\r\n\r\n", "IncompleteBody"),
        (b"5\r\nhello\r\n0\r\n\r\n", "MalformedTrailerError"),
        (b"5\r\nhello\r\n0\r\nx-amz-acl:public-read\r\n\r\n", "MalformedTrailerError"),
        (b"5\r\nhello\r\n0\r\nhost:elsewhere\r\n\r\n", "MalformedTrailerError"),
    ],
)
def test_malformed_chunks_are_refused(verifier_at, sign, refuse, body, code):
    assert refuse(verifier_at(), unsigned(sign, body)).code == code


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_anything_else_is_refused_but_never_fails(verifier_at, sign, body):
    with pytest.raises(AwsError):
        verifier_at().verify(unsigned(sign, body))


@pytest.mark.parametrize("trailer", ["host", "authorization", "x-amz-date", "content-length", "x-amz-content-sha256"])
def test_a_trailer_cannot_take_the_place_of_a_header(verifier_at, sign, refuse, trailer):
    body = b"5\r\nhello\r\n0\r\n%s:elsewhere\r\n\r\n" % trailer.encode()
    assert refuse(verifier_at(), unsigned(sign, body, trailer=trailer)).code == "MalformedTrailerError"
