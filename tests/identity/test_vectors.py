"""AWS's own test suite for Signature Version 4, as botocore's source distribution carries it."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from vauban.identity.canonical import canonical_path, canonical_query
from vauban.identity.claims import parse_authorization
from vauban.identity.shapes import make_shape
from vauban.identity.signing_keys import SigningKey
from vauban.kernel.requests import Request


class Vector(NamedTuple):
    name: str
    request: Request
    canonical_request: str
    string_to_sign: str
    authorization: str


def read_request(text: bytes) -> Request:
    """What an HTTP server would make of it, folded lines and all."""
    head, _, body = text.replace(b"\r\n", b"\n").partition(b"\n\n")
    start, *lines = re.sub(rb"\n[ \t]+", b" ", head).decode("latin-1").split("\n")
    method, target = re.fullmatch(r"(\S+) (.*) HTTP/1.1", start).groups()
    headers: dict[str, str] = {}
    for line in filter(None, lines):
        name, _, value = line.partition(":")
        earlier = f"{headers[name.lower()]}," if name.lower() in headers else ""
        headers[name.lower()] = earlier + value.strip()
    path, _, query = target.partition("?")
    return Request(method, path, query, headers, body)


def read_vector(path: Path) -> Vector:
    def text(suffix: str) -> str:
        return path.with_suffix(suffix).read_text("utf-8").replace("\r", "")

    request = read_request(path.read_bytes())
    if "x-amz-security-token" in text(".creq"):
        request.headers["x-amz-security-token"] = re.search("x-amz-security-token:(.*)", text(".sreq"), re.I)[1]
    return Vector(path.stem, request, text(".creq"), text(".sts"), text(".authz"))


@pytest.fixture(scope="module")
def vectors(botocore_source: Path) -> list[Vector]:
    suite = botocore_source / "tests/unit/auth/aws4_testsuite"
    return [read_vector(path) for path in sorted(suite.rglob("*.req"))]


def test_the_suite_is_there(vectors):
    assert len(vectors) > 30


def test_every_canonical_request_and_signature_is_awss(vectors, key):
    for vector in vectors:
        request = vector.request
        claim = parse_authorization(vector.authorization, True)
        text = make_shape(request.headers, claim).canonical_request(
            request.method,
            canonical_path(request.path, claim.service),
            canonical_query(request.query),
            request.headers,
            vector.canonical_request.rpartition("\n")[2],
        )
        assert text == vector.canonical_request, vector.name
        algorithm, time, scope, digest = vector.string_to_sign.split("\n")
        signing_key = SigningKey(key.secret_access_key, claim.date, claim.region, claim.service)
        assert signing_key.scope == scope
        assert signing_key.sign(algorithm, time, digest) == claim.signature, vector.name


def test_every_request_of_the_suite_is_verified(vectors, verifier_at, key):
    for vector in vectors:
        if "x-amz-security-token" in vector.request.headers:
            continue
        vector.request.headers["authorization"] = vector.authorization
        assert verifier_at().verify(vector.request).access_key is key, vector.name
