"""What crosses the door when a call is refused."""

from typing import Any


class AwsError(Exception):
    """An error named as in the AWS service's model.

    Services subclass it once per modelled error (``class NotFoundException(AwsError)``); the class name is the code
    and the model gives the HTTP status. ``status`` is for errors that no model lists; ``fields`` are further members
    of the error shape.
    """

    status: int = 400

    def __init__(self, message: str = "", *, code: str | None = None, status: int | None = None, **fields: Any):
        super().__init__(message)
        self.message = message
        self.code = code or type(self).__name__
        if status is not None:
            self.status = status
        self.fields = fields


class ValidationException(AwsError):
    """The request does not satisfy the constraints of the service's model."""


class AccessDeniedException(AwsError):
    """A decision refused the call; ``decision`` says why, and ``authorization_id`` finds it again.

    ``circumstances`` are what the decision stood on, as plain data for the trail.
    """

    def __init__(
        self,
        message: str,
        decision: Any = None,
        authorization_id: str | None = None,
        circumstances: dict[str, Any] | None = None,
    ):
        super().__init__(message)
        self.decision = decision
        self.authorization_id = authorization_id
        self.circumstances = circumstances or {}


class UnknownOperationException(AwsError):
    """The operation is not one we have. Said aloud, never pretended."""


class UnsupportedParameter(ValidationException):
    """A parameter of a supported operation that is not supported. Refused aloud, never dropped."""

    def __init__(self, operation: str, member: str):
        super().__init__(f"{member} is not supported by {operation} here.", code="ValidationException")


class WorkFailed(Exception):
    """What went wrong in slow work; raised again in the handler that waits for it, which says it in AWS's words."""


class Conflict(Exception):
    """A record that a changeset stands on has moved since it was read; the call is run again."""


class AuditUnavailable(Exception):
    """The trail cannot be written; calls fail rather than go unrecorded."""


class StorageUnavailable(Exception):
    """Records cannot be kept or read now (a full disk, a writer that is gone). Nothing was acknowledged."""
