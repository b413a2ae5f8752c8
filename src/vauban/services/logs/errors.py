"""The errors CloudWatch Logs raises, named as in its model."""

from vauban.kernel.errors import AwsError


class InvalidParameterException(AwsError):
    pass


class LimitExceededException(AwsError):
    pass


class ResourceAlreadyExistsException(AwsError):
    pass


class ResourceNotFoundException(AwsError):
    pass


class TooManyTagsException(AwsError):
    pass


def group_not_found() -> ResourceNotFoundException:
    return ResourceNotFoundException("The specified log group does not exist.")


def stream_not_found() -> ResourceNotFoundException:
    return ResourceNotFoundException("The specified log stream does not exist.")
