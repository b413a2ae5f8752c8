"""The errors STS raises, named as in its model, and the sentences several operations share."""

from vauban.kernel.errors import AccessDeniedException, AwsError


class ExpiredTokenException(AwsError):
    pass


class IDPCommunicationErrorException(AwsError):
    pass


class IDPRejectedClaimException(AwsError):
    pass


class InvalidAuthorizationMessageException(AwsError):
    pass


class InvalidIdentityTokenException(AwsError):
    pass


class InvalidParameterValue(AwsError):
    """No model lists it; session tags that contradict each other are answered with it."""


class MalformedPolicyDocumentException(AwsError):
    pass


class PackedPolicyTooLargeException(AwsError):
    pass


def session_credentials(operation: str) -> AccessDeniedException:
    """An operation that takes lasting credentials only."""
    return AccessDeniedException(f"Cannot call {operation} with session credentials")
