"""The errors Lambda raises, named as in its model, and the sentences several operations share.

Source: https://docs.aws.amazon.com/lambda/latest/api/ and each operation's list.
"""

from vauban.kernel.errors import AwsError


class _UserError(AwsError):
    def __init__(self, message: str):
        super().__init__(message, Type="User")


class InvalidParameterValueException(_UserError):
    pass


class InvalidRequestContentException(_UserError):
    pass


class InvalidRuntimeException(_UserError):
    pass


class PolicyLengthExceededException(_UserError):
    pass


class PreconditionFailedException(_UserError):
    def __init__(self, api: str = "GetFunction/GetAlias") -> None:
        super().__init__(
            f"The Revision Id provided does not match the latest Revision Id. Call the {api} API to "
            "retrieve the latest Revision Id"
        )


class RequestTooLargeException(_UserError):
    pass


class ResourceConflictException(_UserError):
    pass


class ResourceNotFoundException(_UserError):
    pass


class CodeStorageExceededException(_UserError):
    pass


class _ServiceError(AwsError):
    def __init__(self, message: str):
        super().__init__(message, Type="Service")


class KMSAccessDeniedException(_ServiceError):
    pass


class KMSDisabledException(_ServiceError):
    pass


class KMSInvalidStateException(_ServiceError):
    pass


class KMSNotFoundException(_ServiceError):
    pass


class ServiceException(_ServiceError):
    pass


class TooManyRequestsException(AwsError):
    def __init__(self, reason: str = "ConcurrentInvocationLimitExceeded"):
        super().__init__("Rate Exceeded.", Type="User", Reason=reason, retryAfterSeconds="1")


def function_not_found(arn: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Function not found: {arn}")
