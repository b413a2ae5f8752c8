import base64
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.identity.claims import parse_authorization
from vauban.kernel.errors import AwsError

CREDENTIAL = "Credential=AKIDEXAMPLE/20150830/us-east-1/kms/aws4_request"
HEADERS = "SignedHeaders=host;x-amz-date"
SIGNATURE = f"Signature={'0' * 64}"


def refused(authorization: str, has_date: bool = True) -> AwsError:
    with pytest.raises(AwsError) as caught:
        parse_authorization(authorization, has_date)
    return caught.value


def test_a_claim_has_all_its_parts():
    claim = parse_authorization(f"AWS4-HMAC-SHA256 {CREDENTIAL}, {HEADERS}, {SIGNATURE}", True)
    assert claim == ("AKIDEXAMPLE", "20150830", "us-east-1", "kms", ("host", "x-amz-date"), "0" * 64)


@pytest.mark.parametrize("authorization", ["", "Bearer abc", "Basic YTpi", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 a=b"])
def test_all_that_is_lacking_is_told_and_the_header_not_repeated(authorization):
    error = refused(authorization, has_date=False)
    digest = base64.b64encode(sha256(authorization.encode()).digest()).decode()
    assert error.code == "IncompleteSignatureException"
    assert error.message == (
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
        "Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a "
        f"'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) Authorization={digest}"
    )


def test_one_thing_that_is_lacking_is_told():
    error = refused(f"AWS4-HMAC-SHA256 {CREDENTIAL}, {HEADERS}")
    assert error.message.startswith("Authorization header requires 'Signature' parameter. (Hashed")


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (f"AWS4-HMAC-SHA256 Credential= AKID/1, {HEADERS}, {SIGNATURE}", "IncompleteSignatureException"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}, {CREDENTIAL}, {HEADERS}, {SIGNATURE}", "IncompleteSignatureException"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL} {HEADERS} {SIGNATURE}", "IncompleteSignatureException"),
        (f"AWS4-HMAC-SHA256 nothing, {HEADERS}, {SIGNATURE}", "IncompleteSignatureException"),
        (f"AWS4-HMAC-SHA256 Credential=AKID/20150830/kms, {HEADERS}, {SIGNATURE}", "IncompleteSignatureException"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}/x, {HEADERS}, {SIGNATURE}", "IncompleteSignatureException"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}x, {HEADERS}, {SIGNATURE}", "InvalidSignatureException"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=x-amz-date, {SIGNATURE}", "InvalidSignatureException"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=x;host, {SIGNATURE}", "IncompleteSignatureException"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=Host, {SIGNATURE}", "IncompleteSignatureException"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=host;host, {SIGNATURE}", "IncompleteSignatureException"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=;host, {SIGNATURE}", "IncompleteSignatureException"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}, {HEADERS}, Signature=abc", "IncompleteSignatureException"),
        ("AWS AKID:c2lnbmF0dXJl", "InvalidRequest"),
    ],
)
def test_malformed_parts_are_refused(authorization, code):
    assert refused(authorization).code == code


@pytest.mark.parametrize("algorithm", ["AWS4-ECDSA-P256-SHA256", "AWS4-HMAC-SHA512", "AWS4-X509-RSA-SHA256"])
def test_other_algorithms_are_refused_aloud(algorithm):
    error = refused(f"{algorithm} {CREDENTIAL}, {HEADERS}, {SIGNATURE}")
    assert error.code == "IncompleteSignatureException"
    assert error.message == f"Unsupported AWS 'algorithm': '{algorithm}'."


@given(st.text(max_size=200))
def test_anything_else_is_refused_but_never_fails(text):
    for authorization in (
        text,
        f"AWS4-HMAC-SHA256 {text}",
        f"AWS4-HMAC-SHA256 Credential={text}, {HEADERS}, {SIGNATURE}",
    ):
        try:
            parse_authorization(authorization, True)
        except AwsError as error:
            assert error.code  # noqa: PT017
