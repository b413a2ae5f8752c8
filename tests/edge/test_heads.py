from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.edge.bodies import Chunks, body_of, chunk
from vauban.edge.heads import CHUNKED, RequestHead, checked, read_request, read_response
from vauban.http.refusals import Refusal

HOST = b"Host: web.test\r\n"

AMBIGUOUS = {
    "a length beside a coding": b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a coding beside a length": b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n",
    "one length twice": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n",
    "a list of lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\n",
    "a signed length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\n",
    "a hexadecimal length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\n",
    "an endless length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "an empty length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
    "a folded line": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
    "a folded coding": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n",
    "a bare line feed": b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
    "bare line feeds alone": b"GET / HTTP/1.1\nHost: a\n\n",
    "a bare carriage return": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
    "a zero byte": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    "a blank before the colon": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 4\r\n\r\n",
    "a blank before the name": b"POST / HTTP/1.1\r\n Host: a\r\n\r\n",
    "no name": b"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
    "no colon": b"GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a host with a path": b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "a host with a user": b"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "another host in the target": b"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "a target without a slash": b"GET a HTTP/1.1\r\nHost: a\r\n\r\n",
    "two blanks in the request line": b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tab in the request line": b"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "a blank in the target": b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    "a raw byte in the target": b"GET /\xe4 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a lower-case version": b"GET / http/1.1\r\nHost: a\r\n\r\n",
    "a coding in HTTP/1.0": b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    "two codings": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
}
UNSERVED = {
    "an unknown coding": (501, b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n"),
    "a coding in quotes": (501, b'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "chunked"\r\n\r\n'),
    "a coding after another": (501, b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
    "an unknown expectation": (417, b"POST / HTTP/1.1\r\nHost: a\r\nExpect: much\r\nContent-Length: 1\r\n\r\n"),
    "HTTP/2 in the clear": (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "HTTP/1.2": (505, b"GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
}


def refused(data: bytes) -> int:
    with pytest.raises(Refusal) as caught:
        read_request(data)
    return caught.value.status


@pytest.mark.parametrize("data", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_two_readers_could_read_apart_is_refused(data: bytes):
    assert refused(data) == 400


@pytest.mark.parametrize(("status", "data"), UNSERVED.values(), ids=UNSERVED)
def test_what_is_not_served_is_refused(status: int, data: bytes):
    assert refused(data) == status


def test_a_head_is_read_as_it_was_sent():
    data = (
        b"PUT /a%20b?x=1&y#z HTTP/1.1\r\nhost: web.test\r\nX-One:  1 \t\r\nx-TWO: a\r\nContent-Length: 3\r\n\r\nabcGET"
    )
    head, end = read_request(data)
    assert data[end:] == b"abcGET"
    assert (head.method, head.path, head.query, head.fragment) == (b"PUT", b"/a%20b", b"x=1&y", b"z")
    assert head.origin_form == b"/a%20b?x=1&y"
    assert head.headers == [
        (b"host", b"web.test"),
        (b"X-One", b"1"),
        (b"x-TWO", b"a"),
        (b"Content-Length", b"3"),
    ]
    assert (head.length, head.keep_alive, head.host) == (3, True, b"web.test")


def test_the_absolute_form_is_read_as_the_origin_form():
    head, _ = read_request(b"GET http://WEB.test?x HTTP/1.1\r\n" + HOST + b"\r\n")
    assert (head.path, head.query, head.origin_form) == (b"/", b"x", b"/?x")


def test_a_head_may_come_in_any_pieces():
    data = b"GET / HTTP/1.1\r\n" + HOST + b"X: y\r\n\r\n"
    for size in range(len(data)):
        assert read_request(data[:size]) is None
    assert read_request(data)[0].value(b"x") == b"y"


def test_what_the_connection_header_names_goes_no_further():
    head, _ = read_request(b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close, X-Secret\r\nX-Secret: 1\r\n\r\n")
    assert b"x-secret" in head.dropped
    assert b"host" not in head.dropped
    assert not head.keep_alive


def test_heads_are_bounded():
    assert refused(b"GET /" + b"a" * 17_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n") == 414
    assert refused(b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 17_000 + b"\r\n\r\n") == 400
    assert refused(b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 1001 + b"\r\n") == 400
    assert refused(b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 70_000) == 400


@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(data: bytes):
    for read in (read_request, read_response):
        with suppress(Refusal):
            read(data)


@given(
    st.lists(
        st.tuples(st.from_regex(rb"[A-Za-z-]{1,9}", fullmatch=True), st.from_regex(rb"[!-~]{0,9}", fullmatch=True))
    )
)
def test_headers_are_what_was_written(headers: list[tuple[bytes, bytes]]):
    headers = [(b"X-" + name, value) for name, value in headers]
    lines = b"".join(b"%b: %b\r\n" % each for each in headers)
    head, _ = read_request(b"GET / HTTP/1.1\r\n" + HOST + lines + b"\r\n")
    assert head.headers[1:] == headers


def test_headers_that_came_in_no_lines_break_out_of_none():
    for name, value in ((b"x", b"a\r\nY: b"), (b"x: y\r\nz", b""), (b"x y", b""), (b"", b"a"), (b"x", b"a\x00")):
        with pytest.raises(Refusal):
            checked([(name, value)])
    with pytest.raises(Refusal):
        RequestHead(b"POST", b"/", b"2.0", [(b"host", b"a"), (b"transfer-encoding", b"chunked")])


MALFORMED = {
    "no size": b"\r\n",
    "a signed size": b"+1\r\na\r\n",
    "a prefixed size": b"0x1\r\na\r\n",
    "an endless size": b"f" * 16 + b"\r\n",
    "a bare line feed after the size": b"1\na\r\n",
    "a bare line feed after the data": b"1\r\na\n",
    "more than the size says": b"1\r\nab\r\n",
    "less than the size says": b"3\r\na\r\n0\r\n\r\n",
    "a broken trailer": b"0\r\nX : a\r\n\r\n",
    "a blank before the size": b" 1\r\na\r\n",
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_chunks_are_read_strictly(data: bytes):
    with pytest.raises(Refusal):
        Chunks().feed(data + b"0\r\n\r\nGET / HTTP/1.1\r\n")


@given(st.lists(st.binary(min_size=1, max_size=40)), st.integers(1, 9), st.binary(max_size=9))
def test_chunks_are_what_was_written_however_they_come(pieces: list[bytes], step: int, after: bytes):
    stream = b"".join(map(chunk, pieces)) + b"0;x=y\r\nX-Trailer: a\r\n\r\n" + after
    body, got, left = body_of(CHUNKED), b"", b""
    for at in range(0, len(stream), step):
        if body.done:
            left += stream[at : at + step]
            continue
        piece, left = body.feed(stream[at : at + step])
        got += piece
    assert (got, left, body.done) == (b"".join(pieces), after, True)


def test_framing_out_of_proportion_is_refused():
    body = Chunks()
    body.feed(b"1;" + b"x" * 1000 + b"\r\na\r\n")
    with pytest.raises(Refusal):
        body.feed((b"1;" + b"x" * 1000 + b"\r\na\r\n") * 100)
