"""What a denial stood on, in a form that its caller carries and only ``DecodeAuthorizationMessage`` reads.

Services that speak EC2's protocol put it into their denials, as AWS does. It is base64 of
``account (12 digits) | JSON, packed and sealed for that account``.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision, Effect
from vauban.kernel.sealing import Sealer

_ACCOUNT_DIGITS = 12
_BINDING = b"authorization message"
_MOST_BYTES = 64 * 1024
"""Of a message, unpacked."""


def encode(call: Call, decision: Decision, context: Mapping[str, Any]) -> str:
    """The message of a denial; ``context`` is the request's, by condition key. Of callers of no account, ``""``."""
    account = call.principal.account
    if not account:
        return ""
    packed = zlib.compress(json.dumps(_told(call, decision, context), separators=(",", ":")).encode(), 9)
    return base64.urlsafe_b64encode(account.encode() + call.sealer.seal(account, packed, _BINDING)).decode()


def decode(sealer: Sealer, message: str, account: str) -> str:
    """The JSON of a message of the account's. Raises ValueError."""
    try:
        content = base64.b64decode(message.encode("ascii"), altchars=b"-_", validate=True)
    except UnicodeEncodeError:
        raise ValueError("no message of ours") from None
    if content[:_ACCOUNT_DIGITS] != account.encode():
        raise ValueError("a message of another account")
    packed = sealer.unseal(account, content[_ACCOUNT_DIGITS:], _BINDING)
    return zlib.decompressobj().decompress(packed, _MOST_BYTES).decode()


def _told(call: Call, decision: Decision, context: Mapping[str, Any]) -> dict[str, Any]:
    principal = call.principal
    explicit = any(check.effect is Effect.EXPLICIT_DENY for check in decision.checks)
    matched = [
        {"statementId": label, "effect": "DENY", "sourcePolicyType": check.layer.value}
        for check in decision.checks
        if check.effect is Effect.EXPLICIT_DENY
        for label in check.statements
    ]
    return {
        "allowed": False,
        "explicitDeny": explicit,
        "matchedStatements": {"items": matched},
        "failures": {"items": []},
        "context": {
            "principal": {"id": principal.unique_id, "name": principal.name, "arn": principal.arn},
            "action": decision.action,
            "resource": decision.resource,
            "conditions": {"items": [_condition(key, value) for key, value in context.items()]},
        },
    }


def _condition(key: str, value: Any) -> dict[str, Any]:
    values = value if isinstance(value, list) else [value]
    told = [str(each).lower() if isinstance(each, bool) else str(each) for each in values]
    return {"key": key, "values": {"items": [{"value": each} for each in told]}}
