import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.identity.canonical import canonical_path, canonical_query, canonical_value, split_parameters

latin = st.text(st.characters(max_codepoint=255), max_size=30)


@pytest.mark.parametrize(
    ("path", "plain", "s3"),
    [
        ("/", "/", "/"),
        ("", "/", ""),
        ("/a/b", "/a/b", "/a/b"),
        ("/a//b/", "/a/b/", "/a//b/"),
        ("/a/./b/../c", "/a/c", "/a/./b/../c"),
        ("/../..", "/", "/../.."),
        ("/a%20b", "/a%2520b", "/a%20b"),
        ("/a%2fb", "/a%252fb", "/a/b"),
        ("/%7e~", "/%257e~", "/~~"),
        ("/a:b", "/a%3Ab", "/a%3Ab"),
        ("/\xe1\x88\xb4", "/%E1%88%B4", "/%E1%88%B4"),
    ],
)
def test_paths_are_normalised_and_encoded_again_but_not_s3s(path, plain, s3):
    assert canonical_path(path, "kms") == plain
    assert canonical_path(path, "s3") == s3


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("b=2&a=1", "a=1&b=2"),
        ("a=2&a=1&a", "a=&a=1&a=2"),
        ("a-b=1&a=2&A=3", "A=3&a=2&a-b=1"),
        ("a=%2f+%7e&&", "a=%2F%20~"),
        ("a=b=c", "a=b%3Dc"),
        ("\xe1\x88\xb4=1", "%E1%88%B4=1"),
    ],
)
def test_queries_are_encoded_one_way_and_sorted(query, canonical):
    assert canonical_query(query) == canonical


@given(latin)
def test_a_canonical_query_is_its_own(query):
    once = canonical_query(query)
    assert canonical_query(once) == once
    assert sorted(split_parameters(once)) == sorted(split_parameters(query))


@given(latin)
def test_a_canonical_s3_path_is_its_own(path):
    once = canonical_path(path, "s3")
    assert canonical_path(once, "s3") == once


@pytest.mark.parametrize(("value", "canonical"), [("  a  b\t\tc ", "a b c"), ("", ""), ("a\xa0\xa0b", "a\xa0\xa0b")])
def test_spaces_are_evened_out(value, canonical):
    assert canonical_value(value) == canonical
