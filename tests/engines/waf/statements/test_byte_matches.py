import pytest

from vauban.engines import waf

from ..web_acls import URI, caught, contains, rule, verdict, web_acl


@pytest.mark.parametrize(
    ("how", "text", "path", "expected"),
    [
        ("EXACTLY", b"/a", b"/a", True),
        ("EXACTLY", b"/a", b"/ab", False),
        ("STARTS_WITH", b"/a", b"/ab", True),
        ("STARTS_WITH", b"/a", b"b/a", False),
        ("ENDS_WITH", b".php", b"/x.php", True),
        ("ENDS_WITH", b".php", b"/x.php5", False),
        ("CONTAINS", b".*", b"/a.*b", True),
        ("CONTAINS", b".*", b"/ab", False),
        ("CONTAINS", b"\x00\xff", b"/\x00\xff/", True),
        ("CONTAINS", b"A", b"/a", False),
        ("CONTAINS_WORD", b"BadBot", b"BadBot", True),
        ("CONTAINS_WORD", b"BadBot", b";BadBot-1", True),
        ("CONTAINS_WORD", b"BadBot", b"BadBots", False),
        ("CONTAINS_WORD", b"BadBot", b"_BadBot", False),
        ("CONTAINS_WORD", b"BadBot", b"1BadBot", False),
    ],
)
def test_a_string_is_matched_where_it_has_to_be(how, text, path, expected):
    assert caught(contains(text, how=how), path=path) is expected


@pytest.mark.parametrize("text", ["evil", b"evil", bytearray(b"evil")])
def test_a_search_string_is_text_or_bytes(text):
    assert caught(contains(text), path=b"/evil")


def test_the_excerpt_is_what_was_searched():
    (detail,) = verdict(contains(b"EVIL"), waf.Request(path=b"/an/EVIL/path")).details
    assert detail.matched == ("EVIL",)


@pytest.mark.parametrize(
    ("text", "how"),
    [(b"", "EXACTLY"), (b"x" * 201, "CONTAINS"), (b"bad bot", "CONTAINS_WORD"), ("bät", "CONTAINS_WORD")],
)
def test_what_cannot_be_searched_is_refused(text, how):
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.compile(web_acl(rule(contains(text, URI, how=how))))
    assert (refused.value.field, refused.value.parameter) == ("BYTE_MATCH_STATEMENT", "SearchString")
