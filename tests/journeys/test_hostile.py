"""Whatever comes at the port, the answer is an error in AWS's words: never a stack trace, never a dead server."""

import json
import random
import re
import socket
import struct
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from .running import Server, client

DELIBERATE = {501}
"""What is not there yet answers so."""


class Answer(NamedTuple):
    status: int
    headers: str
    body: bytes

    @property
    def code(self) -> str:
        """The error's code, in JSON."""
        return json.loads(self.body).get("__type", "").split("#")[-1]


class Target:
    """A server to throw bytes at, and one key in it."""

    def __init__(self, server: Server):
        self.server = server
        self.exported = server.credentials()
        self.kms = client(server.url, "kms", self.exported)
        self.key = self.kms.create_key()["KeyMetadata"]["KeyId"]
        self.blob = self.kms.encrypt(KeyId=self.key, Plaintext=b"attack at dawn")["CiphertextBlob"]
        self.credentials = Credentials(self.exported["AWS_ACCESS_KEY_ID"], self.exported["AWS_SECRET_ACCESS_KEY"])

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=20)

    def throw(self, content: bytes, *, half_close: bool = True) -> Answer | None:
        """The first answer to these bytes; None where the connection was closed without one."""
        with self.connect() as connection:
            try:
                connection.sendall(content)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            return read_answer(connection)

    def signed(
        self,
        body: bytes = b"{}",
        operation: str = "ListKeys",
        path: str = "/",
        service: str = "kms",
        method: str = "POST",
        **headers: str,
    ) -> bytes:
        """A whole request with a good signature, whatever is in it."""
        given = {
            "Host": f"127.0.0.1:{self.server.port}",
            "X-Amz-Target": f"TrentService.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
        }
        for name, value in headers.items():
            given[name.replace("_", "-")] = value
        given = {name: value for name, value in given.items() if value}
        request = AWSRequest(method, self.server.url + path, given, body)
        SigV4Auth(self.credentials, service, "us-east-1").add_auth(request)
        return as_bytes(request, path, body)

    def call(self, body: Any, operation: str, **headers: str) -> Answer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.throw(self.signed(content, operation, **headers))
        assert answer is not None
        return answer


def as_bytes(request: AWSRequest, path: str, body: bytes) -> bytes:
    lines = [f"{request.method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close", "", ""]).encode() + body


def read_answer(connection: socket.socket) -> Answer | None:
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except OSError:
        pass
    if not received:
        return None
    head, _, body = received.partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.1 (\d{3}) ", head)
    assert status, received[:200]
    return Answer(int(status[1]), head.decode("latin-1"), body)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """One server for all of it, so that what one leaves behind would show in the next."""
    directory = tmp_path_factory.mktemp("hostile")
    server = Server(directory / "data", "--workers", "2", log=directory / "server.log").start()
    processes = server.processes()
    try:
        yield Target(server)
        assert set(processes) <= set(server.processes()), server.output()
        assert "Traceback" not in server.output()
    finally:
        server.kill()


@pytest.fixture(autouse=True)
def unharmed(target: Target) -> Iterator[None]:
    """After each test the server does what it did before, and has logged no failure."""
    yield
    assert target.kms.decrypt(CiphertextBlob=target.blob)["Plaintext"] == b"attack at dawn"
    assert "Traceback" not in target.server.output()


def assert_refused(answer: Answer | None, *statuses: int) -> None:
    assert answer is not None
    assert answer.status in (statuses or (400, 403, 404, 405, 408, 411, 413, 414, 415, 431)), answer
    assert b"Traceback" not in answer.body
    assert b'File "' not in answer.body


def test_the_harness_signs_well(target):
    assert target.call({}, "ListKeys").status == 200


BODIES: dict[str, Any] = {
    "nothing": b"",
    "no JSON": b"<xml/>",
    "cut": b'{"KeyId": "al',
    "an array": b"[]",
    "a string": b'"x"',
    "null": b"null",
    "a number": b"1e999999",
    "two objects": b"{}{}",
    "NaN": b'{"KeyId": NaN}',
    "bad UTF-8": b'{"KeyId": "\xff\xfe"}',
    "half a surrogate": rb'{"KeyId": "\ud800"}',
    "NULs": b'{"KeyId": "a\x00b"}',
    "escaped NULs": rb'{"KeyId": "a\u0000b"}',
    "only NULs": b"\0" * 1000,
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"KeyId": "x"}'.encode("utf-16"),
    "deep arrays": b'{"KeyId": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep and cut": b"[" * 500_000,
    "a number for a string": {"KeyId": 1},
    "a boolean for a string": {"KeyId": True},
    "an object for a string": {"KeyId": {"a": 1}},
    "an array for a string": {"KeyId": ["x"]},
    "null for what is required": {"KeyId": None},
    "a long string": {"KeyId": "x" * 1_000_000},
    "many unknown members": {f"n{number}": number for number in range(50_000)},
    "a member named by an attribute": {"__class__": "x", "KeyId": "x"},
    "a huge integer": b'{"KeyId": "x", "RotationPeriodInDays": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("operation", ["DescribeKey", "EnableKeyRotation", "CreateGrant"])
