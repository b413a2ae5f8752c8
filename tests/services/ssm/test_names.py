from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.kernel.errors import AwsError
from vauban.services.ssm.names import Named, arn_of, parent, parse, require_new, require_path

ACCOUNT, REGION = "111122223333", "us-east-1"
levels = st.text("abcXYZ019_.-", min_size=1, max_size=8).filter(
    lambda level: not level.lower().startswith(("aws", "ssm"))
)
paths = st.lists(levels, min_size=1, max_size=15).map(lambda found: "/" + "/".join(found))
names = st.one_of(paths, levels)


@given(names)
def test_a_new_name_is_one_that_can_be_read_again(name):
    require_new(name, ACCOUNT, REGION)
    assert parse(name) == Named(name, "")
    assert parse(f"{name}:7") == Named(name, "7")


@given(paths)
def test_a_path_survives_its_arn(name):
    arn = arn_of(name, ACCOUNT, REGION)
    assert arn == f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}"
    assert parse(f"{arn}:label") == Named(name, "label", ACCOUNT, REGION)


@given(paths)
def test_a_parameter_lies_directly_under_its_parent(name):
    require_path(parent(name))
    above = parent(name).rstrip("/")
    assert name.startswith(f"{above}/")
    assert "/" not in name[len(above) + 1 :]


@given(st.text())
def test_whatever_is_given_is_named_or_refused(text):
    for read in (parse, require_path, lambda name: require_new(name, ACCOUNT, REGION)):
        with suppress(AwsError):
            read(text)


@pytest.mark.parametrize(("name", "above"), [("a", "/"), ("/a", "/"), ("/a/b", "/a"), ("/a/b/c", "/a/b")])
def test_the_parent_of_a_name(name, above):
    assert parent(name) == above
