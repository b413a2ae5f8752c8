"""An operation's declaration joined with its model, once: everything a call of it needs."""

from typing import Any

from vauban.aws.actions import read_only
from vauban.aws.models import OperationModel, ServiceModel, load
from vauban.aws.names import snake_case
from vauban.aws.redaction import redactor
from vauban.aws.validation import validator
from vauban.kernel.errors import UnknownOperationException, UnsupportedParameter
from vauban.kernel.operations import Operation, Service
from vauban.wire.codecs import Codec, codec

_DENIAL_CODES = {"query": "AccessDenied", "rest-xml": "AccessDenied", "ec2": "Client.UnauthorizedOperation"}
"""What CloudTrail calls a denial, by the service's protocol."""


class Route:
    """One operation, ready to be called."""

    __slots__ = (
        "_names",
        "actions",
        "also",
        "denial_code",
        "keep_result",
        "model",
        "operation",
        "read_only",
        "redact_params",
        "redact_result",
        "service",
        "service_model",
        "signing_name",
        "unsigned",
        "unsupported",
        "validate",
    )

    def __init__(self, service: Service, service_model: ServiceModel, operation: Operation):
        self.service = service
        self.service_model = service_model
        self.operation = operation
        self.model: OperationModel = service_model.operations[operation.name]
        prefix = self.signing_name = service_model.signing_name
        action = operation.action or f"{prefix}:{operation.name}"
        self.actions = tuple(resolver.action or action for resolver in operation.on) or (action,)
        """One for each resource, or the one decided on ``*``."""
        self.also = tuple((f"{prefix}:{action}", member) for action, member in operation.also)
        self.unsigned = operation.identify is not None
        protocol = "query" if service_model.query_compatible else service_model.protocols[0]
        self.denial_code = service.denial or _DENIAL_CODES.get(protocol, "AccessDeniedException")
        self.unsupported = frozenset(operation.unsupported)
        members = self.model.input.members if self.model.input else {}
        taken = set(operation.parameters)
        self._names = {member: snake_case(member) for member in members if snake_case(member) in taken}
        self.validate = validator(self.model.input)
        self.read_only = read_only(prefix, operation.name)
        keep = operation.audit_result
        self.keep_result = not self.read_only if keep is None else keep
        self.redact_params = redactor(self.model.input, service.name)
        self.redact_result = redactor(self.model.output, service.name)

    def codec(self, protocol: str) -> Codec:
        """How this operation is read and written in one of its service's protocols."""
        return codec(self.service_model, self.model, protocol)

    def arguments(self, params: dict[str, Any]) -> dict[str, Any]:
        """The members that the handler takes, by its own names. Raises UnsupportedParameter."""
        if not self.unsupported.isdisjoint(params):
            raise UnsupportedParameter(self.operation.name, min(self.unsupported.intersection(params)))
        names = self._names
        return {names[member]: value for member, value in params.items() if member in names}


class Routes:
    """Every operation of every service we have, compiled on its first call."""

    def __init__(self, services: dict[str, Service]):
        self._services = services
        self._routes: dict[tuple[str, str], Route] = {}

    def find(self, service: str, operation: str | None) -> Route:
        """Raises UnknownOperationException for what we do not have."""
        found = self._routes.get((service, operation))
        return found or self._compile(service, operation)

    def _compile(self, service: str, operation: str | None) -> Route:
        declared = self._services.get(service)
        if declared is None:
            raise UnknownOperationException(f"Vauban does not offer the service {service}.", status=501)
        if operation not in declared.operations:
            raise UnknownOperationException(f"Vauban does not offer {service}:{operation}.", status=501)
        route = Route(declared, load(service), declared.operations[operation])
        self._routes[service, operation] = route
        return route
