"""The errors EventBridge raises, named as in its model, and the sentences several operations share."""

from vauban.kernel.errors import AwsError, ValidationException

_NOUNS = {"api-destination": "API destination"}


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


def bus_not_found(name: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Event bus {name} does not exist.")


def not_found(noun: str, name: str) -> ResourceNotFoundException:
    """``noun`` as in ARNs: ``api-destination``."""
    return ResourceNotFoundException(f"{_NOUNS.get(noun, noun.capitalize())} {name} does not exist.")


def rule_not_found(name: str, bus: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Rule {name} does not exist on EventBus {bus}.")


def managed(rule_name: str, by: str) -> ManagedRuleException:
    return ManagedRuleException(f"Rule {rule_name} is managed by {by} and cannot be changed here.")


def too_many() -> LimitExceededException:
    return LimitExceededException("The requested resource exceeds the maximum number allowed.")


def invalid_parameter(name: str, reason: str) -> ValidationException:
    return ValidationException(f"Parameter {name} is not valid. Reason: {reason}")
