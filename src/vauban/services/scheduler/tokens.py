"""Client tokens: what is asked again with the same one was done before."""

from datetime import timedelta
from hashlib import sha256

import msgspec

from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.operations import when_due
from vauban.services.scheduler.errors import ConflictException
from vauban.services.scheduler.resources import Token

KEPT = timedelta(hours=8)


def done_before(call: Call, token: str | None) -> bool:
    """Whether this was asked before; the token is remembered. Raises ConflictException where it was something else."""
    if token is None:
        return False
    asked = {name: value for name, value in call.params.items() if name != "ClientToken"}
    digest = sha256(msgspec.json.encode([call.operation.name, asked], order="sorted")).hexdigest()
    before = call.store.get(Token, token)
    if before is None:
        call.store.put(Token(token, call.account, call.region, digest, call.now + KEPT))
        return False
    if before.digest != digest:
        raise ConflictException("The client token was used with other parameters.")
    return True


@when_due(Token)
def forget(call: ServiceCall, token: Token) -> None:
    call.store.delete(token)
