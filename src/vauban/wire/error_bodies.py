"""Errors as each protocol writes them."""

from typing import Any

import msgspec

from vauban.aws.models import ServiceModel
from vauban.kernel.requests import Response
from vauban.wire import cbor, json, xml
from vauban.wire.spellings import WireError

XML_TYPE = "text/xml"
S3_TYPE = "application/xml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def json_members(said: WireError) -> dict[str, Any]:
    """An error shape's members, its message among them, as JSON."""
    if said.model is None:
        return {"message": said.message}
    return {said.model.message_member: said.message, **json.Writers().writer(said.model.shape)(modelled_fields(said))}


def modelled_fields(said: WireError) -> dict[str, Any]:
    if said.model is None:
        return {}
    message = said.model.message_member
    members = said.model.shape.members
    return {name: value for name, value in said.fields.items() if name in members and name != message}


def json_rpc(said: WireError, request_id: str, content_type: str, type_prefix: str = "") -> Response:
    headers = {"Content-Type": content_type, "x-amzn-RequestId": request_id}
    body = {"__type": type_prefix + said.code, **json_members(said)}
    return Response(said.status, headers, msgspec.json.encode(body))


def rest_json(said: WireError, request_id: str) -> Response:
    headers = {"Content-Type": "application/json", "x-amzn-RequestId": request_id, "x-amzn-ErrorType": said.code}
    return Response(said.status, headers, msgspec.json.encode(json_members(said)))


def rpc_cbor(said: WireError, request_id: str, type_prefix: str = "") -> Response:
    headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor", "x-amzn-RequestId": request_id}
    fields = {"message": said.message}
    if said.model is not None:
        written = cbor.Writers().writer(said.model.shape)(modelled_fields(said))
        fields = {said.model.message_member: said.message, **written}
    return Response(said.status, headers, cbor.encode({"__type": type_prefix + said.code, **fields}))


def query(said: WireError, request_id: str, namespace: str | None, header: str = "x-amzn-RequestId") -> Response:
    """``<ErrorResponse>``: query's, and rest-xml's too."""
    body = (
        f"<ErrorResponse{declared(namespace)}><Error><Type>{'Sender' if said.sender_fault else 'Receiver'}</Type>"
        f"{code_and_message(said)}{xml_fields(said)}</Error>"
        f"<RequestId>{xml.escaped(request_id)}</RequestId></ErrorResponse>"
    )
    return Response(said.status, {"Content-Type": XML_TYPE, header: request_id}, body.encode())


def ec2(said: WireError, request_id: str) -> Response:
    body = (
        f"{DECLARATION}<Response><Errors><Error>{code_and_message(said)}{xml_fields(said)}</Error></Errors>"
        f"<RequestID>{xml.escaped(request_id)}</RequestID></Response>"
    )
    headers = {"Content-Type": f"{XML_TYPE};charset=UTF-8", "x-amzn-RequestId": request_id}
    return Response(said.status, headers, body.encode())


def s3(said: WireError, request_id: str) -> Response:
    """S3's own: a bare ``<Error>``."""
    body = (
        f"{DECLARATION}<Error>{code_and_message(said)}{xml_fields(said)}"
        f"<RequestId>{xml.escaped(request_id)}</RequestId></Error>"
    )
    return Response(said.status, {"Content-Type": S3_TYPE, "x-amz-request-id": request_id}, body.encode())


def code_and_message(said: WireError) -> str:
    return f"<Code>{xml.escaped(said.trait_code)}</Code><Message>{xml.escaped(said.message)}</Message>"


def xml_fields(said: WireError) -> str:
    if said.model is None:
        return "".join(f"<{name}>{xml.escaped(str(value))}</{name}>" for name, value in said.fields.items())
    out: list[str] = []
    xml.Writers().members(said.model.shape)(modelled_fields(said), out)
    return "".join(out)


def declared(namespace: str | None) -> str:
    return f' xmlns="{xml.escaped(namespace)}"' if namespace else ""


def query_error(said: WireError) -> str:
    """``x-amzn-query-error``: how the query protocol spelled it, and whose fault it is."""
    return f"{said.trait_code};{'Sender' if said.sender_fault else 'Receiver'}"


def shape_prefix(service: ServiceModel) -> str:
    """The namespace of a service's error shapes, where the protocol wants names in full."""
    return f"com.amazonaws.{service.name.replace('-', '')}#"
