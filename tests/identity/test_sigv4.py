import hmac
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest
from botocore.auth import SigV4Auth
from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.identity import signers
from vauban.identity.access_keys import AccessKey
from vauban.identity.sigv4 import ANONYMOUS, Verifier
from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request

JSON = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "TrentService.Encrypt"}
text = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=12)
paths = st.lists(st.sampled_from(["a", "b c", ".", "..", "", "é", "~", "$x", "%", "a=b", "+"]), max_size=5)


def test_the_key_service_and_region_are_told(verifier, sign, key):
    identified = verifier.verify(sign(headers=JSON, body=b"{}"))
    assert identified.access_key is key
    assert identified.session is None
    assert (identified.service, identified.region) == ("kms", "us-east-1")


def test_a_caller_met_before_is_verified_all_the_same(verifier, sign, refuse):
    request = sign(headers=JSON, body=b"{}")
    for _ in range(3):
        assert verifier.verify(request)
    other = sign(headers=JSON, body=b'{"a": 1}')
    assert verifier.verify(other)
    swapped = replace(other, headers={**other.headers, "authorization": request.headers["authorization"]})
    assert refuse(verifier, swapped).code == "InvalidSignatureException"
    assert refuse(verifier, replace(request, body=b"{ }")).code == "InvalidSignatureException"


@settings(max_examples=150, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD"]),
    service=st.sampled_from(["kms", "s3", "execute-api", "ssm"]),
    segments=paths,
    query=st.dictionaries(text, text, max_size=4),
    headers=st.dictionaries(st.from_regex(r"x-[a-z]{1,5}", fullmatch=True), text, max_size=4),
    body=st.binary(max_size=50),
)
def test_whatever_botocore_signs_is_verified(verifier_at, sign, key, method, service, segments, query, headers, body):
    # S3 signs paths that are encoded in AWS's one way, which is how botocore makes them.
    kept = "~" if service == "s3" else "~$=+"
    url = "https://vauban.test/" + "/".join(quote(segment, safe=kept) for segment in segments)
    if query:
        url += "?" + urlencode(query, quote_via=quote, safe="-_.~")
    request = sign(service, method, url, headers, body)
    verifier = verifier_at()
    for _ in range(2):
        assert verifier.verify(request).access_key is key


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_bit_of_what_was_signed_can_be_changed(verifier_at, sign, data):
    request = sign(headers=JSON, url="http://vauban.test/a/b?x=1&y=2", body=b"hello")
    verifier = verifier_at()
    verifier.verify(request)
    part = data.draw(st.sampled_from(["method", "path", "query", "body", *request.headers]))
    original = request.headers[part] if part in request.headers else getattr(request, part)
    if isinstance(original, bytes):
        changed = data.draw(st.binary(max_size=10).filter(lambda each: each != original))
    else:
        position = data.draw(st.integers(0, len(original) - 1))
        character = data.draw(
            st.characters(min_codepoint=33, max_codepoint=126).filter(lambda c: c != original[position])
        )
        changed = original[:position] + character + original[position + 1 :]
    if part in request.headers:
        altered = replace(request, headers={**request.headers, part: changed})
    else:
        altered = replace(request, **{part: changed})
    for each in (verifier, verifier_at()):
        try:
            each.verify(altered)
        except AwsError:
            continue
        assert part == "path", "only the path has several spellings"


@pytest.mark.parametrize("number", [0, 31, 63])
@pytest.mark.parametrize("met", [False, True])
def test_an_edited_signature_is_refused(verifier, sign, refuse, number, met):
    request = sign(headers=JSON)
    if met:
        verifier.verify(request)
    authorization = request.headers["authorization"]
    at = len(authorization) - 64 + number
    digit = "0" if authorization[at] != "0" else "1"
    request.headers["authorization"] = authorization[:at] + digit + authorization[at + 1 :]
    error = refuse(verifier, request)
    assert error.code == "InvalidSignatureException"
    assert error.message == (
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details."
    )


@pytest.mark.parametrize("tail", ["", "é" * 64, "x" * 64, "A" * 64, "0" * 63])
@pytest.mark.parametrize("met", [False, True])
def test_a_signature_that_is_none_is_refused(verifier, sign, refuse, tail, met):
    request = sign(headers=JSON)
    if met:
        verifier.verify(request)
    request.headers["authorization"] = request.headers["authorization"][:-64] + tail
    assert refuse(verifier, request).code in ("IncompleteSignatureException", "InvalidSignatureException")


def test_signatures_are_compared_in_constant_time(verifier, sign, monkeypatch):
    compared = []
    compare = hmac.compare_digest
    monkeypatch.setattr(signers.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or compare(a, b))
    request = sign(headers=JSON)
    verifier.verify(request)
    assert compared == [(request.headers["authorization"][-64:],) * 2]


