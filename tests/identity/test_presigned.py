from dataclasses import replace

import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4QueryAuth

from vauban.kernel.errors import AwsError


@pytest.fixture
def link(sign):
    return sign("s3", "GET", "https://vauban.test/bucket/a%20key?versionId=1", signer=S3SigV4QueryAuth, expires=3600)


def altered(request, old, new):
    assert old in request.query
    return replace(request, query=request.query.replace(old, new))


def test_a_link_works_for_as_long_as_it_was_made_for(verifier_at, link, refuse, now, key):
    for moment in (now - 899, now, now + 3600):
        assert verifier_at(moment).verify(link).access_key is key
    error = refuse(verifier_at(now + 3601), link)
    assert (error.code, error.status, error.message) == ("AccessDenied", 403, "Request has expired")
    assert refuse(verifier_at(now - 901), link).code == "RequestTimeTooSkewed"


def test_a_link_of_another_service_signs_its_empty_body(verifier, sign, key, refuse):
    link = sign("sts", "GET", "https://vauban.test/?Action=GetCallerIdentity", signer=SigV4QueryAuth, expires=60)
    assert verifier.verify(link).access_key is key
    assert refuse(verifier, replace(link, body=b"x")).code == "InvalidSignatureException"


def test_an_expired_link_of_another_service_says_when(verifier_at, sign, refuse, now):
    link = sign("sts", "GET", "https://vauban.test/?Action=GetCallerIdentity", signer=SigV4QueryAuth, expires=60)
    error = refuse(verifier_at(now + 120), link)
    assert error.code == "InvalidSignatureException"
    assert error.message == "Signature expired: 20150830T123700Z is now earlier than 20150830T123800Z"


def test_the_order_of_the_query_makes_no_difference(verifier, link):
    verifier.verify(replace(link, query="&".join(reversed(link.query.split("&")))))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("versionId=1", "versionId=2"),
        ("Expires=3600", "Expires=3601"),
        ("T123600Z", "T123601Z"),
        ("us-east-1", "us-east-2"),
    ],
)
def test_nothing_in_a_link_can_be_changed(verifier, link, refuse, old, new):
    assert refuse(verifier, altered(link, old, new)).code == "InvalidSignatureException"


@pytest.mark.parametrize("addition", ["&x=1", "&versionId=2", "&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD"])
def test_nothing_can_be_added_to_a_link(verifier, link, refuse, addition):
    assert refuse(verifier, replace(link, query=link.query + addition)).code == "InvalidSignatureException"


def test_the_method_and_path_of_a_link_are_signed(verifier, link, refuse):
    assert refuse(verifier, replace(link, method="DELETE")).code == "InvalidSignatureException"
    assert refuse(verifier, replace(link, path="/bucket/other")).code == "InvalidSignatureException"


@pytest.mark.parametrize(
    "name",
    ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Expires"],
)
def test_a_link_without_a_part_is_refused_and_so_is_one_with_two(verifier, link, refuse, name):
    pieces = link.query.split("&")
    without = "&".join(piece for piece in pieces if not piece.startswith(name))
    twice = "&".join([*pieces, *(piece for piece in pieces if piece.startswith(name))])
    expected = "IncompleteSignatureException" if name == "X-Amz-Credential" else "AuthorizationQueryParametersError"
    assert refuse(verifier, replace(link, query=without)).code == expected
    assert refuse(verifier, replace(link, query=twice)).code == "AuthorizationQueryParametersError"


@pytest.mark.parametrize("seconds", ["604801", "-1", "abc", "1e3", "", "99999999999", "٣"])
def test_a_link_is_for_a_week_at_most(verifier, sign, refuse, seconds):
    link = sign("s3", "GET", "https://vauban.test/bucket/key", signer=S3SigV4QueryAuth, expires=seconds)
    assert refuse(verifier, link).code == "AuthorizationQueryParametersError"


def test_a_week_is_allowed(verifier_at, sign, now):
    link = sign("s3", "GET", "https://vauban.test/bucket/key", signer=S3SigV4QueryAuth, expires=604800)
    verifier_at(now + 604800).verify(link)


def test_sigv4a_is_refused_aloud(verifier, link, refuse):
    error = refuse(verifier, altered(link, "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"))
    assert "Unsupported AWS 'algorithm'" in error.message


def test_a_link_and_a_header_do_not_go_together(verifier, link, sign, refuse):
    link.headers["authorization"] = sign().headers["authorization"]
    assert refuse(verifier, link).code == "InvalidArgument"


def test_an_unsigned_amz_header_beside_a_link_is_refused(verifier, link, refuse):
    link.headers["x-amz-acl"] = "public-read"
    assert refuse(verifier, link).code == "AccessDenied"


def test_signed_headers_of_a_link_must_be_sent(verifier, sign, refuse):
    link = sign("s3", "PUT", "https://vauban.test/b/k", {"x-amz-acl": "private"}, signer=S3SigV4QueryAuth, expires=60)
    verifier.verify(link)
    del link.headers["x-amz-acl"]
    assert refuse(verifier, link).code == "InvalidSignatureException"


def test_a_query_that_only_looks_signed_is_unsigned(verifier, link):
    with pytest.raises(AwsError, match="Missing Authentication Token"):
        verifier.verify(replace(link, query="X-Amz-Other=1"))


def test_a_link_of_signature_version_2_is_refused_aloud(verifier, link, refuse):
    old = replace(link, query="AWSAccessKeyId=AKIDEXAMPLE&Signature=abc&Expires=1440938160")
    error = refuse(verifier, old)
    assert error.code == "InvalidRequest"
    assert error.message.endswith("Please use AWS4-HMAC-SHA256.")
