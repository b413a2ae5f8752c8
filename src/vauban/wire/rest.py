"""REST with JSON or XML: the operation in the method and the path, its members all over the request."""

from collections.abc import Callable
from typing import Any, NoReturn

import msgspec

from vauban.aws.models import OperationModel, ServiceModel
from vauban.aws.shapes import Shape
from vauban.aws.types import SerializationException
from vauban.aws.validation import validator
from vauban.kernel.errors import AwsError, UnsupportedParameter
from vauban.kernel.requests import Request, Response
from vauban.wire import (
    bindings,
    json,
    json_errors,
    json_readers,
    json_writers,
    spellings,
    xml,
    xml_errors,
    xml_readers,
    xml_writers,
)
from vauban.wire.targets import Target

ReadBody = Callable[[bytes, dict[str, Any]], None]
"""Adds what a body holds to the params."""
WriteBody = Callable[[dict[str, Any]], tuple[bytes, str | None]]
"""A body, and its content type where there is one."""
BODILESS = frozenset({204, 304})
"""Statuses whose answers have no body (RFC 9110, 15.3.5 and 15.4.5)."""


class RestCodec:
    """One operation in rest-json or rest-xml."""

    def __init__(self, service: ServiceModel, operation: OperationModel, protocol: str):
        self.service = service
        self.operation = operation
        self.protocol = protocol
        self.bodies = XmlBodies() if protocol == "rest-xml" else JsonBodies()
        self.validate = validator(operation.input)
        self.bound = bindings.readers(operation.input) if operation.input else []
        self.read_body = self.body_reader(operation.input)
        self.headers = bindings.writers(operation.output) if operation.output else {}
        self.status_member = member_located(operation.output, "statusCode")
        self.write_body = self.body_writer(operation.output)
        self.request_id_header = "x-amz-request-id" if service.name == "s3" else "x-amzn-RequestId"

    def body_reader(self, shape: Shape | None) -> ReadBody:
        if shape is None:
            return lambda body, found: None
        if shape.payload:
            return self.payload_reader(shape.payload, shape.members[shape.payload])
        in_body = [name for name, member in shape.members.items() if member.location is None]
        if not in_body:
            return lambda body, found: None
        read = self.bodies.reader(shape.restricted(in_body))

        def read_members(body: bytes, found: dict[str, Any]) -> None:
            if body.strip():
                found.update(read(body))

        return read_members

    def payload_reader(self, name: str, shape: Shape) -> ReadBody:
        if shape.event_stream:
            return refuse_stream(self.operation.name, name)
        read = raw_reader(shape) or self.bodies.reader(shape)

        def read_payload(body: bytes, found: dict[str, Any]) -> None:
            if body:
                found[name] = read(body)

        return read_payload

    def read(self, request: Request, target: Target) -> dict[str, Any]:
        """The request's params, valid by the model. Raises ValidationException or SerializationException."""
        found: dict[str, Any] = {}
        query = bindings.query_fields(request.query)
        for read in self.bound:
            read(request, target, query, found)
        self.read_body(request.body, found)
        self.validate(found)
        return found

    def body_writer(self, shape: Shape | None) -> WriteBody:
        if shape is None:
            return lambda result: (b"", None)
        if shape.payload:
            return self.payload_writer(shape.payload, shape.members[shape.payload])
        in_body = [name for name, member in shape.members.items() if member.location not in bindings.OUTSIDE_ANSWERS]
        restricted = shape.restricted(in_body)
        write, names = self.bodies.writer(restricted, shape.location_name or shape.name), frozenset(in_body)

        def write_members(result: dict[str, Any]) -> tuple[bytes, str | None]:
            if not names and self.protocol == "rest-xml":
                return b"", None
            return write({name: value for name, value in result.items() if name in names}), self.bodies.content_type

        return write_members

    def payload_writer(self, name: str, shape: Shape) -> WriteBody:
        if shape.event_stream:
            return refuse_stream(self.operation.name, name)
        raw = shape.type in ("blob", "string")
        write = None if raw else self.bodies.writer(shape, shape.location_name or shape.name)
        raw_type = "application/octet-stream" if shape.type == "blob" else "text/plain"

        def write_payload(result: dict[str, Any]) -> tuple[bytes, str | None]:
            value = result.get(name)
            if value is None:
                return b"", None
            if write is None:
                return value.encode() if isinstance(value, str) else bytes(value), raw_type
            return write(value), self.bodies.content_type

        return write_payload

    def write(self, result: dict[str, Any] | None, request_id: str) -> Response:
        """The answer to a request that was granted."""
        result = result or {}
        status = result.get(self.status_member or "") or self.operation.status
        body, content_type = self.write_body(result)
        headers = {self.request_id_header: request_id}
        if content_type is not None:
            headers["Content-Type"] = content_type
        for name, write in self.headers.items():
            if result.get(name) is not None:
                write(result[name], headers)
        return Response(status, headers, b"" if status in BODILESS or self.operation.method == "HEAD" else body)

    def write_error(self, error: AwsError, request_id: str) -> Response:
        response = self.error_response(error, request_id)
        if self.operation.method == "HEAD":
            response.body = b""
        return response

    def error_response(self, error: AwsError, request_id: str) -> Response:
        if self.service.name == "s3":
            return xml_errors.s3(spellings.spelled(error, self.service, self.operation, spellings.S3), request_id)
        if self.protocol == "rest-xml":
            said = spellings.spelled(error, self.service, self.operation, spellings.QUERY)
            return xml_errors.query(said, request_id, self.service.xml_namespace)
        return json_errors.rest_json(spellings.spelled(error, self.service, self.operation, spellings.REST), request_id)


class JsonBodies:
    """Bodies that are JSON."""

    content_type = "application/json"

    def reader(self, shape: Shape) -> Callable[[bytes], Any]:
        read = json_readers.Readers().compiled(shape)
        return lambda body: read(json.decode(body))

    def writer(self, shape: Shape, name: str) -> Callable[[Any], bytes]:
        write = json_writers.Writers().compiled(shape)
        return lambda value: msgspec.json.encode(write(value))


class XmlBodies:
    """Bodies that are XML."""

    content_type = "application/xml"

    def reader(self, shape: Shape) -> Callable[[bytes], Any]:
        read = xml_readers.Readers().compiled(shape)
        return lambda body: read(xml.parse(body))

    def writer(self, shape: Shape, name: str) -> Callable[[Any], bytes]:
        write = xml_writers.Writers().element(shape, name)

        def written(value: Any) -> bytes:
            out = [xml.DECLARATION]
            write(value, out)
            return "".join(out).encode()

        return written


def member_located(shape: Shape | None, location: str) -> str | None:
    members = shape.members if shape else {}
    return next((name for name, member in members.items() if member.location == location), None)


def raw_reader(shape: Shape) -> Callable[[bytes], Any] | None:
    """How a payload that is no document is read: bytes as they are, a string from UTF-8."""
    if shape.type == "blob":
        return bytes
    return read_text if shape.type == "string" else None


def read_text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise SerializationException("The request body is not valid UTF-8") from None


def refuse_stream(operation: str, member: str) -> Callable[..., NoReturn]:
    """Event streams are refused aloud."""

    def refuse(*_: Any) -> NoReturn:
        raise UnsupportedParameter(operation, member)

    return refuse
