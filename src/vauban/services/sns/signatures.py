"""Notifications signed, so that who takes them knows whose they are.

Source: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from vauban.crypto import notifications
from vauban.kernel.calls import Call
from vauban.kernel.paths import CERTIFICATE_PATH
from vauban.kernel.stores import Store
from vauban.services.sns.resources import SigningKey

VALID_FOR = timedelta(days=365)
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


def signed(call: Call, message: Mapping[str, Any], version: str) -> dict[str, str]:
    """Signature, its version and the path of the certificate, for a notification or a confirmation."""
    key = _key(call)
    names = _NOTIFICATION if message["Type"] == "Notification" else _CONFIRMATION
    text = "".join(f"{name}\n{message[name]}\n" for name in names if message.get(name) is not None)
    signature = notifications.sign(key.key, text.encode(), version)
    return {
        "SignatureVersion": version,
        "Signature": base64.b64encode(signature).decode(),
        "SigningCertURL": f"{CERTIFICATE_PATH}{key.fingerprint}.pem",
    }


def certificate(store: Store, path: str) -> str | None:
    """The certificate that is served at a path, in PEM."""
    fingerprint = path.removeprefix(CERTIFICATE_PATH).removesuffix(".pem")
    for account, region in store.places(SigningKey):
        key = store.begin().at(account, region).get(SigningKey, fingerprint)
        if key is not None:
            return key.certificate
    return None


def _key(call: Call) -> SigningKey:
    """The one that is valid now, made where there is none."""
    keys = call.store.list(SigningKey)
    found = next((key for key in keys if call.now < key.ends), None)
    return found or _new_key(call)


def _new_key(call: Call) -> SigningKey:
    ends = call.once("ends", lambda: call.now + VALID_FOR)
    pair = call.slowly(
        notifications.create, f"sns.{call.region}.amazonaws.com", call.once("begins", lambda: call.now), ends
    )
    key = SigningKey(pair.fingerprint, call.account, call.region, ends, pair.certificate, pair.key)
    call.store.put(key)
    return key
