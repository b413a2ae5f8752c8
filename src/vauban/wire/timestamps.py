"""Timestamps in the three formats of AWS's protocols."""

import re
from datetime import UTC, datetime, timedelta

from vauban.aws.types import SerializationException

ISO_8601 = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?:[Zz]|([+-])(\d{2}):?(\d{2}))?", re.ASCII
)
NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = 64
"""Characters of a timestamp."""


def parse(text: str) -> datetime:
    """A timestamp in whatever of the formats it is written; raises SerializationException."""
    if len(text) > LONGEST:
        raise unparsable()
    text = text.strip()
    if NUMBER.fullmatch(text):
        return from_epoch(float(text))
    matched = ISO_8601.fullmatch(text)
    try:
        return from_iso_8601(matched) if matched else from_rfc_822(text)
    except (ValueError, TypeError, OverflowError):
        raise unparsable() from None


def from_epoch(seconds: float) -> datetime:
    """An aware datetime, to the microsecond; raises SerializationException beyond the years 1 to 9999."""
    try:
        return EPOCH + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        raise unparsable() from None


def from_iso_8601(matched: re.Match[str]) -> datetime:
    *numbers, fraction, sign, hours, minutes = matched.groups()
    moment = datetime(*map(int, numbers), int((fraction or "0").ljust(6, "0")[:6]), tzinfo=UTC)
    if sign is None:
        return moment
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return moment - offset if sign == "+" else moment + offset


def from_rfc_822(text: str) -> datetime:
    from email.utils import parsedate_to_datetime

    moment = parsedate_to_datetime(text)
    fraction = re.search(r":\d\d\.(\d{1,6})", text, re.ASCII)
    if fraction:
        moment = moment.replace(microsecond=int(fraction[1].ljust(6, "0")))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def unparsable() -> SerializationException:
    return SerializationException("Unable to parse a timestamp")


def to_epoch(moment: datetime) -> float | int:
    """Seconds since the epoch, to the millisecond."""
    seconds = round(aware(moment).timestamp(), 3)
    return int(seconds) if seconds.is_integer() else seconds


def to_text(moment: datetime, format: str) -> str:
    """A datetime as iso8601, rfc822 or unixTimestamp."""
    if format == "unixTimestamp":
        return str(to_epoch(moment))
    moment = aware(moment).astimezone(UTC)
    if format == "rfc822":
        from email.utils import format_datetime

        return format_datetime(moment.replace(microsecond=0), usegmt=True)
    milliseconds = f".{moment.microsecond // 1000:03d}" if moment.microsecond >= 1000 else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{milliseconds}Z".rjust(20 + len(milliseconds), "0")


def aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
