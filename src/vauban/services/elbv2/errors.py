"""The errors Elastic Load Balancing raises, named as in its model, and the sentences several operations share."""

from vauban.kernel.errors import AwsError, ValidationException


class CertificateNotFoundException(AwsError):
    pass


class DuplicateListenerException(AwsError):
    pass


class DuplicateLoadBalancerNameException(AwsError):
    pass


class DuplicateTagKeysException(AwsError):
    pass


class DuplicateTargetGroupNameException(AwsError):
    pass


class IncompatibleProtocolsException(AwsError):
    pass


class InvalidConfigurationRequestException(AwsError):
    pass


class InvalidLoadBalancerActionException(AwsError):
    pass


class InvalidSecurityGroupException(AwsError):
    pass


class InvalidSubnetException(AwsError):
    pass


class InvalidTargetException(AwsError):
    pass


class ListenerNotFoundException(AwsError):
    pass


class LoadBalancerNotFoundException(AwsError):
    pass


class OperationNotPermittedException(AwsError):
    pass


class PriorityInUseException(AwsError):
    pass


class ResourceInUseException(AwsError):
    pass


class RuleNotFoundException(AwsError):
    pass


class SSLPolicyNotFoundException(AwsError):
    pass


class TargetGroupAssociationLimitException(AwsError):
    pass


class TargetGroupNotFoundException(AwsError):
    pass


class TooManyActionsException(AwsError):
    pass


class TooManyCertificatesException(AwsError):
    pass


class TooManyListenersException(AwsError):
    pass


class TooManyLoadBalancersException(AwsError):
    pass


class TooManyRulesException(AwsError):
    pass


class TooManyTagsException(AwsError):
    pass


class TooManyTargetGroupsException(AwsError):
    pass


class TooManyTargetsException(AwsError):
    pass


class TooManyUniqueTargetGroupsPerLoadBalancerException(AwsError):
    pass


class UnsupportedProtocolException(AwsError):
    pass


def unsupported(what: str) -> ValidationException:
    """Something that AWS has and Vauban has not: said aloud."""
    return ValidationException(f"{what} is not supported here.")
