"""Errors in CBOR."""

from vauban.kernel.requests import Response
from vauban.wire import cbor
from vauban.wire.spellings import WireError


def rpc_cbor(said: WireError, request_id: str, namespace: str = "") -> Response:
    """Smithy RPC v2: the code in ``__type``."""
    headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor", "x-amzn-RequestId": request_id}
    body = {"__type": namespace + said.code}
    if said.model is None:
        body["message"] = said.message
    else:
        body[said.model.message_member] = said.message
        body |= cbor.Writers().compiled(said.model.shape)(said.members())
    return Response(said.status, headers, cbor.encode(body))
