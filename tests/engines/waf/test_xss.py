import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.engines.waf import xss

from .corpora import corpus


@pytest.mark.parametrize("attack", corpus("xss"))
def test_script_is_caught(attack):
    assert xss.detect(attack)


@pytest.mark.parametrize("value", corpus("ordinary"))
def test_what_people_write_passes(value):
    assert xss.detect(value) is None


@pytest.mark.parametrize("value", corpus("sqli"))
def test_sql_is_no_script(value):
    assert xss.detect(value) is None


def test_what_matched_is_told():
    assert xss.detect(b"hello <script>x") == ("<script>",)


@given(st.binary(max_size=300))
def test_it_takes_any_bytes(value):
    xss.detect(value)


@pytest.mark.parametrize(
    "piece",
    [
        b"<a ",
        b" x",
        b"'",
        b"on",
        b"<svg><",
        b"{{",
        b"' a=b",
        b"window.",
        b"\\u003c",
        b"'/*",
        b"<style>",
        b"<meta ",
        b"&#x",
    ],
)
def test_no_value_makes_it_slow(piece):
    """The suite's own time limit is the judge: what is quadratic in these never ends."""
    for opening in (b"", b"<a ", b"'"):
        xss.detect(opening + piece * (65_536 // len(piece)))
