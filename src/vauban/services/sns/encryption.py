"""Messages of a topic with a KMS key: under a data key that KMS gives and opens on the publisher's authority.

A data key is used again for five minutes, for the principal that was given it.
Source: https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html
"""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from vauban.crypto.wrapping import unwrap, wrap
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AccessDeniedException, AwsError
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import when_due
from vauban.services.sns.errors import (
    KMSAccessDeniedException,
    KMSDisabledException,
    KMSInvalidStateException,
    KMSNotFoundException,
    KMSThrottlingException,
)
from vauban.services.sns.resources import DataKey, Topic

REUSED_FOR = timedelta(minutes=5)
_ERRORS: dict[str, type[AwsError]] = {
    "DisabledException": KMSDisabledException,
    "KMSInvalidStateException": KMSInvalidStateException,
    "NotFoundException": KMSNotFoundException,
    "ThrottlingException": KMSThrottlingException,
}


def sealed(call: Call, topic: Topic, message: bytes) -> dict[str, bytes]:
    """The message as it waits to be handed out, with its data key where the topic has a KMS key."""
    key_id = topic.attributes.get("KmsMasterKeyId")
    if not key_id:
        return {"message": message}
    data_key = _data_key(call, topic, key_id)
    return {"message": wrap(data_key.plaintext, message, topic.arn.encode()), "data_key": data_key.blob}


def opened(call: ServiceCall, topic: Topic, event: DomainEvent) -> bytes:
    """The message again; asks KMS, as its publisher, where the data key is not at hand any more."""
    message = event.secrets["message"]
    blob = event.secrets.get("data_key")
    if blob is None:
        return message
    kept = call.store.get(DataKey, _fingerprint(blob))
    plaintext = kept.plaintext if kept else _decrypted(call.on_behalf_of(call.cause), topic, blob)
    return unwrap(plaintext, message, topic.arn.encode())


@when_due(DataKey)
def forget(call: Call, data_key: DataKey) -> None:
    call.store.delete(data_key)


def _data_key(call: Call, topic: Topic, key_id: str) -> DataKey:
    """The publisher's; who may not open what it seals may not publish."""
    holder = sha256(f"{topic.name} {key_id} {call.principal.arn}".encode()).hexdigest()
    kept = call.store.list(DataKey, index="holder", value=holder)
    for each in kept:
        if each.expires > call.now:
            return each
    given = _asked(call, "kms:GenerateDataKey", KeyId=key_id, KeySpec="AES_256", EncryptionContext=_context(topic))
    blob = given["CiphertextBlob"]
    plaintext = _decrypted(call, topic, blob)
    made = DataKey(_fingerprint(blob), topic.account, topic.region, holder, call.now + REUSED_FOR, blob, plaintext)
    call.store.put(made)
    return made


def _decrypted(call: Call, topic: Topic, blob: bytes) -> bytes:
    return _asked(call, "kms:Decrypt", CiphertextBlob=blob, EncryptionContext=_context(topic))["Plaintext"]


def _fingerprint(blob: bytes) -> str:
    return sha256(blob).hexdigest()


def _context(topic: Topic) -> dict[str, str]:
    return {"aws:sns:topicArn": topic.arn}


def _asked(call: Call, action: str, **params: Any) -> dict[str, Any]:
    try:
        return call.ask(action, **params)
    except AccessDeniedException as error:
        raise KMSAccessDeniedException(error.message) from error
    except AwsError as error:
        raise _ERRORS.get(error.code, KMSInvalidStateException)(error.message) from error
