import pytest

from vauban.cli.clock import seconds
from vauban.cli.main import CommandFailed


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ("30s", 30),
        ("15m", 900),
        ("36h", 129_600),
        ("90d", 7_776_000),
        ("2w", 1_209_600),
        ("1d12h", 129_600),
        ("1d1d", 172_800),
        ("0s", 0),
    ],
)
def test_durations_are_numbers_with_units(duration, expected):
    assert seconds(duration) == expected


@pytest.mark.parametrize("duration", ["", "d", "1", "1y", "-1d", "1.5d", "1 d", "d1", "1D", "٣d", "9" * 10 + "d"])
def test_what_is_no_duration_is_refused_with_how_to_say_one(duration):
    with pytest.raises(CommandFailed, match="say it as 90d"):
        seconds(duration)
