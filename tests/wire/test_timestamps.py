"""Timestamps, read in any of AWS's formats and written in the one asked for."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.aws.types import SerializationException
from vauban.wire import timestamps

MOMENT = datetime(2026, 2, 28, 23, 59, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-28T23:59:58Z",
        "2026-02-28t23:59:58z",
        "2026-02-28T23:59:58.000Z",
        "2026-03-01T01:29:58+01:30",
        "2026-02-28 23:59:58",
        "Sat, 28 Feb 2026 23:59:58 GMT",
        "1772323198",
        "1772323198.0",
        "1.772323198e9",
    ],
)
def test_a_moment_is_read_however_it_is_written(text):
    assert timestamps.parse(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-02-30T00:00:00Z",
        "2026-02-28T24:00:00Z",
        "1e99",
        "9" * 15,
        "-" + "9" * 15,
        "١٢٣",
        "9" * 1_000,
        "NaN",
    ],
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(SerializationException):
        timestamps.parse(text)


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_refused(text):
    with suppress(SerializationException):
        assert timestamps.parse(text).tzinfo is not None


@given(
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])).filter(
        lambda moment: 2 <= moment.year <= 9998
    ),
    st.sampled_from(["iso8601", "unixTimestamp"]),
)
def test_a_moment_written_is_read_back_to_the_millisecond(moment, format):
    read = timestamps.parse(timestamps.to_text(moment, format))
    assert abs(read - moment) <= timedelta(milliseconds=1)


def test_rfc_822_is_to_the_second_and_in_english():
    assert timestamps.to_text(MOMENT.replace(microsecond=999_999), "rfc822") == "Sat, 28 Feb 2026 23:59:58 GMT"


def test_the_epoch_is_a_whole_number_where_it_can_be():
    assert timestamps.to_epoch(MOMENT) == 1772323198
    assert isinstance(timestamps.to_epoch(MOMENT), int)
    assert timestamps.to_epoch(MOMENT.replace(microsecond=123_456)) == 1772323198.123
