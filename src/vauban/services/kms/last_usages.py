"""GetKeyLastUsage, from the audit log.

Every call is recorded there as it is, so nothing has to be kept besides, and using a key costs nothing more.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.events import AuditEvent
from vauban.kernel.operations import operation
from vauban.kernel.stores import Trail
from vauban.services.kms.resolvers import key
from vauban.services.kms.resources import Key

TRACKED = frozenset(
    {
        "Decapsulate",
        "Decrypt",
        "DeriveSharedSecret",
        "Encapsulate",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "ReEncrypt",
        "Sign",
        "Verify",
        "VerifyMac",
    }
)
"""``KeyLastUsageTrackingOperation`` of the model."""


@operation("GetKeyLastUsage", on=key("KeyId"))
def get_key_last_usage(call: Call, key: Key) -> dict[str, Any]:
    start, usage = call.search(last_usage, key.arn, int(key.created.timestamp()))
    result: dict[str, Any] = {
        "KeyId": key.key_id,
        "KeyLastUsage": {},
        "TrackingStartDate": max(key.created, datetime.fromtimestamp(start, UTC)),
        "KeyCreationDate": key.created,
    }
    if usage is not None:
        result["KeyLastUsage"] = {
            "Operation": usage.operation,
            "Timestamp": datetime.fromtimestamp(usage.time, UTC),
            "CloudTrailEventId": usage.event_id,
            "KmsRequestId": usage.request_id,
        }
    return result


def last_usage(trail: Trail, key_arn: str, since: float) -> tuple[float, AuditEvent | None]:
    """Since when the log is kept, and the newest event in which the key was used with success."""
    events = trail.events(since=since, mentioning=key_arn)
    usage = next((event for event in events if _is_usage(event, key_arn)), None)
    return trail.start() or since, usage


def last_usages(trail: Trail, key_arns: Collection[str], since: float) -> dict[str, AuditEvent]:
    """The newest event in which each of many keys was used with success; keys that were not are left out."""
    found: dict[str, AuditEvent] = {}
    left = set(key_arns)
    for event in trail.events(since=since, mentioning=":kms:"):
        for key_arn in left.intersection(arn for arn, _, _ in event.resources):
            if _is_usage(event, key_arn):
                found[key_arn] = event
                left.remove(key_arn)
        if not left:
            break
    return found


def _is_usage(event: AuditEvent, key_arn: str) -> bool:
    """A dry run ends in an error, as every call does that used no key."""
    return (
        event.service == "kms"
        and event.operation in TRACKED
        and event.error_code is None
        and any(key_arn == arn for arn, _, _ in event.resources)
        and _is_on_owners_trail(event, key_arn)
    )


def _is_on_owners_trail(event: AuditEvent, key_arn: str) -> bool:
    """A call between accounts is on two trails, under two ids; ReEncrypt's may be on neither of its second key."""
    return event.account == key_arn.split(":")[4] or event.operation == "ReEncrypt"
