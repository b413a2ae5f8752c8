"""Errors in XML."""

from vauban.kernel.requests import Response
from vauban.wire import xml
from vauban.wire.spellings import WireError
from vauban.wire.xml_writers import Writers


def query(said: WireError, request_id: str, namespace: str | None) -> Response:
    """``<ErrorResponse>``: the query protocol's, and rest-xml's too."""
    body = (
        f"<ErrorResponse{xml.declared(namespace)}><Error><Type>{'Sender' if said.sender_fault else 'Receiver'}</Type>"
        f"{code_and_message(said)}{fields(said)}</Error>"
        f"<RequestId>{xml.escaped(request_id)}</RequestId></ErrorResponse>"
    )
    return Response(said.status, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}, body.encode())


def ec2(said: WireError, request_id: str) -> Response:
    """EC2's: a list of errors."""
    body = (
        f"{xml.DECLARATION}<Response><Errors><Error>{code_and_message(said)}{fields(said)}</Error></Errors>"
        f"<RequestID>{xml.escaped(request_id)}</RequestID></Response>"
    )
    headers = {"Content-Type": "text/xml;charset=UTF-8", "x-amzn-RequestId": request_id}
    return Response(said.status, headers, body.encode())


def s3(said: WireError, request_id: str) -> Response:
    """S3's: a bare ``<Error>``."""
    body = (
        f"{xml.DECLARATION}<Error>{code_and_message(said)}{fields(said)}"
        f"<RequestId>{xml.escaped(request_id)}</RequestId></Error>"
    )
    return Response(said.status, {"Content-Type": "application/xml", "x-amz-request-id": request_id}, body.encode())


def code_and_message(said: WireError) -> str:
    return f"<Code>{xml.escaped(said.trait_code)}</Code><Message>{xml.escaped(said.message)}</Message>"


def fields(said: WireError) -> str:
    """The error's further members; of one that no model lists (S3's ``BucketName``), whatever it was given."""
    if said.model is None:
        return "".join(f"<{name}>{xml.escaped(str(value))}</{name}>" for name, value in said.fields.items())
    out: list[str] = []
    Writers().members(said.model.shape)(said.members(), out)
    return "".join(out)
