from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.services.scheduler.expressions import parse


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(expression, timezone, start, count):
    parsed = parse(expression, timezone)
    found = [parsed.first(moment(start))]
    while len(found) < count and found[-1] is not None:
        found.append(parsed.next_after(found[-1], found[-1]))
    return [each and f"{each:%Y-%m-%dT%H:%M}" for each in found]


def test_a_time_by_the_clocks_of_a_place():
    assert times("at(2030-07-01T12:00:00)", "Europe/Berlin", "2030-01-01", 2) == ["2030-07-01T10:00", None]
    assert times("at(2030-07-01T12:00:00)", "UTC", "2031-01-01", 1) == [None]


def test_a_rate_begins_at_once_and_keeps_its_beat():
    assert times("rate(90 minutes)", "UTC", "2030-01-01T00:10", 3) == [
        "2030-01-01T00:10",
        "2030-01-01T01:40",
        "2030-01-01T03:10",
    ]
    late = parse("rate(1 hour)", "UTC").next_after(moment("2030-01-01T00:10"), moment("2030-01-01T05:30"))
    assert late == moment("2030-01-01T06:10")


def test_a_time_that_clocks_pass_over_is_left_out():
    assert times("cron(30 2 * * ? *)", "Europe/Berlin", "2030-03-29T12:00", 3) == [
        "2030-03-30T01:30",
        "2030-04-01T00:30",
        "2030-04-02T00:30",
    ]
    assert times("at(2030-03-31T02:30:00)", "Europe/Berlin", "2030-01-01", 1) == [None]


def test_a_time_that_comes_twice_counts_once():
    assert times("cron(30 2 * * ? *)", "Europe/Berlin", "2030-10-26T12:00", 2) == [
        "2030-10-27T00:30",
        "2030-10-28T01:30",
    ]
    assert times("cron(*/30 * * * ? *)", "Europe/Berlin", "2030-10-27T00:10", 2) == [
        "2030-10-27T00:30",
        "2030-10-27T02:00",
    ]


@pytest.mark.parametrize("timezone", ["", "/etc/passwd", "../UTC", "Nowhere", "a" * 50, "Europe"])
def test_a_time_zone_that_is_none(timezone):
    with pytest.raises(LookupError):
        parse("rate(1 day)", timezone)


@given(st.text("0123456789*?/,-#LWTMONs: minutehourday", max_size=40), st.sampled_from(["", "at(", "rate(", "cron("]))
def test_whatever_is_said_is_an_expression_or_none(text, begin):
    with suppress(ValueError):
        parse(f"{begin}{text})", "UTC")


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata"])
)
def test_the_next_time_comes_later(at, timezone):
    parsed = parse("cron(15 4 * * ? *)", timezone)
    start = at.replace(tzinfo=UTC)
    following = parsed.next_after(start, start)
    assert start < following <= start + timedelta(days=2, hours=1)
