import pytest

from ..web_acls import ARGUMENTS, BODY, QUERY, URI, caught, size


@pytest.mark.parametrize(
    ("comparison", "lengths"),
    [("EQ", [4]), ("NE", [3, 5]), ("LE", [3, 4]), ("LT", [3]), ("GE", [4, 5]), ("GT", [5])],
)
def test_sizes_are_compared(comparison, lengths):
    assert [length for length in (3, 4, 5) if caught(size(comparison, 4, QUERY), query=b"x" * length)] == lengths


def test_the_slash_of_a_path_counts():
    assert caught(size("EQ", 9, URI), path=b"/logo.jpg")


def test_the_size_is_that_after_transformations():
    assert caught(size("EQ", 1, QUERY, "URL_DECODE"), query=b"%41")


def test_one_of_several_values_is_enough():
    assert caught(size("GT", 3, ARGUMENTS), query=b"a=1&b=long")
    assert not caught(size("GT", 3, ARGUMENTS), query=b"a=1&b=2")


def test_what_is_not_there_has_no_size():
    absent = {"SingleHeader": {"Name": "x-absent"}}
    assert not caught(size("GE", 0, absent))
    assert caught(size("EQ", 0, BODY))


def test_of_a_body_what_is_not_inspected_counts():
    assert caught(size("GT", 8192, BODY), body=b"x" * 8192, body_size=8193)
    assert not caught(size("GT", 8192, BODY), body=b"x" * 8192, body_size=8192)
    assert not caught(size("GT", 8192, QUERY), body=b"x" * 8192, body_size=9000)
