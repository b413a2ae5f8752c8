"""The errors Secrets Manager raises, named as in its model, and the sentences several operations share.

Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/ and each operation's list.
"""

from vauban.kernel.errors import AwsError


class DecryptionFailure(AwsError):
    def __init__(self, message: str = ""):
        super().__init__(
            message or "Secrets Manager can't decrypt the protected secret text using the provided KMS key."
        )


class EncryptionFailure(AwsError):
    def __init__(self, message: str = ""):
        super().__init__(
            message
            or "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the "
            "KMS key is available, enabled, and not in an invalid state."
        )


class InvalidNextTokenException(AwsError):
    def __init__(self) -> None:
        super().__init__("The NextToken value is invalid.")


class InvalidParameterException(AwsError):
    pass


class InvalidRequestException(AwsError):
    pass


class LimitExceededException(AwsError):
    pass


class MalformedPolicyDocumentException(AwsError):
    pass


class PublicPolicyException(AwsError):
    pass


class ResourceExistsException(AwsError):
    pass


class ResourceNotFoundException(AwsError):
    pass


def secret_not_found() -> ResourceNotFoundException:
    return ResourceNotFoundException("Secrets Manager can't find the specified secret.")


def value_not_found(what: str) -> ResourceNotFoundException:
    """``what`` is ``VersionId: …`` or ``staging label: …``."""
    return ResourceNotFoundException(f"Secrets Manager can't find the specified secret value for {what}")


def marked_for_deletion() -> InvalidRequestException:
    return InvalidRequestException("You can't perform this operation on the secret because it was marked for deletion.")


def token_in_use(token: str, secret_arn: str) -> ResourceExistsException:
    return ResourceExistsException(
        f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret "
        f"{secret_arn}."
    )
