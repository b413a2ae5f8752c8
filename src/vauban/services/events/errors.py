"""The errors EventBridge raises, named as in its model, and the sentences several operations share."""

from vauban.kernel.errors import AwsError, ValidationException


class InvalidEventPatternException(AwsError):
    pass


class LimitExceededException(AwsError):
    pass


class ManagedRuleException(AwsError):
    pass


class PolicyLengthExceededException(AwsError):
    pass


class ResourceAlreadyExistsException(AwsError):
    pass


class ResourceNotFoundException(AwsError):
    pass


def bus_not_found(name: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Event bus {name} does not exist.")


def rule_not_found(name: str, bus: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Rule {name} does not exist on EventBus {bus}.")


def invalid_parameter(name: str, reason: str) -> ValidationException:
    return ValidationException(f"Parameter {name} is not valid. Reason: {reason}")
