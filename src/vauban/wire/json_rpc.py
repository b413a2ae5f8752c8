"""AWS JSON 1.0 and 1.1: a POST of a JSON document, the operation in ``X-Amz-Target``."""

from collections.abc import Callable
from typing import Any

import msgspec

from vauban.aws.models import OperationModel, ServiceModel
from vauban.aws.validation import validator
from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request, Response
from vauban.wire import json, json_errors, spellings
from vauban.wire.json_readers import Readers
from vauban.wire.json_writers import Writers, encodes_directly, is_flat
from vauban.wire.targets import Target
from vauban.wire.types import Inexpressible, type_of

UNDECODABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
encode = msgspec.json.encode


class JsonCodec:
    """One operation in AWS JSON.

    A request that msgspec's typed decoder takes is right and done in one pass. Whatever it refuses is read again the
    long way, which accepts what AWS accepts (nulls) and says in AWS's words what is wrong with the rest.
    """

    def __init__(self, service: ServiceModel, operation: OperationModel):
        self.service = service
        self.operation = operation
        self.content_type = f"application/x-amz-json-{service.json_version}"
        self.validate = validator(operation.input)
        self.convert = Readers().compiled(operation.input) if operation.input else lambda document: {}
        self.decode = self.typed_decoder() or self.decode_slowly
        self.prepare = Writers().compiled(operation.output) if operation.output else lambda result: {}
        self.direct = operation.output is not None and encodes_directly(operation.output)
        self.flat = operation.output is not None and is_flat(operation.output)

    def read(self, request: Request, target: Target) -> dict[str, Any]:
        """The request's params, valid by the model. Raises ValidationException or SerializationException."""
        try:
            return self.decode(request.body)
        except UNDECODABLE:
            return self.decode_slowly(request.body)

    def typed_decoder(self) -> Callable[[bytes], dict[str, Any]] | None:
        """A decoder that accepts only what is valid; None where msgspec's types cannot say the input shape."""
        if self.operation.input is None:
            return None
        try:
            params_type, complete = type_of(self.operation.input)
        except Inexpressible:
            return None
        decode = msgspec.json.Decoder(params_type).decode
        return decode if complete else lambda body: self.validated(decode(body))

    def validated(self, params: dict[str, Any]) -> dict[str, Any]:
        self.validate(params)
        return params

    def decode_slowly(self, body: bytes) -> dict[str, Any]:
        return self.validated(self.convert(json.decode(body) if body.strip() else {}))

    def write(self, result: dict[str, Any] | None, request_id: str) -> Response:
        """The answer to a request that was granted; without a body where the operation has no output."""
        body = self.encoded(result or {}) if self.operation.output else b""
        return Response(200, {"Content-Type": self.content_type, "x-amzn-RequestId": request_id}, body)

    def encoded(self, result: dict[str, Any]) -> bytes:
        if self.direct and (not self.flat or None not in result.values()):
            body = encode(result)
            # Absent members are left out, never null; the word inside a string only costs the longer way.
            if self.flat or b"null" not in body:
                return body
        return encode(self.prepare(result))

    def write_error(self, error: AwsError, request_id: str) -> Response:
        said = spellings.spelled(error, self.service, self.operation, spellings.RPC)
        full = said.model is not None and self.service.json_version == "1.0"
        namespace = spellings.namespace(self.service) if full else ""
        response = json_errors.json_rpc(said, request_id, self.content_type, namespace)
        if self.service.query_compatible:
            response.headers["x-amzn-query-error"] = said.query_error()
        return response
