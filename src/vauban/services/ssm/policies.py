"""Parameter policies: read from the request's JSON, and due by the clock.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from vauban.kernel.records import replace
from vauban.services.ssm.errors import (
    IncompatiblePolicyException,
    InvalidPolicyAttributeException,
    InvalidPolicyTypeException,
    PoliciesLimitExceededException,
)
from vauban.services.ssm.resources import ParameterPolicy

EXPIRATION = "Expiration"
EXPIRATION_NOTIFICATION = "ExpirationNotification"
NO_CHANGE_NOTIFICATION = "NoChangeNotification"
MOST = 10
LONGEST = timedelta(days=36_500)
UNITS = {"Days": timedelta(days=1), "Hours": timedelta(hours=1)}
NUMBER = re.compile(r"[1-9]\d{0,6}\Z", re.ASCII)


def parameter_policies(text: str, now: datetime) -> tuple[ParameterPolicy, ...]:
    """The policies that a request's JSON array describes; none for an empty array, or one of empty objects."""
    entries = [entry for entry in _entries(text) if entry]
    if len(entries) > MOST:
        raise PoliciesLimitExceededException(
            f"You specified more than the maximum number of allowed policies for the parameter. The maximum is {MOST}."
        )
    expirations = [_expiration(entry, now) for entry in entries if _type(entry) == EXPIRATION]
    if len(expirations) > 1:
        raise IncompatiblePolicyException(f"A parameter can have one {EXPIRATION} policy only.")
    return tuple(_policy(entry, now, expirations) for entry in entries)


def restarted(policies: tuple[ParameterPolicy, ...], now: datetime) -> tuple[ParameterPolicy, ...]:
    """The policies of a parameter that was just changed: what waits for no change waits anew."""
    return tuple(
        replace(each, at=_after_now(json.loads(each.text)["Attributes"], "After", now), status="Pending")
        if each.type == NO_CHANGE_NOTIFICATION
        else each
        for each in policies
    )


def _entries(text: str) -> list[dict[str, Any]]:
    try:
        entries = json.loads(text) if text.strip() else []
    except (ValueError, RecursionError):
        raise InvalidPolicyAttributeException("Policies must be a JSON array.") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InvalidPolicyAttributeException("Policies must be a JSON array of objects.")
    return entries


def _type(entry: dict[str, Any]) -> str:
    found = entry.get("Type")
    if found not in (EXPIRATION, EXPIRATION_NOTIFICATION, NO_CHANGE_NOTIFICATION):
        raise InvalidPolicyTypeException(
            "The policy type isn't supported. Parameter Store supports the following policy types: "
            f"{EXPIRATION}, {EXPIRATION_NOTIFICATION}, and {NO_CHANGE_NOTIFICATION}."
        )
    return found


def _policy(entry: dict[str, Any], now: datetime, expirations: list[datetime]) -> ParameterPolicy:
    type = _type(entry)
    text = json.dumps(entry, separators=(",", ":"))
    if type == EXPIRATION:
        return ParameterPolicy(type, text, expirations[0])
    if type == NO_CHANGE_NOTIFICATION:
        return ParameterPolicy(type, text, _after_now(_attributes(entry, "After", "Unit"), "After", now))
    if not expirations:
        raise IncompatiblePolicyException(f"An {EXPIRATION_NOTIFICATION} policy needs an {EXPIRATION} policy.")
    before = _duration(_attributes(entry, "Before", "Unit"), "Before")
    return ParameterPolicy(type, text, max(expirations[0] - before, now))


def _after_now(attributes: dict[str, Any], name: str, now: datetime) -> datetime:
    return now + _duration(attributes, name)


def _attributes(entry: dict[str, Any], *names: str) -> dict[str, Any]:
    """The entry's attributes, which must be these. Raises InvalidPolicyAttributeException."""
    attributes = entry.get("Attributes")
    if set(entry) != {"Type", "Version", "Attributes"} or entry["Version"] != "1.0":
        raise InvalidPolicyAttributeException('A policy has a "Type", the "Version" 1.0, and "Attributes".')
    if not isinstance(attributes, dict) or set(attributes) != set(names):
        raise InvalidPolicyAttributeException(f"The attributes of {entry['Type']} are {' and '.join(names)}.")
    return attributes


def _duration(attributes: dict[str, Any], name: str) -> timedelta:
    number, unit = attributes[name], attributes["Unit"]
    if not isinstance(number, str | int) or isinstance(number, bool) or NUMBER.match(str(number)) is None:
        raise InvalidPolicyAttributeException(f"{name} must be a whole number greater than zero.")
    if unit not in tuple(UNITS):
        raise InvalidPolicyAttributeException(f"Unit must be one of {', '.join(UNITS)}.")
    duration = int(number) * UNITS[unit]
    if duration > LONGEST:
        raise InvalidPolicyAttributeException(f"{name} is too long.")
    return duration


def _expiration(entry: dict[str, Any], now: datetime) -> datetime:
    timestamp = _attributes(entry, "Timestamp")["Timestamp"]
    try:
        at = datetime.fromisoformat(timestamp).astimezone(UTC) if _has_offset(timestamp) else None
    except (ValueError, OverflowError):
        at = None
    if at is None:
        raise InvalidPolicyAttributeException(
            "Timestamp must be in the ISO_INSTANT or ISO_OFFSET_DATE_TIME format, such as 2018-12-02T21:34:33.000Z."
        )
    if at <= now:
        raise InvalidPolicyAttributeException("The expiration's Timestamp must be in the future.")
    return at


_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d(?::\d\d)?)\Z", re.ASCII)


def _has_offset(timestamp: Any) -> bool:
    return isinstance(timestamp, str) and _INSTANT.match(timestamp) is not None
