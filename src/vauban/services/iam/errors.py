"""The errors IAM raises, named as in its model, and the sentences several operations share."""

from vauban.kernel.errors import AwsError


class CredentialReportNotPresentException(AwsError):
    pass


class CredentialReportExpiredException(AwsError):
    pass


class DeleteConflictException(AwsError):
    pass


class DuplicateCertificateException(AwsError):
    pass


class DuplicateSSHPublicKeyException(AwsError):
    pass


class EntityAlreadyExistsException(AwsError):
    pass


class EntityTemporarilyUnmodifiableException(AwsError):
    pass


class InvalidAuthenticationCodeException(AwsError):
    pass


class InvalidInputException(AwsError):
    pass


class InvalidPublicKeyException(AwsError):
    pass


class InvalidUserTypeException(AwsError):
    pass


class KeyPairMismatchException(AwsError):
    pass


class LimitExceededException(AwsError):
    pass


class MalformedCertificateException(AwsError):
    pass


class MalformedPolicyDocumentException(AwsError):
    pass


class NoSuchEntityException(AwsError):
    pass


class PasswordPolicyViolationException(AwsError):
    pass


class PolicyNotAttachableException(AwsError):
    pass


class ServiceNotSupportedException(AwsError):
    pass


class UnmodifiableEntityException(AwsError):
    pass


class UnrecognizedPublicKeyEncodingException(AwsError):
    pass


def over_quota(name: str, limit: int) -> LimitExceededException:
    return LimitExceededException(f"Cannot exceed quota for {name}: {limit}")
