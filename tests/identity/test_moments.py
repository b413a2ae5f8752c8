import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.identity.moments import Moment, basic_format, parse_moment

MOMENT = Moment("20150830T123600Z", 1_440_938_160)


@pytest.mark.parametrize(
    "text", ["20150830T123600Z", "Sun, 30 Aug 2015 12:36:00 GMT", "Sun, 30 Aug 2015 12:36:00 -0000"]
)
def test_both_forms_of_time_are_read(text):
    assert parse_moment(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    ["", "x", "20150230T000000Z", "20151301T000000Z", "20150830T240000Z", "20150830T123660Z", "20150830T123600", "1"],
)
def test_what_is_no_time_is_none(text):
    assert parse_moment(text) is None


@given(st.text(max_size=40))
def test_anything_is_a_time_or_none(text):
    moment = parse_moment(text)
    assert moment is None or parse_moment(moment.text) == moment


@given(st.integers(0, 4_000_000_000))
def test_every_second_is_written_and_read(seconds):
    assert parse_moment(basic_format(seconds)) == Moment(basic_format(seconds), seconds)
