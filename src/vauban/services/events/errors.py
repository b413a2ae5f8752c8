"""The errors EventBridge raises, named as in its model, and the sentences several operations share."""

from vauban.kernel.errors import AwsError, ValidationException


class IllegalStatusException(AwsError):
    pass


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


_ABSENT = {
    "connection": "Failed to describe the connection(s). Connection '{}' does not exist.",
    "api-destination": "Failed to describe the api-destination(s). An api-destination '{}' does not exist.",
}


def bus_not_found(name: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Event bus {name} does not exist.")


def not_found(noun: str, name: str) -> ResourceNotFoundException:
    """``noun`` as in ARNs: ``api-destination``."""
    return ResourceNotFoundException(_ABSENT.get(noun, f"{noun.capitalize()} {{}} does not exist.").format(name))


def rule_not_found(name: str, bus: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Rule {name} does not exist on EventBus {bus}.")


def managed(rule_name: str, by: str) -> ManagedRuleException:
    return ManagedRuleException(f"Rule {rule_name} is managed by {by} and cannot be changed here.")


def too_many() -> LimitExceededException:
    return LimitExceededException("The requested resource exceeds the maximum number allowed.")


def invalid_parameter(name: str, reason: str) -> ValidationException:
    return ValidationException(f"Parameter {name} is not valid. Reason: {reason}")
