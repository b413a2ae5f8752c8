"""The times that signatures carry, and how far from now they may be."""

import calendar
import re
import time
from email.utils import parsedate_to_datetime
from typing import NamedTuple

_BASIC = re.compile(r"([0-9]{4})(0[1-9]|1[0-2])([0-2][0-9]|3[01])T([01][0-9]|2[0-3])([0-5][0-9])([0-5][0-9])Z")
_FIVE_MINUTES = frozenset(
    "elastictranscoder glacier kinesis kms kms-xks-proxy lambda rekognition secretsmanager".split()  # noqa: SIM905
)


class Moment(NamedTuple):
    """A request's time: as the string to sign has it, and in seconds since the epoch."""

    text: str
    """``20150830T123600Z``."""
    seconds: float


def parse_moment(text: str) -> Moment | None:
    """A time in ISO 8601's basic format, or as HTTP writes dates (RFC 9110 §5.6.7); None where it is neither."""
    if found := _BASIC.fullmatch(text):
        parts = tuple(map(int, found.groups()))
        moment = calendar.timegm((*parts, 0, 0, 0))
        return Moment(text, moment) if time.gmtime(moment)[:6] == parts else None
    try:
        moment = calendar.timegm(parsedate_to_datetime(text).utctimetuple())
    except (ValueError, IndexError, OverflowError):
        return None
    return Moment(basic_format(moment), moment)


def basic_format(seconds: float) -> str:
    """``20150830T123600Z``."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))


def skew_minutes(service: str) -> int:
    """How far from now a service lets a request's time be, as their own error messages tell."""
    return 5 if service in _FIVE_MINUTES else 15