def test_a_body_that_is_not_what_the_model_says_is_refused(target, name, operation):
    assert_refused(target.call(BODIES[name], operation), 400)


MEMBERS: dict[str, tuple[str, dict[str, Any]]] = {
    "a blob that is no base64": ("Encrypt", {"Plaintext": "###"}),
    "a blob badly padded": ("Encrypt", {"Plaintext": "AAA"}),
    "a blob that is a list": ("Encrypt", {"Plaintext": [1, 2, 3]}),
    "an empty plaintext": ("Encrypt", {"Plaintext": ""}),
    "a plaintext too long": ("Encrypt", {"Plaintext": "A" * 8192}),
    "a context of numbers": ("Encrypt", {"Plaintext": "AAAA", "EncryptionContext": {"a": 1}}),
    "a context that is a list": ("Encrypt", {"Plaintext": "AAAA", "EncryptionContext": ["a"]}),
    "too many grant tokens": ("Encrypt", {"Plaintext": "AAAA", "GrantTokens": ["t"] * 11}),
    "a grant token of ours, forged": ("Encrypt", {"Plaintext": "AAAA", "GrantTokens": ["AQpA" + "A" * 400]}),
    "a negative number": ("GenerateDataKey", {"NumberOfBytes": -1}),
    "a number too large": ("GenerateDataKey", {"NumberOfBytes": 2**63}),
    "a fraction": ("GenerateDataKey", {"NumberOfBytes": 1.5}),
    "both of two that exclude": ("GenerateDataKey", {"NumberOfBytes": 32, "KeySpec": "AES_256"}),
    "neither of two": ("GenerateDataKey", {}),
    "an unknown word": ("GenerateDataKey", {"KeySpec": "AES_512"}),
    "a marker of nobody's": ("ListGrants", {"Marker": "!!!"}),
    "a marker from elsewhere": ("ListGrants", {"Marker": "AAAAAAAAAAAAAAAA"}),
    "a limit of nothing": ("ListGrants", {"Limit": 0}),
    "a policy that is no policy": ("PutKeyPolicy", {"PolicyName": "default", "Policy": "{"}),
    "a policy nested deep": ("PutKeyPolicy", {"PolicyName": "default", "Policy": "[" * 30_000}),
    "a policy of numbers": ("PutKeyPolicy", {"PolicyName": "default", "Policy": '{"Statement": [1]}'}),
    "a policy with half a surrogate": ("PutKeyPolicy", {"PolicyName": "default", "Policy": '{"Version": "\ud800"}'}),
    "a period of years": ("EnableKeyRotation", {"RotationPeriodInDays": 10**9}),
    "a public key that is none": ("DeriveSharedSecret", {"KeyAgreementAlgorithm": "ECDH", "PublicKey": "AAAA"}),
    "a tag without a value": ("TagResource", {"Tags": [{"TagKey": "a"}]}),
    "a tag of AWS's": ("TagResource", {"Tags": [{"TagKey": "aws:x", "TagValue": "y"}]}),
}


@pytest.mark.parametrize("name", MEMBERS)
def test_members_out_of_bounds_are_refused(target, name):
    operation, members = MEMBERS[name]
    assert_refused(target.call({"KeyId": target.key, **members}, operation), 400)


@pytest.mark.parametrize(
    "key_id",
    [
        *("", "x", "alias/", "alias/aws/", "arn:aws:kms:us-east-1:1:key/", "arn:aws:kms:::key/x", "arn:", ":" * 2000),
        *(
            "../../etc/passwd",
            "' OR 1=1 --",
            "%00",
            "alias/\n",
            "key/\u202e",
            "\ud83d",
            "arn:aws:s3:::bucket",
            "*",
            "?",
        ),
    ],
)
def test_names_that_name_no_key_are_refused(target, key_id):
    for operation in ("DescribeKey", "GetPublicKey", "ListAliases"):
        assert_refused(target.call({"KeyId": key_id}, operation), 400)


