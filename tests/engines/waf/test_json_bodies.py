import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.engines.waf.json_bodies import is_pointer, read, selection

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


def told(document):
    """The keys and the scalars of a document, each as it is written."""
    keys, values, left = [], [], [document]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            keys.extend(key.encode("utf-8", "surrogatepass") for key in value)
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)
        else:
            values.append((value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass"))
    return sorted(keys), sorted(values)


@given(DOCUMENTS, st.booleans(), st.sampled_from([None, 1]))
def test_a_document_is_read_whole(document, ascii_only, indent):
    body = json.dumps(document, ensure_ascii=ascii_only, indent=indent).encode()
    keys, values, whole = read(body)
    assert whole
    assert (sorted(keys), sorted(values)) == told(document)


@given(DOCUMENTS, st.integers(0, 200))
def test_what_is_cut_off_is_read_up_to_there(document, length):
    body = json.dumps([document]).encode()
    keys, values, whole = read(body[:length])
    all_keys, all_values, _ = read(body)
    assert whole is (length >= len(body) or length == 0)
    assert keys == all_keys[: len(keys)]
    assert values[:-1] == all_values[: max(len(values) - 1, 0)]


@given(st.binary())
def test_anything_is_read_without_failing(body):
    read(body)
    read(body, selection(["/a/0/b", "/"]))


@pytest.mark.parametrize(
    "body",
    [
        b'{"key1":"value1""key2":"value2"}',
        b'{"key1":"value1","key2""value2"}',
        b'{"key1"::"value1",,"key2":"value2",}',
        b'\xef\xbb\xbf{"key1":"value1","key2":"value2"}',
        b' {"key1" : "value1" ,\n"key2"\t: "value2" } ',
    ],
)
def test_it_is_not_particular_about_commas_and_colons(body):
    assert read(body) == ([b"key1", b"key2"], [b"value1", b"value2"], True)


@pytest.mark.parametrize(
    ("body", "values"),
    [
        (b'["a", b, "c"]', [b"a"]),
        (b'["a", "b', [b"a"]),
        (b'["a"', [b"a"]),
        (b'["a"}', [b"a"]),
        (b'{"k": "a"]', [b"a"]),
        (b'{"k": "a", 1: "b"}', [b"a"]),
        (b'{"k": "a", ["b"]}', [b"a"]),
        (b'{"k": "a", "l"}', [b"a"]),
        (b'["a"] "b"', [b"a"]),
        (b'"a" "b"', [b"a"]),
        (b"]", []),
        (b"x", []),
    ],
)
def test_values_are_read_up_to_the_first_failure(body, values):
    assert read(body)[1:] == (values, False)


def test_nothing_is_a_whole_document():
    assert read(b"") == read(b" \n") == ([], [], True)


def test_members_of_one_name_are_all_read():
    assert read(b'{"a": "evil", "a": "good"}')[1] == [b"evil", b"good"]


def test_strings_are_unescaped():
    body = rb'["\u0061\n\"\\\/", "\ud83d\ude00", "\ud800", "\x"]'
    assert read(body)[1] == [b'a\n"\\/', "\U0001f600".encode(), b"\xed\xa0\x80", b"x"]


@pytest.mark.parametrize(
    ("pointers", "keys", "values"),
    [
        (["/dogs/0/name"], [b"name"], [b"Rex"]),
        (["/dogs/0/name", "/dogs/1/name"], [b"name", b"name"], [b"Rex", b"Ida"]),
        (["/dogs/1"], [b"name", b"age"], [b"Ida", b"3"]),
        (["/dogs/1", "/dogs/1/name"], [b"name", b"age"], [b"Ida", b"3"]),
        (["/a~1b"], [b"a/b"], [b"slash"]),
        (["/~0"], [b"~"], [b"tilde"]),
        (["/"], [b""], [b"empty"]),
        (["/dogs/2", "/none/0", "/a~1b/x"], [], []),
    ],
)
def test_pointers_select(pointers, keys, values):
    body = b'{"dogs": [{"name": "Rex"}, {"name": "Ida", "age": 3}], "a/b": "slash", "~": "tilde", "": "empty"}'
    assert read(body, selection(pointers)) == (keys, values, True)


@pytest.mark.parametrize(
    ("text", "expected"), [("/", True), ("/a/b~0~1", True), ("a", False), ("", False), ("/~2", False)]
)
def test_a_pointer_is_told_from_what_is_none(text, expected):
    assert is_pointer(text) is expected


def test_depth_costs_no_more_than_length():
    assert read(b"[" * 100_000 + b"]" * 100_000) == ([], [], True)
    assert read(b'{"a":' * 50_000)[2] is False
