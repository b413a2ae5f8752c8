"""Handshakes answered: accepted or declined by whom they are for, or called off by who asked."""

from collections.abc import Callable
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.organizations import features, invitations
from vauban.services.organizations.errors import HandshakeAlreadyInStateException, InvalidHandshakeTransitionException
from vauban.services.organizations.handshakes import HandshakeResolver, answered, shown
from vauban.services.organizations.resources import Handshake

_ACCEPT: dict[str, Callable[[Call, Handshake], None]] = {
    "INVITE": invitations.join,
    "APPROVE_ALL_FEATURES": features.approve,
    "ENABLE_ALL_FEATURES": features.enable,
}


@operation("AcceptHandshake", on=HandshakeResolver(sender=False, recipient=True))
def accept_handshake(call: Call, handshake: Handshake) -> dict[str, Any]:
    _require(handshake, "OPEN", "ACCEPTED")
    _ACCEPT[handshake.action](call, handshake)
    return {"Handshake": shown(answered(call, handshake, "ACCEPTED"))}


@operation("DeclineHandshake", on=HandshakeResolver(sender=False, recipient=True))
def decline_handshake(call: Call, handshake: Handshake) -> dict[str, Any]:
    _require(handshake, "OPEN", "DECLINED")
    return {"Handshake": shown(answered(call, handshake, "DECLINED"))}


@operation("CancelHandshake", on=HandshakeResolver(sender=True, recipient=False))
def cancel_handshake(call: Call, handshake: Handshake) -> dict[str, Any]:
    if handshake.state != "REQUESTED":
        _require(handshake, "OPEN", "CANCELED")
    for each in call.store.list(Handshake, index="parent", value=handshake.handshake_id):
        if each.pending:
            answered(call, each, "CANCELED")
    return {"Handshake": shown(answered(call, handshake, "CANCELED"))}


def _require(handshake: Handshake, state: str, wanted: str) -> None:
    if handshake.state == wanted:
        raise HandshakeAlreadyInStateException
    if handshake.state != state:
        raise InvalidHandshakeTransitionException
