"""Service models: what AWS says a service's operations take, return and refuse, from botocore's data."""

from functools import cache
from typing import Any

import msgspec

from vauban.aws import disk, sources
from vauban.aws.amendments import amended, in_query
from vauban.aws.shapes import Shape, ShapeResolver


class ErrorModel:
    """An error shape, and how it is said on the wire."""

    __slots__ = ("code", "sender_fault", "shape", "status")

    def __init__(self, shape: Shape):
        error = shape.traits.get("error", {})
        self.shape = shape
        self.code: str = error.get("code", shape.name)
        """What clients see: the ``error`` trait's code where the shape has one (``NoSuchEntity``)."""
        self.sender_fault: bool = error.get("senderFault", not shape.traits.get("fault", False))
        self.status: int | None = error.get("httpStatusCode")
        """The HTTP status the model gives, or None where it gives none."""

    @property
    def message_member(self) -> str:
        """How the shape spells its message: ``message`` or ``Message``."""
        return next((name for name in self.shape.members if name.lower() == "message"), "message")


class OperationModel:
    __slots__ = ("_input", "_model", "_output", "name", "traits")

    def __init__(self, name: str, traits: dict[str, Any], model: "ServiceModel"):
        self.name = name
        self.traits = traits
        """Everything the model says, by its own names: ``idempotent``, ``httpChecksum``, ``authtype``, …"""
        self._model = model
        self._input: Shape | None = None
        self._output: Shape | None = None

    def __repr__(self) -> str:
        return f"<OperationModel {self._model.name}:{self.name}>"

    @property
    def method(self) -> str:
        return self.traits["http"]["method"]

    @property
    def uri(self) -> str:
        """The request's URI template: ``/{Bucket}/{Key+}?acl``."""
        return self.traits["http"]["requestUri"]

    @property
    def status(self) -> int:
        """The HTTP status of success."""
        return self.traits["http"].get("responseCode", 200)

    @property
    def input(self) -> Shape | None:
        if self._input is None and "input" in self.traits:
            self._input = self._model.resolver.find(self.traits["input"])
        return self._input

    @property
    def output(self) -> Shape | None:
        if self._output is None and "output" in self.traits:
            self._output = self._model.resolver.find(self.traits["output"])
        return self._output

    @property
    def result_wrapper(self) -> str | None:
        """The element that wraps a query result."""
        return self.traits.get("output", {}).get("resultWrapper")

    @property
    def errors(self) -> dict[str, ErrorModel]:
        """The errors this operation lists, by code and by shape name."""
        return {
            spelling: error
            for name in self.traits.get("errors", ())
            for error in (self._model.error_of_shape(name),)
            for spelling in (error.code, name)
        }

    @property
    def read_only(self) -> bool | None:
        """True where the model says it changes nothing; None where the model does not say."""
        return self.traits.get("readonly") or None

    @property
    def idempotent(self) -> bool:
        return bool(self.traits.get("idempotent"))

    @property
    def deprecated(self) -> bool:
        return bool(self.traits.get("deprecated"))

    @property
    def unsigned(self) -> bool:
        """Whether callers do not sign it (``AssumeRoleWithWebIdentity``)."""
        return self.traits.get("authtype") == "none" or self.traits.get("auth") == ["smithy.api#noAuth"]

    @property
    def host_prefix(self) -> str | None:
        return self.traits.get("endpoint", {}).get("hostPrefix")


class ServiceModel:
    """A service as its model describes it. Shapes are linked as they are asked for."""

    __slots__ = ("_errors", "_errors_of_shapes", "definitions", "metadata", "name", "operations", "resolver")

    def __init__(self, name: str, document: dict[str, Any]):
        self.name = name
        """boto3's name: ``kms``."""
        self.metadata: dict[str, Any] = document["metadata"]
        self.definitions: dict[str, dict[str, Any]] = document["shapes"]
        self.resolver = ShapeResolver(self.definitions)
        self.operations: dict[str, OperationModel] = {
            operation: OperationModel(operation, traits, self) for operation, traits in document["operations"].items()
        }
        self._errors: dict[str, ErrorModel] | None = None
        self._errors_of_shapes: dict[str, ErrorModel] = {}

    def __repr__(self) -> str:
        return f"<ServiceModel {self.name} {self.api_version}>"

    @property
    def signing_name(self) -> str:
        return self.metadata.get("signingName", self.endpoint_prefix)

    @property
    def endpoint_prefix(self) -> str:
        return self.metadata["endpointPrefix"]

    @property
    def service_id(self) -> str:
        return self.metadata["serviceId"]

    @property
    def api_version(self) -> str:
        return self.metadata["apiVersion"]

    @property
    def protocols(self) -> tuple[str, ...]:
        """Every protocol the service speaks: json, query, ec2, rest-json, rest-xml, smithy-rpc-v2-cbor."""
        return tuple(self.metadata.get("protocols") or (self.metadata["protocol"],))

    @property
    def target_prefix(self) -> str | None:
        """What stands before the dot in ``X-Amz-Target``, and after ``/service/`` in an RPC path."""
        return self.metadata.get("targetPrefix")

    @property
    def json_version(self) -> str:
        return self.metadata.get("jsonVersion", "1.0")

    @property
    def xml_namespace(self) -> str | None:
        return self.metadata.get("xmlNamespace")

    @property
    def query_compatible(self) -> bool:
        """Whether errors also say how the query protocol spelled them (SQS)."""
        return "awsQueryCompatible" in self.metadata

    def shape(self, name: str) -> Shape:
        """The shape of that name. Raises KeyError."""
        return self.resolver.named(name)

    @property
    def errors(self) -> dict[str, ErrorModel]:
        """Every error of the service, by code and by shape name."""
        if self._errors is None:
            self._errors = {}
            for name, traits in self.definitions.items():
                if traits.get("exception") or "error" in traits:
                    error = self.error_of_shape(name)
                    self._errors.setdefault(error.code, error)
                    self._errors[name] = error
        return self._errors

    def error_of_shape(self, name: str) -> ErrorModel:
        error = self._errors_of_shapes.get(name)
        if error is None:
            error = self._errors_of_shapes[name] = ErrorModel(self.shape(name))
        return error


@cache
def load(service: str) -> ServiceModel:
    """The model of a service by its boto3 name. Raises LookupError where botocore has no such service."""
    return ServiceModel(service, amended(service, kept(f"{service}.model") or pruned_and_kept(service)))


@cache
def load_for_query(service: str) -> ServiceModel:
    """The model of a service whose own does not say how it is spoken to in the query protocol."""
    document = amended(service, kept(f"{service}.model") or pruned_and_kept(service))
    return ServiceModel(service, in_query(service, document))


def kept(name: str) -> dict[str, Any] | None:
    payload = disk.read(name)
    if payload is None:
        return None
    try:
        return msgspec.msgpack.decode(payload, type=dict[str, Any])
    except msgspec.MsgspecError:
        return None


def pruned_and_kept(service: str) -> dict[str, Any]:
    model = sources.pruned_model(sources.document(service, "service-2"))
    disk.write(f"{service}.model", msgspec.msgpack.encode(model))
    return model
