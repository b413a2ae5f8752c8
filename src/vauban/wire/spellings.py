"""What an error is once a service's model has had its say, and how each protocol spells those that no model lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vauban.aws.models import ErrorModel, OperationModel, ServiceModel
from vauban.kernel.errors import AwsError


@dataclass(frozen=True, slots=True)
class Spelling:
    code: str
    status: int


QUERY = {
    "AccessDeniedException": Spelling("AccessDenied", 403),
    "ExpiredTokenException": Spelling("ExpiredToken", 403),
    "IncompleteSignatureException": Spelling("IncompleteSignature", 400),
    "InternalFailure": Spelling("InternalFailure", 500),
    "InvalidParameterValueException": Spelling("InvalidParameterValue", 400),
    "InvalidSignatureException": Spelling("SignatureDoesNotMatch", 403),
    "MissingAuthenticationTokenException": Spelling("MissingAuthenticationToken", 403),
    "MissingRequiredParameterException": Spelling("MissingParameter", 400),
    "SerializationException": Spelling("MalformedInput", 400),
    "ServiceUnavailableException": Spelling("ServiceUnavailable", 503),
    "ThrottlingException": Spelling("Throttling", 400),
    "UnknownOperationException": Spelling("InvalidAction", 400),
    "UnrecognizedClientException": Spelling("InvalidClientTokenId", 403),
    "ValidationException": Spelling("ValidationError", 400),
}
EC2 = QUERY | {
    "AccessDeniedException": Spelling("UnauthorizedOperation", 403),
    "ExpiredTokenException": Spelling("RequestExpired", 400),
    "InternalFailure": Spelling("InternalError", 500),
    "InvalidSignatureException": Spelling("AuthFailure", 401),
    "MissingAuthenticationTokenException": Spelling("AuthFailure", 401),
    "SerializationException": Spelling("InvalidParameterValue", 400),
    "ServiceUnavailableException": Spelling("Unavailable", 503),
    "ThrottlingException": Spelling("RequestLimitExceeded", 503),
    "UnrecognizedClientException": Spelling("AuthFailure", 401),
    "ValidationException": Spelling("InvalidParameterValue", 400),
}
S3 = {
    "AccessDeniedException": Spelling("AccessDenied", 403),
    "ExpiredTokenException": Spelling("ExpiredToken", 400),
    "IncompleteSignatureException": Spelling("AuthorizationHeaderMalformed", 400),
    "InternalFailure": Spelling("InternalError", 500),
    "InvalidSignatureException": Spelling("SignatureDoesNotMatch", 403),
    "MissingAuthenticationTokenException": Spelling("AccessDenied", 403),
    "SerializationException": Spelling("MalformedXML", 400),
    "ServiceUnavailableException": Spelling("ServiceUnavailable", 503),
    "ThrottlingException": Spelling("SlowDown", 503),
    "UnknownOperationException": Spelling("MethodNotAllowed", 405),
    "UnrecognizedClientException": Spelling("InvalidAccessKeyId", 403),
    "ValidationException": Spelling("InvalidArgument", 400),
}
REST = {
    "AccessDeniedException": Spelling("AccessDeniedException", 403),
    "ExpiredTokenException": Spelling("ExpiredTokenException", 403),
    "InvalidSignatureException": Spelling("InvalidSignatureException", 403),
    "MissingAuthenticationTokenException": Spelling("MissingAuthenticationTokenException", 403),
    "ThrottlingException": Spelling("ThrottlingException", 429),
    "UnknownOperationException": Spelling("UnknownOperationException", 404),
    "UnrecognizedClientException": Spelling("UnrecognizedClientException", 403),
}
FAULTS = {"InternalFailure": 500, "ServiceUnavailableException": 503}
RPC = {code: Spelling(code, status) for code, status in FAULTS.items()}
"""JSON and CBOR services answer 400 to everything that is the caller's fault."""


@dataclass(slots=True)
class WireError:
    """An error as it is going to be said."""

    code: str
    """The error shape's name, or the common code in the protocol's spelling."""
    trait_code: str
    """The code of the model's ``error`` trait, which the query protocols and S3 send."""
    status: int
    sender_fault: bool
    message: str
    model: ErrorModel | None
    fields: dict[str, Any]

    def members(self) -> dict[str, Any]:
        """The fields that the error's shape has, its message apart."""
        known = self.model.shape.members if self.model else {}
        return {name: value for name, value in self.fields.items() if name in known and name.lower() != "message"}

    def query_error(self) -> str:
        """``x-amzn-query-error``: how the query protocol spelled it, and whose fault it is."""
        spelled = QUERY.get(self.trait_code)
        return f"{spelled.code if spelled else self.trait_code};{'Sender' if self.sender_fault else 'Receiver'}"


def spelled(
    error: AwsError, service: ServiceModel, operation: OperationModel | None, common: Mapping[str, Spelling]
) -> WireError:
    """An error by the model's word where it lists it, else in the protocol's spelling of the common errors."""
    modelled = (operation.errors.get(error.code) if operation else None) or service.errors.get(error.code)
    if modelled is None:
        return unmodelled(error, common)
    status = modelled.status if service_status_counts(service, common) else None
    status = status or (error.status if modelled.sender_fault else max(error.status, 500))
    return WireError(
        modelled.shape.name, modelled.code, status, modelled.sender_fault, error.message, modelled, error.fields
    )


def service_status_counts(service: ServiceModel, common: Mapping[str, Spelling]) -> bool:
    """False where the model's statuses are those of the query protocol that the service has left behind (SQS)."""
    return not (service.query_compatible and common is RPC)


def unmodelled(error: AwsError, common: Mapping[str, Spelling]) -> WireError:
    """An error that no model lists: a status that it names itself stands, else the protocol's own."""
    spelling = common.get(error.code) or Spelling(error.code, error.status)
    status = spelling.status if error.status == AwsError.status else error.status
    return WireError(spelling.code, spelling.code, status, status < 500, error.message, None, error.fields)


def namespace(service: ServiceModel) -> str:
    """What stands before the names of a service's error shapes where the protocol wants them in full."""
    return f"com.amazonaws.{service.name.replace('-', '')}#"
