"""The errors EventBridge Scheduler raises, named as in its model."""

from vauban.kernel.errors import AwsError


class ConflictException(AwsError):
    pass


class ResourceNotFoundException(AwsError):
    pass


class ServiceQuotaExceededException(AwsError):
    pass


def group_not_found(name: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Schedule group {name} does not exist.")


def schedule_not_found(name: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Schedule {name} does not exist.")
