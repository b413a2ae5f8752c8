"""Errors in JSON."""

from typing import Any

import msgspec

from vauban.kernel.requests import Response
from vauban.wire.json_writers import Writers
from vauban.wire.spellings import WireError


def members(said: WireError) -> dict[str, Any]:
    """An error shape's members, its message among them."""
    if said.model is None:
        return {"message": said.message}
    return {said.model.message_member: said.message, **Writers().compiled(said.model.shape)(said.members())}


def json_rpc(said: WireError, request_id: str, content_type: str, namespace: str = "") -> Response:
    """AWS JSON 1.0 and 1.1: the code in ``__type``."""
    headers = {"Content-Type": content_type, "x-amzn-RequestId": request_id}
    return Response(said.status, headers, msgspec.json.encode({"__type": namespace + said.code, **members(said)}))


def rest_json(said: WireError, request_id: str) -> Response:
    """rest-json: the code in a header."""
    headers = {"Content-Type": "application/json", "x-amzn-RequestId": request_id, "x-amzn-ErrorType": said.code}
    return Response(said.status, headers, msgspec.json.encode(members(said)))
