"""Denials of EC2's kind, decoded for those who may see what they stood on."""

from typing import Any

from vauban.identity.authorization_messages import decode
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.sts.errors import InvalidAuthorizationMessageException


@operation("DecodeAuthorizationMessage")
def decode_authorization_message(call: Call, encoded_message: str) -> dict[str, Any]:
    try:
        return {"DecodedMessage": decode(call.sealer, encoded_message, call.account)}
    except ValueError:
        raise InvalidAuthorizationMessageException("Message is not valid") from None