def test_a_ciphertext_with_any_bit_flipped_is_refused(target):
    """It is invalid; or it names a key that nobody has, which is not told from one that the caller may not use."""
    refused = []
    for at in range(len(target.blob)):
        flipped = bytearray(target.blob)
        flipped[at] ^= 1 << at % 8
        with pytest.raises(ClientError) as error:
            target.kms.decrypt(CiphertextBlob=bytes(flipped))
        refused.append(error.value.response["Error"]["Code"])
    assert set(refused) == {"InvalidCiphertextException", "AccessDeniedException"}
    assert refused.count("AccessDeniedException") == 32, "the id of the material"


def test_a_ciphertext_cut_or_grown_is_refused(target):
    for blob in [*(target.blob[:size] for size in range(1, len(target.blob), 7)), target.blob + b"\0", target.blob * 2]:
        with pytest.raises(target.kms.exceptions.InvalidCiphertextException):
            target.kms.decrypt(CiphertextBlob=blob)


def edit_signature(request: bytes) -> bytes:
    return re.sub(rb"Signature=(.)", lambda found: b"Signature=" + (b"0" if found[1] != b"0" else b"1"), request)


@pytest.mark.parametrize(
    "edit",
    [
        edit_signature,
        lambda request: request.replace(b"{}", b"[]"),
        lambda request: request.replace(b"TrentService.ListKeys", b"TrentService.CreateKey"),
        lambda request: request.replace(b"/us-east-1/kms/", b"/eu-west-1/kms/"),
        lambda request: request.replace(b"/us-east-1/kms/", b"/us-east-1/s3/"),
        lambda request: request.replace(b"SignedHeaders=", b"SignedHeaders=host;"),
        lambda request: re.sub(rb"SignedHeaders=[^,]*", b"SignedHeaders=", request),
        lambda request: re.sub(rb"Signature=\w+", b"Signature=", request),
        lambda request: re.sub(rb"Signature=\w+", b"Signature=" + b"0" * 10_000, request),
        lambda request: request.replace(b"AWS4-HMAC-SHA256", b"AWS4-HMAC-SHA1"),
        lambda request: request.replace(b"Credential=AKIA", b"Credential=AKIB"),
        lambda request: re.sub(rb"Authorization: .*?\r\n", b"", request),
        lambda request: re.sub(rb"Authorization: .*?\r\n", b"Authorization: Basic eDp5\r\n", request),
        lambda request: re.sub(rb"Authorization: .*?\r\n", b"Authorization: AWS4-HMAC-SHA256\r\n", request),
        lambda request: re.sub(rb"X-Amz-Date: \w+", b"X-Amz-Date: yesterday", request),
        lambda request: re.sub(rb"X-Amz-Date: .*?\r\n", b"", request),
        lambda request: request.replace(b"Credential=", b"Credential=" + b"/" * 1000),
    ],
    ids=range(17),
)
def test_an_edited_request_is_refused(target, edit):
    answer = target.throw(edit(target.signed()))
    assert_refused(answer, 400, 403)
    assert answer.code in {
        "InvalidSignatureException",
        "IncompleteSignatureException",
        "MissingAuthenticationTokenException",
        "MissingAuthenticationToken",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "InvalidRequest",
    }, answer


@contextmanager
def signing_at(moment: datetime) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.auth.get_current_datetime", lambda remove_tzinfo=True: moment.replace(tzinfo=None))
        yield


@pytest.mark.parametrize("minutes", [-60 * 24 * 365, -20, 20, 60 * 24 * 365])
def test_a_signature_of_another_time_is_refused(target, minutes):
    with signing_at(datetime.now(UTC) + timedelta(minutes=minutes)):
        request = target.signed()
    answer = target.throw(request)
    assert_refused(answer, 400, 403)
    assert answer.code == "InvalidSignatureException"


def test_a_presigned_request_is_good_until_it_expires_and_no_longer(target):
    def presigned(age: int, expires: int) -> Answer | None:
        request = AWSRequest("POST", target.server.url + "/", {"X-Amz-Target": "TrentService.ListKeys"})
        with signing_at(datetime.now(UTC) - timedelta(seconds=age)):
            SigV4QueryAuth(target.credentials, "kms", "us-east-1", expires).add_auth(request)
        request.headers["Host"] = f"127.0.0.1:{target.server.port}"
        request.headers["Content-Type"] = "application/x-amz-json-1.1"
        return target.throw(as_bytes(request, request.url.removeprefix(target.server.url), b""))

    assert presigned(age=0, expires=60).status == 200
    assert_refused(presigned(age=120, expires=60), 400, 403)


