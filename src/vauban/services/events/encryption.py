"""Keys of one's own, of buses and archives: what waits there is under a data key that KMS gave EventBridge for the bus.

A data key is used again for five minutes. Source: EventBridge User Guide, "Encrypting event buses".
"""

from datetime import timedelta
from typing import NamedTuple

from vauban.crypto.wrapping import unwrap, wrap
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AccessDeniedException, AwsError
from vauban.kernel.operations import when_due
from vauban.services.events.errors import invalid_parameter
from vauban.services.events.resources import DataKey

REUSED = timedelta(minutes=5)


class Sealed(NamedTuple):
    content: bytes
    data_key: bytes
    """As KMS gave it; empty without a key of one's own."""


def require_usable(call: Call, key_id: str) -> None:
    """Raises ValidationException for a key that is not there, AccessDeniedException for who may not know it."""
    try:
        call.ask("kms:DescribeKey", KeyId=key_id)
    except AccessDeniedException:
        raise
    except AwsError as error:
        raise invalid_parameter("KmsKeyIdentifier", error.message) from None


def sealed(call: Call, bus_arn: str, key_id: str, content: bytes) -> Sealed:
    """Raises what KMS says to EventBridge."""
    if not key_id:
        return Sealed(content, b"")
    key = data_key(call, bus_arn, key_id)
    return Sealed(wrap(key.plaintext, content, bus_arn.encode()), key.blob)


def opened(call: Call, bus_arn: str, kept: Sealed) -> bytes:
    """Raises what KMS says to EventBridge."""
    if not kept.data_key:
        return kept.content
    asking = call.as_service(bus_arn)
    key = asking.ask("kms:Decrypt", CiphertextBlob=kept.data_key, EncryptionContext=_context(bus_arn))
    return unwrap(key["Plaintext"], kept.content, bus_arn.encode())


def data_key(call: Call, bus_arn: str, key_id: str) -> DataKey:
    """One that is in use, or a new one. Raises what KMS says to EventBridge."""
    name = f"{bus_arn} {key_id}"
    kept = call.store.get(DataKey, name)
    if kept is not None and kept.ends > call.now:
        return kept
    asking = call.as_service(bus_arn)
    given = asking.ask("kms:GenerateDataKey", KeyId=key_id, KeySpec="AES_256", EncryptionContext=_context(bus_arn))
    ends = call.now + REUSED
    made = DataKey(name, call.account, call.region, ends, given["CiphertextBlob"], given["Plaintext"])
    call.store.put(made)
    return made


@when_due(DataKey)
def forget(call: ServiceCall, key: DataKey) -> None:
    call.store.delete(key)


def _context(bus_arn: str) -> dict[str, str]:
    return {"aws:events:event-bus:arn": bus_arn}
