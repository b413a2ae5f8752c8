"""The errors ACM raises, named as in its model, and the sentences several operations share."""

from vauban.kernel.errors import AwsError


class InvalidArgsException(AwsError):
    pass


class InvalidArnException(AwsError):
    pass


class InvalidParameterException(AwsError):
    pass


class InvalidTagException(AwsError):
    pass


class LimitExceededException(AwsError):
    pass


class InvalidDomainValidationOptionsException(AwsError):
    pass


class InvalidStateException(AwsError):
    pass


class ConflictException(AwsError):
    pass


class RequestInProgressException(AwsError):
    pass


class ResourceInUseException(AwsError):
    pass


class ResourceNotFoundException(AwsError):
    pass


class TooManyTagsException(AwsError):
    pass


def no_certificate(arn: str) -> ResourceNotFoundException:
    account = arn.split(":")[4]
    return ResourceNotFoundException(f"Could not find certificate {arn} in account {account}.")
