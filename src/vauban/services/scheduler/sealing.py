"""What a schedule says of its target, at rest: sealed like all secrets, and under a KMS key where one is named.

KMS is asked on the authority of who makes or reads the schedule, and of its execution role when it is invoked.
Source: EventBridge Scheduler User Guide, "Data encryption".
"""

from typing import Any, NamedTuple

import msgspec

from vauban.crypto.wrapping import unwrap, wrap
from vauban.kernel.calls import Call
from vauban.kernel.errors import AccessDeniedException, AwsError, ValidationException


class Sealed(NamedTuple):
    content: bytes
    data_key: bytes
    """As KMS gave it; empty without a key of one's own."""


def sealed(call: Call, schedule_arn: str, kms_key_arn: str, target: dict[str, Any]) -> Sealed:
    """Raises AccessDeniedException, and ValidationException for a key that does not do."""
    plain = msgspec.json.encode(target)
    if not kms_key_arn:
        return Sealed(plain, b"")
    asked = {"KeyId": kms_key_arn, "KeySpec": "AES_256", "EncryptionContext": _context(schedule_arn)}
    try:
        key = call.ask("kms:GenerateDataKey", **asked)
    except AccessDeniedException:
        raise
    except AwsError as error:
        raise ValidationException(f"The KMS key cannot be used: {error.message}") from None
    return Sealed(wrap(key["Plaintext"], plain, schedule_arn.encode()), key["CiphertextBlob"])


def opened(call: Call, schedule_arn: str, kept: Sealed) -> dict[str, Any]:
    """The target in the model's words. Raises what KMS says."""
    plain = kept.content
    if kept.data_key:
        key = call.ask("kms:Decrypt", CiphertextBlob=kept.data_key, EncryptionContext=_context(schedule_arn))
        plain = unwrap(key["Plaintext"], plain, schedule_arn.encode())
    return msgspec.json.decode(plain)


def _context(schedule_arn: str) -> dict[str, str]:
    return {"aws:scheduler:schedule:arn": schedule_arn}