@pytest.mark.parametrize(
    "content_type", ["", "text/html", "application/x-amz-json-9.9", "multipart/form-data", "x" * 10_000, "\x7f", ";;;"]
)
def test_content_types_that_no_protocol_has_are_answered_plainly(target, content_type):
    answer = target.throw(target.signed(Content_Type=content_type))
    assert answer.status < 500, answer


SHAPES: dict[str, Callable[[Target], bytes]] = {
    "query": lambda target: target.signed(
        b"Action=ListKeys&Version=2014-11-01", X_Amz_Target="", Content_Type="application/x-www-form-urlencoded"
    ),
    "query in the address": lambda target: target.signed(
        b"", path="/?Action=ListKeys&Version=2014-11-01", method="GET", X_Amz_Target="", Content_Type=""
    ),
    "rest-json": lambda target: target.signed(
        b"{}", path=f"/keys/{target.key}", X_Amz_Target="", Content_Type="application/json"
    ),
    "rest-xml": lambda target: target.signed(b"<ListKeys/>", X_Amz_Target="", Content_Type="application/xml"),
    "rpc-v2-cbor": lambda target: target.signed(
        b"\xbf\xff",
        path="/service/TrentService/operation/ListKeys",
        X_Amz_Target="",
        Content_Type="application/cbor",
        Smithy_Protocol="rpc-v2-cbor",
    ),
    "cbor, cut": lambda target: target.signed(
        b"\xbf\x65",
        path="/service/TrentService/operation/ListKeys",
        X_Amz_Target="",
        Content_Type="application/cbor",
        Smithy_Protocol="rpc-v2-cbor",
    ),
    "cbor, deep": lambda target: target.signed(
        b"\x9f" * 100_000,
        path="/service/TrentService/operation/ListKeys",
        X_Amz_Target="",
        Content_Type="application/cbor",
        Smithy_Protocol="rpc-v2-cbor",
    ),
    "a target of nobody's": lambda target: target.signed(X_Amz_Target="Nobody.Nothing"),
    "a target without a dot": lambda target: target.signed(X_Amz_Target="TrentService"),
    "no target": lambda target: target.signed(X_Amz_Target=""),
    "an operation that is not there": lambda target: target.signed(operation="Frobnicate"),
    "an operation of Python's": lambda target: target.signed(operation="__class__"),
    "another service": lambda target: target.signed(service="dynamodb", X_Amz_Target="DynamoDB_20120810.ListTables"),
    "no such service": lambda target: target.signed(service="nothing", X_Amz_Target=""),
    "a service with a slash": lambda target: target.signed(service="../kms", X_Amz_Target=""),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_protocols_shape_gets_an_answer(target, shape):
    answer = target.throw(SHAPES[shape](target))
    assert answer is not None
    assert answer.status < 500 or answer.status in DELIBERATE, answer
    assert b"Traceback" not in answer.body


def test_a_compressed_body_that_is_a_bomb_is_refused(target):
    import gzip

    answer = target.throw(target.signed(gzip.compress(b" " * 100_000_000), Content_Encoding="gzip"))
    assert_refused(answer)


@pytest.mark.parametrize(
    ("content", "statuses"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100, (400,)),
        (b"\0" * 1000, (400,)),
        (b"GET\r\n\r\n", (400,)),
        (b"GET / HTTP/9.9\r\n\r\n", (400, 505)),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 505)),
        (b"GET / HTTP/1.1\r\n\r\n", (400,)),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", (400,)),
        (b"G\xc3\x84T / HTTP/1.1\r\nHost: a\r\n\r\n", (400,)),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", (414, 431)),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", (431,)),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 1000 + b"\r\n", (431,)),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n", (400,)),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", (400,)),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n folded\r\n\r\n", (400,)),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", (400,)),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1_0\r\n\r\n", (400,)),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", (400,)),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", (413,)),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (400,)),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", (400, 501)),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", (400,)),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n", (400, 413)),
        (b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", (400, 404, 405)),
        (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", (400, 403, 404, 405)),
        (b"GET /_vauban/reset HTTP/1.1\r\nHost: a\r\n\r\n", (404,)),
        (b"POST /_vauban/reset HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", (404,)),
        (b"POST /_vauban/credentials HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", (404,)),
        (b"GET /_vauban/../_vauban/status HTTP/1.1\r\nHost: a\r\n\r\n", (404, 400, 403)),
        (b"GET //_vauban/status HTTP/1.1\r\nHost: a\r\n\r\n", (404, 400, 403)),
    ],
    ids=range(29),
)
def test_bytes_that_are_no_request_for_us_are_refused(target, content, statuses):
    assert_refused(target.throw(content), *statuses)