@pytest.mark.parametrize(("service", "minutes"), [("kms", 5), ("secretsmanager", 5), ("sts", 15), ("ssm", 15)])
def test_a_signature_is_good_for_some_minutes_around_its_time(verifier_at, sign, refuse, now, service, minutes):
    request = sign(service, headers=JSON)
    for distance in (-minutes * 60, 0, minutes * 60):
        verifier_at(now + distance).verify(request)
    error = refuse(verifier_at(now + minutes * 60 + 1), request)
    assert error.code == "InvalidSignatureException"
    assert error.message.startswith("Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (")
    assert error.message.endswith(f" - {minutes} min.)")
    error = refuse(verifier_at(now - minutes * 60 - 1), request)
    assert error.message.startswith(
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z ("
    )
    assert error.message.endswith(f" + {minutes} min.)")


def test_a_caller_met_before_cannot_replay_an_old_request(sign, key):
    clock = [1_440_938_160.0]
    verifier = Verifier({key.access_key_id: key}.get, lambda: clock[0])
    request = sign(headers=JSON)
    verifier.verify(request)
    clock[0] += 301
    with pytest.raises(AwsError, match="Signature expired"):
        verifier.verify(request)


def test_the_date_header_will_do(verifier, sign, refuse):
    request = sign(headers={**JSON, "Date": "now"})
    assert "x-amz-date" not in request.headers
    verifier.verify(request)
    request.headers["date"] = "Sun, 30 Aug 2015 12:36:01 GMT"
    assert refuse(verifier, request).code == "InvalidSignatureException"


@pytest.mark.parametrize("date", ["20150230T000000Z", "20150830T246000Z", "2015-08-30T12:36:00Z", "yesterday", "", "é"])
def test_a_date_that_is_none_is_refused(verifier, sign, refuse, date):
    request = sign(headers=JSON)
    request.headers["x-amz-date"] = date
    assert refuse(verifier, request).code == "IncompleteSignatureException"


def test_the_day_of_the_scope_is_the_day_of_the_request(verifier, sign, refuse):
    request = sign(headers=JSON)
    request.headers["authorization"] = request.headers["authorization"].replace("/20150830/", "/20150829/")
    assert "Date in Credential scope does not match" in refuse(verifier, request).message


def test_a_request_without_a_signature_is_refused_unless_allowed(verifier, refuse):
    error = refuse(verifier, Request("POST", "/"))
    assert (error.code, error.message) == ("MissingAuthenticationTokenException", "Missing Authentication Token")
    assert verifier.verify(Request("POST", "/"), anonymous=True) is ANONYMOUS
    assert ANONYMOUS.access_key is None


def test_a_wrong_signature_is_refused_even_where_none_is_needed(verifier, sign):
    request = sign(headers=JSON)
    with pytest.raises(AwsError):
        verifier.verify(replace(request, body=b"other"), anonymous=True)


@pytest.mark.parametrize(
    ("service", "sentence"),
    [
        ("kms", "The security token included in the request is invalid."),
        ("s3", "The AWS Access Key Id you provided does not exist in our records."),
        ("ec2", "AWS was not able to validate the provided access credentials"),
    ],
)
def test_unknown_and_inactive_keys_are_refused_alike(verifier_at, sign, refuse, key, service, sentence):
    inactive = replace(key, status="Inactive")
    unknown = replace(key, access_key_id="AKIDOTHER")
    for verifier in (verifier_at(key=inactive), verifier_at(key=unknown)):
        error = refuse(verifier, sign(service))
        assert (error.code, error.message) == ("UnrecognizedClientException", sentence)


def test_a_key_that_changes_is_looked_at_again(sign, now, key):
    records = {key.access_key_id: key}
    verifier = Verifier(records.get, lambda: now)
    request = sign(headers=JSON)
    verifier.verify(request)
    records[key.access_key_id] = replace(key, status="Inactive")
    with pytest.raises(AwsError, match="security token"):
        verifier.verify(request)
    records[key.access_key_id] = newest = replace(key)
    assert verifier.verify(request).access_key is newest
    records[key.access_key_id] = replace(key, secret_access_key=b"another")
    with pytest.raises(AwsError, match="does not match"):
        verifier.verify(request)
    del records[key.access_key_id]
    with pytest.raises(AwsError, match="security token"):
        verifier.verify(request)


def test_the_signature_must_be_for_the_service(verifier, sign, refuse):
    verifier.verify(sign("kms"), "kms")
    error = refuse(verifier, sign("ssm"), "kms")
    assert (error.code, error.message) == (
        "InvalidSignatureException",
        "Credential should be scoped to correct service: 'kms'. ",
    )


@pytest.mark.parametrize("met", [False, True])
def test_an_unsigned_amz_header_is_refused(verifier, sign, refuse, met):
    request = sign(headers=JSON)
    if met:
        verifier.verify(request)
    request.headers["x-amz-sneaky"] = "1"
    assert "not signed: x-amz-sneaky" in refuse(verifier, request).message
    request = sign("s3", headers={})
    request.headers["x-amz-acl"] = "public-read"
    error = refuse(verifier, request)
    assert (error.code, error.status, error.fields) == ("AccessDenied", 403, {"HeadersNotSigned": "x-amz-acl"})


@pytest.mark.parametrize("met", [False, True])
def test_every_signed_header_must_be_there(verifier, sign, refuse, met):
    request = sign(headers=JSON)
    if met:
        verifier.verify(request)
    del request.headers["content-type"]
    assert refuse(verifier, request).code == "InvalidSignatureException"


def test_the_order_of_the_headers_makes_no_difference(verifier, sign):
    request = sign(headers=JSON)
    verifier.verify(request)
    verifier.verify(replace(request, headers=dict(reversed(request.headers.items()))))


def test_spaces_in_header_values_are_evened_out(verifier, sign):
    request = sign(headers={**JSON, "X-Spaced": "a   b"})
    verifier.verify(request)
    request.headers["x-spaced"] = "  a b\t "
    verifier.verify(request)


@pytest.mark.parametrize("separator", [",", " ,  ", ", "])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_parts_of_the_header_may_stand_in_any_order(verifier, sign, separator, order):
    request = sign(headers=JSON)
    algorithm, _, rest = request.headers["authorization"].partition(" ")
    parts = rest.split(", ")
    request.headers["authorization"] = f"{algorithm} {separator.join(parts[i] for i in order)}"
    for _ in range(2):
        verifier.verify(request)


def test_a_body_is_held_against_its_signed_hash(verifier, sign, refuse):
    request = sign("s3", "PUT", "http://vauban.test/bucket/key", body=b"hello")
    assert len(request.headers["x-amz-content-sha256"]) == 64
    verifier.verify(request)
    error = refuse(verifier, replace(request, body=b"other"))
    assert (error.code, error.status) == ("XAmzContentSHA256Mismatch", 400)


def test_an_unsigned_body_is_for_services_that_allow_it(verifier, sign, refuse):
    unsigned = {"payload_signing_enabled": False}
    request = sign("s3", "PUT", "https://vauban.test/bucket/key", body=b"hello", context=unsigned, signer=SigV4Auth)
    assert request.headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD"
    verifier.verify(replace(request, body=b"other"))
    error = refuse(verifier, sign("kms", url="https://vauban.test/", body=b"hello", context=unsigned))
    assert error.code == "InvalidSignatureException"


def test_a_caller_met_with_a_signed_body_cannot_leave_it_unsigned(verifier, sign, refuse):
    headers = {**JSON, "X-Amz-Content-Sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}
    verifier.verify(sign("kms", headers=headers, body=b"hello"))
    for form in ("UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"):
        request = sign("kms", headers={**JSON, "X-Amz-Content-Sha256": form}, body=b"hello")
        assert refuse(verifier, request).code == "InvalidSignatureException"


@pytest.mark.parametrize("declared", ["", "nonsense", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "A" * 64])
def test_other_forms_of_body_are_refused(verifier, sign, refuse, declared):
    request = sign("s3", "PUT", headers={"X-Amz-Content-Sha256": declared}, signer=SigV4Auth)
    assert refuse(verifier, request).code == "InvalidArgument"


def test_s3_wants_the_bodys_hash(verifier, sign, refuse):
    request = sign("s3", signer=SigV4Auth)
    assert refuse(verifier, request).code == "InvalidRequest"


def test_s3_paths_are_taken_as_they_are(verifier, sign):
    for path in ("/bucket/a//b/../c/./d", "/bucket/a%20b~c", "/bucket//"):
        verifier.verify(sign("s3", "GET", f"http://vauban.test{path}"))


def test_wrong_times_are_told_in_s3s_words_and_ec2s(verifier_at, sign, refuse, now):
    error = refuse(verifier_at(now + 1000), sign("s3"))
    assert (error.code, error.status) == ("RequestTimeTooSkewed", 403)
    error = refuse(verifier_at(now + 1000), sign("ec2"))
    assert (error.code, error.status, error.message) == ("RequestExpired", 400, "Request has expired.")


def test_what_is_kept_of_callers_is_bounded(sign, now, monkeypatch):
    monkeypatch.setattr("vauban.identity.sigv4._SIGNERS", 3)
    monkeypatch.setattr("vauban.identity.signers._SHAPES", 3)
    keys = {f"AKID{number}": AccessKey(f"AKID{number}", "1", datetime.now(UTC), b"s") for number in range(9)}
    verifier = Verifier(keys.get, lambda: now)
    for _ in range(2):
        for name in keys:
            for extra in range(5):
                verifier.verify(sign(headers={f"X-{extra}": "1"}, key_id=name, secret=b"s"))
    assert len(verifier._signers) == 3
    assert all(len(signer.shapes) <= 3 for signer in verifier._signers.values())


def test_nobody_unknown_takes_up_memory(verifier, sign, refuse):
    for number in range(5):
        refuse(verifier, sign(headers={f"X-{number}": "1"}, secret=b"wrong"))
    assert verifier._signers == {}


def test_no_secret_is_shown(verifier, sign, key):
    identified = verifier.verify(sign())
    secret = key.secret_access_key.decode()
    assert secret not in repr(identified)
    assert secret not in repr(verifier.__dict__)
