from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.aws.schedules import WEEKDAYS, Cron, Rate, parse

START = datetime(2026, 1, 1, tzinfo=UTC)
"""A Thursday."""


def times(expression, count=3, start=START):
    return [each.strftime("%m-%d %H:%M") for each in islice(parse(expression).every_after(start), count)]


def test_a_rate_is_so_many_units():
    assert parse("rate(1 day)") == Rate(1, "day")
    assert parse("rate(12 hours)").interval == timedelta(hours=12)
    assert parse("rate(5 minutes)").next_after(START) == START + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 10 * * ? *)", ["01-01 10:00", "01-02 10:00", "01-03 10:00"]),
        ("cron(15 12 * * ? *)", ["01-01 12:15", "01-02 12:15", "01-03 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["01-01 18:00", "01-02 18:00", "01-05 18:00"]),
        ("cron(0 8 1 * ? *)", ["01-01 08:00", "02-01 08:00", "03-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["01-01 00:15", "01-01 00:30", "01-01 00:45"]),
        ("cron(0 8/8 * * ? *)", ["01-01 08:00", "01-01 16:00", "01-02 08:00"]),
        ("cron(0 4/12 * * ? *)", ["01-01 04:00", "01-01 16:00", "01-02 04:00"]),
        ("cron(0 2 L * ? *)", ["01-31 02:00", "02-28 02:00", "03-31 02:00"]),
        ("cron(0 0 ? * 1 *)", ["01-04 00:00", "01-11 00:00", "01-18 00:00"]),
        ("cron(0 0 ? * 6L *)", ["01-30 00:00", "02-27 00:00", "03-27 00:00"]),
        ("cron(0 16 ? * SUNL *)", ["01-25 16:00", "02-22 16:00", "03-29 16:00"]),
        ("cron(0 0 ? * TUE#3 *)", ["01-20 00:00", "02-17 00:00", "03-17 00:00"]),
        ("cron(0 0 ? * 2#1 *)", ["01-05 00:00", "02-02 00:00", "03-02 00:00"]),
        ("cron(0 0 ? * L *)", ["01-03 00:00", "01-10 00:00", "01-17 00:00"]),
        ("cron(0 0 ? * SAT-SUN *)", ["01-03 00:00", "01-04 00:00", "01-10 00:00"]),
        ("cron(0 0 15W * ? *)", ["01-15 00:00", "02-16 00:00", "03-16 00:00"]),
        ("cron(0 0 1W * ? *)", ["02-02 00:00", "03-02 00:00", "04-01 00:00"]),
        ("cron(0 0 LW * ? *)", ["01-30 00:00", "02-27 00:00", "03-31 00:00"]),
        ("cron(0 8 1/7 * ? *)", ["01-01 08:00", "01-08 08:00", "01-15 08:00"]),
        ("cron(0 0 1 JAN,APR,jul ? *)", ["04-01 00:00", "07-01 00:00", "01-01 00:00"]),
        ("cron(0 0 1 3/3 ? *)", ["03-01 00:00", "06-01 00:00", "09-01 00:00"]),
        ("cron(30,45 9-10 2 * ? *)", ["01-02 09:30", "01-02 09:45", "01-02 10:30"]),
    ],
)
def test_a_cron_expression_means_these_times(expression, expected):
    assert times(expression) == expected


def test_years_and_leap_days_are_found_or_not():
    assert parse("cron(0 0 29 2 ? *)").next_after(START) == datetime(2028, 2, 29, tzinfo=UTC)
    assert parse("cron(0 0 1 1 ? 2030-2031)").next_after(START).year == 2030
    assert parse("cron(0 0 1 1 ? 2025)").next_after(START) is None
    assert parse("cron(0 0 30 2 ? *)").next_after(START) is None


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "rate(0 days)",
        "rate(1 week)",
        "rate(-1 day)",
        "rate(1day)",
        "cron()",
        "cron(0 10 * * ?)",
        "cron(0 10 * * * *)",
        "cron(0 10 ? * ? *)",
        "cron(60 10 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 0 0 * ? *)",
        "cron(0 0 32 * ? *)",
        "cron(0 0 ? * 8 *)",
        "cron(0 0 ? * 0 *)",
        "cron(0 0 ? * MON#6 *)",
        "cron(0 0 ? * MON#0 *)",
        "cron(0 0 * 13 ? *)",
        "cron(0 0 * FOO ? *)",
        "cron(0 0/0 * * ? *)",
        "cron(0 0 * * ? 1969)",
        "cron(0 1,, * * ? *)",
        "cron(0 ² * * ? *)",
        "at(2026-01-01T00:00:00)",
        "cron(0 10 * * ? *",
        "cron(0 10 * * ? *) ",
    ],
)
def test_what_is_no_schedule_is_refused(expression):
    with pytest.raises(ValueError):
        parse(expression)


@given(st.text(alphabet="0123456789*?,-/LW#SUNMO ", max_size=40))
def test_any_text_is_a_schedule_or_refused(text):
    try:
        schedule = parse(f"cron({text})")
    except ValueError:
        return
    assert isinstance(schedule, Cron)


@given(
    st.sets(st.integers(0, 23), min_size=1),
    st.sets(st.sampled_from(WEEKDAYS), min_size=1),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
)
def test_the_next_time_is_the_first_that_fits(hours, weekdays, moment):
    schedule = parse(f"cron(0 {','.join(map(str, hours))} ? * {','.join(weekdays)} *)")
    found = schedule.next_after(moment)
    hour = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while hour.hour not in hours or WEEKDAYS[hour.isoweekday() % 7] not in weekdays:
        hour += timedelta(hours=1)
    assert found == hour


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 7), st.integers(1, 5))
def test_the_nth_weekday_of_a_month_is_counted_from_its_first(day, weekday, nth):
    matches = parse(f"cron(0 0 ? * {weekday}#{nth} *)").days(day)
    earlier = [day - timedelta(weeks=weeks) for weeks in range(5)]
    assert matches == (
        day.isoweekday() % 7 + 1 == weekday and sum((each.month == day.month) for each in earlier) == nth
    )
