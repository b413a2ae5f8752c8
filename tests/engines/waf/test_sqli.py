import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.engines.waf import sqli

from .corpora import corpus


@pytest.mark.parametrize("attack", corpus("sqli"))
def test_an_injection_is_caught_at_the_low_sensitivity(attack):
    assert sqli.detect(attack, "LOW")


@pytest.mark.parametrize("value", corpus("ordinary"))
def test_what_people_write_passes_at_the_low_sensitivity(value):
    assert sqli.detect(value, "LOW") is None


@pytest.mark.parametrize("attack", corpus("sqli"))
def test_the_high_sensitivity_catches_all_that_the_low_one_does(attack):
    assert sqli.detect(attack, "HIGH")


@pytest.mark.parametrize("value", [b"1 or 2", b"2 and 3", b"1--2", b"select a country from the list"])
def test_the_high_sensitivity_catches_more(value):
    assert sqli.detect(value, "LOW") is None
    assert sqli.detect(value, "HIGH")


def test_what_matched_is_told_by_its_tokens():
    assert sqli.detect(b"10 AND 1=1") == ("10", "AND", "1", "=", "1")
    assert sqli.detect(b"x' or 'a'='a") == ("x'", "or", "'a'", "=", "'a")


@pytest.mark.parametrize("attack", corpus("sqli"))
def test_the_prefilter_finds_every_attack(attack):
    assert re.search(sqli.CONTINUING + rb"|" + sqli.BREAKING_OUT, attack, re.IGNORECASE)


@pytest.mark.parametrize("padding", [b"/**/", b"\n", b"\t", b"/*x*/ ", b"\0"])
def test_what_stands_for_spaces_hides_nothing(padding):
    for attack in (b"1 union select 1,2", b"' or 1=1 -- ", b"1 and sleep(5)"):
        assert sqli.detect(attack.replace(b" ", padding))


@given(value=st.binary(max_size=300), sensitivity=st.sampled_from(["LOW", "HIGH"]))
def test_it_takes_any_bytes(value, sensitivity):
    sqli.detect(value, sensitivity)


@given(st.integers(0, 400))
def test_what_stands_before_it_hides_no_injection(count):
    assert sqli.detect(b"1+" * count + b"1 or 1=1")


@pytest.mark.parametrize(
    "piece",
    [b"'", b"''", b"\\'", b"(", b"1+", b"/*", b"/*/", b"' or ", b"drop ", b"a.", b"`", b"[a", b"select ", b"-- "],
)
def test_no_value_makes_it_slow(piece):
    """The suite's own time limit is the judge: what is quadratic in these never ends."""
    for quote in (b"", b"1 or ", b"' or "):
        sqli.detect(quote + piece * (200_000 // len(piece)), "HIGH")
