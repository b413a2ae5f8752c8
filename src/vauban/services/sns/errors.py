"""The errors SNS raises, named as in its model, and the sentences several operations share."""

from vauban.kernel.errors import AwsError


class AuthorizationErrorException(AwsError):
    pass


class BatchEntryIdsNotDistinctException(AwsError):
    pass


class BatchRequestTooLongException(AwsError):
    pass


class EmptyBatchRequestException(AwsError):
    pass


class InvalidBatchEntryIdException(AwsError):
    pass


class InvalidParameterException(AwsError):
    pass


class InvalidParameterValueException(AwsError):
    pass


class KMSAccessDeniedException(AwsError):
    pass


class KMSDisabledException(AwsError):
    pass


class KMSInvalidStateException(AwsError):
    pass


class KMSNotFoundException(AwsError):
    pass


class KMSThrottlingException(AwsError):
    pass


class NotFoundException(AwsError):
    pass


class ResourceNotFoundException(AwsError):
    pass


class TagLimitExceededException(AwsError):
    pass


class TooManyEntriesInBatchRequestException(AwsError):
    pass


def invalid(what: str) -> InvalidParameterException:
    return InvalidParameterException(f"Invalid parameter: {what}")


def unsupported(what: str) -> InvalidParameterException:
    """Something that AWS has and Vauban has not: said aloud."""
    return invalid(f"{what} is not supported here.")


def no_topic() -> NotFoundException:
    return NotFoundException("Topic does not exist")


def no_subscription() -> NotFoundException:
    return NotFoundException("Subscription does not exist")
