from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.policy.values import address, instant, network, number, octets, text, truth

MOMENT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
ANYTHING = st.one_of(
    *(st.none(), st.text(), st.integers(), st.floats(), st.booleans(), st.binary(), st.datetimes()),
    st.lists(st.text()),
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x", "x"),
        (True, "true"),
        (42, "42"),
        (1.5, "1.5"),
        (MOMENT.astimezone(timezone(timedelta(hours=2))), "2026-03-01T12:30:00Z"),
        (b"\x00\xff", "AP8="),
        (None, None),
    ],
)
def test_values_have_a_text(value, expected):
    assert text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("10", 10), ("-1.50", -1.5), ("+1e3", 1000.0), (7, 7), *((odd, None) for odd in ("", "1_0", "٣", "nan", True))],
)
def test_numbers_are_decimal(value, expected):
    assert number(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-01T12:30:00Z",
        "2026-03-01T12:30Z",
        "2026-03-01T12:30:00.000Z",
        "2026-03-01T14:30:00+02:00",
        "2026-03-01T12:30:00",
        "1772368200",
        1772368200,
        1772368200.0,
        MOMENT,
    ],
)
def test_dates_are_iso_8601_or_seconds_since_the_epoch(value):
    assert instant(value) == MOMENT.timestamp()


@pytest.mark.parametrize(
    ("value", "same"),
    [("2026", "2026-01-01T00:00Z"), ("2026-03", "2026-03-01"), ("2026-03-01", "2026-03-01T00:00:00Z")],
)
def test_dates_may_leave_out_the_end(value, same):
    assert instant(value) == instant(same)


@pytest.mark.parametrize(
    "value", ["", "2026-13-01", "2026-03-01 12:30", "0000", "2026-W01", "next week", None, b"2026"]
)
def test_what_is_no_date_is_none(value):
    assert instant(value) is None


def test_truth_is_written_in_any_case():
    assert truth("TRUE") is truth(True) is True
    assert truth("False") is truth(False) is False
    assert truth("yes") is None


def test_octets_are_base64():
    assert octets("AP8=") == octets(b"\x00\xff") == b"\x00\xff"
    assert octets("not base64!") is None


def test_an_ipv4_address_in_ipv6_clothes_is_an_ipv4_address():
    assert address("::ffff:203.0.113.7") == address("203.0.113.7")
    assert address("203.0.113.256") is address(7) is address("") is None


def test_a_network_ignores_host_bits():
    assert network("203.0.113.7/24") == network("203.0.113.0/24")
    assert network("2001:db8::1") == network("2001:db8::1/128")
    assert network("203.0.113.0/33") is None


@settings(deadline=None)
@given(ANYTHING)
def test_nothing_is_too_strange_to_read(value):
    for read in (text, number, truth, octets, instant, address):
        read(value)
    if isinstance(value, str):
        network(value)
