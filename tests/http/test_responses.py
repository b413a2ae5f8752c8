import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.http.responses import ResponseWriter
from vauban.kernel.requests import Response

WRITER = ResponseWriter()
WRITER.tick(1_440_938_160)
DATE = b"date: Sun, 30 Aug 2015 12:36:00 GMT\r\n"


def test_an_answer_has_its_status_date_headers_length_and_body():
    response = Response(200, {"Content-Type": "text/plain", "x-amzn-RequestId": "1"}, b"hello")
    assert WRITER.write(response) == (
        b"HTTP/1.1 200 OK\r\n"
        + DATE
        + b"Content-Type: text/plain\r\nx-amzn-RequestId: 1\r\ncontent-length: 5\r\n\r\nhello"
    )


def test_the_last_answer_says_so():
    assert b"\r\nconnection: close\r\n\r\n" in WRITER.write(Response(200), close=True)


def test_the_date_follows_the_clock():
    writer = ResponseWriter()
    writer.tick(0)
    first = writer.write(Response(200))
    writer.tick(1)
    assert b"00:00:00 GMT" in first
    assert b"00:00:01 GMT" in writer.write(Response(200))


def test_head_is_told_the_length_of_what_it_does_not_get():
    assert WRITER.write(Response(200, {}, b"hello"), "HEAD").endswith(b"content-length: 5\r\n\r\n")
    assert WRITER.write(Response(200, {"content-length": "123"}), "HEAD").endswith(b"content-length: 123\r\n\r\n")
    assert WRITER.write(Response(200), "HEAD").endswith(b"content-length: 0\r\n\r\n")


@pytest.mark.parametrize("status", [204, 304])
def test_some_statuses_have_no_body(status):
    answer = WRITER.write(Response(status, {}, b""))
    assert b"content-length" not in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "a\rb", "a\0b", "a\x7fb", "\u2028", "snow\u2603"])
@pytest.mark.parametrize("name", ["x-name", "content-type", "Content-Type"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_header_value_cannot_break_out_of_its_line(name, value, method):
    with pytest.raises(ValueError):
        WRITER.write(Response(200, {name: value}), method)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "é", "a\0"])
def test_a_header_name_is_a_token(name):
    with pytest.raises(ValueError):
        WRITER.write(Response(200, {name: "a"}))


@pytest.mark.parametrize("name", ["Content-Length", "transfer-encoding", "Connection", "date", "upgrade"])
def test_framing_is_the_servers_own(name):
    with pytest.raises(ValueError):
        WRITER.write(Response(200, {name: "5"}))


def test_an_interim_status_is_no_answer():
    with pytest.raises(ValueError):
        WRITER.write(Response(101))


def test_values_may_be_any_latin_1_text():
    assert "é\ta".encode("latin-1") in WRITER.write(Response(200, {"x-name": "é\ta"}))


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4), st.binary(max_size=20))
def test_whatever_is_written_has_one_line_per_header(headers, body):
    try:
        answer = WRITER.write(Response(200, headers, body))
    except ValueError:
        return
    head, separator, rest = answer.partition(b"\r\n\r\n")
    assert separator
    assert rest == body
    assert head.count(b"\r\n") == head.count(b"\n") == head.count(b"\r") == len(headers) + 2
