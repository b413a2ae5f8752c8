"""What subscribers are told by mail: asked whether they want to be, and then each message, as text or as JSON.

Source: https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.outside.mail import NoRelay, require_relay
from vauban.services.sns.errors import unsupported
from vauban.services.sns.messages import envelope, text_for, unsubscribe_url
from vauban.services.sns.resources import Subscription, Topic

EMAIL = frozenset({"email", "email-json"})
SENDER = "AWS Notifications"
"""The name that mail comes from, where a topic has no DisplayName, and of confirmations always."""
SUBJECT = "AWS Notification Message"
_CONFIRMATION = "AWS Notification - Subscription Confirmation"
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*", re.ASCII)


def is_mailbox(text: str) -> bool:
    return _MAILBOX.fullmatch(text) is not None


def require_mail(call: Call, protocol: str) -> None:
    """Raises InvalidParameterException where the operator has set up no relay."""
    try:
        call.outside(require_relay)
    except NoRelay:
        raise unsupported(f"Protocol Reason: {protocol}: without a mail relay it") from None


def confirmation(message: Mapping[str, Any], protocol: str) -> dict[str, Any]:
    """The letter that asks, as a delivery keeps it."""
    text = (
        f"Somebody asked that this address be told of what is published to the topic\n\n    {message['TopicArn']}\n\n"
        f"If that is your wish, visit this link:\n\n    {message['SubscribeURL']}\n\n"
        "If it is not, there is nothing to do. The link ends in two days.\n"
    )
    body = text if protocol == "email" else json.dumps(message, indent=2)
    return {"subject": _CONFIRMATION, "sender": SENDER, "body": body}


def notification(message: Mapping[str, Any], topic: Topic, subscription: Subscription) -> dict[str, Any]:
    """The letter that tells of a message, as a delivery keeps it."""
    told = json.dumps(envelope(message, subscription), indent=2)
    text = (
        f"{text_for(message, 'email')}\n\n--\n"
        f"To be told of this topic no longer, visit:\n{unsubscribe_url(subscription)}\n"
    )
    return {
        "subject": message.get("Subject") or SUBJECT,
        "sender": topic.attributes.get("DisplayName") or SENDER,
        "body": text if subscription.protocol == "email" else told,
        "envelope": told,
    }
