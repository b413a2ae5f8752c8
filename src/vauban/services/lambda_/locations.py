"""Where archives are fetched from: addresses at this server that are good for ten minutes, for whoever has them.

On AWS they are presigned addresses in S3.
"""

import base64
import binascii

import msgspec

from vauban.kernel.calls import Call
from vauban.kernel.paths import ARCHIVES_PATH
from vauban.kernel.stores import Store
from vauban.services.lambda_.resources import Code, LayerArchive

SECONDS = 600
_BINDING = b"lambda archive"


class _Ticket(msgspec.Struct, array_like=True):
    region: str
    is_layer: bool
    id: str
    until: float


def location_of(call: Call, kept: Code | LayerArchive) -> str:
    """The address of an archive, at the endpoint that the caller used."""
    is_layer = isinstance(kept, LayerArchive)
    ticket = _Ticket(kept.region, is_layer, kept.arn if is_layer else kept.code_id, call.time + SECONDS)
    sealed = call.sealer.seal(kept.account, msgspec.msgpack.encode(ticket), _BINDING)
    endpoint = call.request.endpoint(f"lambda.{kept.region}.amazonaws.com")
    return f"{endpoint}{ARCHIVES_PATH}{kept.account}/{base64.urlsafe_b64encode(sealed).decode()}"


def archive_at(store: Store, path: str, now: float) -> bytes | None:
    """The archive at an address; None where there is none, or not any more."""
    account, _, text = path.removeprefix(ARCHIVES_PATH).partition("/")
    try:
        sealed = base64.urlsafe_b64decode(text.encode("ascii"))
        ticket = msgspec.msgpack.decode(store.sealer.unseal(account, sealed, _BINDING), type=_Ticket)
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        return None
    if ticket.until < now:
        return None
    kept = store.begin().at(account, ticket.region).get(LayerArchive if ticket.is_layer else Code, ticket.id)
    return kept.archive if kept else None
