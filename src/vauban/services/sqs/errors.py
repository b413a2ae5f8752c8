"""The errors SQS raises, named as in its model, and the sentences several operations share.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/ and each operation's list.
"""

import re
from typing import Any

from vauban.kernel.errors import AwsError, ValidationException

_ABSENT = re.compile(r"Value null at '(\w+)' failed to satisfy constraint: Member must not be null")


class BatchEntryIdsNotDistinct(AwsError):
    pass


class BatchRequestTooLong(AwsError):
    pass


class EmptyBatchRequest(AwsError):
    pass


class InvalidAddress(AwsError):
    pass


class InvalidAttributeName(AwsError):
    pass


class InvalidAttributeValue(AwsError):
    pass


class InvalidBatchEntryId(AwsError):
    pass


class InvalidMessageContents(AwsError):
    pass


class InvalidParameterValueException(AwsError):
    """Said ``InvalidParameterValue`` by the query protocol; no model lists it."""


class KmsAccessDenied(AwsError):
    pass


class KmsDisabled(AwsError):
    pass


class KmsInvalidKeyUsage(AwsError):
    pass


class KmsInvalidState(AwsError):
    pass


class KmsNotFound(AwsError):
    pass


class KmsThrottled(AwsError):
    pass


class MessageNotInflight(AwsError):
    pass


class MissingRequiredParameterException(AwsError):
    """Said ``MissingParameter`` by the query protocol; no model lists it."""


class OverLimit(AwsError):
    pass


class PurgeQueueInProgress(AwsError):
    pass


class QueueDeletedRecently(AwsError):
    pass


class QueueDoesNotExist(AwsError):
    pass


class QueueNameExists(AwsError):
    pass


class ReceiptHandleIsInvalid(AwsError):
    pass


class ResourceNotFoundException(AwsError):
    pass


class TooManyEntriesInBatchRequest(AwsError):
    pass


class UnsupportedOperation(AwsError):
    pass


def queue_not_found() -> QueueDoesNotExist:
    return QueueDoesNotExist("The specified queue does not exist.")


def invalid_value(value: Any, parameter: str, reason: str) -> InvalidParameterValueException:
    """``reason`` is a sentence: ``Must be between 1 and 10, if provided.``"""
    return InvalidParameterValueException(f"Value {value} for parameter {parameter} is invalid. Reason: {reason}")


def missing(parameter: str) -> MissingRequiredParameterException:
    return MissingRequiredParameterException(f"The request must contain the parameter {parameter}.")


def worded(error: ValidationException) -> AwsError:
    """What does not fit the model, as SQS says it."""
    absent = _ABSENT.search(error.message)
    if absent is not None:
        return missing(absent[1][:1].upper() + absent[1][1:])
    return InvalidParameterValueException(error.message)
