"""Messages of a queue with a KMS key: under a data key that KMS gives, on the authority of sender and receiver.

A data key is used again for as long as KmsDataKeyReusePeriodSeconds says, for the principal that was given it.
Source: "Encryption at rest in Amazon SQS", Amazon SQS Developer Guide.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from vauban.crypto.wrapping import unwrap, wrap
from vauban.kernel.calls import Call
from vauban.kernel.errors import AccessDeniedException, AwsError
from vauban.kernel.operations import when_due
from vauban.services.sqs.errors import (
    KmsAccessDenied,
    KmsDisabled,
    KmsInvalidKeyUsage,
    KmsInvalidState,
    KmsNotFound,
    KmsThrottled,
)
from vauban.services.sqs.resources import Content, DataKey, Message, Queue

ERRORS: dict[str, type[AwsError]] = {
    "DisabledException": KmsDisabled,
    "InvalidKeyUsageException": KmsInvalidKeyUsage,
    "KMSInvalidStateException": KmsInvalidState,
    "NotFoundException": KmsNotFound,
    "ThrottlingException": KmsThrottled,
}


def sealed(call: Call, queue: Queue, message_id: str, content: Content) -> tuple[bytes, bytes]:
    """The content as it is kept, and the data key as KMS gave it (empty where the queue has no KMS key)."""
    plain = msgspec.msgpack.encode(content)
    key_id = queue.effective.get("KmsMasterKeyId")
    if not key_id:
        return plain, b""
    data_key = _for_sending(call, queue, key_id)
    return wrap(data_key.plaintext, plain, message_id.encode()), data_key.blob


def opened(call: Call, queue: Queue, message: Message) -> Content:
    """What the message says; asks KMS where it is under a data key."""
    plain = message.content
    if message.data_key:
        plain = unwrap(_for_receiving(call, queue, message), plain, message.message_id.encode())
    return msgspec.msgpack.decode(plain, type=Content)


@when_due(DataKey)
def forget(call: Call, data_key: DataKey) -> None:
    call.store.delete(data_key)


def _for_sending(call: Call, queue: Queue, key_id: str) -> DataKey:
    name = _name("send", queue, call, key_id.encode())
    kept = call.store.get(DataKey, name)
    if kept is not None and kept.expires > call.now:
        return kept
    given = _asked(call, "kms:GenerateDataKey", KeyId=key_id, KeySpec="AES_256", EncryptionContext=_context(queue.arn))
    made = DataKey(name, queue.account, queue.region, _until(call, queue), given["CiphertextBlob"], given["Plaintext"])
    call.store.put(made)
    return made


def _for_receiving(call: Call, queue: Queue, message: Message) -> bytes:
    blob, context = message.data_key, _context(message.sealed_for)
    name = _name("receive", queue, call, blob)
    kept = call.store.get(DataKey, name)
    if kept is not None and kept.expires > call.now:
        return kept.plaintext
    plaintext = _asked(call, "kms:Decrypt", CiphertextBlob=blob, EncryptionContext=context)["Plaintext"]
    call.store.put(DataKey(name, queue.account, queue.region, _until(call, queue), blob, plaintext))
    return plaintext


def _name(what: str, queue: Queue, call: Call, told: bytes) -> str:
    return sha256(f"{what} {queue.box} {call.principal.arn} ".encode() + told).hexdigest()


def _until(call: Call, queue: Queue) -> datetime:
    return call.now + timedelta(seconds=queue.seconds("KmsDataKeyReusePeriodSeconds"))


def _context(queue_arn: str) -> dict[str, str]:
    return {"aws:sqs:arn": queue_arn}


def _asked(call: Call, action: str, **params: Any) -> dict[str, Any]:
    try:
        return call.ask(action, **params)
    except AccessDeniedException as error:
        raise KmsAccessDenied(error.message) from error
    except AwsError as error:
        raise ERRORS.get(error.code, KmsInvalidState)(error.message) from error
