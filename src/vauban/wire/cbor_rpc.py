"""Smithy RPC v2 CBOR: a POST of a CBOR map to ``/service/<service>/operation/<operation>``."""

from typing import Any

from vauban.aws.models import OperationModel, ServiceModel
from vauban.aws.types import SerializationException
from vauban.aws.validation import validator
from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request, Response
from vauban.wire import cbor, cbor_errors, spellings
from vauban.wire.targets import Target

CONTENT_TYPE = "application/cbor"


class CborCodec:
    """One operation in Smithy RPC v2 CBOR."""

    def __init__(self, service: ServiceModel, operation: OperationModel):
        self.service = service
        self.operation = operation
        self.validate = validator(operation.input)
        self.convert = cbor.Readers().compiled(operation.input) if operation.input else lambda document: {}
        self.prepare = cbor.Writers().compiled(operation.output) if operation.output else lambda result: {}

    def read(self, request: Request, target: Target) -> dict[str, Any]:
        """The request's params, valid by the model. Raises ValidationException or SerializationException."""
        content_type = request.headers.get("content-type", CONTENT_TYPE).partition(";")[0].strip()
        if request.body and content_type != CONTENT_TYPE:
            raise SerializationException(f"The request's content type must be {CONTENT_TYPE}")
        params = self.convert(cbor.decode(request.body) if request.body else {})
        self.validate(params)
        return params

    def write(self, result: dict[str, Any] | None, request_id: str) -> Response:
        """The answer to a request that was granted; without a body where the operation has no output."""
        headers = {"smithy-protocol": "rpc-v2-cbor", "x-amzn-RequestId": request_id}
        if self.operation.output is None:
            return Response(200, headers)
        return Response(200, headers | {"Content-Type": CONTENT_TYPE}, cbor.encode(self.prepare(result or {})))

    def write_error(self, error: AwsError, request_id: str) -> Response:
        said = spellings.spelled(error, self.service, self.operation, spellings.RPC)
        namespace = spellings.namespace(self.service) if said.model is not None else ""
        response = cbor_errors.rpc_cbor(said, request_id, namespace)
        if self.service.query_compatible:
            response.headers["x-amzn-query-error"] = said.query_error()
        return response
