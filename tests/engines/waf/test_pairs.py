from urllib.parse import quote_from_bytes, unquote_to_bytes

from hypothesis import given
from hypothesis import strategies as st

from vauban.engines.waf.pairs import arguments, combined, cookies

NAMES = st.binary(min_size=1)


@given(st.lists(st.tuples(NAMES, st.binary())))
def test_arguments_are_read_as_they_were_written(pairs):
    query = "&".join(f"{quote_from_bytes(name, '')}={quote_from_bytes(value, '')}" for name, value in pairs).encode()
    assert [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, value in arguments(query)] == pairs


@given(st.binary())
def test_nothing_of_a_query_is_lost(query):
    found = arguments(query)
    assert sum(len(name) + len(value) for name, value in found) <= len(query)
    assert b"".join(name + value for name, value in found).replace(b"=", b"") == query.replace(b"&", b"").replace(
        b"=", b""
    )


@given(st.lists(st.tuples(st.text("abcXYZ-_", min_size=1), st.text("abc123=%"))))
def test_cookies_are_read_as_they_were_written(pairs):
    written = [(name.encode(), value.encode()) for name, value in pairs]
    header = b"; ".join(name + b"=" + value for name, value in written)
    assert cookies([header]) == written
    assert cookies([name + b"=" + value for name, value in written]) == written


def test_what_is_no_pair_is_read_leniently():
    assert arguments(b"a&=b&&c=d=e") == [(b"a", b""), (b"", b"b"), (b"c", b"d=e")]
    assert cookies([b" a ;; =b;c = d ", b""]) == [(b"a", b""), (b"", b"b"), (b"c ", b" d")]


def test_arguments_of_one_name_are_combined():
    assert combined(b"a=1&b=2&a=3&a") == b"a=1,3,&b=2"
