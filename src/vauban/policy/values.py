"""Values of condition keys, read as the type that an operator compares. What cannot be read is None."""

import re
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

Number = int | float

_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?", re.ASCII)
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?)?)?", re.ASCII
)


def text(value: Any) -> str | None:
    """A value as the string operators see it: ``true``, ``42``, ``2026-01-31T09:00:00Z``, base64 for bytes."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return None


def number(value: Any) -> Number | None:
    if isinstance(value, str):
        return _parse_number(value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


@lru_cache(maxsize=1024)
def _parse_number(source: str) -> Number | None:
    if not _NUMBER.fullmatch(source):
        return None
    return float(source) if set(source) & set(".eE") else int(source)


def truth(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def octets(value: Any) -> bytes | None:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        return None
    try:
        return b64decode(value, validate=True)
    except ValueError:
        return None


def instant(value: Any) -> float | None:
    """Seconds since the epoch, of a datetime, a number, or a date in W3C's ISO 8601 profile."""
    if isinstance(value, str):
        return _parse_date(value)
    if isinstance(value, datetime):
        return value.timestamp()
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


@lru_cache(maxsize=1024)
def _parse_date(source: str) -> float | None:
    date = _DATE.fullmatch(source)
    if date is None:
        seconds = _parse_number(source)
        return None if seconds is None else float(seconds)
    year, month, day, hour, minute, second, fraction, zone = date.groups()
    whole = f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}"
    try:
        return datetime.fromisoformat(f"{whole}{_zone(zone)}").timestamp() + float(f"0.{fraction or 0}")
    except (ValueError, OverflowError):
        return None


def _zone(zone: str | None) -> str:
    return "+00:00" if zone in (None, "Z") else zone


Network = tuple[int, int, int]
"""IP version, first address, and mask."""


def address(value: Any) -> tuple[int, int] | None:
    """IP version and address; an IPv4 address mapped into IPv6 is an IPv4 address."""
    return _parse_address(value) if isinstance(value, str) else None


@lru_cache(maxsize=4096)
def _parse_address(source: str) -> tuple[int, int] | None:
    from ipaddress import IPv6Address, ip_address

    try:
        found = ip_address(source)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return (found.version, int(found))


def network(source: str) -> Network | None:
    """A CIDR block, or a single address. Host bits are ignored."""
    from ipaddress import ip_network

    try:
        found = ip_network(source, strict=False)
    except ValueError:
        return None
    return (found.version, int(found.network_address), int(found.netmask))
