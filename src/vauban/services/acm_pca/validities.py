"""From when to when a certificate is valid."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Any

from vauban.kernel.calls import Call
from vauban.services.acm_pca.errors import InvalidArgsException
from vauban.services.acm_pca.resources import CertificateAuthority

CLOCK_SKEW = timedelta(minutes=60)
SHORT_LIVED = timedelta(days=7)
LATEST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def period(
    call: Call, authority: CertificateAuthority, validity: dict[str, Any], begins: dict[str, Any] | None
) -> tuple[datetime, datetime]:
    """Not before, and not after. Raises InvalidArgsException for a time that this authority does not certify."""
    start = call.second - CLOCK_SKEW
    if begins is not None:
        if begins["Type"] != "ABSOLUTE":
            raise InvalidArgsException("ValidityNotBefore must be of type ABSOLUTE.")
        start = _moment(begins["Value"])
    end = _end(call.second, validity)
    if end <= call.now or end <= start:
        raise InvalidArgsException("The validity of the certificate ends before it begins.")
    if authority.usage_mode == "SHORT_LIVED_CERTIFICATE" and authority.certificate and end - call.second > SHORT_LIVED:
        raise InvalidArgsException("Short-lived certificates are valid for 7 days at most.")
    if authority.not_after is not None and end > authority.not_after:
        raise InvalidArgsException("The certificate's validity exceeds that of the certificate authority.")
    return start, end


def _end(now: datetime, validity: dict[str, Any]) -> datetime:
    value = validity["Value"]
    try:
        match validity["Type"]:
            case "DAYS":
                return now + timedelta(days=value)
            case "MONTHS":
                return _months_later(now, value)
            case "YEARS":
                return _months_later(now, 12 * value)
            case "ABSOLUTE":
                return _moment(value)
            case _:
                return _date(str(value))
    except (ValueError, OverflowError):
        raise InvalidArgsException(f"The validity {value} is no time of type {validity['Type']}.") from None


def _moment(value: int) -> datetime:
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidArgsException(f"The validity {value} is no time of type ABSOLUTE.") from None


def _months_later(now: datetime, months: int) -> datetime:
    year, month = divmod(now.month - 1 + months, 12)
    year += now.year
    if year > LATEST.year:
        raise ValueError("the year has more than four digits")
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


def _date(text: str) -> datetime:
    """UTCTime or GeneralizedTime (RFC 5280 §4.1.2.5), without the Z."""
    if len(text) <= 12:
        text = text.zfill(12)
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