def test_a_request_cut_anywhere_ends_without_a_server_error(target):
    whole = target.signed(b'{"KeyId": "x"}', "DescribeKey")
    for size in range(1, len(whole), 17):
        answer = target.throw(whole[:size])
        assert answer is None or 400 <= answer.status < 500, answer


def test_a_thousand_random_edits_end_without_a_server_error(target):
    dice = random.Random(4566)
    bodies = [json.dumps({"KeyId": target.key, "Plaintext": "AAAA", "EncryptionContext": {"a": "b"}}).encode(), b"{}"]

    def edited() -> bytes:
        request = bytearray(target.signed(dice.choice(bodies), dice.choice(["Encrypt", "DescribeKey", "CreateKey"])))
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(request))
            match dice.randrange(3):
                case 0:
                    request[at] = dice.randrange(256)
                case 1:
                    del request[at : at + dice.randint(1, 30)]
                case _:
                    request[at:at] = dice.randbytes(dice.randint(1, 30))
        return bytes(request)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(target.throw, [edited() for _ in range(1000)]))
    assert not [answer for answer in answers if answer and answer.status >= 500 and answer.status not in (501, 505)]


def test_a_thousand_random_bodies_well_signed_end_without_a_server_error(target):
    dice = random.Random(2014)
    values = [None, True, 0, -1, 1e300, "", "x", "AAAA", [], {}, [[]], {"a": {}}, "\ud800", "\0", target.key, "é" * 300]
    members = ["KeyId", "Plaintext", "CiphertextBlob", "EncryptionContext", "GrantTokens", "Policy", "Tags", "Limit"]
    members += ["Marker", "Operations", "Constraints", "GranteePrincipal", "Message", "SigningAlgorithm", "AliasName"]
    members += ["TargetKeyId", "NumberOfBytes", "KeySpec", "DryRun", "Description", "RotationPeriodInDays", "Origin"]
    operations = sorted(target.kms.meta.service_model.operation_names)
    destructive = {"ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy", "DeleteAlias", "UpdateKeyDescription"}

    def body() -> bytes:
        chosen = {dice.choice(members): dice.choice(values) for _ in range(dice.randint(0, 6))}
        return json.dumps({"KeyId": target.key, **chosen}).encode()

    requests = [
        target.signed(body(), dice.choice([name for name in operations if name not in destructive]))
        for _ in range(1000)
    ]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(target.throw, requests))
    assert not [answer for answer in answers if answer.status >= 500 and answer.status not in DELIBERATE]


def test_many_slow_clients_do_not_keep_others_from_being_answered(target):
    slow = [target.connect() for _ in range(300)]
    try:
        for number, connection in enumerate(slow):
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{" if number % 2 else b"GE")
        assert target.call({}, "ListKeys").status == 200
        for connection in slow:
            connection.sendall(b"T" if connection in slow[::2] else b" ")
        assert target.kms.list_keys()["Keys"]
    finally:
        for connection in slow:
            connection.close()


def test_clients_that_vanish_in_the_middle_leave_nothing_behind(target):
    for _ in range(100):
        connection = target.connect()
        connection.sendall(target.signed(b"{}", "CreateKey")[:-1])
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    before = len(target.kms.list_keys(Limit=1000)["Keys"])
    time.sleep(0.2)
    assert len(target.kms.list_keys(Limit=1000)["Keys"]) == before


def test_a_body_at_the_bound_is_read_and_one_beyond_it_is_not(target):
    bound = 8 * 1024 * 1024
    padded = b"{" + b" " * (bound - 2) + b"}"
    assert target.call(padded, "ListKeys").status == 200
    assert_refused(target.throw(target.signed(padded + b" ")), 413)


def test_what_was_refused_before_anyone_was_known_left_no_secret_in_the_log(target):
    assert target.exported["AWS_SECRET_ACCESS_KEY"] not in target.server.output()
