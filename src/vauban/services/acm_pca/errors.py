"""The errors AWS Private CA raises, named as in its model."""

from vauban.kernel.errors import AwsError


class CertificateMismatchException(AwsError):
    pass


class InvalidArgsException(AwsError):
    pass


class InvalidArnException(AwsError):
    pass


class InvalidNextTokenException(AwsError):
    def __init__(self) -> None:
        super().__init__("The token specified in the NextToken argument is not valid.")


class InvalidPolicyException(AwsError):
    pass


class InvalidRequestException(AwsError):
    pass


class InvalidStateException(AwsError):
    pass


class InvalidTagException(AwsError):
    pass


class MalformedCSRException(AwsError):
    pass


class MalformedCertificateException(AwsError):
    pass


class PermissionAlreadyExistsException(AwsError):
    pass


class RequestAlreadyProcessedException(AwsError):
    pass


class RequestInProgressException(AwsError):
    pass


class ResourceNotFoundException(AwsError):
    pass


class TooManyTagsException(AwsError):
    pass


def authority_not_found(arn: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Could not find Certificate Authority {arn}")


def certificate_not_found(arn: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(f"Could not find Certificate {arn}")


def wrong_state(status: str) -> InvalidStateException:
    return InvalidStateException(f"The certificate authority is in the {status} state.")
