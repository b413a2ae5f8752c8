from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.http.limits import Limits
from vauban.http.refusals import Refusal
from vauban.http.requests import RequestReader
from vauban.kernel.requests import Request

HOST = b"Host: vauban.test\r\n"
POST = b"POST / HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def read(*pieces: bytes, limits: Limits | None = None) -> list[Request]:
    reader = RequestReader(limits or Limits())
    for piece in pieces:
        reader.feed(piece)
    return list(reader.ready)


def refused(*pieces: bytes, limits: Limits | None = None) -> int:
    with pytest.raises(Refusal) as caught:
        read(*pieces, limits=limits)
    return caught.value.status


def test_a_request_is_read_whole():
    data = (
        b"PUT /a%20b/c?x=1&y HTTP/1.1\r\n"
        + HOST
        + b"X-One:  1 \t\r\nx-two: a\r\nX-Two: b\r\nContent-Length: 3\r\n\r\nabc"
    )
    assert read(data) == [
        Request(
            "PUT",
            "/a%20b/c",
            "x=1&y",
            {"host": "vauban.test", "x-one": "1", "x-two": "a,b", "content-length": "3"},
            b"abc",
        )
    ]


def test_header_values_keep_their_bytes():
    assert (
        read(b"GET / HTTP/1.1\r\n" + HOST + b"X: \xe1\x88\xb4\r\n\r\n")[0].headers["x"].encode("latin-1")
        == b"\xe1\x88\xb4"
    )


def test_header_names_are_the_same_object_in_every_request():
    first, second = read(POST + b"X-Amz-Date: a\r\n\r\n"), read(POST + b"X-Amz-Date: b\r\n\r\n")
    assert all(one is other for one, other in zip(first[0].headers, second[0].headers, strict=True))


PIPELINE = (
    b"\r\nGET /first?a=b HTTP/1.1\r\nHost: vauban.test\r\nX-A: 1\r\nX-A: 2\r\n\r\n"
    b"POST /second HTTP/1.1\r\nHost: vauban.test\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
    b"3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n"
    b"POST /third HTTP/1.1\r\nHost: vauban.test\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n"
    b"Content-Length: 5\r\n\r\nhello"
    b"POST /fourth HTTP/1.1\r\nHost: vauban.test\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
    b"GET /fifth HTTP/1.1\r\nHost: vauban.test\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
    b"DELETE http://vauban.test/sixth?q HTTP/1.1\r\nHost: vauban.test\r\nContent-Length: 2\r\n\r\nok"
)


def test_pipelined_requests_are_read_in_order():
    requests = read(PIPELINE)
    assert [(each.method, each.path, each.query, each.body) for each in requests] == [
        ("GET", "/first", "a=b", b""),
        ("POST", "/second", "", b"abc0123456789"),
        ("POST", "/third", "", b"hello"),
        ("POST", "/fourth", "", b"hi"),
        ("GET", "/fifth", "", b""),
        ("DELETE", "/sixth", "q", b"ok"),
    ]
    assert "trailer" not in requests[1].headers


@given(st.lists(st.integers(0, len(PIPELINE)), max_size=40))
def test_where_the_stream_is_cut_makes_no_difference(cuts):
    bounds = [0, *sorted(cuts), len(PIPELINE)]
    pieces = [PIPELINE[start:end] for start, end in pairwise(bounds)]
    assert read(*pieces) == read(PIPELINE)


def test_a_stream_of_single_bytes_is_read_too():
    assert read(*(PIPELINE[i : i + 1] for i in range(len(PIPELINE)))) == read(PIPELINE)


@given(st.binary(max_size=300))
def test_anything_else_is_refused_or_not_finished_but_never_fails(data):
    for start in (b"", POST, CHUNKED, POST + b"Content-Length: 10\r\n\r\n"):
        with suppress(Refusal):
            read(start + data)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
        b"Content-Length: 1\r\nContent-Length: 1\r\n",
        b"Content-Length: 1\r\nContent-Length: 2\r\n",
        b"Content-Length: 1, 1\r\n",
        b"Content-Length: +1\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 0x1\r\n",
        b"Content-Length: 1_0\r\n",
        b"Content-Length:\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Content-Length : 1\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: \x0bchunked\r\n",
        b"Host: other.test\r\n",
        b"Host: vauban.test\r\n",
        b"Authorization: a\r\nAuthorization: b\r\n",
        b"Content-Type: a\r\nContent-Type: b\r\n",
        b"X: a\r\n b\r\n",
        b" X: a\r\n",
        b"X: a\rb\r\n",
        b"X: a\nY: b\r\n",
        b"X: a\x00b\r\n",
        b"X\x00: a\r\n",
        b": a\r\n",
        b"X Y: a\r\n",
        b"no colon\r\n",
    ],
)
def test_framing_and_headers_that_two_readers_could_take_differently_are_refused(head):
    assert refused(POST + head + b"\r\n0\r\n\r\n") == 400


@pytest.mark.parametrize("coding", [b"gzip, chunked", b"chunked, chunked", b"xchunked", b"identity"])
def test_other_transfer_codings_are_refused(coding):
    assert refused(POST + b"Transfer-Encoding: " + coding + b"\r\n\r\n0\r\n\r\n") in (400, 501)


@pytest.mark.parametrize(
    "chunks",
    [
        b"0x1\r\na\r\n0\r\n\r\n",
        b"+1\r\na\r\n0\r\n\r\n",
        b"-1\r\na\r\n0\r\n\r\n",
        b"1 \r\na\r\n0\r\n\r\n",
        b" 1\r\na\r\n0\r\n\r\n",
        b"1\na\r\n0\r\n\r\n",
        b"1\r\naX0\r\n\r\n",
        b"1\r\nab\r\n0\r\n\r\n",
        b"ffffffffffffffffff\r\na",
        b"g\r\na\r\n",
        b"\r\na\r\n",
    ],
)
def test_malformed_chunks_are_refused(chunks):
    assert refused(CHUNKED + chunks) == 400


