"""Regular expressions whose time no text can make longer."""

import pytest

from vauban.patterns.expressions import expression


def test_an_expression_searches_and_replaces():
    found = expression(r"^/a/(.*)/(x)")
    assert found.groups == 2
    assert found.search("/a/b/x")
    assert not found.search("/A/b/x")
    assert expression("^/a", caseless=True).search("/A/b")
    assert found.sub(r"/\g<2>/\1", "/a/b/x?é", count=1) == "/x/b?é"


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "(?=a)", "(?<!a)b", "a" * 1025])
def test_what_might_take_ever_longer_is_refused(pattern):
    with pytest.raises(ValueError):
        expression(pattern)


def test_no_text_takes_long():
    assert expression("(a+)+$").search("a" * 100_000 + "!") is None
