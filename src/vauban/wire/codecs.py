"""One codec per operation and protocol, compiled when first asked for."""

from functools import cache
from typing import Any, Protocol

from vauban.aws.models import OperationModel, ServiceModel, load_for_query
from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request, Response
from vauban.wire.targets import Target


class Codec(Protocol):
    """Bytes to params, and results or errors to bytes."""

    def read(self, request: Request, target: Target) -> dict[str, Any]:
        """Params by the model's member names: blobs bytes, timestamps aware datetimes, absent and null ones absent.

        What comes out satisfies the model. Raises ValidationException or SerializationException.
        """
        ...

    def write(self, result: dict[str, Any] | None, request_id: str) -> Response: ...

    def write_error(self, error: AwsError, request_id: str) -> Response: ...


@cache
def codec(model: ServiceModel, operation: OperationModel, protocol: str) -> Codec:
    """The codec of an operation. Raises LookupError for a protocol that is none of AWS's."""
    if protocol == "json":
        from vauban.wire.json_rpc import JsonCodec

        return JsonCodec(model, operation)
    if protocol in ("query", "ec2"):
        from vauban.wire.query_rpc import QueryCodec

        if model.query_compatible:
            model = load_for_query(model.name)
            operation = model.operations[operation.name]
        return QueryCodec(model, operation, protocol)
    if protocol == "smithy-rpc-v2-cbor":
        from vauban.wire.cbor_rpc import CborCodec

        return CborCodec(model, operation)
    if protocol in ("rest-json", "rest-xml"):
        from vauban.wire.rest import RestCodec

        return RestCodec(model, operation, protocol)
    raise LookupError(f"{protocol} is not a protocol of AWS's")
