"""Members in headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.aws.types import SerializationException
from vauban.wire import bindings


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []),
        ("a", ["a"]),
        ("a, b ,c", ["a", "b", "c"]),
        ('"a,b", c', ["a,b", "c"]),
        (r'"a\"b\\"', ['a"b\\']),
        ("a,,b", ["a", "", "b"]),
    ],
)
def test_a_header_lists_values_some_of_them_quoted(text, values):
    assert bindings.header_values(text) == values


@pytest.mark.parametrize("text", ['"a', 'a"b', '"a"b'])
def test_a_header_with_a_stray_quote_is_refused(text):
    with pytest.raises(SerializationException):
        bindings.header_values(text)


@given(
    st.lists(st.text(st.characters(codec="ascii", exclude_characters='" \\', categories=["L", "N", "P"]), min_size=1))
)
def test_values_quoted_are_read_back(values):
    assert bindings.header_values(", ".join(bindings.quoted(each) for each in values)) == values


def test_dates_keep_their_commas():
    text = "Sat, 28 Feb 2026 23:59:58 GMT, Sun, 01 Mar 2026 00:00:00 GMT"
    assert bindings.http_dates(text) == ["Sat, 28 Feb 2026 23:59:58 GMT", "Sun, 01 Mar 2026 00:00:00 GMT"]


@given(st.text(max_size=30))
def test_no_value_ends_its_header(text):
    written = bindings.safe(text)
    assert written.isascii()
    assert not {"\r", "\n", "\x00"} & set(written)
