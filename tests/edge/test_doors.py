import asyncio
import hashlib
import shutil
import socket
import ssl
import struct
import subprocess
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from typing import Any

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded, StreamReset

from vauban.crypto.certificates import self_signed
from vauban.edge.hellos import NotTls, read_hello
from vauban.edge.proxies import SIGNATURE, NotProxied, read_origin
from vauban.http.limits import Limits
from vauban.kernel.traffic import Certificate

from ..raw_clients import Client
from .conftest import PORT, Edge, options
from .test_exchanges import status

CURL = shutil.which("curl")


@cache
def certificate(*names: str) -> Certificate:
    return Certificate(f"arn:cert/{names[0]}", *self_signed(names))


def secured(
    edge: Edge, *certificates: Certificate, policy: str = "ELBSecurityPolicy-TLS13-1-2-2021-06", **more: Any
) -> None:
    arns = tuple(each.arn for each in certificates)
    listener = {"protocol": "HTTPS", "certificates": arns, "ssl_policy": policy}
    edge.apply(listener=listener, certificates=certificates, **more)


def context(*protocols: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    if protocols:
        made.set_alpn_protocols(list(protocols))
    return made


def shake(edge: Edge, name: str = "web.test", tls: ssl.SSLContext | None = None) -> ssl.SSLSocket:
    return (tls or context()).wrap_socket(socket.create_connection((edge.host, PORT), timeout=10), server_hostname=name)


def names_shown(edge: Edge, name: str) -> bytes:
    with shake(edge, name) as connection:
        return connection.getpeercert(binary_form=True)


def der(certificate: Certificate) -> bytes:
    return ssl.PEM_cert_to_DER_cert(
        certificate.chain.decode().partition("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    )


def test_clients_are_served_over_tls(edge: Edge):
    secured(
        edge, certificate("web.test"), attributes={"routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "true"}
    )
    with shake(edge) as connection:
        assert connection.version() == "TLSv1.3"
        connection.sendall(b"GET / HTTP/1.1\r\nHost: web.test\r\nConnection: close\r\n\r\n")
        assert status(Client(connection).rest()) == 200
    heard = edge.application.heard[0]
    assert b"X-Forwarded-Proto: https\r\n" in heard
    assert b"X-Amzn-Tls-Version: TLSv1.3\r\n" in heard
    assert b"X-Amzn-Tls-Cipher-Suite: TLS_AES_256_GCM_SHA384\r\n" in heard


def test_the_certificate_is_the_one_for_the_name(edge: Edge):
    default, own, wild = certificate("web.test"), certificate("own.test", "also.test"), certificate("*.wild.test")
    secured(edge, default, own, wild)
    assert names_shown(edge, "own.test") == names_shown(edge, "ALSO.test") == der(own)
    assert names_shown(edge, "a.wild.test") == der(wild)
    assert names_shown(edge, "a.b.wild.test") == names_shown(edge, "web.test") == der(default)


def test_a_new_certificate_is_shown_from_the_next_handshake_on(edge: Edge):
    first, second = certificate("web.test"), certificate("web.test", "new.test")
    secured(edge, first)
    with shake(edge) as connection:
        secured(edge, second)
        assert names_shown(edge, "web.test") == der(second)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: web.test\r\nConnection: close\r\n\r\n")
        assert status(Client(connection).rest()) == 200


@pytest.mark.parametrize(
    ("policy", "versions"),
    [
        ("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", {"TLSv1.2", "TLSv1.3"}),
        ("ELBSecurityPolicy-TLS13-1-3-2021-06", {"TLSv1.3"}),
        ("ELBSecurityPolicy-2016-08", {"TLSv1.2"}),
    ],
)
def test_a_policy_says_which_versions_are_spoken(edge: Edge, policy: str, versions: set[str]):
    secured(edge, certificate("web.test"), policy=policy)
    spoken = set()
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        tls = context()
        tls.minimum_version = tls.maximum_version = version
        try:
            with shake(edge, tls=tls) as connection:
                spoken.add(connection.version())
        except (ssl.SSLError, OSError):
            continue
    assert spoken == versions


def test_a_certificate_that_is_not_there_is_a_fault(edge: Edge):
    edge.apply(listener={"protocol": "HTTPS", "certificates": ("arn:gone",)})
    assert edge.plane.faults[edge.arn] == [f"port {PORT}: it has no certificate"]
    broken = Certificate("arn:broken", certificate("a.test").chain, certificate("b.test").key)
    secured(edge, broken)
    assert "arn:broken" in edge.plane.faults[edge.arn][0]


def test_who_speaks_no_tls_is_left(edge: Edge):
    secured(edge, certificate("web.test"))
    assert edge.ask(b"GET / HTTP/1.1\r\nHost: web.test\r\n\r\n") == b""


def test_nobody_is_waited_for_who_does_not_finish_the_first_message():
    edge = Edge(options(limits=Limits(handshake_seconds=0.2)))
    secured(edge, certificate("web.test"))
    assert edge.ask(b"\x16\x03\x01") == b""
    edge.close()


class Multiplexed:
    """A client over HTTP/2."""

    def __init__(self, edge: Edge):
        self.socket = shake(edge, tls=context("h2"))
        assert self.socket.selected_alpn_protocol() == "h2"
        self.h2 = H2Connection(
            H2Configuration(
                header_encoding="latin-1", validate_outbound_headers=False, normalize_outbound_headers=False
            )
        )
        self.h2.initiate_connection()
        self.flush()

    def flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())

    def send(self, stream: int, *headers: tuple[str, str], data: bytes = b"", end: bool = True) -> None:
        given = {":method": "GET", ":path": "/", ":scheme": "https", ":authority": "web.test"}
        pseudo = {name: value for name, value in headers if name in given}
        others = [each for each in headers if each[0] not in given]
        self.h2.send_headers(stream, [*{**given, **pseudo}.items(), *others], end_stream=end and not data)
        if data:
            self.h2.send_data(stream, data, end_stream=end)
        self.flush()

    def answers(self, count: int = 1) -> dict[int, tuple[str, bytes]]:
        """Status and body of each stream, once so many have ended; ``reset`` of one that was."""
        found: dict[int, tuple[str, bytes]] = {}
        ended = 0
        while ended < count:
            data = self.socket.recv(65536)
            assert data, "the connection was closed"
            for event in self.h2.receive_data(data):
                if isinstance(event, ResponseReceived):
                    found[event.stream_id] = (dict(event.headers)[":status"], b"")
                elif isinstance(event, DataReceived):
                    code, so_far = found[event.stream_id]
                    found[event.stream_id] = (code, so_far + event.data)
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, StreamReset):
                    found.setdefault(event.stream_id, ("reset", b""))
                    ended += 1
                elif isinstance(event, StreamEnded):
                    ended += 1
            self.flush()
        return found


@pytest.fixture
def multiplexed(edge: Edge) -> Iterator[Multiplexed]:
    secured(edge, certificate("web.test"))
    client = Multiplexed(edge)
    yield client
    client.socket.close()


def test_a_connection_that_is_old_ends_with_its_next_answer(edge: Edge):
    edge.apply(attributes={"client_keep_alive.seconds": "60"})
    with edge.connect() as client:
        for closing in (False, False, True):
            client.send(b"GET / HTTP/1.1\r\nHost: web.test\r\n\r\n")
            head = client.until(b"\r\n\r\n")
            assert (b"Connection: close" in head) is closing
            client.until(b"\r\n\r\n")
            edge.pass_time(40)
        assert client.rest() == b""


def test_a_connection_over_http_2_that_is_old_takes_no_more(edge: Edge):
    secured(edge, certificate("web.test"), attributes={"client_keep_alive.seconds": "60"})
    multiplexed = Multiplexed(edge)
    for stream in (1, 3):
        multiplexed.send(stream)
        assert multiplexed.answers()[stream][0] == "200"
        edge.pass_time(40)
    multiplexed.send(5)
    assert multiplexed.answers()[5][0] == "200"
    while multiplexed.socket.recv(65536):
        pass
    multiplexed.socket.close()


def test_streams_that_are_open_when_a_connection_is_to_end_are_still_answered(edge: Edge, multiplexed: Multiplexed):
    multiplexed.send(1, (":method", "POST"), data=b"first ", end=False)
    edge.pass_time(0)

    async def draining() -> None:
        for peer in tuple(edge.plane._peers):
            peer.drain()

    edge.run(draining())
    multiplexed.h2.send_data(1, b"and last", end_stream=True)
    multiplexed.flush()
    said = b""
    while data := multiplexed.socket.recv(65536):
        said += data
    assert b"and last" in said


def test_requests_come_over_http_2(edge: Edge, multiplexed: Multiplexed):
    multiplexed.send(1, (":path", "/a?b=c"), ("cookie", "x=1"), ("cookie", "y=2"))
    assert multiplexed.answers()[1][0] == "200"
    heard = edge.application.heard[0]
    assert heard.startswith(b"GET /a?b=c HTTP/1.1\r\nHost: web.test:8080\r\n")
    assert b"cookie: x=1; y=2\r\n" in heard


def test_many_requests_are_under_way_at_once(edge: Edge, multiplexed: Multiplexed):
    for stream in range(1, 41, 2):
        multiplexed.send(stream, (":method", "POST"), data=b"%d" % stream)
    answers = multiplexed.answers(20)
    assert {stream: answer.rpartition(b"\r\n\r\n")[2] for stream, (_, answer) in answers.items()} != {}
    assert all(code == "200" for code, _ in answers.values())
    assert edge.application.connections > 1


def test_a_large_body_and_a_large_answer_flow_by_their_windows(edge: Edge, multiplexed: Multiplexed):
    sent = b"x" * 300_000
    multiplexed.send(1, (":method", "POST"), ("content-length", str(len(sent))), end=False)
    left = sent
    while left:
        room = min(multiplexed.h2.local_flow_control_window(1), multiplexed.h2.max_outbound_frame_size, len(left))
        if room:
            multiplexed.h2.send_data(1, left[:room], end_stream=len(left) == room)
            left = left[room:]
            multiplexed.flush()
        else:
            multiplexed.h2.receive_data(multiplexed.socket.recv(65536))
    code, answer = multiplexed.answers()[1]
    assert code == "200"
    assert answer.endswith(sent)


HOSTILE = {
    "a line break in a value": (("x", "a\r\nTransfer-Encoding: chunked"),),
    "a line break in a path": ((":path", "/ HTTP/1.1\r\nX: y"),),
    "a blank in a path": ((":path", "/a b"),),
    "a blank in a method": ((":method", "GET / HTTP/1.1"),),
    "a coding": (("transfer-encoding", "chunked"),),
    "a connection header": (("connection", "close"),),
    "a colon in a name": (("x: y", "z"),),
    "an upper-case name": (("X", "y"),),
    "another host": (("host", "other.test"),),
    "a malformed authority": ((":authority", "a/b"),),
    "an unknown pseudo-header": ((":evil", "1"),),
}


@pytest.mark.parametrize("headers", HOSTILE.values(), ids=HOSTILE)
def test_nothing_is_smuggled_by_the_change_to_http_1(edge: Edge, multiplexed: Multiplexed, headers: Any):
    multiplexed.send(1, *headers)
    try:
        answer = multiplexed.answers()[1][0]
    except (AssertionError, OSError):
        answer = "closed"
    assert answer in ("reset", "closed", "400")
    assert edge.application.heard == []


def test_a_body_of_another_length_than_announced_is_no_request(edge: Edge, multiplexed: Multiplexed):
    multiplexed.send(1, (":method", "POST"), ("content-length", "3"), data=b"abcGET /smuggled HTTP/1.1\r\n\r\n")
    with pytest.raises((AssertionError, OSError)):
        multiplexed.answers()
    assert not any(b"smuggled" in each for each in edge.application.heard)


def test_who_calls_his_requests_off_as_fast_as_he_makes_them_is_shown_out(edge: Edge, multiplexed: Multiplexed):
    edge.application.answer = b""
    with pytest.raises((AssertionError, OSError)):
        call_off(multiplexed, 1000)


def call_off(multiplexed: Multiplexed, times: int) -> None:
    for stream in range(1, 2 * times, 2):
        multiplexed.send(stream)
        multiplexed.h2.reset_stream(stream)
        multiplexed.flush()
    multiplexed.answers()


def test_http_2_is_not_offered_where_it_is_turned_off(edge: Edge):
    secured(edge, certificate("web.test"), attributes={"routing.http2.enabled": "false"})
    with shake(edge, tls=context("h2", "http/1.1")) as connection:
        assert connection.selected_alpn_protocol() == "http/1.1"


@pytest.mark.skipif(CURL is None, reason="curl is everywhere")
def test_curl_gets_an_answer_over_http_2(edge: Edge):
    secured(edge, certificate("web.test"))
    said = subprocess.run(
        [CURL, "-sik", "--http2", f"https://{edge.host}:{PORT}/x", "-d", "a=b"], capture_output=True, check=True
    )
    assert said.stdout.startswith(b"HTTP/2 200")
    assert said.stdout.endswith(b"a=b")


def hello(extensions: bytes, ciphers: bytes = b"\x13\x01\x13\x02\x0a\x0a") -> bytes:
    content = b"\x03\x03" + bytes(32) + b"\x00" + struct.pack(">H", len(ciphers)) + ciphers + b"\x01\x00"
    content += struct.pack(">H", len(extensions)) + extensions
    message = b"\x01" + len(content).to_bytes(3, "big") + content
    return b"\x16\x03\x01" + struct.pack(">H", len(message)) + message


def extension(kind: int, content: bytes) -> bytes:
    return struct.pack(">HH", kind, len(content)) + content


NAMED = extension(0, b"\x00\x0b\x00\x00\x08web.test")
EXTENSIONS = b"".join(
    (
        extension(0x1A1A, b""),
        NAMED,
        extension(10, b"\x00\x06\x2a\x2a\x00\x1d\x00\x17"),
        extension(11, b"\x01\x00"),
        extension(13, b"\x00\x04\x04\x03\x08\x04"),
        extension(16, b"\x00\x0c\x02h2\x08http/1.1"),
        extension(43, b"\x04\x03\x04\x03\x03"),
    )
)


def test_clients_are_known_by_how_they_begin():
    said = read_hello(hello(EXTENSIONS))
    assert (said.server_name, said.protocols) == ("web.test", (b"h2", b"http/1.1"))
    assert said.ja3 == hashlib.md5(b"771,4865-4866,0-10-11-13-16-43,29-23,0", usedforsecurity=False).hexdigest()
    suites = hashlib.sha256(b"1301,1302").hexdigest()[:12]
    extensions = hashlib.sha256(b"000a,000b,000d,002b_0403,0804").hexdigest()[:12]
    assert said.ja4 == f"t13d0206h2_{suites}_{extensions}"


def test_a_hello_may_come_in_any_pieces_and_records():
    data = hello(EXTENSIONS)
    for size in range(len(data)):
        assert read_hello(data[:size]) is None
    message = data[5:]
    split = b"".join(b"\x16\x03\x01" + struct.pack(">H", len(each)) + each for each in (message[:40], message[40:]))
    assert read_hello(split) == read_hello(data)


def test_what_is_no_hello_is_not_taken_for_one():
    for data in (
        b"GET / HTTP/1.1\r\n",
        b"\x16\x02\x01\x00\x01\x01",
        hello(EXTENSIONS[:-3]),
        hello(b"\x00"),
        b"\x16\x03\x01\x00\x01\x02",
    ):
        with pytest.raises(NotTls):
            read_hello(data)


def test_a_web_acl_sees_fingerprints(edge: Edge):
    secured(edge, certificate("web.test"))
    seen: list[Any] = []

    class Guard:
        async def inspect(self, exchange: Any) -> None:
            seen.append(exchange.client)

    edge.plane.doors[edge.host, PORT].sites[0][0].guard = Guard()
    with shake(edge) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: web.test\r\nConnection: close\r\n\r\n")
        Client(connection).rest()
    assert len(seen[0].ja3) == 32
    assert seen[0].ja4.startswith("t13d")
    assert seen[0].certificate == "arn:cert/web.test"


ONE = b"PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n"
TWO = SIGNATURE + b"\x21\x11\x00\x0c" + bytes((192, 0, 2, 7, 198, 51, 100, 1)) + struct.pack(">HH", 4711, 443)
SIX = (
    SIGNATURE
    + b"\x21\x21\x00\x24"
    + socket.inet_pton(socket.AF_INET6, "2001:db8::7")
    + bytes(16)
    + struct.pack(">HH", 4711, 443)
)


@pytest.mark.parametrize(
    ("header", "origin"),
    [
        (ONE, ("192.0.2.7", 4711)),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n", ("2001:db8::7", 4711)),
        (b"PROXY UNKNOWN\r\n", None),
        (TWO, ("192.0.2.7", 4711)),
        (SIX, ("2001:db8::7", 4711)),
        (SIGNATURE + b"\x20\x00\x00\x00", None),
    ],
)
def test_a_proxy_says_whose_connection_it_is(header: bytes, origin: Any):
    assert read_origin(header + b"GET") == (origin, len(header))
    for size in range(len(header)):
        assert read_origin(header[:size]) is None


@pytest.mark.parametrize("header", [b"GET / HTTP/1.1\r\n", b"PROXY TCP4 1 2 3 4\r\n", SIGNATURE + b"\x11\x11\x00\x00"])
def test_what_is_no_proxy_header_is_refused(header: bytes):
    with pytest.raises(NotProxied):
        read_origin(header)


@pytest.fixture
def proxied() -> Iterator[Edge]:
    running = Edge(options(proxy_protocol=True))
    running.apply()
    yield running
    running.close()


@pytest.mark.parametrize("header", [ONE, TWO])
def test_the_client_is_who_the_proxy_says(proxied: Edge, header: bytes):
    assert status(proxied.ask(header + b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) == 200
    assert b"X-Forwarded-For: 192.0.2.7\r\n" in proxied.application.heard[0]


def test_who_does_not_say_whose_he_is_gets_no_answer(proxied: Edge):
    assert proxied.ask(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") == b""
    assert proxied.application.heard == []


def test_a_client_has_so_many_connections_and_no_more():
    edge = Edge(options(limits=Limits(connections_per_client=2)))
    edge.apply()
    first, second = edge.connect(), edge.connect()
    for client in (first, second):
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.until(b"HTTP/1.1 200 OK")
    assert edge.get() == b""
    first.socket.close()
    _until_answered(edge)
    second.socket.close()
    edge.close()


def _until_answered(edge: Edge) -> None:
    for _ in range(200):
        if edge.get():
            return
    raise AssertionError("nobody was let in again")


WAITS = {
    "no request": (b"", 16, b""),
    "half a head": (b"GET / HTTP/1.1\r\nHo", 16, b"HTTP/1.1 408 "),
    "half a body": (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab", 12, b"HTTP/1.1 408 "),
}


@pytest.mark.parametrize(("sent", "seconds", "said"), WAITS.values(), ids=WAITS)
def test_nobody_is_waited_for_for_ever(edge: Edge, sent: bytes, seconds: int, said: bytes):
    with edge.connect() as client:
        client.send(sent)
        edge.pass_time(seconds + 1)
        edge.pass_time(3)
        assert client.rest()[: len(said)] in (said, b"")


def test_a_connection_is_not_kept_for_ever(edge: Edge):
    edge.application.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with edge.connect() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.until(b"ok")
        edge.pass_time(67)
        assert client.rest() == b""


def test_a_draining_plane_finishes_what_is_under_way(edge: Edge):
    with edge.connect() as client, closing(edge.connect().socket) as idle:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab")
        edge.get()
        drained = asyncio.run_coroutine_threadsafe(edge.plane.drain(5), edge.loop)
        assert idle.recv(1) == b""
        client.send(b"cd")
        answer = client.rest()
        assert status(answer) == 200
        assert b"Connection: close\r\n" in answer
        drained.result(10)
    with pytest.raises(OSError):
        edge.connect()