def test_chunks_need_http_1_1():
    assert refused(b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400


@pytest.mark.parametrize(
    ("start", "status"),
    [
        (b"GET / HTTP/2.0\r\n" + HOST, 505),
        (b"GET / HTTP/0.9\r\n" + HOST, 505),
        (b"GET / HTTP/1.2\r\n" + HOST, 400),
        (b"GET / http/1.1\r\n" + HOST, 400),
        (b"GET /\r\n", 505),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n", 400),
        (b"GET / HTTP/1.1\r\n", 400),
        (b"GET / HTTP/1.1\nHost: vauban.test\n\n", 400),
        (b"get / HTTP/1.1\r\n" + HOST, 400),
        (b"TRACE / HTTP/1.1\r\n" + HOST, 405),
        (b"PROPFIND / HTTP/1.1\r\n" + HOST, 405),
        (b"CONNECT vauban.test:443 HTTP/1.1\r\n" + HOST, 405),
        (b"GET /a#b HTTP/1.1\r\n" + HOST, 400),
        (b"GET /a b HTTP/1.1\r\n" + HOST, 400),
        (b"GET /\xc3\xa9 HTTP/1.1\r\n" + HOST, 400),
        (b"GET /\x01 HTTP/1.1\r\n" + HOST, 400),
        (b"GET * HTTP/1.1\r\n" + HOST, 400),
        (b"GET http://other.test/ HTTP/1.1\r\n" + HOST, 400),
        (b"GET http://vauban.test@other.test/ HTTP/1.1\r\n" + HOST, 400),
        (b"GET ftp://vauban.test/ HTTP/1.1\r\n" + HOST, 400),
        (b"GET / HTTP/1.1\r\nHost: a b\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a/b\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: user@a\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a,b\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost:\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Expect: 200-ok\r\n", 417),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
    ],
)
def test_what_is_not_served_is_refused_with_its_own_status(start, status):
    assert refused(start + b"\r\n") == status


@pytest.mark.parametrize("host", [b"a", b"a.b:80", b"127.0.0.1:4566", b"[::1]:4566", b"my_bucket.s3.local"])
def test_hosts_are_names_or_addresses(host):
    assert len(read(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")) == 1


def test_a_later_request_without_a_host_is_refused():
    assert refused(b"GET / HTTP/1.1\r\n" + HOST + b"\r\nGET / HTTP/1.1\r\n\r\n") == 400


def test_the_asterisk_is_for_options():
    assert read(b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n")[0].path == "*"


def test_http_1_0_is_served_once():
    reader = RequestReader(Limits())
    reader.feed(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert len(reader.ready) == 1
    assert reader.finished


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET /" + b"a" * 100 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (POST + b"X: " + b"a" * 200 + b"\r\n\r\n", 431),
        (POST + b"X: a\r\n" * 20 + b"\r\n", 431),
        (POST + b"".join(b"X-%d: a\r\n" % i for i in range(20)) + b"\r\n", 431),
        (POST + b"Content-Length: 51\r\n\r\n", 413),
        (CHUNKED + b"33\r\n" + b"a" * 51, 413),
        (CHUNKED + b"1\r\na\r\n" * 51, 413),
    ],
)
def test_limits_hold_whether_it_comes_at_once_or_in_drops(data, status):
    limits = Limits(target_bytes=100, header_bytes=200, headers=10, body_bytes=50)
    assert refused(data, limits=limits) == status
    assert refused(*(data[i : i + 1] for i in range(len(data))), limits=limits) == status


def test_what_is_just_within_the_limits_is_read():
    limits = Limits(target_bytes=100, header_bytes=200, headers=10, body_bytes=50)
    value = 200 - len("hostvauban.testxcontent-length50")
    data = (
        b"POST /"
        + b"a" * 99
        + b" HTTP/1.1\r\n"
        + HOST
        + b"X: "
        + b"a" * value
        + b"\r\nContent-Length: 50\r\n\r\n"
        + b"a" * 50
    )
    assert len(read(data, limits=limits)) == 1
    assert len(read(*(data[i : i + 1] for i in range(len(data))), limits=limits)) == 1


def test_many_pipelined_upgrades_are_ignored():
    request = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
    assert len(read(request * 5000)) == 5000


@pytest.mark.parametrize("endless", [b"X: " + b"a" * 1000, b"X-" + b"a" * 1000, b"A" * 1000])
def test_an_endless_header_is_refused_before_it_ends(endless):
    limits = Limits(target_bytes=100, header_bytes=200)
    assert refused(POST + endless[:10], *[endless] * 3, limits=limits) == 431


@pytest.mark.parametrize("endless", [b"1;" + b"a" * 5000, b"0\r\nX: " + b"a" * 5000, b"0\r\n" + b"X: a\r\n" * 1000])
def test_endless_chunk_extensions_and_trailers_are_refused(endless):
    limits = Limits(target_bytes=100, header_bytes=200, headers=10)
    assert refused(CHUNKED, *(endless[i : i + 100] for i in range(0, len(endless), 100)), limits=limits) in (400, 431)


def test_the_client_that_waits_for_a_continue_is_known():
    reader = RequestReader(Limits())
    reader.feed(POST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    assert reader.expects_continue
    reader.feed(b"abc")
    assert not reader.expects_continue
    assert len(reader.ready) == 1
